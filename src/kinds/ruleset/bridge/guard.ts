import { accept, branch, concat, equals, field, goto, iifname, isIn } from "../expression.js";
import { dropMac, dropProtocol } from "../guard/drop.js";
import { guardArp } from "../guard/guard-arp.js";
import { guardIpv4 } from "../guard/guard-ipv4.js";
import { guardIpv6 } from "../guard/guard-ipv6.js";
import { ipChains } from "../guard/index.js";
import { rogueIpv4 } from "../guard/rogue-ipv4.js";
import { rogueIpv6 } from "../guard/rogue-ipv6.js";
import { sourceArp } from "../guard/source-arp.js";
import { anyMac } from "../set/any-mac.js";
import { guestMacs } from "../set/guest-macs.js";
import { guests } from "../set/guests.js";
import { unboundGuests } from "../set/unbound-guests.js";
import type { Chain } from "../table.js";

const type = field("ether type");
const protocols = { ip: guardIpv4, ip6: guardIpv6(rogueIpv6), arp: guardArp };

/** A guest of which something is given. A frame with a VLAN tag has the type of that, whatever is in it. */
const guard: Chain = {
	create: { name: "guard" },
	rules: [
		[isIn(concat(iifname, field("ether saddr")), guestMacs), branch(type, protocols)],
		[isIn(iifname, anyMac), branch(type, protocols)],
		[isIn(concat(iifname, field("ether saddr")), guestMacs), goto(dropProtocol)],
		[isIn(iifname, anyMac), goto(dropProtocol)],
		[goto(dropMac)],
	],
};

/** A guest of which nothing is given. */
const guardUnbound: Chain = {
	create: { name: "guard_unbound" },
	rules: [[branch(type, { ip: rogueIpv4, ip6: rogueIpv6, arp: accept })], [goto(dropProtocol)]],
};

/** Every frame that comes by a port, before it is anywhere else: not even its MAC is learned of one that is dropped. */
const prerouting: Chain = {
	create: {
		name: "guard_prerouting",
		type: "filter",
		hook: "prerouting",
		prio: -450,
		policy: "accept",
		comment: "what guests send by ports of bridges",
	},
	rules: [
		[isIn(iifname, guests), goto(guard)],
		[isIn(iifname, unboundGuests), goto(guardUnbound)],
	],
};

/** The group of addresses that a bridge keeps for itself and does not forward: 01:80:c2:00:00:0x (IEEE 802.1D). */
const isReserved = equals(
	{ "&": [field("ether daddr"), "ff:ff:ff:ff:ff:f0"] },
	"01:80:c2:00:00:00",
);

/**
 * With spanning tree on, a frame to the first of those addresses does not come by prerouting: a bridge hands it to its host as
 * if it had come by a tap of its own, whatever is in it (br_handle_frame, net/bridge/br_input.c).
 */
const input: Chain = {
	create: {
		name: "guard_input",
		type: "filter",
		hook: "input",
		prio: -450,
		policy: "accept",
		comment: "what guests send to the bridge itself",
	},
	rules: [
		[isReserved, isIn(iifname, guests), goto(dropProtocol)],
		[isReserved, isIn(iifname, unboundGuests), goto(dropProtocol)],
	],
};

export const guardChains: readonly Chain[] = [
	dropProtocol,
	...ipChains(rogueIpv6),
	sourceArp,
	guardArp,
	guard,
	guardUnbound,
	prerouting,
	input,
];
