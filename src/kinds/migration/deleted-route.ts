import { cidrOf, network } from "../../inet/cidr.js";
import type { Kernel } from "../../kernel/kernel.js";
import { type Address, readAddresses, readLink, readRoutes } from "../../kernel/read.js";
import { request } from "../../netlink/request.js";
import { IFF_UP } from "../../uapi/if.js";
import {
	RT_SCOPE_NOWHERE,
	RT_TABLE_MAIN,
	RTM_DELROUTE,
	RTN_UNICAST,
	RTPROT_KERNEL,
} from "../../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../../uapi/socket.js";
import { keyOf, routesFor, subnetRouteOf } from "./connected.js";
import { type Change, type Endpoint, pack, type Sort, unpack } from "./item.js";

/**
 * The routes to subnets that the kernel made for a link's addresses and that somebody has deleted. Reads the kernel.
 */
function deletedOf(kernel: Kernel, index: number): readonly Uint8Array[] {
	// A link that is down has no routes to its subnets.
	if (((readLink(kernel, index)?.ifi_flags ?? 0) & IFF_UP) === 0) return [];
	const there = new Set(
		[AF_INET, AF_INET6]
			.flatMap((family) => readRoutes(kernel, family, index))
			.flatMap((route) => subnetRouteOf(route) ?? [])
			.map(keyOf),
	);
	return readAddresses(kernel, index)
		.filter(
			(address) => isPlain(address) && routesFor(address).some((made) => !there.has(keyOf(made))),
		)
		.map((address) => RTM_DELROUTE.encode(routeOf(address, index)));
}

/** Whether an address is in a subnet, without a peer and without being a subnet of its own. */
const isPlain = ({ IFA_ADDRESS, IFA_LOCAL = IFA_ADDRESS, ifa_prefixlen }: Address): boolean =>
	IFA_ADDRESS !== undefined &&
	Buffer.compare(IFA_ADDRESS, IFA_LOCAL as Uint8Array) === 0 &&
	ifa_prefixlen < 8 * IFA_ADDRESS.length;

const routeOf = (address: Address, index: number) => ({
	rtm_family: address.ifa_family,
	rtm_dst_len: address.ifa_prefixlen,
	rtm_table: RT_TABLE_MAIN,
	rtm_protocol: RTPROT_KERNEL,
	rtm_scope: RT_SCOPE_NOWHERE,
	rtm_type: RTN_UNICAST,
	RTA_DST: network(cidrOf(address.IFA_ADDRESS as Uint8Array, address.ifa_prefixlen)),
	RTA_OIF: index,
	RTA_PRIORITY: address.IFA_RT_PRIORITY,
});

function over(packed: string, index: number) {
	const { RTA_EXPIRES, ...route } = RTM_DELROUTE.decode(unpack(packed));
	return { ...route, RTA_OIF: index };
}

/**
 * Routes that somebody has deleted and that adding the addresses would bring back, so they are deleted on the new link
 * as well.
 */
export const deletedRoutes: Sort = {
	read: (kernel, { index }) => deletedOf(kernel, index).map(pack),
	item(packed, from, to) {
		const remove = ({ index }: Endpoint) => request(RTM_DELROUTE, 0, over(packed, index));
		const label = `go without ${this.text(packed)} on ${to.link}, as before`;
		// On the new link the route disappears with the address; on the old link undoing brings it back, so it is deleted
		// again there.
		const put: Change = { label, do: remove(to), undo: [], afterUndo: remove(from), removes: true };
		return { put: [put], take: [] };
	},
	key: (packed) => pack(RTM_DELROUTE.encode(over(packed, 0))),
	text(packed) {
		const { RTA_DST = new Uint8Array(4), rtm_dst_len } = RTM_DELROUTE.decode(unpack(packed));
		return `the route to ${cidrOf(RTA_DST, rtm_dst_len).text}`;
	},
	needsUp: () => true,
	needsIpv6: (packed) => RTM_DELROUTE.decode(unpack(packed)).rtm_family === AF_INET6,
	isLeased: () => true,
	protocol: () => undefined,
};
