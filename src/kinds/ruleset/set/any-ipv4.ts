import type { Declaration } from "../table.js";

/** Guests of which something is given, but no address of IPv4. Without an element here a guest is held to what is. */
export const anyIpv4 = {
	set: {
		name: "any_ipv4",
		type: "ifname",
		comment: "tap of a guest that may have any IPv4 address",
	},
} as const satisfies Declaration;
