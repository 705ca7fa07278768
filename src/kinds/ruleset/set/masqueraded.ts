import type { Declaration } from "../table.js";

/** Segments of guests whose IPv4 packets leave through an uplink with the uplink's own address. */
export const masqueraded = {
	set: {
		name: "masqueraded",
		type: ["ifname", "ifname"],
		comment: "guest segment . uplink",
	},
} as const satisfies Declaration;
