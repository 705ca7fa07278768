import type { Listener } from "../../kernel/kernel.js";
import type { RTM_NEWQDISC, RTM_NEWTFILTER } from "../../uapi/pkt_sched.js";
import { type Conf, type Family, newConf, newNeighConf } from "./conf.js";
import type { Given } from "./value.js";

/**
 * The state of one modelled network namespace, as plain data. The functions in the files beside this one play the
 * kernel.
 */
export interface Namespace {
	/** The links by their index. */
	readonly links: Map<number, Link>;
	/** Routes of all tables. */
	routes: Route[];
	/** Entries of the neighbour tables. */
	neighbours: Neighbour[];
	/** Routing rules. */
	readonly rules: Rule[];
	/** Nexthop objects. */
	readonly nexthops: Nexthop[];
	/** Values below /proc/sys that do not belong to a device. */
	readonly sysctls: Map<string, string>;
	/** The settings of all devices together, and the defaults of new ones. */
	readonly conf: { readonly [family in Family]: { all: Conf; default: Conf } };
	/** Taps that our process holds open, by the name under which it created them. */
	readonly descriptors: Map<string, Link>;
	/** Sockets of the host that listen at a port. */
	readonly listeners: Listener[];
	/** The names that `ownConf` of a new device starts with: those that were ever written to `default`. */
	readonly defaultOwnConf: Set<string>;
	/** The highest interface index that was given out. */
	lastIndex: number;
	/** The last MAC address that was assigned. */
	lastMac: number;
}

/** A queueing discipline that somebody put there; the one that a link is made with is not modelled. */
export interface Qdisc {
	readonly handle: number;
	readonly kind: string;
	readonly value: Given<typeof RTM_NEWQDISC>;
	/** Those of an ingress, in the order of their priorities. */
	readonly filters: Given<typeof RTM_NEWTFILTER>[];
}

export interface Tun {
	readonly owner: number | undefined;
	readonly group: number | undefined;
	readonly multiQueue: boolean;
	readonly vnetHdr: boolean;
	persistent: boolean;
	/** Whether a descriptor of our process keeps it alive. */
	held: boolean;
}

/** One interface of the model. */
export interface Link {
	/** Interface index. */
	readonly index: number;
	/** IFLA_IFNAME. */
	name: string;
	/** IFLA_INFO_KIND; undefined for loopback and for hardware, which cannot be deleted. */
	readonly kind: string | undefined;
	/** IFF_UP. */
	up: boolean;
	/** The MTU in bytes. */
	mtu: number;
	/** The MTUs that the device accepts, in bytes. */
	readonly mtuRange: readonly [least: number, most: number];
	/** The MAC address in hexadecimal. */
	mac: string;
	/** Whether somebody has set the MAC, after which a bridge no longer follows its ports. */
	macIsSet: boolean;
	/** Whether somebody has set the MTU, with the same effect. */
	mtuIsSet: boolean;
	/** IFLA_GROUP. */
	group: number;
	/** The length of the transmit queue in packets. */
	txqlen: number;
	/** IFLA_IFALIAS. */
	alias: string | undefined;
	/** The index of the bridge that it is a port of. */
	master: number | undefined;
	/** The index of the other end of a veth pair. */
	peer: number | undefined;
	/** IFLA_INFO_DATA. */
	data: Record<string, unknown>;
	/** IFLA_INFO_SLAVE_DATA of a bridge port. */
	port: Record<string, unknown> | undefined;
	/** The state that only a tap has. */
	tun: Tun | undefined;
	/** The addresses in the order in which they were added. */
	addresses: Address[];
	/** The settings of the link below /proc/sys/net. */
	conf: { ipv4: Conf; ipv6: Conf | undefined };
	/** The same of its neighbours. */
	readonly neigh: { readonly [family in Family]: Conf };
	/**
	 * The IPv4 settings that somebody has set for this device, or "all": a change of `default` no longer reaches them.
	 */
	ownConf: Set<string> | "all";
	/** What somebody put in the place of its queue, and before all that comes in by it. */
	qdiscs: { root?: Qdisc | undefined; ingress?: Qdisc | undefined };
}

export interface Address {
	readonly family: number;
	/** In hexadecimal, like all addresses of the model. */
	readonly local: string;
	/** The peer, or the address itself. */
	readonly address: string;
	readonly prefix: number;
	readonly scope: number;
	flags: number;
	readonly broadcast: string | undefined;
	label: string;
	readonly proto: number;
	readonly metric: number;
}

export interface Hop {
	readonly oif: number | undefined;
	readonly gateway: string | undefined;
	readonly flags: number;
	readonly weight: number;
}

export interface Route {
	readonly family: number;
	readonly table: number;
	readonly dst: string;
	readonly prefix: number;
	readonly tos: number;
	readonly priority: number;
	readonly type: number;
	readonly scope: number;
	readonly protocol: number;
	readonly prefsrc: string | undefined;
	readonly hops: readonly Hop[];
	readonly metrics: unknown;
	/** The lifetime of a default router that the kernel learned from a router advertisement. */
	readonly routerExpires?: number;
}

export interface Neighbour {
	readonly family: number;
	readonly index: number;
	readonly key: string;
	readonly lladdr: string | undefined;
	readonly state: number;
	readonly flags: number;
	readonly protocol: number;
}

export interface Rule {
	readonly family: number;
	readonly action: number;
	readonly flags: number;
	readonly priority: number;
	readonly table: number;
	readonly iifname: string | undefined;
	readonly oifname: string | undefined;
	readonly protocol: number;
}

/** A nexthop object. Routes that refer to one are not modelled. */
export interface Nexthop {
	readonly id: number;
	readonly family: number;
	readonly protocol: number;
	readonly oif: number;
	readonly gateway: string | undefined;
}

const LOOPBACK_MTU = 65536;

/** A namespace as unshare(2) makes it: it contains loopback, which is down. */
export function emptyNamespace(): Namespace {
	const ns: Namespace = {
		links: new Map(),
		routes: [],
		neighbours: [],
		rules: [],
		nexthops: [],
		sysctls: new Map([
			["net/bridge/bridge-nf-call-arptables", "1"],
			["net/bridge/bridge-nf-call-ip6tables", "1"],
			["net/bridge/bridge-nf-call-iptables", "1"],
			["net/ipv4/ip_nonlocal_bind", "0"],
		]),
		conf: {
			ipv4: { all: newConf("ipv4"), default: newConf("ipv4") },
			ipv6: { all: newConf("ipv6"), default: newConf("ipv6") },
		},
		descriptors: new Map(),
		listeners: [],
		defaultOwnConf: new Set(),
		lastIndex: 0,
		lastMac: 0,
	};
	const lo = addLink(ns, { name: "lo", mac: "000000000000", mtuRange: [0, 2 ** 31 - 1] });
	lo.mtu = LOOPBACK_MTU;
	Object.assign(lo.conf.ipv4, { disable_policy: "1", disable_xfrm: "1" });
	return ns;
}

export interface NewLink {
	readonly name: string;
	readonly index?: number | undefined;
	readonly kind?: string | undefined;
	readonly mac?: string | undefined;
	readonly mtuRange?: readonly [least: number, most: number] | undefined;
	readonly tun?: Tun | undefined;
	readonly data?: Record<string, unknown> | undefined;
}

/** Add a link to the namespace. It is down and has the values of a new device. */
export function addLink(ns: Namespace, { name, kind, mac, tun, data, ...rest }: NewLink): Link {
	const index = rest.index || nextIndex(ns);
	const link: Link = {
		index,
		name,
		kind,
		up: false,
		mtu: 1500,
		mtuRange: rest.mtuRange ?? [68, 65535],
		mac: mac ?? (0x02fa00000000 + ++ns.lastMac).toString(16).padStart(12, "0"),
		macIsSet: mac !== undefined,
		mtuIsSet: false,
		group: 0,
		txqlen: 1000,
		alias: undefined,
		master: undefined,
		peer: undefined,
		data: { ...data },
		port: undefined,
		tun,
		addresses: [],
		qdiscs: { root: undefined, ingress: undefined },
		conf: { ipv4: { ...ns.conf.ipv4.default }, ipv6: { ...ns.conf.ipv6.default } },
		neigh: { ipv4: newNeighConf(), ipv6: newNeighConf() },
		ownConf: new Set(ns.defaultOwnConf),
	};
	ns.links.set(index, link);
	return link;
}

function nextIndex(ns: Namespace): number {
	do ns.lastIndex++;
	while (ns.links.has(ns.lastIndex));
	return ns.lastIndex;
}

export const linkNamed = (ns: Namespace, name: string): Link | undefined =>
	[...ns.links.values()].find((link) => link.name === name);

/** Whether a link has a carrier. A tap that only our process holds has none (IFF_NO_CARRIER). */
export function hasCarrier(ns: Namespace, link: Link): boolean {
	if (link.tun !== undefined) return false;
	if (link.peer !== undefined) return link.up && (ns.links.get(link.peer)?.up ?? false);
	if (link.kind !== "bridge") return true;
	return portsOf(ns, link).some((port) => isRunning(ns, port));
}
/** Whether packets can pass the link. */
export const isRunning = (ns: Namespace, link: Link): boolean => link.up && hasCarrier(ns, link);

export const portsOf = (ns: Namespace, bridge: Link): Link[] =>
	[...ns.links.values()].filter((link) => link.master === bridge.index);

/** Loopback is the first link of every namespace, whatever its name. */
export const isLoopback = ({ index }: Link): boolean => index === 1;
