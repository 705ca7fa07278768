import { IPPROTO_UDP } from "../../../uapi/in.js";
import { IPPROTO_ICMPV6 } from "../../../uapi/in6.js";
import { back, differs, field, goto, isNoneOf, l4proto } from "../expression.js";
import type { Chain } from "../table.js";
import { dropRogue } from "./drop.js";

/**
 * The first fragment of an IPv6 packet must show what the packet is (RFC 7112), and neighbour discovery is never in
 * fragments (RFC 6980). Those behind the first are nothing without it.
 */
export const guardFragment: Chain = {
	create: { name: "guard_fragment" },
	rules: [
		[differs({ exthdr: { name: "frag", field: "frag-off" } }, 0), back],
		[
			isNoneOf(field("icmpv6 type"), [
				"nd-router-solicit",
				"nd-router-advert",
				"nd-neighbor-solicit",
				"nd-neighbor-advert",
				"nd-redirect",
			]),
			back,
		],
		// It is there, and can be compared again below.
		[differs(field("udp sport"), 547), back],
		[isNoneOf(l4proto, [IPPROTO_ICMPV6, IPPROTO_UDP]), back],
		[goto(dropRogue)],
	],
};
