import type { Declaration } from "../table.js";

/** Guests on a bridge that is shared with others, from whom only their addresses distinguish them. */
export const guests6 = {
	set: { name: "guests6", type: ["ifname", "ipv6_addr"], comment: "bridge . address of a guest" },
} as const satisfies Declaration;
