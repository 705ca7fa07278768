import { iifname, raw } from "../expression.js";
import type { Declaration } from "../table.js";

/**
 * The MAC of each guest once more, as it stands within its messages: in options of neighbour discovery, and in DHCP. For nft
 * those are bits without a name, which cannot be looked up in a set of MACs.
 */
export const guestLladdrs = {
	set: {
		name: "guest_lladdrs",
		type: { typeof: { concat: [iifname, raw("th", 208, 48)] } },
		comment: "tap . MAC of its guest, within messages",
	},
} as const satisfies Declaration;
