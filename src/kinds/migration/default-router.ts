import { formatAddress } from "../../inet/address.js";
import type { Action } from "../../kernel/action.js";
import type { Kernel } from "../../kernel/kernel.js";
import { type Route, readRoutes } from "../../kernel/read.js";
import { request } from "../../netlink/request.js";
import {
	RT_TABLE_MAIN,
	RTM_DELROUTE,
	RTM_NEWROUTE,
	RTN_UNICAST,
	RTPROT_BOOT,
	RTPROT_RA,
} from "../../uapi/rtnetlink.js";
import { AF_INET6 } from "../../uapi/socket.js";
import { alreadyThere } from "../conflict.js";
import { type Endpoint, pack, type Sort, unpack } from "./item.js";

const expiresIn = ({ RTA_CACHEINFO }: Route): number => RTA_CACHEINFO?.rta_expires ?? 0;

/**
 * Whether an IPv6 default route is like those that the kernel makes for router advertisements, or like one that we have
 * moved.
 */
const canBeLearned = (route: Route): boolean =>
	route.rtm_family === AF_INET6 &&
	route.RTA_TABLE === RT_TABLE_MAIN &&
	route.RTA_DST === undefined &&
	route.RTA_GATEWAY !== undefined &&
	(route.rtm_protocol === RTPROT_RA ||
		(route.rtm_protocol === RTPROT_BOOT && expiresIn(route) > 0));

/**
 * Those routes of a link that the kernel treats as learned from router advertisements. Reads the kernel if any route
 * may be one.
 */
export function learnedOf(kernel: Kernel, { link }: Endpoint, all: readonly Route[]): Route[] {
	const candidates = all.filter(canBeLearned);
	if (candidates.length === 0) return [];
	const places = kernel.readDefaultRouters(link).map(placeText);
	return candidates.filter(({ RTA_GATEWAY: gateway = NONE, RTA_PRIORITY: metric = 0 }) =>
		places.includes(placeText({ gateway, metric })),
	);
}
const NONE = new Uint8Array(16);
const placeText = ({ gateway, metric }: { gateway: Uint8Array; metric: number }): string =>
	`${formatAddress(gateway)} ${metric}`;

const decode = (packed: string): Route => RTM_NEWROUTE.decode(unpack(packed));

const gatewayOf = (packed: string): string => formatAddress(decode(packed).RTA_GATEWAY ?? NONE);

/**
 * The metric of the route that the kernel itself would make. A route that we have moved is recognised by its protocol,
 * which only rtnetlink sets, and its metric is one lower: at the next advertisement the kernel replaces a route of
 * another metric by its own (ndisc_router_discovery), and then everything is as before.
 */
const ownMetric = ({ rtm_protocol, RTA_PRIORITY = 0 }: Route): number =>
	rtm_protocol === RTPROT_BOOT ? RTA_PRIORITY + 1 : RTA_PRIORITY;
const givenMetric = (route: Route): number => Math.max(1, ownMetric(route) - 1);

function add(route: Route, link: number): Action {
	const { RTA_GATEWAY: gateway = NONE, RTA_PREF: preference = 0 } = route;
	const router = { link, gateway, metric: givenMetric(route), preference };
	return { via: "router", add: { ...router, expires: expiresIn(route) } };
}

const remove = (
	{ RTA_GATEWAY }: Route,
	RTA_OIF: number,
	rtm_protocol: number,
	RTA_PRIORITY: number,
) =>
	request(RTM_DELROUTE, 0, {
		rtm_family: AF_INET6,
		rtm_table: RT_TABLE_MAIN,
		rtm_protocol,
		rtm_type: RTN_UNICAST,
		RTA_GATEWAY,
		RTA_OIF,
		RTA_PRIORITY,
	});

/** The default routers that the kernel has learned. On the new link it continues to refresh and withdraw them. */
export const defaultRouters: Sort = {
	read: (kernel, at) =>
		learnedOf(kernel, at, readRoutes(kernel, AF_INET6, at.index)).map(({ RTA_EXPIRES, ...route }) =>
			pack(RTM_NEWROUTE.encode(route)),
		),
	item(packed, from, to) {
		const route = decode(packed);
		const text = this.text(packed);
		return {
			put: [
				{
					label: `put ${text} on ${to.link}`,
					effect: "create",
					do: add(route, to.index),
					undo: [
						remove(route, to.index, RTPROT_BOOT, givenMetric(route)),
						// The route by which the kernel may have replaced it.
						remove(route, to.index, RTPROT_RA, ownMetric(route)),
					],
					conflict: alreadyThere(`${text} on ${to.link}`, "ip -6 route"),
				},
			],
			take: [
				{
					label: `take ${text} off ${from.link}`,
					effect: "delete",
					do: remove(route, from.index, route.rtm_protocol, route.RTA_PRIORITY ?? 0),
					undo: [add(route, from.index)],
				},
			],
		};
	},
	key: gatewayOf,
	text: (packed) => `default router ${gatewayOf(packed)}`,
	needsUp: () => true,
	needsIpv6: () => true,
	isLeased: () => true,
	protocol: () => RTPROT_RA,
};
