import type { Declaration } from "../table.js";

/**
 * Segments of guests that publish ports, each as a pair with itself: packets that come from the segment and return to
 * it match both interfaces, and other rules match one interface twice.
 */
export const publishing = {
	set: {
		name: "publishing",
		type: ["ifname", "ifname"],
		comment: "guest segment . the same segment",
	},
} as const satisfies Declaration;
