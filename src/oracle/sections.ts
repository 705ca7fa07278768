/** What a network namespace contains, and which requests list it. */
import { readFileSync } from "node:fs";
import { Reader } from "../netlink/bytes.js";
import type { AnyMessage, Message } from "../netlink/schema.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import * as uapi from "../uapi/index.js";

/** One type of object. */
export interface Section {
	readonly name: string;
	readonly socket: "route" | "netfilter";
	/** The messages as the kernel sent them, without objects that the kernel makes on its own and drops again. */
	read(socket: NetlinkSocket): readonly Uint8Array[];
	readonly reply: AnyMessage;
	/** The attributes that identify an object. */
	readonly title: readonly string[];
	/** Set if the order of the objects matters. */
	readonly ordered?: true;
}

interface Ask {
	readonly get: AnyMessage;
	readonly value: unknown;
}
const ask = <I>(get: Message<unknown, I>, value: I): Ask => ({ get, value });

/** Send a dump request and return the messages undecoded. */
function dump(socket: NetlinkSocket, { get, value }: Ask): Uint8Array[] {
	const bytes = { ...get, read: (r: Reader) => r.copy() };
	return socket.dump(get as Message<unknown, unknown>, bytes as Message<Uint8Array, never>, value);
}

const all =
	(...asks: readonly Ask[]): Section["read"] =>
	(socket) =>
		asks.flatMap((one) => dump(socket, one));

const some =
	(keep: (header: Reader) => boolean, ...asks: readonly Ask[]): Section["read"] =>
	(socket) =>
		all(...asks)(socket).filter((bytes) => keep(new Reader(bytes)));

const { AF_INET, AF_INET6, AF_BRIDGE } = uapi;
const IFLA_EXT_MASK = uapi.RTEXT_FILTER_VF | uapi.RTEXT_FILTER_SKIP_STATS;
/** NFPROTO_UNSPEC asks for all families. */
const anyFamily = { nfgen_family: uapi.NFPROTO_UNSPEC };

/** Neighbours that somebody configured. Learned ones come and go. */
const permanent = (r: Reader): boolean => (uapi.ndmsg.read(r).ndm_state & uapi.NUD_PERMANENT) !== 0;

/** Forwarding entries that somebody configured, and those of the ports themselves. */
function fixed(r: Reader): boolean {
	const { ndm_state, ndm_flags } = uapi.ndmsg.read(r);
	const state = uapi.NUD_PERMANENT | uapi.NUD_NOARP;
	const flags = uapi.NTF_STICKY | uapi.NTF_EXT_LEARNED;
	return (ndm_state & state) !== 0 || (ndm_flags & flags) !== 0;
}

/** Tracked flows without IGMP, whose reports the kernel itself sends at any time. */
function notReported(r: Reader): boolean {
	const { CTA_TUPLE_ORIG: tuple } = uapi.IPCTNL_MSG_CT_NEW.read(r);
	return tuple?.CTA_TUPLE_PROTO?.CTA_PROTO_NUM !== uapi.IPPROTO_IGMP;
}

/**
 * Tracked flows. Listing them makes the kernel walk the hash table of the whole host, so the count for this namespace
 * is read first.
 */
function readFlows(socket: NetlinkSocket): readonly Uint8Array[] {
	if (countFlows() === 0) return [];
	return some(notReported, ask(uapi.IPCTNL_MSG_CT_GET, {}))(socket);
}

/** Undefined if flows are not tracked, or not counted. */
function countFlows(): number | undefined {
	try {
		return Number(readFileSync("/proc/sys/net/netfilter/nf_conntrack_count", "latin1"));
	} catch {
		return undefined;
	}
}

const readSets = all(ask(uapi.NFT_MSG_GETSET, anyFamily));

/** The elements of every set, one a message, because how the kernel groups them into messages means nothing. */
function readElements(socket: NetlinkSocket): Uint8Array[] {
	return readSets(socket).flatMap((set) => {
		const { nfgen_family, NFTA_SET_TABLE, NFTA_SET_NAME } = uapi.NFT_MSG_NEWSET.decode(set);
		const ofSet = {
			nfgen_family,
			NFTA_SET_ELEM_LIST_TABLE: NFTA_SET_TABLE,
			NFTA_SET_ELEM_LIST_SET: NFTA_SET_NAME,
		};
		return dump(socket, ask(uapi.NFT_MSG_GETSETELEM, ofSet)).flatMap((bytes) => {
			const { NFTA_SET_ELEM_LIST_ELEMENTS = [] } = uapi.NFT_MSG_NEWSETELEM.decode(bytes);
			return NFTA_SET_ELEM_LIST_ELEMENTS.map((one) =>
				uapi.NFT_MSG_NEWSETELEM.encode({ ...ofSet, NFTA_SET_ELEM_LIST_ELEMENTS: [one] }),
			);
		});
	});
}

export const sections: readonly Section[] = [
	{
		name: "link",
		socket: "route",
		read: all(ask(uapi.RTM_GETLINK, { IFLA_EXT_MASK })),
		reply: uapi.RTM_NEWLINK,
		title: ["IFLA_IFNAME"],
	},
	{
		name: "bridge port",
		socket: "route",
		read: all(
			ask(uapi.PF_BRIDGE_RTM_GETLINK, {
				ifi_family: AF_BRIDGE,
				IFLA_EXT_MASK: uapi.RTEXT_FILTER_BRVLAN_COMPRESSED,
			}),
		),
		reply: uapi.PF_BRIDGE_RTM_NEWLINK,
		title: ["IFLA_IFNAME"],
	},
	{
		name: "address",
		socket: "route",
		read: all(
			ask(uapi.RTM_GETADDR, { ifa_family: AF_INET }),
			ask(uapi.RTM_GETADDR, { ifa_family: AF_INET6 }),
		),
		reply: uapi.RTM_NEWADDR,
		title: ["ifa_index", "IFA_LOCAL", "IFA_ADDRESS", "ifa_prefixlen"],
		ordered: true,
	},
	{
		name: "route",
		socket: "route",
		read: all(
			ask(uapi.RTM_GETROUTE, { rtm_family: AF_INET }),
			ask(uapi.RTM_GETROUTE, { rtm_family: AF_INET6 }),
		),
		reply: uapi.RTM_NEWROUTE,
		title: ["rtm_family", "RTA_TABLE", "RTA_DST", "rtm_dst_len", "rtm_tos", "RTA_PRIORITY"],
		ordered: true,
	},
	{
		name: "rule",
		socket: "route",
		read: all(ask(uapi.RTM_GETRULE, {})),
		reply: uapi.RTM_NEWRULE,
		title: ["family", "FRA_PRIORITY"],
		ordered: true,
	},
	{
		name: "nexthop",
		socket: "route",
		read: all(ask(uapi.RTM_GETNEXTHOP, {})),
		reply: uapi.RTM_NEWNEXTHOP,
		title: ["NHA_ID"],
	},
	{
		name: "neighbour",
		socket: "route",
		read: some(permanent, ask(uapi.RTM_GETNEIGH, {})),
		reply: uapi.RTM_NEWNEIGH,
		title: ["ndm_ifindex", "NDA_DST"],
	},
	{
		name: "proxied neighbour",
		socket: "route",
		read: all(ask(uapi.RTM_GETNEIGH, { ndm_flags: uapi.NTF_PROXY })),
		reply: uapi.RTM_NEWNEIGH,
		title: ["ndm_ifindex", "NDA_DST"],
	},
	{
		name: "forwarding entry",
		socket: "route",
		read: some(fixed, ask(uapi.RTM_GETNEIGH, { ndm_family: AF_BRIDGE })),
		reply: uapi.RTM_NEWNEIGH,
		title: ["ndm_ifindex", "NDA_LLADDR", "NDA_VLAN"],
	},
	{
		name: "netconf",
		socket: "route",
		read: all(
			ask(uapi.RTM_GETNETCONF, { ncm_family: AF_INET }),
			ask(uapi.RTM_GETNETCONF, { ncm_family: AF_INET6 }),
		),
		reply: uapi.RTM_NEWNETCONF,
		title: ["ncm_family", "NETCONFA_IFINDEX"],
	},
	{
		name: "nft table",
		socket: "netfilter",
		read: all(ask(uapi.NFT_MSG_GETTABLE, anyFamily)),
		reply: uapi.NFT_MSG_NEWTABLE,
		title: ["nfgen_family", "NFTA_TABLE_NAME"],
	},
	{
		name: "nft chain",
		socket: "netfilter",
		read: all(ask(uapi.NFT_MSG_GETCHAIN, anyFamily)),
		reply: uapi.NFT_MSG_NEWCHAIN,
		title: ["nfgen_family", "NFTA_CHAIN_TABLE", "NFTA_CHAIN_NAME"],
	},
	{
		name: "nft rule",
		socket: "netfilter",
		read: all(ask(uapi.NFT_MSG_GETRULE, anyFamily)),
		reply: uapi.NFT_MSG_NEWRULE,
		title: ["nfgen_family", "NFTA_RULE_TABLE", "NFTA_RULE_CHAIN", "NFTA_RULE_HANDLE"],
		ordered: true,
	},
	{
		name: "nft set",
		socket: "netfilter",
		read: readSets,
		reply: uapi.NFT_MSG_NEWSET,
		title: ["nfgen_family", "NFTA_SET_TABLE", "NFTA_SET_NAME"],
	},
	{
		name: "nft element",
		socket: "netfilter",
		read: readElements,
		reply: uapi.NFT_MSG_NEWSETELEM,
		title: ["nfgen_family", "NFTA_SET_ELEM_LIST_TABLE", "NFTA_SET_ELEM_LIST_SET"],
	},
	{
		name: "nft object",
		socket: "netfilter",
		read: all(ask(uapi.NFT_MSG_GETOBJ, anyFamily)),
		reply: uapi.NFT_MSG_NEWOBJ,
		title: ["nfgen_family", "NFTA_OBJ_TABLE", "NFTA_OBJ_TYPE", "NFTA_OBJ_NAME"],
	},
	{
		name: "nft flowtable",
		socket: "netfilter",
		read: all(ask(uapi.NFT_MSG_GETFLOWTABLE, anyFamily)),
		reply: uapi.NFT_MSG_NEWFLOWTABLE,
		title: ["nfgen_family", "NFTA_FLOWTABLE_TABLE", "NFTA_FLOWTABLE_NAME"],
	},
	{
		name: "conntrack",
		socket: "netfilter",
		read: readFlows,
		reply: uapi.IPCTNL_MSG_CT_NEW,
		title: ["CTA_ID"],
	},
];
