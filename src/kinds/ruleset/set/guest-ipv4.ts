import type { Declaration } from "../table.js";

/** The IPv4 addresses of each guest. */
export const guestIpv4 = {
	set: { name: "guest_ipv4", type: ["ifname", "ipv4_addr"], comment: "tap . address of its guest" },
} as const satisfies Declaration;
