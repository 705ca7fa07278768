import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../../src/netlink/frame.js";
import { IFF_UP } from "../../src/uapi/if.js";
import type { PF_BRIDGE_RTM_SETLINK, RTM_DELLINK, RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { AF_BRIDGE } from "../../src/uapi/socket.js";
import { dropAddresses, linkDown, linkUp } from "./addresses.js";
import { addBridge, follow, leaveMaster, setMaster } from "./bridge.js";
import { addLink, type Link, linkNamed, type Namespace, portsOf } from "./namespace.js";
import { hex, Refusal } from "./refusal.js";
import { setInetConf } from "./sysctls.js";
import type { Given } from "./value.js";

type NewLinkValue = Given<typeof RTM_NEWLINK>;

const IPV6_LEAST_MTU = 1280;

/** The link a message means: by index if it has one, else by name; the name is not compared with the index. */
export function findLink(ns: Namespace, value: NewLinkValue): Link | undefined {
	const index = value.ifi_index ?? 0;
	if (index !== 0) return ns.links.get(index);
	return value.IFLA_IFNAME === undefined ? undefined : linkNamed(ns, value.IFLA_IFNAME);
}

/** RTM_NEWLINK: create, or change what is there. Not atomic: what came before a refused attribute stays. */
export function newLink(ns: Namespace, flags: number, value: NewLinkValue): void {
	if ((value.ifi_index ?? 0) < 0) throw new Refusal("EINVAL", "ifindex can't be negative");
	if (value.IFLA_IFNAME !== undefined) checkName(value.IFLA_IFNAME);
	const link = findLink(ns, value);
	if (link !== undefined) {
		if ((flags & NLM_F_EXCL) !== 0) throw new Refusal("EEXIST");
		if ((flags & NLM_F_REPLACE) !== 0) throw new Refusal("EOPNOTSUPP");
		changeInfo(link, value);
		change(ns, link, value);
	} else if ((flags & NLM_F_CREATE) !== 0) create(ns, value);
	else changeGroup(ns, value);
}

/** A change that names no link but a group is meant for each of them. */
function changeGroup(ns: Namespace, value: NewLinkValue): void {
	const named = (value.ifi_index ?? 0) !== 0 || value.IFLA_IFNAME !== undefined;
	if (named || value.IFLA_GROUP === undefined) throw new Refusal("ENODEV");
	for (const one of ns.links.values())
		if (one.group === value.IFLA_GROUP) change(ns, one, { ...value, IFLA_GROUP: undefined });
}

/** RTM_SETLINK; of AF_BRIDGE, the options of a port. */
export function setLink(
	ns: Namespace,
	value: NewLinkValue | Given<typeof PF_BRIDGE_RTM_SETLINK>,
): void {
	if (value.ifi_family === AF_BRIDGE) {
		setPort(ns, value as Given<typeof PF_BRIDGE_RTM_SETLINK>);
		return;
	}
	const plain = value as NewLinkValue;
	if ((plain.ifi_index ?? 0) <= 0 && plain.IFLA_IFNAME === undefined) throw new Refusal("EINVAL");
	const link = findLink(ns, plain);
	if (link === undefined) throw new Refusal("ENODEV");
	change(ns, link, plain);
}

function setPort(ns: Namespace, value: Given<typeof PF_BRIDGE_RTM_SETLINK>): void {
	const link = ns.links.get(value.ifi_index ?? 0);
	if (link === undefined) throw new Refusal("ENODEV");
	if (link.port === undefined) throw new Refusal("EOPNOTSUPP");
	Object.assign(link.port, value.IFLA_PROTINFO);
}

/** RTM_DELLINK: one by index or name, or a whole group in one message. */
export function deleteLink(ns: Namespace, value: Given<typeof RTM_DELLINK>): void {
	const link = findLink(ns, value);
	if (link !== undefined) {
		if (link.kind === undefined) throw new Refusal("EOPNOTSUPP");
		removeLink(ns, link);
		return;
	}
	if ((value.ifi_index ?? 0) !== 0 || value.IFLA_IFNAME !== undefined) throw new Refusal("ENODEV");
	if (value.IFLA_GROUP === undefined) throw new Refusal("EINVAL");
	if (value.IFLA_GROUP === 0) throw new Refusal("EPERM");
	const group = [...ns.links.values()].filter((one) => one.group === value.IFLA_GROUP);
	if (group.length === 0) throw new Refusal("ENODEV");
	if (group.some((one) => one.kind === undefined)) throw new Refusal("EOPNOTSUPP");
	for (const one of group) removeLink(ns, one);
}

/** A link goes, and with it what hangs on it: addresses, routes, neighbours, ports, its peer. */
export function removeLink(ns: Namespace, link: Link): void {
	if (!ns.links.has(link.index)) return;
	dropAddresses(ns, link);
	ns.routes = ns.routes.filter(({ hops }) => hops.every(({ oif }) => oif !== link.index));
	ns.neighbours = ns.neighbours.filter(({ index }) => index !== link.index);
	for (const port of portsOf(ns, link)) leaveMaster(ns, port);
	leaveMaster(ns, link);
	ns.links.delete(link.index);
	const peer = link.peer === undefined ? undefined : ns.links.get(link.peer);
	if (peer !== undefined) removeLink(ns, peer);
}

const nameIsBad = (name: string): boolean =>
	name === "" || name === "." || name === ".." || /[/:\s]/.test(name);
export function checkName(name: string): void {
	if (nameIsBad(name)) throw new Refusal("EINVAL");
}

function create(ns: Namespace, value: NewLinkValue): void {
	const info = value.IFLA_LINKINFO;
	const kind = info?.IFLA_INFO_KIND;
	if (value.IFLA_AF_SPEC !== undefined) throw new Refusal("EAFNOSUPPORT");
	if (kind === "tun")
		throw new Refusal("EOPNOTSUPP", "tun/tap creation via rtnetlink is not supported.");
	if (kind !== "bridge" && kind !== "veth") throw new Refusal("EOPNOTSUPP", "Unknown device type");
	if (value.IFLA_MTU !== undefined) checkMtu([68, 65535], value.IFLA_MTU);
	const name = freeName(ns, value.IFLA_IFNAME, kind);
	const mac = value.IFLA_ADDRESS && readMac(value.IFLA_ADDRESS);
	const index = value.ifi_index;
	if (index !== undefined && ns.links.has(index)) throw new Refusal("EBUSY");
	const peer = info?.IFLA_INFO_KIND === "veth" ? info.IFLA_INFO_DATA?.VETH_INFO_PEER : undefined;
	const peerName = kind === "veth" ? freeName(ns, peer?.IFLA_IFNAME, kind, name) : undefined;
	const other = peerName && addLink(ns, { name: peerName, kind, index: peer?.ifi_index });
	const link =
		kind === "bridge"
			? addBridge(ns, { name, index, mac, data: { ...info?.IFLA_INFO_DATA } })
			: addLink(ns, { name, index, mac, kind });
	if (other) {
		link.peer = other.index;
		other.peer = link.index;
	}
	link.mtu = value.IFLA_MTU ?? link.mtu;
	link.group = value.IFLA_GROUP ?? 0;
	link.txqlen = value.IFLA_TXQLEN ?? link.txqlen;
	if (wantsUp(link, value)) raise(ns, link);
	try {
		// IFLA_IFALIAS is taken without a word and forgotten; a bad master takes the new link away again.
		if (value.IFLA_MASTER !== undefined) setMaster(ns, link, value.IFLA_MASTER);
	} catch (error) {
		removeLink(ns, link);
		throw error;
	}
}

function freeName(ns: Namespace, wanted: string | undefined, kind: string, taken = ""): string {
	if (wanted !== undefined && !wanted.includes("%d")) {
		if (wanted === taken || linkNamed(ns, wanted)) throw new Refusal("EEXIST");
		return wanted;
	}
	const pattern = wanted ?? `${kind}%d`;
	for (let i = 0; ; i++) {
		const name = pattern.replace("%d", `${i}`);
		if (name !== taken && linkNamed(ns, name) === undefined) return name;
	}
}

/** IFLA_LINKINFO of a link that exists: its kind must be the one it has as soon as there is data for it. */
function changeInfo(link: Link, { IFLA_LINKINFO: info }: NewLinkValue): void {
	if (info?.IFLA_INFO_KIND !== undefined && info.IFLA_INFO_DATA !== undefined) {
		if (info.IFLA_INFO_KIND !== link.kind || link.kind !== "bridge")
			throw new Refusal("EOPNOTSUPP");
		Object.assign(link.data, info.IFLA_INFO_DATA);
	}
	if (info?.IFLA_INFO_SLAVE_KIND !== undefined && info.IFLA_INFO_SLAVE_DATA !== undefined) {
		if (link.port === undefined) throw new Refusal("EOPNOTSUPP");
		Object.assign(link.port, info.IFLA_INFO_SLAVE_DATA);
	}
}

/** do_setlink(), in its order. */
function change(ns: Namespace, link: Link, value: NewLinkValue): void {
	if (value.IFLA_AF_SPEC?.$unknown !== undefined) throw new Refusal("EAFNOSUPPORT");
	if (value.IFLA_ADDRESS !== undefined) {
		link.mac = readMac(value.IFLA_ADDRESS);
		link.macIsSet = true;
		followedBy(ns, link);
	}
	if (value.IFLA_MTU !== undefined) setMtu(ns, link, value.IFLA_MTU);
	if (value.IFLA_GROUP !== undefined) link.group = value.IFLA_GROUP;
	if (value.ifi_index !== undefined && value.IFLA_IFNAME !== undefined)
		rename(ns, link, value.IFLA_IFNAME);
	if (value.IFLA_IFALIAS !== undefined) link.alias = value.IFLA_IFALIAS || undefined;
	const up = wantsUp(link, value);
	if (up !== link.up) up ? raise(ns, link) : lower(ns, link);
	if (value.IFLA_MASTER !== undefined) setMaster(ns, link, value.IFLA_MASTER);
	if (value.IFLA_TXQLEN !== undefined) link.txqlen = value.IFLA_TXQLEN;
	if (value.IFLA_AF_SPEC?.AF_INET?.IFLA_INET_CONF !== undefined)
		setInetConf(link, value.IFLA_AF_SPEC.AF_INET.IFLA_INET_CONF);
	const mode = value.IFLA_AF_SPEC?.AF_INET6?.IFLA_INET6_ADDR_GEN_MODE;
	if (mode !== undefined && link.conf.ipv6) link.conf.ipv6.addr_gen_mode = `${mode}`;
}

/** ifi_change says which flags are meant; 0 with flags means all of them. */
function wantsUp(link: Link, { ifi_flags = 0, ifi_change = 0 }: NewLinkValue): boolean {
	if (ifi_flags === 0 && ifi_change === 0) return link.up;
	const meant = ifi_change === 0 || (ifi_change & IFF_UP) !== 0;
	return meant ? (ifi_flags & IFF_UP) !== 0 : link.up;
}

export function raise(ns: Namespace, link: Link): void {
	link.up = true;
	linkUp(ns, link);
}
function lower(ns: Namespace, link: Link): void {
	link.up = false;
	linkDown(ns, link);
}

function rename(ns: Namespace, link: Link, name: string): void {
	if (name === link.name) return;
	checkName(name);
	if (linkNamed(ns, name) !== undefined) throw new Refusal("EEXIST");
	link.name = name;
}

function checkMtu([least, most]: readonly [number, number], mtu: number): void {
	if (mtu < least) throw new Refusal("EINVAL", "mtu less than device minimum", "IFLA_MTU");
	if (mtu > most) throw new Refusal("EINVAL", "mtu greater than device maximum", "IFLA_MTU");
}

function setMtu(ns: Namespace, link: Link, mtu: number): void {
	checkMtu(link.mtuRange, mtu);
	link.mtu = mtu;
	link.mtuIsSet = true;
	followedBy(ns, link);
	if (mtu >= IPV6_LEAST_MTU) link.conf.ipv6 ??= { ...ns.conf.ipv6.default };
	else {
		dropAddresses(ns, link, 10);
		link.conf.ipv6 = undefined;
	}
}

/** The bridge above takes notice of a changed port. */
function followedBy(ns: Namespace, link: Link): void {
	const bridge = link.master === undefined ? undefined : ns.links.get(link.master);
	if (bridge !== undefined) follow(ns, bridge);
}

/** Six bytes count and the rest is cut; multicast and zero are no addresses of a link. */
function readMac(bytes: Uint8Array): string {
	if (bytes.length < 6) throw new Refusal("EINVAL");
	const mac = hex(bytes.subarray(0, 6));
	if (((bytes[0] as number) & 1) !== 0 || /^0+$/.test(mac)) throw new Refusal("EADDRNOTAVAIL");
	return mac;
}
