import type { Declaration } from "../table.js";

/** Segments of guests whose IPv6 leaves an uplink under an address of the user's choice. */
export const ipv6SnatTo = {
	map: {
		name: "ipv6_snat_to",
		type: ["ifname", "ifname"],
		map: "ipv6_addr",
		comment: "guest segment . uplink : source address outside",
	},
} as const satisfies Declaration;
