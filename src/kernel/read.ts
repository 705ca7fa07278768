import type { Reader } from "../netlink/bytes.js";
import type { Outcome } from "../netlink/outcome.js";
import { request } from "../netlink/request.js";
import type { Out } from "../netlink/schema.js";
import { RTM_GETRULE, RTM_NEWRULE } from "../uapi/fib_rules.js";
import { RTM_GETADDR, RTM_NEWADDR } from "../uapi/if_addr.js";
import {
	ifinfomsg,
	linkAttrs,
	RTEXT_FILTER_SKIP_STATS,
	RTM_GETLINK,
	RTM_NEWLINK,
	type rtnl_link_stats64,
} from "../uapi/if_link.js";
import { NTF_PROXY, RTM_GETNEIGH, RTM_NEWNEIGH } from "../uapi/neighbour.js";
import { RTM_GETNETCONF, type RTM_NEWNETCONF } from "../uapi/netconf.js";
import { RTM_GETNEXTHOP, RTM_NEWNEXTHOP } from "../uapi/nexthop.js";
import { RTM_F_FIB_MATCH, RTM_GETROUTE, RTM_NEWROUTE, rtmsg } from "../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";
import { ifThere } from "./if-there.js";
import type { Kernel } from "./kernel.js";

export type Link = ReturnType<typeof RTM_NEWLINK.decode>;
export type Address = ReturnType<typeof RTM_NEWADDR.decode>;
export type Route = ReturnType<typeof RTM_NEWROUTE.decode>;
export type Neighbour = ReturnType<typeof RTM_NEWNEIGH.decode>;
export type Nexthop = ReturnType<typeof RTM_NEWNEXTHOP.decode>;
export type Rule = ReturnType<typeof RTM_NEWRULE.decode>;
export type Netconf = ReturnType<typeof RTM_NEWNETCONF.decode>;
export type AddressFamily = number;

const IFLA_EXT_MASK = RTEXT_FILTER_SKIP_STATS;

/** The result of a look-up; undefined if the kernel refused with one of `absence`. @throws KernelError */
function found(outcome: Outcome | undefined, absence: ReadonlySet<string>): unknown {
	if (outcome?.errno !== undefined && !absence.has(outcome.errno)) throw outcome.error;
	return outcome?.replies[0]?.value;
}
const NO_LINK = new Set(["ENODEV"]);
/** If there is no such link most kernels answer EINVAL (inet_netconf_get_devconf, net/ipv4/devinet.c). */
const NO_DEVCONF = new Set(["ENODEV", "EINVAL"]);
/** There is no route, or it is unreachable, prohibit or blackhole (fib_props, net/ipv4/fib_semantics.c). */
const NO_WAY = new Set(["ENETUNREACH", "EHOSTUNREACH", "EACCES", "EINVAL"]);

/** The links with these indexes, in one send; undefined for one that does not exist. @throws KernelError */
export function readLinks(kernel: Kernel, indexes: readonly number[]): (Link | undefined)[] {
	const outcomes = kernel.rtnetlink(
		indexes.map((ifi_index) => request(RTM_GETLINK, 0, { ifi_index, IFLA_EXT_MASK })),
	);
	return outcomes.map((outcome) => found(outcome, NO_LINK) as Link | undefined);
}

type Statistics = Out<typeof rtnl_link_stats64>;

/** What went through the links with these indexes, in one send; undefined for one that does not exist. @throws KernelError */
export function readStatistics(
	kernel: Kernel,
	indexes: readonly number[],
): (Statistics | undefined)[] {
	const outcomes = kernel.rtnetlink(
		indexes.map((ifi_index) => request(RTM_GETLINK, 0, { ifi_index })),
	);
	return outcomes.map((outcome) => (found(outcome, NO_LINK) as Link | undefined)?.IFLA_STATS64);
}

/** RTM_GETLINK of whose answer only the header is decoded: its attributes are about a kilobyte. */
const GET_INFO = { ...RTM_GETLINK, read: (r: Reader) => ifinfomsg.read(r) };

/**
 * The flags (IFF_*) of the links with these indexes, in one send; undefined for one that does not exist. @throws
 * KernelError
 */
export function readFlags(kernel: Kernel, indexes: readonly number[]): (number | undefined)[] {
	const outcomes = kernel.rtnetlink(
		indexes.map((ifi_index) => request(GET_INFO, 0, { ifi_index, IFLA_EXT_MASK })),
	);
	return outcomes.map(
		(outcome) => (found(outcome, NO_LINK) as Pick<Link, "ifi_flags"> | undefined)?.ifi_flags,
	);
}

/** The index of the link with this name, if there is one. @throws KernelError */
export function readIndex(kernel: Pick<Kernel, "rtnetlink">, name: string): number | undefined {
	const [outcome] = kernel.rtnetlink([request(GET_INFO, 0, { IFLA_IFNAME: name, IFLA_EXT_MASK })]);
	return (found(outcome, NO_LINK) as Pick<Link, "ifi_index"> | undefined)?.ifi_index;
}

/** The link with this index, if there is one. @throws KernelError */
export const readLink = (kernel: Kernel, index: number): Link | undefined =>
	readLinks(kernel, [index])[0];

/** The link with this name, if there is one. @throws KernelError */
export function readLinkByName(kernel: Kernel, name: string): Link | undefined {
	const [outcome] = kernel.rtnetlink([
		request(RTM_GETLINK, 0, { IFLA_IFNAME: name, IFLA_EXT_MASK }),
	]);
	return found(outcome, NO_LINK) as Link | undefined;
}

/** The ports of a bridge; empty if there is no such bridge. @throws KernelError */
export function readPorts(kernel: Kernel, bridge: number): readonly Link[] {
	const dump = () => kernel.dump(RTM_GETLINK, RTM_NEWLINK, { IFLA_MASTER: bridge, IFLA_EXT_MASK });
	return ofLink(dump).filter(({ IFLA_MASTER }) => IFLA_MASTER === bridge);
}

/**
 * The IPv4 settings of a link, if there is one. RTM_GETLINK has them too, but is far more to read.
 * @throws KernelError
 */
export function readNetconf(kernel: Kernel, index: number): Netconf | undefined {
	const [outcome] = kernel.rtnetlink([
		request(RTM_GETNETCONF, 0, { ncm_family: AF_INET, NETCONFA_IFINDEX: index }),
	]);
	return found(outcome, NO_DEVCONF) as Netconf | undefined;
}

/** The addresses of a link, in the kernel's order: primary before secondary. @throws KernelError */
export function readAddresses(kernel: Kernel, index: number): readonly Address[] {
	return ofLink(() => kernel.dump(RTM_GETADDR, RTM_NEWADDR, { ifa_index: index }));
}

/** The routes of one family through one link, in all tables. @throws KernelError */
export function readRoutes(kernel: Kernel, family: AddressFamily, index: number): readonly Route[] {
	return ofLink(() =>
		kernel.dump(RTM_GETROUTE, RTM_NEWROUTE, { rtm_family: family, RTA_OIF: index }),
	);
}

/** An address whose route is looked up. */
export interface Destination {
	readonly family: AddressFamily;
	readonly address: Uint8Array;
}

/** The routes that packets to these addresses would take, as they are in the tables (RTM_F_FIB_MATCH). */
function routesTo(
	kernel: Kernel,
	message: typeof RTM_GETROUTE,
	to: readonly Destination[],
): unknown[] {
	const outcomes = kernel.rtnetlink(
		to.map(({ family, address }) =>
			request(message, 0, {
				rtm_family: family,
				rtm_dst_len: 8 * address.length,
				rtm_flags: RTM_F_FIB_MATCH,
				RTA_DST: address,
			}),
		),
	);
	return outcomes.map((outcome) => found(outcome, NO_WAY));
}

/** The route that packets to an address take, if there is one that forwards them. @throws KernelError */
export const readRouteTo = (kernel: Kernel, to: Destination): Route | undefined =>
	routesTo(kernel, RTM_GETROUTE, [to])[0] as Route | undefined;

/** RTM_GETROUTE of whose answer only the header is decoded, because every guest waits for this look-up. */
const GET_HEADER = { ...RTM_GETROUTE, read: (r: Reader) => rtmsg.read(r) };

/** The prefix lengths of those routes, which are 0 for a default route, in one send. @throws KernelError */
export const readPrefixesTo = (
	kernel: Kernel,
	to: readonly Destination[],
): (number | undefined)[] =>
	routesTo(kernel, GET_HEADER, to).map(
		(header) => (header as Pick<Route, "rtm_dst_len"> | undefined)?.rtm_dst_len,
	);

/** The neighbours of a link, and the addresses for which it answers as a proxy. @throws KernelError */
export function readNeighbours(kernel: Kernel, index: number): readonly Neighbour[] {
	return [0, NTF_PROXY].flatMap((ndm_flags) =>
		ofLink(() => kernel.dump(RTM_GETNEIGH, RTM_NEWNEIGH, { ndm_flags, NDA_IFINDEX: index })),
	);
}

/** What tells an address that a link answers for from others: RTM_GETNEIGH as far as the kernel looks at it. */
export type Proxied = Pick<Neighbour, "ndm_family" | "ndm_ifindex" | "ndm_flags" | "NDA_DST">;
const NO_PROXY = new Set(["ENOENT", "ENODEV"]);

/** Addresses that links answer for as a proxy, in one send; undefined where they do not. @throws KernelError */
export function readProxied(kernel: Kernel, all: readonly Proxied[]): (Neighbour | undefined)[] {
	const outcomes = kernel.rtnetlink(all.map((one) => request(RTM_GETNEIGH, 0, one)));
	return outcomes.map((outcome) => found(outcome, NO_PROXY) as Neighbour | undefined);
}

/** All addresses that any link answers for as a proxy. @throws KernelError */
export const readProxies = (kernel: Kernel): readonly Neighbour[] =>
	kernel.dump(RTM_GETNEIGH, RTM_NEWNEIGH, { ndm_flags: NTF_PROXY });

/** The nexthop objects of a link; empty if the kernel has none (before 5.3). @throws KernelError */
export function readNexthops(kernel: Kernel, index: number): readonly Nexthop[] {
	const dump = () => kernel.dump(RTM_GETNEXTHOP, RTM_NEWNEXTHOP, { NHA_OIF: index });
	const all = ifThere(() => ofLink(dump), "EOPNOTSUPP") ?? [];
	return all.filter(({ NHA_OIF }) => NHA_OIF === index);
}

/** The routing rules of both families. @throws KernelError */
export const readRules = (kernel: Kernel): readonly Rule[] =>
	[AF_INET, AF_INET6].flatMap((family) => kernel.dump(RTM_GETRULE, RTM_NEWRULE, { family }));

/** A value below /proc/sys; undefined if it does not exist, as for a deleted link. @throws KernelError */
export const readSetting = (kernel: Kernel, path: string): string | undefined =>
	ifThere(() => kernel.readSysctl(path));

/** The list of what belongs to a link is empty if the link is gone. */
const ofLink = <T>(read: () => readonly T[]): readonly T[] => ifThere(read, "ENODEV") ?? [];

/** All links. Only for what concerns the whole host, which may have thousands. @throws KernelError */
export const readAllLinks = (kernel: Kernel): readonly Link[] =>
	kernel.dump(RTM_GETLINK, RTM_NEWLINK, { IFLA_EXT_MASK });

/**
 * RTM_NEWLINK of a link on top of another one. Of all other links only the header is decoded and nothing is returned.
 */
const UPPER = {
	...RTM_NEWLINK,
	read(r: Reader): Link | undefined {
		const start = r.pos;
		ifinfomsg.read(r);
		let isUpper = false;
		r.attributes((type) => {
			isUpper ||= type === linkAttrs.parts?.IFLA_LINK?.[0];
		});
		if (!isUpper) return undefined;
		r.pos = start;
		return RTM_NEWLINK.read(r);
	},
};

/**
 * The links on top of others in this namespace, such as VLANs, and both ends of a veth pair. As expensive as all links.
 * @throws KernelError
 */
export const readUppers = (kernel: Kernel): readonly Link[] =>
	kernel
		.dump(RTM_GETLINK, UPPER, { IFLA_EXT_MASK })
		.filter((link) => link !== undefined)
		.filter(({ IFLA_LINK, IFLA_LINK_NETNSID }) => {
			return IFLA_LINK !== undefined && IFLA_LINK_NETNSID === undefined;
		});

/** The names of all links. Only for settings of the whole host. @throws KernelError */
export const readLinkNames = (kernel: Kernel): string[] =>
	readAllLinks(kernel).flatMap(({ IFLA_IFNAME }) =>
		IFLA_IFNAME === undefined ? [] : [IFLA_IFNAME],
	);
