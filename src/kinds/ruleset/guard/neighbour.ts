import { equals, field, iifname, isNotIn, jump } from "../expression.js";
import { anyMac } from "../set/any-mac.js";
import type { Chain } from "../table.js";
import { guardLladdr } from "./lladdr.js";
import { guardTarget } from "./target.js";

/** Neighbour discovery of a guest: whose MAC and which address it speaks of. */
export const guardNeighbour: Chain = {
	create: { name: "guard_neighbour" },
	rules: [
		[isNotIn(iifname, anyMac), jump(guardLladdr)],
		[equals(field("icmpv6 type"), "nd-neighbor-advert"), jump(guardTarget)],
	],
};
