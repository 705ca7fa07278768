import type { Declaration } from "../table.js";

/** Links that lead to others than guests. Where guests are there as well, they are known by their addresses. */
export const uplinks = {
	set: { name: "uplinks", type: "ifname", comment: "links that lead to the world" },
} as const satisfies Declaration;
