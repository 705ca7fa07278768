import type { Declaration } from "../table.js";

/** Segments of guests whose IPv6 packets leave through an uplink with the uplink's own address. */
export const ipv6Masqueraded = {
	set: {
		name: "ipv6_masqueraded",
		type: ["ifname", "ifname"],
		comment: "guest segment . uplink",
	},
} as const satisfies Declaration;
