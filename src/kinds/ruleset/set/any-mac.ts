import type { Declaration } from "../table.js";

/** Guests of which something is given, but no MAC. Without an element here a guest is held to what is. */
export const anyMac = {
	set: { name: "any_mac", type: "ifname", comment: "tap of a guest that may have any MAC" },
} as const satisfies Declaration;
