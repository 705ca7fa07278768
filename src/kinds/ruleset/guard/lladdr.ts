import { back, concat, equals, field, goto, iifname, isIn, isOneOf, raw } from "../expression.js";
import { guestLladdrs } from "../set/guest-lladdrs.js";
import type { Chain } from "../table.js";
import { dropMac } from "./drop.js";

const type = field("icmpv6 type");
const length = field("ip6 length");
/** Type and length of the only option, and its MAC: solicitations of routers have 8 bytes before it, the others 24. */
const OF_ROUTERS = { head: raw("th", 64, 16), mac: raw("th", 80, 48) };
const OF_NEIGHBOURS = { head: raw("th", 192, 16), mac: raw("th", 208, 48) };
const SOURCE_LINKADDR = 0x0101;
const TARGET_LINKADDR = 0x0201;
const NONCE = 0x0e01;

/**
 * The MAC in a message of neighbour discovery, whose options are as long as the packet says: none, or one with the guest's
 * own, or the nonce of RFC 7527. A second option might say another.
 */
export const guardLladdr: Chain = {
	create: { name: "guard_lladdr" },
	rules: [
		[equals(type, "nd-router-solicit"), equals(length, 8), back],
		[
			equals(type, "nd-router-solicit"),
			equals(length, 16),
			equals(OF_ROUTERS.head, SOURCE_LINKADDR),
			isIn(concat(iifname, OF_ROUTERS.mac), guestLladdrs),
			back,
		],
		[isOneOf(type, ["nd-neighbor-solicit", "nd-neighbor-advert"]), equals(length, 24), back],
		[
			equals(type, "nd-neighbor-solicit"),
			equals(length, 32),
			equals(OF_NEIGHBOURS.head, NONCE),
			back,
		],
		[
			isOneOf(type, ["nd-neighbor-solicit", "nd-neighbor-advert"]),
			equals(length, 32),
			isOneOf(OF_NEIGHBOURS.head, [SOURCE_LINKADDR, TARGET_LINKADDR]),
			isIn(concat(iifname, OF_NEIGHBOURS.mac), guestLladdrs),
			back,
		],
		[goto(dropMac)],
	],
};
