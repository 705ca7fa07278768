import type { Declaration } from "../table.js";

/**
 * The interfaces on which packets of guests arrive: a tap, or a bridge of taps. Everything that arrives there is from a
 * guest, so a bridge that is shared with others is not in this set.
 */
export const segments = {
	set: { name: "segments", type: "ifname", comment: "taps and bridges of guests" },
} as const satisfies Declaration;
