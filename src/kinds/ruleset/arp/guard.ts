import { concat, field, goto, iifname, isIn } from "../expression.js";
import { dropAddress, dropMac, dropProtocol } from "../guard/drop.js";
import { guardArp } from "../guard/guard-arp.js";
import { sourceArp } from "../guard/source-arp.js";
import { anyMac } from "../set/any-mac.js";
import { guestMacs } from "../set/guest-macs.js";
import { guests } from "../set/guests.js";
import type { Chain } from "../table.js";

/** A guest of which something is given. */
const guard: Chain = {
	create: { name: "guard" },
	rules: [
		[isIn(concat(iifname, field("ether saddr")), guestMacs), goto(guardArp)],
		[isIn(iifname, anyMac), goto(guardArp)],
		[goto(dropMac)],
	],
};

/** Before the host answers for others (arp_process, net/ipv4/arp.c). */
const input: Chain = {
	create: {
		name: "guard_input",
		type: "filter",
		hook: "input",
		prio: -450,
		policy: "accept",
		comment: "ARP of guests by taps that are no ports",
	},
	rules: [[isIn(iifname, guests), goto(guard)]],
};

export const guardChains: readonly Chain[] = [
	dropMac,
	dropAddress,
	dropProtocol,
	sourceArp,
	guardArp,
	guard,
	input,
];
