import type { Declaration } from "../table.js";

/** Networks whose guests may open connections to guests of another. */
export const reaches = {
	set: { name: "reaches", type: ["devgroup", "devgroup"], comment: "network . network it reaches" },
} as const satisfies Declaration;
