import { accept, equals, field, goto, iifname, isIn, isOneOf, jump } from "../expression.js";
import { anyIpv6 } from "../set/any-ipv6.js";
import type { Chain } from "../table.js";
import { dropAddress } from "./drop.js";
import { guardTarget } from "./target.js";

/** A guest that has no IPv6 address yet asks whether somebody has the one it wants (RFC 4862), for routers, and for groups. */
export const unspecified: Chain = {
	create: { name: "unspecified" },
	rules: [
		[equals(field("icmpv6 type"), "nd-neighbor-solicit"), jump(guardTarget)],
		[
			isOneOf(field("icmpv6 type"), [
				"nd-neighbor-solicit",
				"nd-router-solicit",
				"mld-listener-report",
				"mld-listener-done",
				"mld2-listener-report",
			]),
			accept,
		],
		[isIn(iifname, anyIpv6), accept],
		[goto(dropAddress)],
	],
};
