import type { Declaration } from "../table.js";

/**
 * Segments of guests that publish ports, each twice: packets that come from there and go back there have it as both
 * interfaces, and for all others one interface is asked twice.
 */
export const publishing = {
	set: {
		name: "publishing",
		type: ["ifname", "ifname"],
		comment: "guest segment . the same segment",
	},
} as const satisfies Declaration;
