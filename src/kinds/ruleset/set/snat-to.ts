import type { Declaration } from "../table.js";

/** Segments of guests whose IPv4 leaves an uplink under an address of the user's choice. */
export const snatTo = {
	map: {
		name: "snat_to",
		type: ["ifname", "ifname"],
		map: "ipv4_addr",
		comment: "guest segment . uplink : source address outside",
	},
} as const satisfies Declaration;
