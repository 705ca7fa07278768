import type { StepConflict } from "../../engine/kind.js";
import { formatAddress } from "../../inet/address.js";
import { type Address, type Route, readAddresses, readRoutes } from "../../kernel/read.js";
import { request } from "../../netlink/request.js";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE } from "../../uapi/netlink.js";
import {
	RTM_DELROUTE,
	RTM_NEWROUTE,
	RTN_LOCAL,
	RTNH_F_ONLINK,
	RTPROT_DHCP,
	RTPROT_KERNEL,
	RTPROT_RA,
} from "../../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../../uapi/socket.js";
import { alreadyThere } from "../conflict.js";
import { isKernelMade, keyOf, rivalRoutes, subnetRouteOf } from "./connected.js";
import { learnedOf } from "./default-router.js";
import { type Endpoint, type Item, pack, type Sort, unpack } from "./item.js";

type GivenRoute = Parameters<typeof RTM_NEWROUTE.encode>[0];

/** USER_HZ, the unit of a route's lifetime in the kernel's reports (rt6_fill_node, net/ipv6/route.c). */
const TICKS_PER_SECOND = 100;

/**
 * Whether somebody has made a route. The kernel makes those for addresses itself and deletes them with the address,
 * except for rival routes; those through a nexthop object move with the object.
 */
function isMade(route: Route, addresses: readonly Address[], rivals: ReadonlySet<string>): boolean {
	if (route.RTA_NH_ID !== undefined) return false;
	if (!isKernelMade(route, addresses)) return true;
	const found = subnetRouteOf(route);
	return found !== undefined && rivals.has(keyOf(found));
}

/** A description: `default route`, `route 10.0.0.0/8`. */
function textOf({
	RTA_DST,
	rtm_dst_len,
	rtm_family,
}: Pick<GivenRoute, "RTA_DST" | "rtm_dst_len" | "rtm_family">): string {
	if (RTA_DST === undefined) return "default route";
	return `route ${formatAddress(RTA_DST)}/${rtm_dst_len ?? (rtm_family === AF_INET ? 32 : 128)}`;
}

/** A route in which every reference to one link is replaced by another one, with only those flags that can be set. */
function routeOver(packed: string, from: Endpoint, to: Endpoint): GivenRoute {
	const { rtm_flags, RTA_CACHEINFO, RTA_EXPIRES, $unknown, ...route } = RTM_NEWROUTE.decode(
		unpack(packed),
	);
	const over = (index: number | undefined) => (index === from.index ? to.index : index);
	const expires = RTA_CACHEINFO?.rta_expires ?? 0;
	return {
		...route,
		RTA_OIF: over(route.RTA_OIF),
		RTA_MULTIPATH: route.RTA_MULTIPATH?.map((hop) => ({
			...hop,
			rtnh_ifindex: over(hop.rtnh_ifindex) as number,
			rtnh_flags: hop.rtnh_flags & RTNH_F_ONLINK,
		})),
		rtm_flags: rtm_flags & RTNH_F_ONLINK,
		...(expires > 0 && { RTA_EXPIRES: Math.ceil(expires / TICKS_PER_SECOND) }),
	};
}

/** A route as the kernel reported it, for storing. When it was last used is left out, because that cannot be set. */
const encode = ({ RTA_EXPIRES, ...route }: Route): Uint8Array => RTM_NEWROUTE.encode(route);

/**
 * Whether some of its hops stay on other links. In IPv6 each hop is a route, and one that exists already is refused.
 */
const isShared = ({ rtm_family, RTA_MULTIPATH }: GivenRoute): boolean =>
	rtm_family === AF_INET6 && RTA_MULTIPATH !== undefined;

/** Whether it may be a route that the kernel makes for an IPv6 address. */
const isOfSubnet = ({
	rtm_family,
	rtm_protocol,
	RTA_GATEWAY,
	RTA_MULTIPATH,
}: GivenRoute): boolean =>
	rtm_family === AF_INET6 &&
	rtm_protocol === RTPROT_KERNEL &&
	RTA_GATEWAY === undefined &&
	RTA_MULTIPATH === undefined;

const inTheWay = (route: GivenRoute, { link }: Endpoint): StepConflict =>
	alreadyThere(`${textOf(route)} on ${link}`, "ip route show table all");

/**
 * Routes of both families, in all tables. The kernel refreshes routes to advertised prefixes wherever they are; default
 * routers are a type of their own.
 */
export const routes: Sort = {
	read(kernel, at) {
		const addresses = readAddresses(kernel, at.index);
		const all = [AF_INET, AF_INET6].flatMap((family) => readRoutes(kernel, family, at.index));
		const learned = new Set(learnedOf(kernel, at, all));
		const rivals = rivalRoutes(addresses);
		const made = all.filter((route) => isMade(route, addresses, rivals) && !learned.has(route));
		return inOrder(made).map((route) => pack(encode(route)));
	},
	item(packed, from, to): Item {
		const [old, fresh] = [routeOver(packed, from, from), routeOver(packed, from, to)];
		const it = { label: `put ${textOf(fresh)} on ${to.link}`, effect: "create" } as const;
		const replace = (route: GivenRoute) =>
			request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route);
		if (isShared(fresh)) {
			return { put: [{ ...it, do: replace(fresh), undo: [replace(old)] }], take: [] };
		}
		const append = (route: GivenRoute) => request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, route);
		const remove = (route: GivenRoute) => request(RTM_DELROUTE, 0, route);
		// The kernel may have made the route with its address, or deleted it with that.
		const removes = isOfSubnet(fresh) || undefined;
		const conflict = removes ? undefined : inTheWay(fresh, to);
		return {
			put: [{ ...it, do: append(fresh), undo: [remove(fresh)], conflict, removes }],
			take: [
				{
					label: `take ${textOf(old)} off ${from.link}`,
					effect: "delete",
					do: remove(old),
					undo: [append(old)],
					removes,
				},
			],
		};
	},
	key: (packed, at) => pack(RTM_NEWROUTE.encode(withoutLife(routeOver(packed, at, NOWHERE)))),
	text: (packed) => textOf(RTM_NEWROUTE.decode(unpack(packed))),
	needsUp: (packed) => RTM_NEWROUTE.decode(unpack(packed)).rtm_type !== RTN_LOCAL,
	needsIpv6(packed) {
		const { rtm_family, RTA_VIA, RTA_MULTIPATH = [] } = RTM_NEWROUTE.decode(unpack(packed));
		const isBySuch = [{ RTA_VIA }, ...RTA_MULTIPATH].some(
			(hop) => hop.RTA_VIA?.rtvia_family === AF_INET6,
		);
		return rtm_family === AF_INET6 || isBySuch;
	},
	isLeased(packed) {
		const { rtm_protocol, RTA_CACHEINFO } = RTM_NEWROUTE.decode(unpack(packed));
		const isTheirs = rtm_protocol === RTPROT_DHCP || rtm_protocol === RTPROT_RA;
		return isTheirs || (RTA_CACHEINFO?.rta_expires ?? 0) > 0;
	},
	protocol: (packed) => RTM_NEWROUTE.decode(unpack(packed)).rtm_protocol,
};

const NOWHERE: Endpoint = { link: "", index: 0 };
const withoutLife = ({ RTA_EXPIRES, ...route }: GivenRoute): GivenRoute => route;

/** What makes two routes alternatives of each other, of which the first one is used. */
const placeOf = ({ rtm_family, RTA_TABLE, RTA_DST, rtm_dst_len, rtm_tos, RTA_PRIORITY }: Route) =>
	[
		rtm_family,
		RTA_TABLE,
		RTA_DST && formatAddress(RTA_DST),
		rtm_dst_len,
		rtm_tos,
		RTA_PRIORITY,
	].join();

const isDirect = ({ RTA_GATEWAY, RTA_VIA, RTA_MULTIPATH }: Route): boolean =>
	RTA_GATEWAY === undefined && RTA_VIA === undefined && RTA_MULTIPATH === undefined;

/** Routes without a gateway come first, because gateways are reached through them; alternatives stay in order. */
function inOrder(all: readonly Route[]): Route[] {
	const behind = new Set<string>();
	const [direct, others]: [Route[], Route[]] = [[], []];
	for (const route of all) {
		const place = placeOf(route);
		if (isDirect(route) && !behind.has(place)) direct.push(route);
		else {
			behind.add(place);
			others.push(route);
		}
	}
	return [...direct, ...others];
}
