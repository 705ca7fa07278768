import { branch, concat, equals, field, goto, iifname, isIn, isOneOf } from "../expression.js";
import { dropAddress, dropMac, dropProtocol } from "../guard/drop.js";
import { guardIpv4 } from "../guard/guard-ipv4.js";
import { guardIpv6 } from "../guard/guard-ipv6.js";
import { ipChains } from "../guard/index.js";
import { rogueIpv4 } from "../guard/rogue-ipv4.js";
import * as shared from "../guard/rogue-ipv6.js";
import { anyMac } from "../set/any-mac.js";
import { guestMacs } from "../set/guest-macs.js";
import { guests } from "../set/guests.js";
import { ports } from "../set/ports.js";
import { unboundGuests } from "../set/unbound-guests.js";
import type { Chain } from "../table.js";

const type = field("ether type");

/** On a tap of its own the host itself knows what addresses it has there. */
const rogueIpv6: Chain = {
	...shared.rogueIpv6,
	rules: [
		...shared.rogueIpv6.rules,
		[
			equals(field("ip6 saddr"), { prefix: { addr: "fe80::", len: 10 } }),
			equals({ fib: { result: "type", flags: ["saddr", "iif"] } }, "local"),
			goto(dropAddress),
		],
	],
};

const families = { ip: guardIpv4, ip6: guardIpv6(rogueIpv6) };

/**
 * A guest of which something is given. What the host itself sends to a group comes back in as if it had come by the tap, but
 * without an Ethernet header (ip_mc_output, net/ipv4/ip_output.c): nothing here matches it.
 */
const guard: Chain = {
	create: { name: "guard" },
	rules: [
		[isIn(concat(iifname, field("ether saddr")), guestMacs), branch(type, families)],
		[isIn(iifname, anyMac), branch(type, families)],
		[isOneOf(type, ["ip", "ip6"]), goto(dropMac)],
	],
};

/** A guest of which nothing is given. */
const guardUnbound: Chain = {
	create: { name: "guard_unbound" },
	rules: [[branch(type, { ip: rogueIpv4, ip6: rogueIpv6 })]],
};

/** Packets that come by taps of their own. Before defragmentation, which would hide from whom the fragments came. */
const prerouting: Chain = {
	create: {
		name: "guard_prerouting",
		type: "filter",
		hook: "prerouting",
		prio: -450,
		policy: "accept",
		comment: "what guests send by taps that are no ports",
	},
	rules: [
		[isIn(iifname, guests), goto(guard)],
		[isIn(iifname, unboundGuests), goto(guardUnbound)],
		// A bridge hands frames to 01:80:c2:00:00:0e to its host as if they had come by a tap of its own, and asks nobody
		// (br_handle_frame, net/bridge/br_input.c). Nothing else comes by a port itself.
		[isIn(iifname, ports), goto(dropProtocol)],
	],
};

export const guardChains: readonly Chain[] = [
	dropProtocol,
	...ipChains(rogueIpv6),
	guard,
	guardUnbound,
	prerouting,
];
