import { IPPROTO_ICMPV6 } from "../../../uapi/in6.js";
import {
	concat,
	differs,
	equals,
	field,
	goto,
	iifname,
	isIn,
	isOneOf,
	jump,
	raw,
} from "../expression.js";
import { hostIpv6 } from "../set/host-ipv6.js";
import type { Chain } from "../table.js";
import { dropAddress, dropRogue } from "./drop.js";
import { guardFragment } from "./fragment.js";

/** The target that a neighbour solicitation or advertisement is about, behind 8 bytes (RFC 4861 §4.3, §4.4). */
export const target = raw("th", 64, 128);

/**
 * What only a router or a DHCP server says, and what only the host says: whatever else is given of a guest, it does not pass for
 * these. Nobody honest sends neighbour discovery behind extension headers.
 */
export const rogueIpv6: Chain = {
	create: { name: "rogue_ipv6" },
	rules: [
		[equals({ exthdr: { name: "frag" } }, true), jump(guardFragment)],
		[isOneOf(field("icmpv6 type"), ["nd-router-advert", "nd-redirect"]), goto(dropRogue)],
		[
			isOneOf(field("icmpv6 type"), [
				"nd-router-solicit",
				"nd-neighbor-solicit",
				"nd-neighbor-advert",
			]),
			differs(field("ip6 nexthdr"), IPPROTO_ICMPV6),
			goto(dropRogue),
		],
		[equals(field("udp sport"), 547), goto(dropRogue)],
		[equals(field("udp dport"), 546), goto(dropRogue)],
		[isIn(concat(iifname, raw("nh", 64, 128)), hostIpv6), goto(dropAddress)],
		[
			equals(field("icmpv6 type"), "nd-neighbor-advert"),
			isIn(concat(iifname, target), hostIpv6),
			goto(dropAddress),
		],
		// It would keep the host from using its own address (RFC 4862 §5.4.3).
		[
			equals(field("ip6 saddr"), "::"),
			equals(field("icmpv6 type"), "nd-neighbor-solicit"),
			isIn(concat(iifname, target), hostIpv6),
			goto(dropAddress),
		],
	],
};
