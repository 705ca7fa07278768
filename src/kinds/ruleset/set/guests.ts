import type { Declaration } from "../table.js";

/** Guests of which something is given that what they send is held to. */
export const guests = {
	set: {
		name: "guests",
		type: "ifname",
		comment: "tap of a guest whose MAC or addresses are given",
	},
} as const satisfies Declaration;
