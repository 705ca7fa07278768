import { accept, concat, equals, field, goto, iifname, isIn } from "../expression.js";
import { anyIpv4 } from "../set/any-ipv4.js";
import { guestIpv4 } from "../set/guest-ipv4.js";
import type { Chain } from "../table.js";
import { dropAddress } from "./drop.js";

/** Whose address ARP speaks of. Who probes whether his is free says none (RFC 5227). */
export const sourceArp: Chain = {
	create: { name: "source_arp" },
	rules: [
		[isIn(concat(iifname, field("arp saddr ip")), guestIpv4), accept],
		[isIn(iifname, anyIpv4), accept],
		[equals(field("arp operation"), "request"), equals(field("arp saddr ip"), "0.0.0.0"), accept],
		[goto(dropAddress)],
	],
};
