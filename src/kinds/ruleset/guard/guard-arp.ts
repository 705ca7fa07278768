import { concat, differs, field, goto, iifname, isIn, isNoneOf } from "../expression.js";
import { anyMac } from "../set/any-mac.js";
import { guestMacs } from "../set/guest-macs.js";
import type { Chain } from "../table.js";
import { dropMac, dropProtocol } from "./drop.js";
import { sourceArp } from "./source-arp.js";

/** ARP of a guest that comes from the right MAC: of Ethernet and IPv4, and with the right MAC in it. */
export const guardArp: Chain = {
	create: { name: "guard_arp" },
	rules: [
		[differs(field("arp htype"), 1), goto(dropProtocol)],
		[differs(field("arp ptype"), 0x0800), goto(dropProtocol)],
		[differs(field("arp hlen"), 6), goto(dropProtocol)],
		[differs(field("arp plen"), 4), goto(dropProtocol)],
		[isNoneOf(field("arp operation"), ["request", "reply"]), goto(dropProtocol)],
		[isIn(concat(iifname, field("arp saddr ether")), guestMacs), goto(sourceArp)],
		[isIn(iifname, anyMac), goto(sourceArp)],
		[goto(dropMac)],
	],
};
