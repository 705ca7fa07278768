import type { Declaration } from "../table.js";

/** Guests on a bridge that is shared with others, from whom only their addresses distinguish them. */
export const guests4 = {
	set: { name: "guests4", type: ["ifname", "ipv4_addr"], comment: "bridge . address of a guest" },
} as const satisfies Declaration;
