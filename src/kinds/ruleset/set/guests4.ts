import type { Declaration } from "../table.js";

/** Guests that are on a bridge together with others: only their addresses tell them from these. */
export const guests4 = {
	set: { name: "guests4", type: ["ifname", "ipv4_addr"], comment: "bridge . address of a guest" },
} as const satisfies Declaration;
