import type { Declaration } from "../table.js";

/** Guests that are on a bridge together with others: only their addresses tell them from these. */
export const guests6 = {
	set: { name: "guests6", type: ["ifname", "ipv6_addr"], comment: "bridge . address of a guest" },
} as const satisfies Declaration;
