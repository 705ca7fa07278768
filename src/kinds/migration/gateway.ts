import { formatAddress } from "../../inet/address.js";
import { type Cidr, cidrOf, contains, subnetOf } from "../../inet/cidr.js";
import type { Address, Route } from "../../kernel/read.js";
import { type Request, request } from "../../netlink/request.js";
import { IFA_F_NOPREFIXROUTE, RTM_NEWADDR } from "../../uapi/if_addr.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../uapi/netlink.js";
import { RTM_NEWNEXTHOP } from "../../uapi/nexthop.js";
import {
	RT_SCOPE_LINK,
	RT_SCOPE_UNIVERSE,
	RT_TABLE_MAIN,
	RTM_DELROUTE,
	RTM_NEWROUTE,
	RTN_UNICAST,
	RTNH_F_ONLINK,
} from "../../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../../uapi/socket.js";
import { PROTOCOL } from "../mark.js";
import { type Change, type Endpoint, type Item, unpack } from "./item.js";

/** The parts of a configuration that make gateways reachable. */
interface Given {
	readonly addresses?: readonly string[];
	readonly deletedRoutes?: readonly string[];
	readonly routes?: readonly string[];
}

/** The subnets that are on the link itself. */
function subnetsOf({ addresses = [], deletedRoutes = [], routes = [] }: Given): Cidr[] {
	const deleted = new Set(
		deletedRoutes.map((packed) => subnetOfRoute(RTM_DELROUTE.decode(unpack(packed)))?.text),
	);
	const ofAddresses = addresses.flatMap((packed) =>
		subnetsOfAddress(RTM_NEWADDR.decode(unpack(packed))),
	);
	const ofRoutes = routes
		.map((packed): Route => RTM_NEWROUTE.decode(unpack(packed)))
		.filter((route) => gatewaysOfRoute(route).length === 0)
		.flatMap((route) => subnetOfRoute(route) ?? []);
	return [...ofAddresses.filter(({ text }) => !deleted.has(text)), ...ofRoutes];
}

const subnetOfRoute = ({
	RTA_DST,
	rtm_dst_len,
}: Pick<Route, "RTA_DST" | "rtm_dst_len">): Cidr | undefined =>
	RTA_DST && cidrOf(RTA_DST, rtm_dst_len);

function subnetsOfAddress({ IFA_ADDRESS, IFA_FLAGS = 0, ifa_prefixlen }: Address): Cidr[] {
	if (IFA_ADDRESS === undefined || (IFA_FLAGS & IFA_F_NOPREFIXROUTE) !== 0) return [];
	return [subnetOf(cidrOf(IFA_ADDRESS, ifa_prefixlen))];
}

function gatewaysOfRoute({ RTA_GATEWAY, RTA_MULTIPATH = [], rtm_flags }: Route): Uint8Array[] {
	const hops = [{ RTA_GATEWAY, rtnh_flags: rtm_flags }, ...RTA_MULTIPATH];
	return hops.flatMap(({ RTA_GATEWAY: gateway, rtnh_flags: flags }) =>
		gateway === undefined || (flags & RTNH_F_ONLINK) !== 0 ? [] : [gateway],
	);
}

function gatewaysOf(sort: string, packed: string): Uint8Array[] {
	if (sort === "routes") return gatewaysOfRoute(RTM_NEWROUTE.decode(unpack(packed)));
	if (sort !== "nexthops") return [];
	const { NHA_GATEWAY: gateway, nh_flags } = RTM_NEWNEXTHOP.decode(unpack(packed));
	return gateway === undefined || (nh_flags & RTNH_F_ONLINK) !== 0 ? [] : [gateway];
}

const isLinkLocal = (address: Uint8Array): boolean =>
	address.length === 16 && address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;

/** A metric that no other route has, to distinguish the temporary route. */
const METRIC = 0x7fff_fff0;

/** A route to a gateway alone. */
const wayTo = (gateway: Uint8Array, RTA_OIF: number) => ({
	rtm_family: gateway.length === 4 ? AF_INET : AF_INET6,
	rtm_dst_len: 8 * gateway.length,
	rtm_table: RT_TABLE_MAIN,
	rtm_protocol: PROTOCOL,
	rtm_scope: gateway.length === 4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
	rtm_type: RTN_UNICAST,
	RTA_DST: gateway,
	RTA_OIF,
	RTA_PRIORITY: METRIC,
});
const lead = (gateway: Uint8Array, { index }: Endpoint): Request =>
	request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, wayTo(gateway, index));
const leave = (gateway: Uint8Array, { index }: Endpoint): Request =>
	request(RTM_DELROUTE, 0, wayTo(gateway, index));

/**
 * A route or nexthop with a gateway that nothing else in the configuration reaches is added with a temporary route to
 * the gateway. The kernel looks for the gateway when a route is added (fib_check_nh, net/ipv4/fib_semantics.c), but not
 * when the gateway's subnet disappears, for example with the address of an expired lease. Such a route could otherwise
 * not be added again.
 */
export function byGateways(
	given: readonly Given[],
	from: Endpoint,
	to: Endpoint,
): (sort: string, packed: string, item: Item) => Item {
	const subnets = given.flatMap(subnetsOf);
	return (sort, packed, { put, take }) => {
		const gateways = gatewaysOf(sort, packed).filter(
			(gateway) => !isLinkLocal(gateway) && !subnets.some((subnet) => contains(subnet, gateway)),
		);
		if (gateways.length === 0) return { put, take };
		const around = (requests: Change["undo"]): Change["undo"] => [
			...gateways.map((gateway) => lead(gateway, from)),
			...requests,
			...gateways.map((gateway) => leave(gateway, from)),
		];
		const label = (gateway: Uint8Array): string =>
			`reach ${formatAddress(gateway)} on ${to.link} for a moment`;
		return {
			put: [
				...gateways.map((gateway) => ({
					label: label(gateway),
					do: lead(gateway, to),
					undo: [leave(gateway, to)],
				})),
				// What is not taken from the old link is moved back by its own undo.
				...put.map((one) => (take.length > 0 ? one : { ...one, undo: around(one.undo) })),
				...gateways.map((gateway) => ({
					label: label(gateway),
					do: leave(gateway, to),
					undo: [],
					removes: true as const,
				})),
			],
			take: take.map((one) => ({ ...one, undo: around(one.undo) })),
		};
	};
}
