import type { Declaration } from "../table.js";

/** Taps of guests that are ports of bridges. */
export const ports = {
	set: { name: "ports", type: "ifname", comment: "tap of a guest that is a port of a bridge" },
} as const satisfies Declaration;
