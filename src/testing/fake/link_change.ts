import { IFNAMSIZ } from "../../uapi/if.js";
import { AF_INET } from "../../uapi/socket.js";
import { linkDown, linkUp } from "./addresses.js";
import { applyMtu, follow, setMaster } from "./bridge.js";
import { checkMtu, checkName, type LinkValue, readMac, wantsUp } from "./link_attributes.js";
import { type Link, linkNamed, type Namespace } from "./namespace.js";
import { Refusal } from "./refusal.js";
import { setInetConf } from "./sysctls.js";

/** IFLA_LINKINFO of an existing link. If it contains data, it must name the kind that the link has. */
export function changeInfo(link: Link, { IFLA_LINKINFO: info }: LinkValue): void {
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

/** do_setlink(), in the same order. */
export function change(ns: Namespace, link: Link, value: LinkValue): void {
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
	relabel(link);
}

/** Every address but the first gets a label of the new name and a number (inetdev_changename). */
function relabel({ addresses, name }: Link): void {
	for (const [i, address] of addresses.filter(({ family }) => family === AF_INET).entries()) {
		const colon = address.label.indexOf(":");
		const tail = i === 0 ? "" : colon < 0 ? `:${i + 1}` : address.label.slice(colon);
		address.label = name.slice(0, IFNAMSIZ - 1 - tail.length) + tail;
	}
}

function setMtu(ns: Namespace, link: Link, mtu: number): void {
	// An MTU that the link has already is neither set nor checked (dev_set_mtu_ext).
	if (mtu === link.mtu) return;
	checkMtu(link.mtuRange, mtu);
	link.mtuIsSet = true;
	applyMtu(ns, link, mtu);
	followedBy(ns, link);
}

/** The bridge of a changed port adapts to it. */
function followedBy(ns: Namespace, link: Link): void {
	const bridge = link.master === undefined ? undefined : ns.links.get(link.master);
	if (bridge !== undefined) follow(ns, bridge);
}
