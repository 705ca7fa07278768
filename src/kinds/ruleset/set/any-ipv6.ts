import type { Declaration } from "../table.js";

/** Guests of which something is given, but no address of IPv6. Without an element here a guest is held to what is. */
export const anyIpv6 = {
	set: {
		name: "any_ipv6",
		type: "ifname",
		comment: "tap of a guest that may have any IPv6 address",
	},
} as const satisfies Declaration;
