import { NLM_F_EXCL, NLM_F_REPLACE } from "../../netlink/frame.js";
import {
	IFA_F_PERMANENT,
	IFA_F_SECONDARY,
	IFAPROT_KERNEL_LO,
	type RTM_DELADDR,
	type RTM_GETADDR,
	type RTM_NEWADDR,
} from "../../uapi/if_addr.js";
import { RT_SCOPE_HOST, RT_TABLE_LOCAL, RTN_LOCAL } from "../../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../../uapi/socket.js";
import { connectedRoutes, inSubnet, sameRoute } from "./connected.js";
import { type Address, isLoopback, type Link, type Namespace } from "./namespace.js";
import { hex, Refusal, unhex } from "./refusal.js";
import { isLocal, masked } from "./routes.js";
import type { Given, Taken } from "./value.js";

const BITS: Readonly<Record<number, number>> = { [AF_INET]: 32, [AF_INET6]: 128 };

const said = (family: number, v4: string, v6: string): string =>
	family === AF_INET ? `ipv4: ${v4}` : `ipv6: ${v6}`;

/** RTM_NEWADDR. A second address in the same subnet becomes a secondary one, which is deleted with the first. */
export function newAddress(ns: Namespace, flags: number, value: Given<typeof RTM_NEWADDR>): void {
	const family = value.ifa_family ?? 0;
	const most = BITS[family];
	if (most === undefined) throw new Refusal("EOPNOTSUPP");
	const prefix = value.ifa_prefixlen ?? 0;
	if (prefix > most)
		throw new Refusal("EINVAL", said(family, "Invalid prefix length", "Invalid prefix length"));
	const local = value.IFA_LOCAL ?? (family === AF_INET6 ? value.IFA_ADDRESS : undefined);
	if (local === undefined)
		throw new Refusal("EINVAL", said(family, "Local address is not supplied", "address missing"));
	const link = linkOf(ns, family, value.ifa_index);
	const address: Address = {
		family,
		local: hex(local),
		address: hex(value.IFA_ADDRESS ?? local),
		prefix,
		scope: value.ifa_scope ?? 0,
		flags: (value.IFA_FLAGS ?? value.ifa_flags ?? 0) | IFA_F_PERMANENT,
		broadcast: value.IFA_BROADCAST && hex(value.IFA_BROADCAST),
		label: value.IFA_LABEL ?? link.name,
		proto: value.IFA_PROTO ?? 0,
		metric: value.IFA_RT_PRIORITY ?? 0,
	};
	if (family === AF_INET) link.ownConf = "all";
	const there = link.addresses.find((one) => isSame(one, address));
	if (there === undefined) {
		insert(ns, link, address);
		return;
	}
	if ((flags & NLM_F_EXCL) !== 0 || (flags & NLM_F_REPLACE) === 0)
		throw new Refusal(
			"EEXIST",
			said(family, "Address already assigned", "address already assigned"),
		);
	link.addresses[link.addresses.indexOf(there)] = {
		...there,
		flags: family === AF_INET6 ? address.flags : there.flags,
		proto: address.proto,
		metric: address.metric,
	};
}

function linkOf(ns: Namespace, family: number, index: number | undefined): Link {
	const link = ns.links.get(index ?? 0);
	if (link !== undefined) return link;
	throw new Refusal("ENODEV", said(family, "Device not found", "Unable to find the interface"));
}

type Where = Pick<Address, "family" | "local" | "address" | "prefix">;
/** IPv4 identifies an address by subnet and address, IPv6 by the address alone. */
const isSame = (a: Where, b: Where): boolean =>
	a.family === b.family && a.local === b.local && (a.family === AF_INET6 || inSubnet(a, b));

function insert(ns: Namespace, link: Link, address: Address): void {
	const primary = link.addresses.find((one) => inSubnet(one, address) && !isSecondary(one));
	if (primary !== undefined) {
		if (primary.scope !== address.scope) throw new Refusal("EINVAL", "ipv4: Invalid scope value");
		address.flags |= IFA_F_SECONDARY;
	}
	link.addresses.splice(placeOf(link, address), 0, address);
	addRoutes(ns, link, address);
}

/** IPv4 lists primary addresses of a wider scope first and secondary addresses last (inet_insert_ifa). */
function placeOf({ addresses }: Link, address: Address): number {
	if (address.family !== AF_INET || isSecondary(address)) return addresses.length;
	const before = addresses.findLastIndex(
		(one) => one.family === AF_INET && !isSecondary(one) && address.scope <= one.scope,
	);
	return before + 1;
}

const isSecondary = ({ family, flags }: Address): boolean =>
	family === AF_INET && (flags & IFA_F_SECONDARY) !== 0;

function addRoutes(ns: Namespace, link: Link, address: Address): void {
	for (const route of connectedRoutes(link, address)) {
		if (ns.routes.some((one) => sameRoute(one, route))) continue;
		// A route whose source is not a local address is silently not made (fib_magic).
		const { type, dst, family, prefsrc } = route;
		const itself = type === RTN_LOCAL && dst === prefsrc;
		if (itself || prefsrc === undefined || isLocal(ns, family, prefsrc)) ns.routes.push(route);
	}
}

/** RTM_DELADDR. Without IFA_ADDRESS the prefix length of an IPv4 address is ignored. */
export function deleteAddress(ns: Namespace, value: Given<typeof RTM_DELADDR>): void {
	const family = value.ifa_family ?? 0;
	const link = linkOf(ns, family, value.ifa_index);
	const local = value.IFA_LOCAL && hex(value.IFA_LOCAL);
	const peer = value.IFA_ADDRESS && hex(value.IFA_ADDRESS);
	const prefix = value.ifa_prefixlen ?? 0;
	const found = link.addresses.find((one) => {
		if (one.family !== family) return false;
		if (family === AF_INET6) return one.prefix === prefix && one.local === (local ?? peer);
		if (local !== undefined && one.local !== local) return false;
		if (value.IFA_LABEL !== undefined && one.label !== value.IFA_LABEL) return false;
		if (peer === undefined) return true;
		return one.prefix === prefix && masked(peer, prefix) === masked(one.address, prefix);
	});
	if (found === undefined)
		throw new Refusal("EADDRNOTAVAIL", said(family, "Address not found", "address not found"));
	removeAddress(ns, link, found);
}

function removeAddress(ns: Namespace, link: Link, address: Address): void {
	const dependants = isSecondary(address)
		? []
		: link.addresses.filter((one) => isSecondary(one) && inSubnet(one, address));
	const promote = [ns.conf.ipv4.all, link.conf.ipv4].some(
		(conf) => conf.promote_secondaries === "1",
	);
	const gone = promote ? [address] : [address, ...dependants];
	link.addresses = link.addresses.filter((one) => !gone.includes(one));
	for (const one of gone) dropRoutes(ns, link, one);
	const [heir] = promote ? dependants : [];
	if (heir !== undefined) {
		heir.flags &= ~IFA_F_SECONDARY;
		addRoutes(ns, link, heir);
	}
	// With the last IPv4 address all IPv4 routes of the device are deleted.
	if (address.family === AF_INET && link.addresses.every(({ family }) => family !== AF_INET))
		ns.routes = ns.routes.filter(
			({ family, hops }) => family !== AF_INET || hops.every(({ oif }) => oif !== link.index),
		);
}

/**
 * Delete the routes that the kernel made for an address, unless another address needs them, and the routes that use it
 * as their source.
 */
function dropRoutes(ns: Namespace, link: Link, address: Address): void {
	const kept = [...ns.links.values()].flatMap((one) =>
		one.addresses.flatMap((other) => connectedRoutes(one, other)),
	);
	const dropped = connectedRoutes(link, address).filter(
		(route) => !kept.some((one) => sameRoute(one, route)),
	);
	ns.routes = ns.routes.filter((route) => !dropped.some((one) => sameRoute(one, route)));
	const { family, local } = address;
	const isHeld = [...ns.links.values()].some(({ addresses }) =>
		addresses.some((one) => one.local === local),
	);
	// IPv4 asks its routing tables (fib_del_ifaddr). An address that is also the broadcast address of a subnet is not
	// local there, even if another link has it.
	if (isHeld && (family !== AF_INET || isLocal(ns, family, local))) return;
	// The routes that the kernel made for another link with this address stay in the local table (fib_sync_down_addr).
	ns.routes = ns.routes.filter(
		(route) =>
			route.prefsrc !== local ||
			route.family !== family ||
			(isHeld && route.table === RT_TABLE_LOCAL),
	);
}

/** Delete all addresses of a link, or those of one family, with their routes. */
export function dropAddresses(ns: Namespace, link: Link, family?: number): void {
	const gone = link.addresses.filter((one) => family === undefined || one.family === family);
	link.addresses = link.addresses.filter((one) => !gone.includes(one));
	for (const one of gone) dropRoutes(ns, link, one);
	if (family === undefined) return;
	ns.routes = ns.routes.filter(
		(route) => route.family !== family || route.hops.every(({ oif }) => oif !== link.index),
	);
}

/** The addresses of loopback (inetdev_event, init_loopback). */
const LOOPBACK = [
	{ family: AF_INET, local: "7f000001", prefix: 8, proto: 0 },
	{ family: AF_INET6, local: `${"0".repeat(31)}1`, prefix: 128, proto: IFAPROT_KERNEL_LO },
];

/** When a link comes up, its connected routes are made, and loopback gets its addresses. */
export function linkUp(ns: Namespace, link: Link): void {
	if (isLoopback(link))
		for (const { family, local, prefix, proto } of LOOPBACK) {
			const rest = { scope: RT_SCOPE_HOST, flags: IFA_F_PERMANENT, metric: 0 };
			const address = { family, local, address: local, prefix, proto, ...rest };
			if (family === AF_INET) link.ownConf = "all";
			if (!link.addresses.some((one) => isSame(one, address)))
				insert(ns, link, { ...address, broadcast: undefined, label: link.name });
		}
	for (const address of link.addresses) addRoutes(ns, link, address);
}

/** A link that goes down loses all routes but the local ones, and its IPv6 addresses. They do not come back. */
export function linkDown(ns: Namespace, link: Link): void {
	if (link.conf.ipv6?.keep_addr_on_down !== "1") dropAddresses(ns, link, AF_INET6);
	ns.routes = ns.routes.filter(
		({ scope, hops }) => scope === RT_SCOPE_HOST || hops.every(({ oif }) => oif !== link.index),
	);
	ns.neighbours = ns.neighbours.filter(({ index }) => index !== link.index);
}

/** A dump of RTM_GETADDR, by family and by ifa_index. */
export function dumpAddresses(
	ns: Namespace,
	{ ifa_family = 0, ifa_index = 0 }: Given<typeof RTM_GETADDR>,
): Taken<typeof RTM_NEWADDR>[] {
	if (ifa_index !== 0 && !ns.links.has(ifa_index)) throw new Refusal("ENODEV");
	return [...ns.links.values()]
		.filter(({ index }) => ifa_index === 0 || index === ifa_index)
		.flatMap((link) =>
			link.addresses
				.filter(({ family }) => ifa_family === 0 || family === ifa_family)
				.map((address) => addressReply(link, address)),
		);
}

function addressReply(link: Link, one: Address): Taken<typeof RTM_NEWADDR> {
	const v4 = one.family === AF_INET;
	return {
		ifa_family: one.family,
		ifa_prefixlen: one.prefix,
		ifa_flags: one.flags & 0xff,
		ifa_scope: one.scope,
		ifa_index: link.index,
		IFA_ADDRESS: unhex(one.address),
		...((v4 || one.local !== one.address) && { IFA_LOCAL: unhex(one.local) }),
		...(one.broadcast !== undefined && { IFA_BROADCAST: unhex(one.broadcast) }),
		...(v4 && { IFA_LABEL: one.label }),
		...(one.proto !== 0 && { IFA_PROTO: one.proto }),
		...(one.metric !== 0 && { IFA_RT_PRIORITY: one.metric }),
		IFA_FLAGS: one.flags,
		IFA_CACHEINFO: { ifa_prefered: 0xffffffff, ifa_valid: 0xffffffff, cstamp: 0, tstamp: 0 },
	};
}
