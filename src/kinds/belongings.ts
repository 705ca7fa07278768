import type { Step, StepConflict } from "../engine/kind.js";
import { formatAddress } from "../inet/address.js";
import { cidrOf, network } from "../inet/cidr.js";
import type { Kernel } from "../kernel/kernel.js";
import {
	type Address,
	type Neighbour,
	type Route,
	readAddresses,
	readNeighbours,
	readRoutes,
} from "../kernel/read.js";
import { type Request, request } from "../netlink/request.js";
import {
	IFA_F_NODAD,
	IFA_F_NOPREFIXROUTE,
	IFA_F_PERMANENT,
	IFA_F_SECONDARY,
	IFAPROT_KERNEL_LL,
	RTM_DELADDR,
	RTM_NEWADDR,
} from "../uapi/if_addr.js";
import { NTF_PROXY, NUD_PERMANENT, RTM_DELNEIGH, RTM_NEWNEIGH } from "../uapi/neighbour.js";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import {
	RT_SCOPE_LINK,
	RT_TABLE_LOCAL,
	RT_TABLE_MAIN,
	RTM_DELROUTE,
	RTM_NEWROUTE,
	RTN_UNICAST,
	RTNH_F_ONLINK,
	RTPROT_KERNEL,
	RTPROT_RA,
} from "../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";
import { addressText } from "./address.js";
import { alreadyThere } from "./conflict.js";

/** What somebody gave to a link, as it was there: messages in base64, in the order to give it in. */
export interface Belongings {
	readonly addresses: readonly string[];
	readonly routes: readonly string[];
	readonly neighbours: readonly string[];
}

/** The link that something is put on or taken off. */
export interface Side {
	readonly link: string;
	readonly index: number;
	readonly skipDad: boolean;
}

type GivenRoute = Parameters<typeof RTM_NEWROUTE.encode>[0];
type GivenNeighbour = Parameters<typeof RTM_NEWNEIGH.encode>[0];

const pack = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const unpack = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

/** The addresses somebody gave to the link; the kernel's own link-local one stays with it. */
const isGiven = (address: Address): boolean =>
	address.IFA_PROTO !== IFAPROT_KERNEL_LL &&
	!(address.ifa_family === AF_INET6 && address.ifa_scope === RT_SCOPE_LINK);

/** The routes somebody made; the kernel makes those of an address itself, and takes them along. */
const isMade = ({ rtm_protocol, rtm_table }: Route): boolean =>
	rtm_protocol !== RTPROT_KERNEL && rtm_protocol !== RTPROT_RA && rtm_table !== RT_TABLE_LOCAL;

/** The neighbours somebody configured. The kernel forgets them with the last IPv4 address of their link. */
const isFixed = ({ ndm_family, ndm_state, ndm_flags }: Neighbour): boolean =>
	(ndm_family === AF_INET || ndm_family === AF_INET6) &&
	((ndm_state & NUD_PERMANENT) !== 0 || (ndm_flags & NTF_PROXY) !== 0);

/** What of a link can be moved to another. */
export function readBelongings(kernel: Kernel, index: number): Belongings {
	const given = readAddresses(kernel, index).filter(isGiven);
	const v4 = given.filter(({ ifa_family }) => ifa_family === AF_INET);
	// Of IPv6 the kernel shows the newest first, and that order chooses the source of a packet.
	const v6 = given.filter(({ ifa_family }) => ifa_family === AF_INET6).toReversed();
	const routes = [AF_INET, AF_INET6].flatMap((family) => readRoutes(kernel, family, index));
	return {
		addresses: [...v4, ...v6].map((address) => pack(RTM_NEWADDR.encode(address))),
		routes: routes
			.filter(isMade)
			.map(({ RTA_CACHEINFO, RTA_EXPIRES, $unknown, ...route }) =>
				pack(RTM_NEWROUTE.encode(route)),
			),
		neighbours: readNeighbours(kernel, index)
			.filter(isFixed)
			.map(({ NDA_CACHEINFO, NDA_PROBES, $unknown, ...neighbour }) =>
				pack(RTM_NEWNEIGH.encode(neighbour)),
			),
	};
}

/** The addresses that are missing from a link, `10.33.33.34/8`. */
export function missingAddresses(kernel: Kernel, { addresses }: Belongings, on: number): string[] {
	const there = new Set(readAddresses(kernel, on).map(addressText));
	return addresses
		.map((packed) => addressText(RTM_NEWADDR.decode(unpack(packed))))
		.filter((address) => !there.has(address));
}

/** What of everything that was on link `from` is missing on a side: with an address its routes go, too. */
export function missingOn(
	kernel: Kernel,
	{ addresses, routes, neighbours }: Belongings,
	from: number,
	{ index }: Side,
): Belongings {
	const there = readBelongings(kernel, index);
	const text = (packed: string): string => addressText(RTM_NEWADDR.decode(unpack(packed)));
	const over = (on: number) => (packed: string) =>
		pack(RTM_NEWROUTE.encode(routeOver(packed, on, index)));
	const near = (packed: string): string =>
		pack(RTM_NEWNEIGH.encode({ ...RTM_NEWNEIGH.decode(unpack(packed)), ndm_ifindex: index }));
	const without = (
		all: readonly string[],
		key: (packed: string) => string,
		keys: readonly string[],
	): string[] => all.filter((packed) => !keys.includes(key(packed)));
	return {
		addresses: without(addresses, text, there.addresses.map(text)),
		routes: without(routes, over(from), there.routes.map(over(index))),
		neighbours: without(neighbours, near, there.neighbours.map(near)),
	};
}

/** An address as it can be given to a link: without what the kernel only tells. */
function addressOn(packed: string, { link, index, skipDad }: Side): Address {
	const {
		IFA_CACHEINFO,
		IFA_LABEL,
		IFA_FLAGS = 0,
		$unknown,
		...rest
	} = RTM_NEWADDR.decode(unpack(packed));
	const forEver = (IFA_FLAGS & IFA_F_PERMANENT) !== 0;
	return {
		...rest,
		ifa_index: index,
		ifa_flags: 0,
		// A label must begin with its link's name to make sense to ifconfig; the plain one is the name.
		...(rest.ifa_family === AF_INET && { IFA_LABEL: labelOn(IFA_LABEL, link) }),
		// The bridge has the uplink's MAC: nobody new claims the address, so its detection need not be waited for.
		IFA_FLAGS: (IFA_FLAGS & ~IFA_F_PERMANENT) | (skipDad ? IFA_F_NODAD : 0),
		...(!forEver && IFA_CACHEINFO && { IFA_CACHEINFO }),
	};
}
const labelOn = (label: string | undefined, link: string): string =>
	label?.includes(":") ? `${link}:${label.split(":")[1]}`.slice(0, 15) : link;

/** A route with every mention of one link replaced by another, and of its flags those one can give. */
function routeOver(packed: string, from: number, to: number): GivenRoute {
	const { RTA_EXPIRES, rtm_flags, ...route } = RTM_NEWROUTE.decode(unpack(packed));
	const hops = route.RTA_MULTIPATH?.map((hop) => ({
		...hop,
		rtnh_ifindex: hop.rtnh_ifindex === from ? to : hop.rtnh_ifindex,
		rtnh_flags: hop.rtnh_flags & RTNH_F_ONLINK,
	}));
	return {
		...route,
		RTA_OIF: route.RTA_OIF === from ? to : route.RTA_OIF,
		RTA_MULTIPATH: hops,
		rtm_flags: rtm_flags & RTNH_F_ONLINK,
	};
}

type Move = Pick<Step, "label" | "do" | "conflict">;
/** One thing, on its way there and back. */
interface Item {
	/** Missing where the kernel does it by itself. */
	readonly put?: Move;
	readonly take: Move;
	/** The kernel may have taken it along already. */
	readonly perhaps?: true;
	/** It must not be there when what stands before it is put back: it would take its place. */
	readonly yields?: boolean;
}

const move = (label: string, one: Request, conflict?: StepConflict): Move => ({
	label,
	do: { via: "rtnetlink", request: one },
	conflict,
});

function addressItems(packed: string, side: Side): Item[] {
	const address = addressOn(packed, side);
	const { ifa_family, ifa_prefixlen, ifa_index, IFA_LOCAL, IFA_ADDRESS } = address;
	const bare = { ifa_family, ifa_prefixlen, ifa_index, IFA_LOCAL, IFA_ADDRESS };
	const text = `address ${addressText(address)}`;
	const item = {
		put: move(
			`put ${text} on ${side.link}`,
			request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address),
			alreadyThere(`${text} on ${side.link}`, "ip address"),
		),
		take: move(`take ${text} off ${side.link}`, request(RTM_DELADDR, 0, bare)),
		// With promote_secondaries it became primary if its own primary went and it did not.
		yields: ifa_family === AF_INET && ((address.IFA_FLAGS ?? 0) & IFA_F_SECONDARY) !== 0,
	};
	return [...prefixOf(address, side), item];
}

/**
 * An IPv6 address that runs out leaves the route to its subnet behind when it is deleted, to run out as well
 * (ipv6_del_addr): packets would go on leaving by the port.
 */
function prefixOf(address: Address, { link, index }: Side): Item[] {
	const { ifa_family, ifa_prefixlen, IFA_ADDRESS, IFA_CACHEINFO, IFA_FLAGS = 0 } = address;
	const leaves = IFA_CACHEINFO !== undefined && (IFA_FLAGS & IFA_F_NOPREFIXROUTE) === 0;
	if (ifa_family !== AF_INET6 || !leaves || IFA_ADDRESS === undefined) return [];
	const route: GivenRoute = {
		rtm_family: AF_INET6,
		rtm_dst_len: ifa_prefixlen,
		rtm_table: RT_TABLE_MAIN,
		rtm_protocol: RTPROT_KERNEL,
		rtm_type: RTN_UNICAST,
		RTA_DST: network(cidrOf(IFA_ADDRESS, ifa_prefixlen)),
		RTA_OIF: index,
		RTA_PRIORITY: address.IFA_RT_PRIORITY,
	};
	const label = `take ${routeText(route)} off ${link}`;
	return [{ take: move(label, request(RTM_DELROUTE, 0, route)), perhaps: true }];
}

function routeItem(packed: string, from: number, { link, index }: Side): Item {
	const route = routeOver(packed, from, index);
	const text = routeText(route);
	return {
		put: move(
			`put ${text} on ${link}`,
			request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, route),
			alreadyThere(`${text} on ${link}`, "ip route show table all"),
		),
		take: move(`take ${text} off ${link}`, request(RTM_DELROUTE, 0, route)),
	};
}
function routeText({
	RTA_DST,
	rtm_dst_len,
	rtm_family,
}: Pick<GivenRoute, "RTA_DST" | "rtm_dst_len" | "rtm_family">): string {
	if (RTA_DST === undefined) return "default route";
	return `route ${formatAddress(RTA_DST)}/${rtm_dst_len ?? (rtm_family === AF_INET ? 32 : 128)}`;
}

/** `default route`, of one that is packed. */
export const wayOf = (packed: string): string => routeText(RTM_NEWROUTE.decode(unpack(packed)));

function neighbourItem(packed: string, { link, index }: Side): Item {
	const neighbour: GivenNeighbour = { ...RTM_NEWNEIGH.decode(unpack(packed)), ndm_ifindex: index };
	const { ndm_family, ndm_ifindex, ndm_flags = 0, NDA_DST } = neighbour;
	const bare = { ndm_family, ndm_ifindex, ndm_flags: ndm_flags & NTF_PROXY, NDA_DST };
	const text = `neighbour ${NDA_DST === undefined ? "" : formatAddress(NDA_DST)}`;
	return {
		put: move(
			`put ${text} on ${link}`,
			request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, neighbour),
			alreadyThere(`${text} on ${link}`, "ip neighbour"),
		),
		take: move(`take ${text} off ${link}`, request(RTM_DELNEIGH, 0, bare)),
	};
}

/** In the order to put it on a link: addresses make gateways reachable, and neighbours go with addresses. */
const items = ({ addresses, routes, neighbours }: Belongings, from: number, side: Side): Item[] => [
	...addresses.flatMap((packed) => addressItems(packed, side)),
	...routes.map((packed) => routeItem(packed, from, side)),
	...neighbours.map((packed) => neighbourItem(packed, side)),
];

/** Steps that put everything that was on link `from` on one side. */
export const putSteps = (all: Belongings, from: number, side: Side): Step[] =>
	items(all, from, side).flatMap(({ put, take }) =>
		put === undefined ? [] : [{ ...put, phase: "address", undo: [take.do] }],
	);

/** Steps that take it off again, the last first: a primary address might take its secondaries along. */
export const takeSteps = (all: Belongings, from: number, side: Side): Step[] =>
	items(all, from, side)
		.toReversed()
		.map(({ put, take, perhaps, yields }) => ({
			...take,
			phase: "address",
			undo: put === undefined ? [] : yields ? [take.do, put.do] : [put.do],
			...(perhaps && { removes: perhaps }),
		}));
