import { cidrOf, subnetOf } from "../../inet/cidr.js";
import type { Address, Route } from "../../kernel/read.js";
import { IFA_F_NOPREFIXROUTE, IFA_F_SECONDARY } from "../../uapi/if_addr.js";
import { RT_TABLE_LOCAL, RTN_MULTICAST, RTN_UNICAST, RTPROT_KERNEL } from "../../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../../uapi/socket.js";

/** IP6_RT_PRIO_ADDRCONF (net/ip6_route.h): the metric of the routes that IPv6 makes for its addresses. */
const IPV6_METRIC = 256;

/** The route to a subnet on a link, with the parts that distinguish one from another. */
export interface SubnetRoute {
	readonly family: number;
	readonly subnet: string;
	readonly metric: number;
}
export const keyOf = ({ family, subnet, metric }: SubnetRoute): string =>
	`${family} ${subnet} ${metric}`;

/**
 * The routes to its subnet and to its peer that the kernel makes for an address. There are none for a secondary IPv4
 * address, nor for an address that was added without routes (fib_add_ifaddr, net/ipv4/fib_frontend.c; inet6_addr_add,
 * net/ipv6/addrconf.c).
 */
export function routesFor(address: Address): SubnetRoute[] {
	const { ifa_family: family, ifa_prefixlen: prefix, IFA_ADDRESS, IFA_LOCAL } = address;
	const { IFA_FLAGS = 0 } = address;
	const isSecondary = family === AF_INET && (IFA_FLAGS & IFA_F_SECONDARY) !== 0;
	if (isSecondary || (IFA_FLAGS & IFA_F_NOPREFIXROUTE) !== 0) return [];
	const metric = address.IFA_RT_PRIORITY ?? (family === AF_INET6 ? IPV6_METRIC : 0);
	return [IFA_ADDRESS, IFA_LOCAL].flatMap((bytes) =>
		bytes === undefined ? [] : [{ family, subnet: subnetOf(cidrOf(bytes, prefix)).text, metric }],
	);
}

/** The subnet that a route leads to, if it is a route without gateway. */
export function subnetRouteOf(route: Route): SubnetRoute | undefined {
	const { rtm_family: family, rtm_type, RTA_DST, rtm_dst_len, RTA_PRIORITY = 0 } = route;
	if (rtm_type !== RTN_UNICAST || RTA_DST === undefined || route.RTA_GATEWAY !== undefined)
		return undefined;
	return { family, subnet: cidrOf(RTA_DST, rtm_dst_len).text, metric: RTA_PRIORITY };
}

/**
 * Routes to one IPv6 subnet that belong to addresses with different metrics. When one of these addresses changes, the
 * kernel takes the first route it finds for the one of that address, and changes its metric (modify_prefix_route,
 * net/ipv6/addrconf.c). So adding the addresses again does not bring back all of these routes.
 */
export function rivalRoutes(addresses: readonly Address[]): ReadonlySet<string> {
	const made = addresses.flatMap(routesFor).filter(({ family }) => family === AF_INET6);
	const isRival = ({ subnet, metric }: SubnetRoute): boolean =>
		made.some((other) => other.subnet === subnet && other.metric !== metric);
	return new Set(made.filter(isRival).map(keyOf));
}

/**
 * Whether the kernel made a route that is marked as the kernel's, for one of these addresses. NetworkManager uses the
 * same mark for routes that it makes itself for addresses with `noprefixroute`, and so may anybody.
 */
export function isKernelMade(route: Route, addresses: readonly Address[]): boolean {
	if (route.rtm_protocol !== RTPROT_KERNEL) return false;
	if (route.RTA_TABLE === RT_TABLE_LOCAL || route.rtm_type === RTN_MULTICAST) return true;
	const found = subnetRouteOf(route);
	if (found === undefined) return false;
	return addresses.flatMap(routesFor).some((made) => keyOf(made) === keyOf(found));
}
