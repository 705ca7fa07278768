import { iifname, raw } from "../expression.js";
import type { Declaration } from "../table.js";

/**
 * The IPv6 addresses of each guest: as the source of a packet, and as the target of neighbour discovery. The latter has no
 * name in nft 1.0.6, which would not look it up in a set of addresses; so both are bits, and nft shows them as numbers.
 */
export const guestIpv6 = {
	set: {
		name: "guest_ipv6",
		type: { typeof: { concat: [iifname, raw("th", 64, 128)] } },
		comment: "tap . address of its guest",
	},
} as const satisfies Declaration;
