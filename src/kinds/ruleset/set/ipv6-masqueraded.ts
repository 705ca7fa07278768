import type { Declaration } from "../table.js";

/** Segments of guests whose IPv6 leaves an uplink under the uplink's own address. */
export const ipv6Masqueraded = {
	set: {
		name: "ipv6_masqueraded",
		type: ["ifname", "ifname"],
		comment: "guest segment . uplink",
	},
} as const satisfies Declaration;
