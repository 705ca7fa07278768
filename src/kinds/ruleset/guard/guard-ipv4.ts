import { equals, field, goto, iifname, isNotIn, jump } from "../expression.js";
import { anyMac } from "../set/any-mac.js";
import type { Chain } from "../table.js";
import { guardDhcp } from "./dhcp.js";
import { rogueIpv4 } from "./rogue-ipv4.js";
import { sourceIpv4 } from "./source-ipv4.js";

/** IPv4 of a guest that comes from the right MAC. */
export const guardIpv4: Chain = {
	create: { name: "guard_ipv4" },
	rules: [
		[jump(rogueIpv4)],
		[equals(field("udp dport"), 67), isNotIn(iifname, anyMac), goto(guardDhcp)],
		[goto(sourceIpv4)],
	],
};
