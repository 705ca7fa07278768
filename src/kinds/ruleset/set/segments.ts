import type { Declaration } from "../table.js";

/**
 * Where packets of guests come into the host: a tap, or a bridge of taps. Whatever comes in there is from a guest, so a
 * bridge that others are on as well is none of these.
 */
export const segments = {
	set: { name: "segments", type: "ifname", comment: "taps and bridges of guests" },
} as const satisfies Declaration;
