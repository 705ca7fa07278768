import type { Declaration } from "../table.js";

/** Networks whose guests may reach each other across segments. */
export const siblings = {
	set: { name: "siblings", type: ["devgroup", "devgroup"], comment: "network . the same network" },
} as const satisfies Declaration;
