import { type Conf, type Family, newConf } from "./conf.js";

/** The state of one modelled network namespace. Plain data; the functions beside it are the kernel. */
export interface Namespace {
	/** By index. */
	readonly links: Map<number, Link>;
	/** Routes of all tables. */
	routes: Route[];
	/** Entries of the neighbour tables. */
	neighbours: Neighbour[];
	/** Routing rules. */
	readonly rules: Rule[];
	/** Nexthop objects. */
	readonly nexthops: Nexthop[];
	/** Values below /proc/sys that belong to no device. */
	readonly sysctls: Map<string, string>;
	/** Settings of all devices together, and of those to come. */
	readonly conf: { readonly [family in Family]: { all: Conf; default: Conf } };
	/** Taps that our process holds open, by the name it made them under. */
	readonly descriptors: Map<string, Link>;
	/** What `ownConf` of a new device begins with: whatever was ever written to `default`. */
	readonly defaultOwnConf: Set<string>;
	/** The highest interface index that was given out. */
	lastIndex: number;
	/** The last MAC address that was drawn. */
	lastMac: number;
}

export interface Tun {
	readonly owner: number | undefined;
	readonly group: number | undefined;
	readonly multiQueue: boolean;
	readonly vnetHdr: boolean;
	persistent: boolean;
	/** A descriptor of our process keeps it. */
	held: boolean;
}

/** One interface, as the model has it. */
export interface Link {
	/** Interface index. */
	readonly index: number;
	/** IFLA_IFNAME. */
	name: string;
	/** IFLA_INFO_KIND; undefined for loopback and for hardware, which nobody can delete. */
	readonly kind: string | undefined;
	/** IFF_UP. */
	up: boolean;
	/** In bytes. */
	mtu: number;
	/** What the device takes, in bytes. */
	readonly mtuRange: readonly [least: number, most: number];
	/** In hex. */
	mac: string;
	/** Somebody chose the MAC: a bridge no longer follows its ports. */
	macIsSet: boolean;
	/** Likewise for the MTU of a bridge. */
	mtuIsSet: boolean;
	/** IFLA_GROUP. */
	group: number;
	/** In packets. */
	txqlen: number;
	/** IFLA_IFALIAS. */
	alias: string | undefined;
	/** Index of the bridge that it is a port of. */
	master: number | undefined;
	/** The other end of a veth pair. */
	peer: number | undefined;
	/** IFLA_INFO_DATA. */
	data: Record<string, unknown>;
	/** IFLA_INFO_SLAVE_DATA of a bridge port. */
	port: Record<string, unknown> | undefined;
	/** What only a tap has. */
	tun: Tun | undefined;
	/** In the order in which they were added. */
	addresses: Address[];
	/** Its settings below /proc/sys/net. */
	conf: { ipv4: Conf; ipv6: Conf | undefined };
	/** Names of IPv4 values that somebody set for this device, or all: `default` no longer changes them. */
	ownConf: Set<string> | "all";
}

export interface Address {
	readonly family: number;
	/** In hex, as are all addresses of the model. */
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
	/** Of a default router that the kernel counts among those it learned: how long it lasts. */
	readonly routerExpires?: number;
}

export interface Neighbour {
	readonly family: number;
	readonly index: number;
	readonly key: string;
	readonly lladdr: string | undefined;
	readonly state: number;
	readonly flags: number;
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

/** A nexthop object; routes that name one are not modelled. */
export interface Nexthop {
	readonly id: number;
	readonly family: number;
	readonly protocol: number;
	readonly oif: number;
	readonly gateway: string | undefined;
}

const LOOPBACK_MTU = 65536;

/** A namespace as unshare(2) leaves it: loopback, down, and nothing else. */
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

/** Put a link into the namespace, down and with the values of a new device. */
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
		conf: { ipv4: { ...ns.conf.ipv4.default }, ipv6: { ...ns.conf.ipv6.default } },
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

/** Whether a link has somebody at its other end. A tap that only we hold has not (IFF_NO_CARRIER). */
export function hasCarrier(ns: Namespace, link: Link): boolean {
	if (link.tun !== undefined) return false;
	if (link.peer !== undefined) return link.up && (ns.links.get(link.peer)?.up ?? false);
	if (link.kind !== "bridge") return true;
	return portsOf(ns, link).some((port) => isRunning(ns, port));
}
/** Whether packets can pass. */
export const isRunning = (ns: Namespace, link: Link): boolean => link.up && hasCarrier(ns, link);

export const portsOf = (ns: Namespace, bridge: Link): Link[] =>
	[...ns.links.values()].filter((link) => link.master === bridge.index);

/** Every namespace's first link, whatever it is called now. */
export const isLoopback = ({ index }: Link): boolean => index === 1;
