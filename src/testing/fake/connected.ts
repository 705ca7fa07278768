import { IFA_F_NOPREFIXROUTE, IFA_F_SECONDARY } from "../../uapi/if_addr.js";
import {
	RT_SCOPE_HOST,
	RT_SCOPE_LINK,
	RT_SCOPE_UNIVERSE,
	RT_TABLE_LOCAL,
	RT_TABLE_MAIN,
	RTN_BROADCAST,
	RTN_LOCAL,
	RTN_UNICAST,
	RTPROT_KERNEL,
} from "../../uapi/rtnetlink.js";
import { AF_INET } from "../../uapi/socket.js";
import { type Address, isLoopback, type Link, type Route } from "./namespace.js";
import { masked } from "./routes.js";

export const sameRoute = (a: Route, b: Route): boolean =>
	a.family === b.family &&
	a.table === b.table &&
	a.dst === b.dst &&
	a.prefix === b.prefix &&
	a.type === b.type &&
	a.priority === b.priority &&
	a.hops[0]?.oif === b.hops[0]?.oif;

/**
 * The routes that the kernel makes for an address: to the address itself at once, to its subnet when the link is up.
 */
export function connectedRoutes(link: Link, address: Address): Route[] {
	const v4 = address.family === AF_INET;
	const kernels = {
		family: address.family,
		table: RT_TABLE_LOCAL,
		dst: address.local,
		prefix: v4 ? 32 : 128,
		tos: 0,
		priority: 0,
		type: RTN_LOCAL,
		scope: v4 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE,
		protocol: RTPROT_KERNEL,
		prefsrc: v4 ? primaryOf(link, address).local : undefined,
		hops: [{ oif: link.index, gateway: undefined, flags: 0, weight: 0 }],
		metrics: undefined,
	} satisfies Route;
	const routes: Route[] = !v4 && !link.up ? [] : [kernels];
	if (!link.up || (v4 && (address.flags & IFA_F_SECONDARY) !== 0)) return routes;
	const { prefix } = address;
	const subnet = masked(address.address, prefix);
	const loopback = isLoopback(link);
	const metric = address.metric || (v4 ? 0 : 256);
	const isHost = prefix === kernels.prefix && address.address === address.local;
	if (!isHost && (address.flags & IFA_F_NOPREFIXROUTE) === 0)
		routes.push({
			...kernels,
			table: loopback && v4 ? RT_TABLE_LOCAL : RT_TABLE_MAIN,
			dst: subnet,
			prefix,
			priority: metric,
			type: loopback && v4 ? RTN_LOCAL : RTN_UNICAST,
			scope: !v4 ? RT_SCOPE_UNIVERSE : loopback ? RT_SCOPE_HOST : RT_SCOPE_LINK,
		});
	const last = v4 && prefix < 31 ? broadcastOf(subnet, prefix) : undefined;
	for (const dst of new Set([address.broadcast, last]))
		if (dst !== undefined && v4 && dst !== "ffffffff")
			routes.push({ ...kernels, dst, type: RTN_BROADCAST, scope: RT_SCOPE_LINK });
	return routes;
}

/** The primary address that a secondary one belongs to. A primary address belongs to itself. */
function primaryOf(link: Link, address: Address): Address {
	if ((address.flags & IFA_F_SECONDARY) === 0) return address;
	const primary = link.addresses.find(
		(one) => (one.flags & IFA_F_SECONDARY) === 0 && inSubnet(one, address),
	);
	return primary ?? address;
}

/** Whether two IPv4 addresses are in the same subnet, which makes the later one secondary. */
type Where = Pick<Address, "family" | "address" | "prefix">;
export const inSubnet = (a: Where, b: Where): boolean =>
	a.family === AF_INET &&
	b.family === AF_INET &&
	a.prefix === b.prefix &&
	masked(a.address, a.prefix) === masked(b.address, b.prefix);

const broadcastOf = (subnet: string, prefix: number): string =>
	(Number.parseInt(subnet, 16) + 2 ** (32 - prefix) - 1).toString(16).padStart(8, "0");
