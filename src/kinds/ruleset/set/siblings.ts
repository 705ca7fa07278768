import type { Declaration } from "../table.js";

/** Networks whose own guests may reach each other from segment to segment. */
export const siblings = {
	set: { name: "siblings", type: ["devgroup", "devgroup"], comment: "network . the same network" },
} as const satisfies Declaration;
