import type { Declaration } from "../table.js";

/** Segments of guests whose IPv6 packets leave through an uplink with a source address that the user has chosen. */
export const ipv6SnatTo = {
	map: {
		name: "ipv6_snat_to",
		type: ["ifname", "ifname"],
		map: "ipv6_addr",
		comment: "guest segment . uplink : source address outside",
	},
} as const satisfies Declaration;
