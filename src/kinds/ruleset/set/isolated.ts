import type { Declaration } from "../table.js";

/** Between which segments nothing of guests passes by way of the host. */
export const isolated = {
	set: { name: "isolated", type: ["ifname", "ifname"], comment: "segment . segment" },
} as const satisfies Declaration;
