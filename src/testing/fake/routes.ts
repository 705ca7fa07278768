import type { DefaultRouter, RouterPlace } from "../../kernel/kernel.js";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../../netlink/frame.js";
import {
	RT_SCOPE_LINK,
	RT_SCOPE_NOWHERE,
	RT_TABLE_COMPAT,
	RT_TABLE_LOCAL,
	RT_TABLE_MAIN,
	type RTM_DELROUTE,
	RTM_F_CLONED,
	RTM_F_FIB_MATCH,
	type RTM_GETROUTE,
	type RTM_NEWROUTE,
	RTN_LOCAL,
	RTN_UNICAST,
	RTNH_F_LINKDOWN,
	RTNH_F_ONLINK,
	RTPROT_BOOT,
} from "../../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../../uapi/socket.js";
import { type Hop, isRunning, type Namespace, type Route } from "./namespace.js";
import { hex, plain, Refusal, unhex } from "./refusal.js";
import type { Given, Taken } from "./value.js";

type RouteValue = Given<typeof RTM_NEWROUTE>;
type RouteReply = Taken<typeof RTM_NEWROUTE>;

/** SIOCADDRT, for default routers as router advertisements announce them: rtnetlink cannot add those. */
export function addDefaultRouter(ns: Namespace, router: DefaultRouter): void {
	if (!ns.links.has(router.link)) throw new Refusal("ENODEV");
	newRoute(ns, NLM_F_CREATE | NLM_F_APPEND, {
		rtm_family: AF_INET6,
		rtm_protocol: RTPROT_BOOT,
		RTA_GATEWAY: router.gateway,
		RTA_OIF: router.link,
		RTA_PRIORITY: router.metric,
	});
	const made = ns.routes.pop() as Route;
	ns.routes.push({ ...made, routerExpires: router.expires });
}

/** What /proc/net/ipv6_route tells of such default routers. */
export const defaultRouters = (ns: Namespace, link: string): RouterPlace[] =>
	ns.routes
		.filter(({ routerExpires }) => routerExpires !== undefined)
		.filter(({ hops }) => ns.links.get(hops[0]?.oif ?? 0)?.name === link)
		.map(({ hops, priority: metric }) => ({ gateway: unhex(hops[0]?.gateway ?? ""), metric }));

export const learnedLinks = (ns: Namespace): string[] => [
	...new Set(
		ns.routes
			.filter(({ routerExpires }) => routerExpires !== undefined)
			.flatMap(({ hops }) => ns.links.get(hops[0]?.oif ?? 0)?.name ?? []),
	),
];

/**
 * rt6_purge_dflt_routers(): a router has no default routers, but by links that accept advertisements all the same. The
 * kernel looks for them once it has learned one from an advertisement, as it has wherever it matters.
 */
export function purgeDefaultRouters(ns: Namespace): void {
	ns.routes = ns.routes.filter(({ routerExpires, hops }) => {
		const conf = ns.links.get(hops[0]?.oif ?? 0)?.conf.ipv6;
		return routerExpires === undefined || conf?.accept_ra === "2";
	});
}

/** An address in hex with its host bits cleared. */
export function masked(address: string, prefix: number): string {
	const bits = BigInt(address.length * 4 - prefix);
	const value = (BigInt(`0x${address}`) >> bits) << bits;
	return value.toString(16).padStart(address.length, "0");
}

const tableOf = ({ RTA_TABLE, rtm_table }: RouteValue): number =>
	RTA_TABLE || rtm_table || RT_TABLE_MAIN;

/** Whether two routes have the same place in the table, so that the flags of the message must allow a second one. */
const samePlace = (a: Route, b: Route): boolean =>
	a.family === b.family &&
	a.table === b.table &&
	a.dst === b.dst &&
	a.prefix === b.prefix &&
	a.tos === b.tos &&
	a.priority === b.priority;

const sameHops = (a: Route, b: Route): boolean =>
	JSON.stringify(a.hops) === JSON.stringify(b.hops) &&
	a.type === b.type &&
	(a.family === AF_INET6 ||
		(a.scope === b.scope && a.protocol === b.protocol && a.prefsrc === b.prefsrc));

/** RTM_NEWROUTE */
export function newRoute(ns: Namespace, flags: number, value: RouteValue): void {
	const route = readRoute(value);
	for (const hop of route.hops) checkHop(ns, route, hop);
	checkSource(ns, route);
	const there = ns.routes.filter((one) => samePlace(one, route));
	if (there.length === 0) {
		if ((flags & NLM_F_CREATE) === 0) throw new Refusal("ENOENT");
		ns.routes.push(route);
		return;
	}
	if ((flags & NLM_F_EXCL) !== 0) throw new Refusal("EEXIST");
	if ((flags & NLM_F_REPLACE) !== 0) {
		ns.routes[ns.routes.indexOf(there[0] as Route)] = route;
		return;
	}
	if (there.some((one) => sameHops(one, route))) throw new Refusal("EEXIST");
	if ((flags & NLM_F_CREATE) === 0) throw new Refusal("ENOENT");
	const at = ns.routes.indexOf(there[0] as Route);
	ns.routes.splice((flags & NLM_F_APPEND) !== 0 ? ns.routes.length : at, 0, route);
}

function readRoute(value: RouteValue): Route {
	const family = value.rtm_family ?? 0;
	if (family !== AF_INET && family !== AF_INET6) throw new Refusal("EOPNOTSUPP");
	const prefix = value.rtm_dst_len ?? 0;
	const bytes = family === AF_INET ? 4 : 16;
	if (prefix > bytes * 8) throw new Refusal("EINVAL", "Invalid prefix length");
	const dst = hex(value.RTA_DST ?? new Uint8Array(bytes));
	if (family === AF_INET && masked(dst, prefix) !== dst)
		throw new Refusal("EINVAL", "Invalid prefix for given prefix length");
	const type = value.rtm_type ?? 0;
	if (family === AF_INET && type === 0) throw new Refusal("EINVAL", "Invalid scope");
	return {
		family,
		table: tableOf(value),
		dst: masked(dst, prefix),
		prefix,
		tos: value.rtm_tos ?? 0,
		priority: value.RTA_PRIORITY || (family === AF_INET6 ? 1024 : 0),
		type: type || RTN_UNICAST,
		scope: value.rtm_scope ?? 0,
		protocol: value.rtm_protocol ?? 0,
		prefsrc: value.RTA_PREFSRC && hex(value.RTA_PREFSRC),
		hops: hopsOf(value),
		metrics: value.RTA_METRICS && plain(value.RTA_METRICS),
	};
}

function hopsOf(value: RouteValue): Hop[] {
	if (value.RTA_MULTIPATH !== undefined)
		return value.RTA_MULTIPATH.map((hop) => ({
			oif: hop.rtnh_ifindex,
			gateway: hop.RTA_GATEWAY && hex(hop.RTA_GATEWAY),
			flags: hop.rtnh_flags ?? 0,
			weight: hop.rtnh_hops ?? 0,
		}));
	return [
		{
			oif: value.RTA_OIF || undefined,
			gateway: value.RTA_GATEWAY && hex(value.RTA_GATEWAY),
			flags: (value.rtm_flags ?? 0) & RTNH_F_ONLINK,
			weight: 0,
		},
	];
}

/** Check a next hop: its device must be up, and its gateway must be directly reachable through that device. */
function checkHop(ns: Namespace, route: Route, hop: Hop): void {
	if (route.type !== RTN_UNICAST) return;
	const link = hop.oif === undefined ? undefined : ns.links.get(hop.oif);
	if (hop.gateway === undefined) {
		if (link === undefined) throw new Refusal("ENODEV");
		if (!link.up) throw new Refusal("ENETDOWN", "Device for nexthop is not up");
		return;
	}
	if (route.family === AF_INET && route.scope >= RT_SCOPE_LINK)
		throw new Refusal("EINVAL", "Nexthop has invalid scope");
	if ((hop.flags & RTNH_F_ONLINK) !== 0) {
		if (link === undefined) throw new Refusal("ENODEV", "Nexthop device required for onlink");
		if (!link.up) throw new Refusal("ENETDOWN", "Nexthop device is not up");
		return;
	}
	const way = lookUp(ns, route.family, hop.gateway, hop.oif, (one) => isNear(one, route));
	const linkLocal = route.family === AF_INET6 && hop.gateway.startsWith("fe8");
	if (way === undefined && !(linkLocal && link?.up))
		throw new Refusal(
			route.family === AF_INET ? "ENETUNREACH" : "EHOSTUNREACH",
			route.family === AF_INET ? "Nexthop has invalid gateway" : undefined,
		);
	const oif = hop.oif ?? way?.hops[0]?.oif;
	if (ns.links.get(oif ?? 0)?.up === false) throw new Refusal("ENETDOWN");
	Object.assign(hop, { oif });
}

const isNear = (way: Route, route: Route): boolean =>
	route.family === AF_INET
		? way.scope > route.scope && (way.type === RTN_UNICAST || way.type === RTN_LOCAL)
		: way.hops[0]?.gateway === undefined && way.type === RTN_UNICAST;

function checkSource(ns: Namespace, { family, prefsrc }: Route): void {
	if (prefsrc === undefined || isLocal(ns, family, prefsrc)) return;
	const words = family === AF_INET ? "Invalid prefsrc address" : "Invalid source address";
	throw new Refusal("EINVAL", words);
}

/**
 * Whether packets to an address are delivered here. They are not if the address is also a broadcast address that came
 * first.
 */
export function isLocal(ns: Namespace, family: number, address: string): boolean {
	const way = lookUp(ns, family, address, undefined, ({ table }) => table === RT_TABLE_LOCAL);
	return way?.type === RTN_LOCAL;
}

/**
 * The route with the longest prefix that matches. Of equal ones the local route wins, because both tables are one tree
 * (fib_trie).
 */
function lookUp(
	ns: Namespace,
	family: number,
	address: string,
	oif: number | undefined,
	fits: (route: Route) => boolean,
): Route | undefined {
	const rank = ({ table, prefix, priority }: Route): number =>
		2 * prefix + (table === RT_TABLE_LOCAL ? 1 : 0) - priority / 2 ** 33;
	return ns.routes
		.filter((one) => one.family === family && fits(one))
		.filter((one) => one.table === RT_TABLE_LOCAL || one.table === RT_TABLE_MAIN)
		.filter((one) => masked(address, one.prefix) === one.dst)
		.filter((one) => oif === undefined || one.hops.some((hop) => hop.oif === oif))
		.sort((a, b) => rank(b) - rank(a))[0];
}

/** RTM_DELROUTE: the first route that has everything the message asks for. */
export function deleteRoute(ns: Namespace, value: Given<typeof RTM_DELROUTE>): void {
	const family = value.rtm_family ?? 0;
	const bytes = family === AF_INET ? 4 : 16;
	const dst = hex(value.RTA_DST ?? new Uint8Array(bytes));
	const wanted = (given: number | undefined, has: number): boolean => !given || given === has;
	const found = ns.routes.find(
		(one) =>
			one.family === family &&
			one.table === tableOf(value) &&
			one.prefix === (value.rtm_dst_len ?? 0) &&
			one.dst === dst &&
			one.tos === (value.rtm_tos ?? 0) &&
			wanted(value.rtm_type, one.type) &&
			wanted(value.rtm_protocol, one.protocol) &&
			wanted(value.RTA_PRIORITY, one.priority) &&
			(family === AF_INET6 ||
				value.rtm_scope === RT_SCOPE_NOWHERE ||
				one.scope === (value.rtm_scope ?? 0)) &&
			(value.RTA_PREFSRC === undefined || one.prefsrc === hex(value.RTA_PREFSRC)) &&
			hopsMatch(one, value),
	);
	if (found === undefined) throw new Refusal("ESRCH");
	ns.routes.splice(ns.routes.indexOf(found), 1);
}

function hopsMatch({ hops }: Route, value: RouteValue): boolean {
	return hopsOf(value).every(({ oif, gateway }, i) => {
		const hop = hops[i];
		return (
			hop !== undefined &&
			(oif === undefined || oif === hop.oif) &&
			(gateway === undefined || gateway === hop.gateway)
		);
	});
}

/** A dump of RTM_GETROUTE, by family, table, protocol, type and RTA_OIF. */
export function dumpRoutes(ns: Namespace, value: Given<typeof RTM_GETROUTE>): RouteReply[] {
	const table = value.RTA_TABLE || value.rtm_table || 0;
	if (value.RTA_OIF && !ns.links.has(value.RTA_OIF)) throw new Refusal("ENODEV");
	return ns.routes
		.filter((one) => !value.rtm_family || one.family === value.rtm_family)
		.filter((one) => table === 0 || one.table === table)
		.filter((one) => !value.rtm_protocol || one.protocol === value.rtm_protocol)
		.filter((one) => !value.rtm_type || one.type === value.rtm_type)
		.filter((one) => !value.RTA_OIF || one.hops.some(({ oif }) => oif === value.RTA_OIF))
		.map((one) => routeReply(ns, one));
}

/** RTM_GETROUTE of one address: the path of a packet, or with RTM_F_FIB_MATCH the route that matches. */
export function getRoute(ns: Namespace, value: Given<typeof RTM_GETROUTE>): RouteReply {
	const family = value.rtm_family ?? 0;
	if (value.RTA_DST === undefined) throw new Refusal("EINVAL");
	const address = hex(value.RTA_DST);
	const way = lookUp(ns, family, address, value.RTA_OIF || undefined, () => true);
	if (way === undefined) throw new Refusal("ENETUNREACH");
	if (((value.rtm_flags ?? 0) & RTM_F_FIB_MATCH) !== 0) return routeReply(ns, way);
	const prefsrc = way.prefsrc ?? sourceFor(ns, way, address);
	const to = { dst: address, prefix: address.length * 4, priority: 0, prefsrc };
	const reply = routeReply(ns, { ...way, ...to });
	return { ...reply, rtm_flags: reply.rtm_flags | RTM_F_CLONED };
}

/** The address of the link in the subnet of the next hop, else its first address (inet_select_addr). */
function sourceFor(ns: Namespace, { family, hops }: Route, to: string): string | undefined {
	const [hop] = hops;
	if (family !== AF_INET || hop?.oif === undefined) return undefined;
	const own = ns.links.get(hop.oif)?.addresses.filter((one) => one.family === AF_INET) ?? [];
	const next = hop.gateway ?? to;
	const near = own.find(({ address, prefix }) => masked(address, prefix) === masked(next, prefix));
	return (near ?? own[0])?.local;
}

const lasting = (rta_expires: number) => ({
	rta_clntref: 0,
	rta_lastuse: 0,
	rta_expires,
	rta_error: 0,
	rta_used: 0,
	rta_id: 0,
	rta_ts: 0,
	rta_tsage: 0,
});

function routeReply(ns: Namespace, route: Route): RouteReply {
	const [hop] = route.hops;
	const link = hop?.oif === undefined ? undefined : ns.links.get(hop.oif);
	const carrier = link === undefined || isRunning(ns, link);
	return {
		rtm_family: route.family,
		rtm_dst_len: route.prefix,
		rtm_src_len: 0,
		rtm_tos: route.tos,
		rtm_table: route.table < 256 ? route.table : RT_TABLE_COMPAT,
		rtm_protocol: route.protocol,
		rtm_scope: route.scope,
		rtm_type: route.type,
		rtm_flags: (hop?.flags ?? 0) | (carrier ? 0 : RTNH_F_LINKDOWN),
		RTA_TABLE: route.table,
		...(route.prefix > 0 && { RTA_DST: unhex(route.dst) }),
		...(route.priority > 0 && { RTA_PRIORITY: route.priority }),
		...(route.routerExpires !== undefined && { RTA_CACHEINFO: lasting(route.routerExpires) }),
		...(route.prefsrc !== undefined && { RTA_PREFSRC: unhex(route.prefsrc) }),
		...(route.metrics !== undefined && {
			RTA_METRICS: route.metrics as NonNullable<RouteReply["RTA_METRICS"]>,
		}),
		...(route.hops.length === 1
			? {
					...(hop?.gateway !== undefined && { RTA_GATEWAY: unhex(hop.gateway) }),
					...(hop?.oif !== undefined && { RTA_OIF: hop.oif }),
				}
			: {
					RTA_MULTIPATH: route.hops.map(({ oif = 0, gateway, flags, weight }) => ({
						rtnh_flags: flags,
						rtnh_hops: weight,
						rtnh_ifindex: oif,
						...(gateway !== undefined && { RTA_GATEWAY: unhex(gateway) }),
					})),
				}),
	};
}
