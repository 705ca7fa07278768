import type { Declaration } from "../table.js";

/** The MAC of each guest. */
export const guestMacs = {
	set: { name: "guest_macs", type: ["ifname", "ether_addr"], comment: "tap . MAC of its guest" },
} as const satisfies Declaration;
