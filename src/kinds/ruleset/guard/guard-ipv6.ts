import { equals, field, goto, isOneOf, jump } from "../expression.js";
import type { Chain } from "../table.js";
import { guardNeighbour } from "./neighbour.js";
import { sourceIpv6 } from "./source-ipv6.js";
import { unspecified } from "./unspecified.js";

/** IPv6 of a guest that comes from the right MAC. `rogue`: what no guest may send, as this family tells it. */
export const guardIpv6 = (rogue: Chain): Chain => ({
	create: { name: "guard_ipv6" },
	rules: [
		[jump(rogue)],
		[
			isOneOf(field("icmpv6 type"), [
				"nd-router-solicit",
				"nd-neighbor-solicit",
				"nd-neighbor-advert",
			]),
			jump(guardNeighbour),
		],
		[equals(field("ip6 saddr"), "::"), goto(unspecified)],
		[goto(sourceIpv6)],
	],
});
