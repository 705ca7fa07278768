import { IPV6_MIN_MTU } from "../../spec/segments.js";
import { AF_INET6 } from "../../uapi/socket.js";
import { dropAddresses } from "./addresses.js";
import {
	addLink,
	isLoopback,
	type Link,
	type Namespace,
	type NewLink,
	portsOf,
} from "./namespace.js";
import { Refusal } from "./refusal.js";

const MAX_PORTS = 1023;
const NO_MAC = "000000000000";

export const bridgeDefaults = {
	IFLA_BR_FORWARD_DELAY: 1500,
	IFLA_BR_HELLO_TIME: 200,
	IFLA_BR_MAX_AGE: 2000,
	IFLA_BR_AGEING_TIME: 30000,
	IFLA_BR_STP_STATE: 0,
	IFLA_BR_PRIORITY: 32768,
	IFLA_BR_VLAN_FILTERING: 0,
	IFLA_BR_MCAST_SNOOPING: 1,
};
const portDefaults = {
	IFLA_BRPORT_PRIORITY: 32,
	IFLA_BRPORT_COST: 2,
	IFLA_BRPORT_MODE: 0,
	IFLA_BRPORT_GUARD: 0,
	IFLA_BRPORT_PROTECT: 0,
	IFLA_BRPORT_FAST_LEAVE: 0,
	IFLA_BRPORT_LEARNING: 1,
	IFLA_BRPORT_UNICAST_FLOOD: 1,
	IFLA_BRPORT_PROXYARP: 0,
	IFLA_BRPORT_MCAST_FLOOD: 1,
	IFLA_BRPORT_BCAST_FLOOD: 1,
	IFLA_BRPORT_NEIGH_SUPPRESS: 0,
	IFLA_BRPORT_ISOLATED: 0,
	IFLA_BRPORT_LOCKED: 0,
};

export const addBridge = (ns: Namespace, link: NewLink): Link =>
	addLink(ns, { ...link, kind: "bridge", data: { ...bridgeDefaults, ...link.data } });

/**
 * IFLA_MASTER. The link leaves its old master first, without a notification, and does not return to it if it cannot
 * join the new one.
 */
export function setMaster(ns: Namespace, link: Link, master: number): void {
	if (link.master !== undefined) {
		if (link.master === master) return;
		leaveMaster(ns, link);
	}
	if (master === 0) return;
	const bridge = ns.links.get(master);
	if (bridge === undefined) throw new Refusal("EINVAL", undefined, undefined);
	if (bridge.kind !== "bridge") throw new Refusal("EOPNOTSUPP");
	if (isLoopback(link) || link.mac === NO_MAC) throw new Refusal("EINVAL");
	if (link.kind === "bridge") throw new Refusal("ELOOP", "Can not enslave a bridge to a bridge");
	if (portsOf(ns, bridge).length >= MAX_PORTS) throw new Refusal("EXFULL");
	link.master = master;
	link.port = { ...portDefaults };
	follow(ns, bridge);
}

/** Leave the bridge, which deletes the options of the port. */
export function leaveMaster(ns: Namespace, link: Link): void {
	const bridge = link.master === undefined ? undefined : ns.links.get(link.master);
	link.master = undefined;
	link.port = undefined;
	if (bridge !== undefined) follow(ns, bridge);
}

/** A bridge has the lowest MAC and the lowest MTU of its ports, unless somebody has set them. */
export function follow(ns: Namespace, bridge: Link): void {
	const ports = portsOf(ns, bridge);
	if (!bridge.macIsSet) bridge.mac = ports.map((port) => port.mac).sort()[0] ?? NO_MAC;
	if (!bridge.mtuIsSet)
		applyMtu(ns, bridge, ports.length === 0 ? 1500 : Math.min(...ports.map((port) => port.mtu)));
}

/** A link whose MTU falls below IPv6's minimum loses IPv6, and does not get its IPv6 addresses back. */
export function applyMtu(ns: Namespace, link: Link, mtu: number): void {
	link.mtu = mtu;
	if (mtu >= IPV6_MIN_MTU) link.conf.ipv6 ??= { ...ns.conf.ipv6.default };
	else {
		dropAddresses(ns, link, AF_INET6);
		link.conf.ipv6 = undefined;
	}
}
