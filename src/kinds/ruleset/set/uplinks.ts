import type { Declaration } from "../table.js";

/** Links that lead to others than guests. Guests on such a link are recognised by their addresses. */
export const uplinks = {
	set: { name: "uplinks", type: "ifname", comment: "links that lead to the world" },
} as const satisfies Declaration;
