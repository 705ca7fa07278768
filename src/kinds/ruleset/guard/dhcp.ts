import { concat, goto, iifname, isIn, raw } from "../expression.js";
import { guestLladdrs } from "../set/guest-lladdrs.js";
import type { Chain } from "../table.js";
import { dropMac } from "./drop.js";
import { sourceIpv4 } from "./source-ipv4.js";

/** The MAC for which a guest asks for a lease (chaddr of RFC 2131, behind 8 bytes of UDP) must be its own, and be there. */
export const guardDhcp: Chain = {
	create: { name: "guard_dhcp" },
	rules: [
		[isIn(concat(iifname, raw("th", 288, 48)), guestLladdrs), goto(sourceIpv4)],
		[goto(dropMac)],
	],
};
