import type { Declaration } from "../table.js";

/**
 * What was dropped, guest by guest and reason by reason: an element comes with the first packet, and counts. So a guest
 * that does nothing wrong costs nothing here.
 */
export const drops = {
	set: {
		name: "drops",
		type: ["ifname", "ifname"],
		flags: ["dynamic"],
		size: 65_535,
		stmt: [{ counter: null }],
		comment: "tap . reason",
	},
} as const satisfies Declaration;
