import type { Declaration } from "../table.js";

/** Pairs of networks: guests of the first may open connections to guests of the second. */
export const reaches = {
	set: { name: "reaches", type: ["devgroup", "devgroup"], comment: "network . network it reaches" },
} as const satisfies Declaration;
