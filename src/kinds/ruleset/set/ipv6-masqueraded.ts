import type { Declaration } from "../table.js";

/** Segments of guests whose IPv4 leaves an uplink under an address of the user's choice, and IPv6 under the uplink's own. */
export const ipv6Masqueraded = {
	set: {
		name: "ipv6_masqueraded",
		type: ["ifname", "ifname"],
		comment: "guest segment . uplink",
	},
} as const satisfies Declaration;
