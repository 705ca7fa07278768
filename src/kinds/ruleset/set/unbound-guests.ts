import type { Declaration } from "../table.js";

/** Guests of which nothing is given: what no guest may send is refused all the same. */
export const unboundGuests = {
	set: {
		name: "unbound_guests",
		type: "ifname",
		comment: "tap of a guest of which nothing is given",
	},
} as const satisfies Declaration;
