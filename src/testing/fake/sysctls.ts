import { ipv4DevconfAttrs } from "../../uapi/ip.js";
import {
	NETCONFA_IFINDEX_ALL,
	NETCONFA_IFINDEX_DEFAULT,
	type RTM_GETNETCONF,
	type RTM_NEWNETCONF,
} from "../../uapi/netconf.js";
import { AF_INET6 } from "../../uapi/socket.js";
import type { Conf, Family } from "./conf.js";
import type { Link, Namespace } from "./namespace.js";
import { linkNamed } from "./namespace.js";
import { Refusal } from "./refusal.js";
import { purgeDefaultRouters } from "./routes.js";
import type { Given, Taken } from "./value.js";

const FORCE = "force_forwarding";
/** Settings whose change in `all` the kernel copies to every device, and to `default`. */
const SPREADS: { readonly [family in Family]: readonly string[] } = {
	ipv4: ["forwarding"],
	ipv6: ["forwarding", "disable_ipv6", FORCE],
};
/** Settings whose handler only flushes routes, so that a new default reaches new devices alone. */
const FLUSHING: ReadonlySet<string> = new Set([
	"disable_policy",
	"disable_xfrm",
	"drop_unicast_in_l2_multicast",
	"promote_secondaries",
	"route_localnet",
]);
const FORWARD = "net/ipv4/ip_forward";

const NEIGH = /^net\/(ipv4|ipv6)\/neigh\/([^/]+)\/(\w+)$/;

interface Place {
	readonly conf: Conf;
	readonly name: string;
	readonly family: Family;
	readonly device: string;
	readonly link: Link | undefined;
}

/** Where a setting is stored. ip_forward is another name of conf/all/forwarding. */
function placeOf(ns: Namespace, path: string): Place | undefined {
	const [, family, device, name] =
		/^net\/(ipv4|ipv6)\/conf\/([^/]+)\/(\w+)$/.exec(
			path === FORWARD ? "net/ipv4/conf/all/forwarding" : path,
		) ?? [];
	if (family === undefined || device === undefined || name === undefined) return undefined;
	const ofAll = ns.conf[family as Family];
	const link = linkNamed(ns, device);
	const conf =
		device === "all" || device === "default" ? ofAll[device] : link?.conf[family as Family];
	if (conf?.[name] === undefined) return undefined;
	return { conf, name, family: family as Family, device, link };
}

/** The settings of a device's neighbours, which it has of each family that it has. */
function neighOf(ns: Namespace, family: string, device: string): Conf | undefined {
	const link = linkNamed(ns, device);
	return link?.conf[family as Family] && link.neigh[family as Family];
}

export function readSysctl(ns: Namespace, path: string): string {
	const place = placeOf(ns, path);
	const [, family = "", device = "", name = ""] = NEIGH.exec(path) ?? [];
	const value =
		place === undefined
			? (neighOf(ns, family, device)?.[name] ?? ns.sysctls.get(path))
			: place.conf[place.name];
	if (value === undefined) throw new Refusal("ENOENT");
	return value;
}

/** Settings that can only be read. */
const READ_ONLY: ReadonlySet<string> = new Set(["mc_forwarding"]);

/** All values in a directory that can be written. */
export function readSysctls(ns: Namespace, directory: string): ReadonlyMap<string, string> {
	const [, ofNeighbours = "", its = ""] =
		/^net\/(ipv4|ipv6)\/neigh\/([^/]+)$/.exec(directory) ?? [];
	if (its !== "") return new Map(Object.entries(neighOf(ns, ofNeighbours, its) ?? {}));
	const [, family, device] = /^net\/(ipv4|ipv6)\/conf\/([^/]+)$/.exec(directory) ?? [];
	if (family === undefined || device === undefined) return new Map();
	const ofAll = ns.conf[family as Family];
	const conf =
		device === "all" || device === "default"
			? ofAll[device]
			: linkNamed(ns, device)?.conf[family as Family];
	return new Map(Object.entries(conf ?? {}).filter(([name]) => !READ_ONLY.has(name)));
}

/** The kernel takes a number in any notation of C and reports it in decimal. */
export function writeSysctl(ns: Namespace, path: string, value: string): void {
	const before = readSysctl(ns, path);
	const number = /^-?(0x[0-9a-f]+|[0-9]+)$/i.test(value) ? Number(value) : Number.NaN;
	if (!Number.isInteger(number)) throw new Refusal("EINVAL");
	const text = `${number}`;
	const place = placeOf(ns, path);
	if (place?.name === FORCE && number !== 0 && number !== 1) throw new Refusal("EINVAL");
	if (place === undefined) {
		const [, family = "", device = "", name = ""] = NEIGH.exec(path) ?? [];
		const neigh = neighOf(ns, family, device);
		if (neigh === undefined) ns.sysctls.set(path, text);
		else neigh[name] = text;
		return;
	}
	place.conf[place.name] = text;
	const { device, family, name, link } = place;
	if (link !== undefined && family === "ipv4") own(link, name);
	if (family === "ipv6" && name === "forwarding" && number !== 0 && device !== "default")
		purgeDefaultRouters(ns);
	if (SPREADS[family].includes(name)) {
		if (text !== before && device === "all") spread(ns, place, text);
		if (device === "all" && family === "ipv6" && name === "forwarding" && number === 0)
			// Older kernels have no such setting.
			for (const { conf } of ns.links.values())
				if (conf.ipv6?.[FORCE] !== undefined) conf.ipv6[FORCE] = "0";
	} else if (family === "ipv4" && device === "default" && !FLUSHING.has(name))
		copyDefault(ns, name, text);
}

function own({ ownConf }: Link, name: string): void {
	if (ownConf !== "all") ownConf.add(name);
}

/** devinet_copy_dflt_conf(): a new default reaches every device whose own value nobody has set. */
function copyDefault(ns: Namespace, name: string, value: string): void {
	ns.defaultOwnConf.add(name);
	for (const { conf, ownConf } of ns.links.values())
		if (ownConf !== "all" && !ownConf.has(name)) conf.ipv4[name] = value;
}

/** Writing `all` overwrites the value of every device, and writing the old value again does not restore those. */
function spread(ns: Namespace, { family, name }: Place, value: string): void {
	if (name !== FORCE) ns.conf[family].default[name] = value;
	for (const link of ns.links.values()) {
		const conf = link.conf[family];
		if (conf !== undefined) conf[name] = value;
	}
	if (family === "ipv4") ns.conf.ipv4.all.accept_redirects = value === "0" ? "1" : "0";
}

// Some settings have other names in linux/ip.h.
const OTHER_NAMES: Readonly<Record<string, string>> = {
	arpfilter: "arp_filter",
	nopolicy: "disable_policy",
	noxfrm: "disable_xfrm",
	src_vmark: "src_valid_mark",
};
const confName = (devconf: string): string => {
	const name = devconf.replace(/^IPV4_DEVCONF_/, "").toLowerCase();
	return OTHER_NAMES[name] ?? name;
};

/**
 * RTM_NEWLINK { IFLA_AF_SPEC { AF_INET { IFLA_INET_CONF }}}: changes this device only, no other and not the default.
 */
export function setInetConf(link: Link, values: Readonly<Record<string, unknown>>): void {
	for (const [name, value] of Object.entries(values)) {
		const key = confName(name);
		if (link.conf.ipv4[key] === undefined) throw new Refusal("EINVAL");
		if (value === undefined) continue;
		link.conf.ipv4[key] = `${value}`;
		own(link, key);
	}
}

/** The same settings as the kernel reports them, with IPV4_DEVCONF_x at index x - 1. */
export const inetConf = (link: Link): number[] =>
	Object.keys(ipv4DevconfAttrs.parts).map((name) => Number(link.conf.ipv4[confName(name)]));

/** RTM_GETNETCONF of one device, or of `all` (-1) or `default` (-2). */
export function getNetconf(
	ns: Namespace,
	value: Given<typeof RTM_GETNETCONF>,
): Taken<typeof RTM_NEWNETCONF> {
	const index = value.NETCONFA_IFINDEX;
	if (index === undefined) throw new Refusal("EINVAL");
	const family = value.ncm_family === AF_INET6 ? "ipv6" : "ipv4";
	const conf =
		index === NETCONFA_IFINDEX_ALL
			? ns.conf[family].all
			: index === NETCONFA_IFINDEX_DEFAULT
				? ns.conf[family].default
				: ns.links.get(index)?.conf[family];
	if (conf === undefined) throw new Refusal("ENODEV");
	return {
		ncm_family: value.ncm_family ?? 0,
		NETCONFA_IFINDEX: index,
		NETCONFA_FORWARDING: Number(conf.forwarding),
		...(family === "ipv4" && {
			NETCONFA_RP_FILTER: Number(conf.rp_filter),
			NETCONFA_BC_FORWARDING: Number(conf.bc_forwarding),
		}),
		NETCONFA_MC_FORWARDING: Number(conf.mc_forwarding),
		NETCONFA_PROXY_NEIGH: Number(family === "ipv4" ? conf.proxy_arp : conf.proxy_ndp),
		NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN: Number(conf.ignore_routes_with_linkdown),
	};
}
