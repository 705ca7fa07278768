import { cidrOf, network } from "../../inet/cidr.js";
import { type Address, readAddresses } from "../../kernel/read.js";
import { type Request, request } from "../../netlink/request.js";
import { IFNAMSIZ } from "../../uapi/if.js";
import {
	IFA_F_DEPRECATED,
	IFA_F_MANAGETEMPADDR,
	IFA_F_NODAD,
	IFA_F_NOPREFIXROUTE,
	IFA_F_PERMANENT,
	IFA_F_SECONDARY,
	IFA_F_TEMPORARY,
	IFA_F_TENTATIVE,
	RTM_DELADDR,
	RTM_NEWADDR,
} from "../../uapi/if_addr.js";
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../../uapi/netlink.js";
import { RT_TABLE_MAIN, RTM_DELROUTE, RTN_UNICAST, RTPROT_KERNEL } from "../../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../../uapi/socket.js";
import { addressText } from "../address.js";
import { alreadyThere } from "../conflict.js";
import { type Change, type Endpoint, pack, type Sort, unpack } from "./item.js";
import { isOfLink } from "./link-local.js";

const FOR_EVER = 0xffff_ffff;

/**
 * Temporary addresses (RFC 8981) cannot be added: the kernel makes a random one for each address with the flag for it
 * (`mngtmpaddr`), on whichever link that is added.
 */
const isDrawn = ({ ifa_family, IFA_FLAGS = 0 }: Address): boolean =>
	ifa_family === AF_INET6 && (IFA_FLAGS & IFA_F_TEMPORARY) !== 0;

const decode = (packed: string): Address => RTM_NEWADDR.decode(unpack(packed));

/** An address without what the kernel only reports, so that it can be added to a link. */
function addressOn(packed: string, { link, index }: Endpoint): Address {
	const { IFA_CACHEINFO, IFA_LABEL, IFA_FLAGS = 0, $unknown, ...rest } = decode(packed);
	const lifetimes = lifetimesOf(IFA_FLAGS, IFA_CACHEINFO);
	return {
		...rest,
		ifa_index: index,
		ifa_flags: 0,
		// A label must begin with the name of its link to be useful to ifconfig; the default label is the name.
		...(rest.ifa_family === AF_INET && { IFA_LABEL: labelOn(IFA_LABEL, link) }),
		IFA_FLAGS: IFA_FLAGS & ~(IFA_F_PERMANENT | IFA_F_DEPRECATED | IFA_F_TENTATIVE),
		...(lifetimes && { IFA_CACHEINFO: lifetimes }),
	};
}
const labelOn = (label: string | undefined, link: string): string =>
	label?.includes(":") ? `${link}:${label.split(":")[1]}`.slice(0, IFNAMSIZ - 1) : link;

/**
 * The rest of its lifetime, if that is limited. For a deprecated IPv4 address that is valid for ever, the kernel also
 * reports an unlimited preferred lifetime, and only the flag tells (inet_fill_ifaddr, net/ipv4/devinet.c).
 */
function lifetimesOf(flags: number, told: Address["IFA_CACHEINFO"]): Address["IFA_CACHEINFO"] {
	const isDeprecated = (flags & IFA_F_DEPRECATED) !== 0;
	const { ifa_valid = FOR_EVER, ifa_prefered = FOR_EVER } = told ?? {};
	if (ifa_valid === FOR_EVER && ifa_prefered === FOR_EVER && !isDeprecated) return undefined;
	return { ifa_valid, ifa_prefered: isDeprecated ? 0 : ifa_prefered, cstamp: 0, tstamp: 0 };
}

/** Whether two addresses are in the same IPv6 subnet. */
function isNeighbour(one: Address, other: Address): boolean {
	const { IFA_ADDRESS: a, ifa_prefixlen, ifa_family } = one;
	const { IFA_ADDRESS: b } = other;
	if (ifa_family !== AF_INET6 || other.ifa_family !== AF_INET6 || !a || !b) return false;
	return (
		ifa_prefixlen === other.ifa_prefixlen &&
		Buffer.compare(network(cidrOf(a, ifa_prefixlen)), network(cidrOf(b, ifa_prefixlen))) === 0
	);
}

/** Addresses, IPv4 first. */
export const addresses: Sort = {
	read(kernel, { index }) {
		const given = readAddresses(kernel, index).filter((address) => !isDrawn(address));
		const v4 = given.filter(({ ifa_family }) => ifa_family === AF_INET);
		// The kernel lists the newest IPv6 address first, and source addresses are chosen in this order.
		const v6 = given.filter(({ ifa_family }) => ifa_family === AF_INET6).toReversed();
		return [...v4, ...v6].map((address) => pack(RTM_NEWADDR.encode(address)));
	},
	item(packed, from, to, all) {
		const [old, fresh] = [addressOn(packed, from), addressOn(packed, to)];
		const isAlone = all.every((other) => other === packed || !isNeighbour(decode(other), old));
		return {
			put: putOn(fresh, to, isAlone),
			take: isOfLink(old) ? [] : takeOff(old, from, isAlone),
		};
	},
	isOfLink: (packed) => isOfLink(decode(packed)),
	key: (packed) => addressText(decode(packed)),
	needsUp: () => false,
	needsIpv6: (packed) => decode(packed).ifa_family === AF_INET6,
	isLeased: (packed) => ((decode(packed).IFA_FLAGS ?? 0) & IFA_F_PERMANENT) === 0,
	protocol: (packed) => decode(packed).IFA_PROTO,
	text: (packed) => `address ${addressText(decode(packed))}`,
};

/**
 * The messages that add an address to a link. IPv6 would check for duplicates, which takes a second or more in which
 * the address cannot be used (RFC 4862, section 5.4). This host has the address already, with the same MAC, so it is
 * added without the check. The flag for that would remain, so the second message clears it (inet6_addr_modify).
 */
function give(address: Address): readonly Request[] {
	const { ifa_family, IFA_FLAGS = 0 } = address;
	// By now the kernel may have made the address for this link itself.
	const existing = isOfLink(address) ? NLM_F_REPLACE : NLM_F_EXCL;
	const now = request(RTM_NEWADDR, NLM_F_CREATE | existing, {
		...address,
		IFA_FLAGS: IFA_FLAGS | (ifa_family === AF_INET6 ? IFA_F_NODAD : 0),
	});
	if (ifa_family !== AF_INET6 || (IFA_FLAGS & IFA_F_NODAD) !== 0) return [now];
	return [now, request(RTM_NEWADDR, NLM_F_REPLACE, address)];
}

/** With this flag the kernel also deletes the temporary addresses that it made for this one (inet6_addr_del). */
function takeAway(address: Address, isAlone: boolean): readonly Request[] {
	const { ifa_family, ifa_prefixlen, ifa_index, IFA_LOCAL, IFA_ADDRESS } = address;
	const flags = (address.IFA_FLAGS ?? 0) & IFA_F_MANAGETEMPADDR;
	const IFA_FLAGS = ifa_family === AF_INET6 && flags !== 0 ? flags : undefined;
	const bare = { ifa_family, ifa_prefixlen, ifa_index, IFA_LOCAL, IFA_ADDRESS, IFA_FLAGS };
	return [request(RTM_DELADDR, 0, bare), ...prefixRoute(address, isAlone)];
}

/**
 * If an IPv6 address with a limited lifetime is deleted, the route to its subnet stays until it expires as well
 * (ipv6_del_addr), and packets would still leave through the old link. The same happens with several addresses in a
 * subnet, if the other one was added without a route, or has a route of another metric that the kernel takes for this
 * one's (check_cleanup_prefix_route, cleanup_prefix_route).
 */
function prefixRoute(address: Address, isAlone: boolean): readonly Request[] {
	const { ifa_family, ifa_prefixlen, ifa_index, IFA_ADDRESS, IFA_CACHEINFO } = address;
	const hasRoute = ((address.IFA_FLAGS ?? 0) & IFA_F_NOPREFIXROUTE) === 0;
	if (ifa_family !== AF_INET6 || !hasRoute || !IFA_ADDRESS) return [];
	if (isAlone && IFA_CACHEINFO === undefined) return [];
	const route = {
		rtm_family: AF_INET6,
		rtm_dst_len: ifa_prefixlen,
		rtm_table: RT_TABLE_MAIN,
		rtm_protocol: RTPROT_KERNEL,
		rtm_type: RTN_UNICAST,
		RTA_DST: network(cidrOf(IFA_ADDRESS, ifa_prefixlen)),
		RTA_OIF: ifa_index,
		RTA_PRIORITY: address.IFA_RT_PRIORITY,
	};
	return [request(RTM_DELROUTE, 0, route)];
}

function putOn(address: Address, { link }: Endpoint, isAlone: boolean): Change[] {
	const text = `address ${addressText(address)}`;
	const [put, ...settle] = give(address);
	return [
		{
			label: `put ${text} on ${link}`,
			effect: "create",
			do: put as Request,
			undo: takeAway(address, isAlone),
			conflict: alreadyThere(`${text} on ${link}`, "ip address"),
		},
		...settle.map((change) => ({
			label: `settle ${text} on ${link}`,
			do: change,
			undo: [],
		})),
	];
}

function takeOff(address: Address, { link }: Endpoint, isAlone: boolean): Change[] {
	const [take, ...routes] = takeAway(address, isAlone);
	const isSecondary =
		address.ifa_family === AF_INET && ((address.IFA_FLAGS ?? 0) & IFA_F_SECONDARY) !== 0;
	return [
		{
			label: `take address ${addressText(address)} off ${link}`,
			effect: "delete",
			do: take as Request,
			undo: give(address),
			// With promote_secondaries it would have become primary if its primary address was deleted and it was not.
			...(isSecondary && { beforeUndo: take as Request }),
		},
		...routes.map(
			(route): Change => ({
				label: `take the route to the subnet of ${addressText(address)} off ${link}`,
				effect: "delete",
				do: route,
				undo: [],
				removes: true,
			}),
		),
	];
}
