import { equals, field, goto, isOneOf } from "../expression.js";
import type { Chain } from "../table.js";
import { dropRogue } from "./drop.js";

/**
 * What only a router or a DHCP server says. Clients look at the port to which an offer comes, not all of them at the one
 * from which it comes.
 */
export const rogueIpv4: Chain = {
	create: { name: "rogue_ipv4" },
	rules: [
		[isOneOf(field("icmp type"), ["redirect", "router-advertisement"]), goto(dropRogue)],
		[equals(field("udp sport"), 67), goto(dropRogue)],
		[equals(field("udp dport"), 68), goto(dropRogue)],
	],
};
