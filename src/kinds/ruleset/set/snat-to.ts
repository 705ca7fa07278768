import type { Declaration } from "../table.js";

/** Segments of guests whose IPv4 packets leave through an uplink with a source address that the user has chosen. */
export const snatTo = {
	map: {
		name: "snat_to",
		type: ["ifname", "ifname"],
		map: "ipv4_addr",
		comment: "guest segment . uplink : source address outside",
	},
} as const satisfies Declaration;
