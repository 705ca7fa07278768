import type { Declaration } from "../table.js";

/** Guests whose IPv6 addresses are given, but for link-local ones, which guests make themselves (RFC 7217). */
export const anyLinkLocal = {
	set: {
		name: "any_link_local",
		type: "ifname",
		comment: "tap of a guest that may have any link-local address",
	},
} as const satisfies Declaration;
