import { ETH_P_8021AD, ETH_P_8021Q, ETH_P_ARP, ETH_P_IP, ETH_P_IPV6 } from "../../uapi/if_ether.js";
import {
	IPPROTO_AH,
	IPPROTO_COMP,
	IPPROTO_DCCP,
	IPPROTO_ESP,
	IPPROTO_GRE,
	IPPROTO_ICMP,
	IPPROTO_IGMP,
	IPPROTO_SCTP,
	IPPROTO_TCP,
	IPPROTO_UDP,
	IPPROTO_UDPLITE,
} from "../../uapi/in.js";
import { IPPROTO_ICMPV6 } from "../../uapi/in6.js";
import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../../uapi/netfilter.js";
import {
	NFT_INNER_GENEVE,
	NFT_INNER_HDRSIZE,
	NFT_INNER_LL,
	NFT_INNER_NH,
	NFT_INNER_TH,
	NFT_INNER_VXLAN,
	NFT_META_L4PROTO,
	NFT_META_NFPROTO,
	NFT_META_PROTOCOL,
	NFT_PAYLOAD_CSUM_INET,
	NFT_PAYLOAD_CSUM_SCTP,
	NFT_PAYLOAD_INNER_HEADER,
	NFT_PAYLOAD_LL_HEADER,
	NFT_PAYLOAD_NETWORK_HEADER,
	NFT_PAYLOAD_TRANSPORT_HEADER,
} from "../../uapi/nf_tables_const.js";
import {
	arpOp,
	bitmaskType,
	type Datatype,
	dccpPktType,
	dscp,
	ecn,
	etherAddr,
	etherType,
	hexInteger,
	icmpCode,
	icmpType,
	icmpv6Code,
	icmpv6Type,
	igmpType,
	inetProto,
	inetService,
	integer,
	ipv4Addr,
	ipv6Addr,
	nfproto,
	tcpFlag,
} from "./datatype.js";

/** Where a header begins: enum nft_payload_bases. */
export const LINK = NFT_PAYLOAD_LL_HEADER;
export const NETWORK = NFT_PAYLOAD_NETWORK_HEADER;
export const TRANSPORT = NFT_PAYLOAD_TRANSPORT_HEADER;
export const INNER = NFT_PAYLOAD_INNER_HEADER;
/** One of the bases from which offsets are counted. */
export type Base = typeof LINK | typeof NETWORK | typeof TRANSPORT | typeof INNER;

/** One field of a header; its offset is in bits. `index` is the number that nft has for it in NFTA_SET_USERDATA. */
export interface Field {
	readonly index: number;
	readonly name: string;
	readonly datatype: Datatype;
	readonly offset: number;
	readonly bits: number;
	/** The ICMP types whose messages have this field. The first one is the type that a rule implies. */
	readonly icmp?: IcmpDependency;
}

interface IcmpDependency {
	/** The type that a rule with this field implies. */
	readonly type: number;
	/** All types that have the field. */
	readonly types: readonly number[];
}

/** One protocol header. */
export interface Protocol {
	readonly name: string;
	/** The number that nft has for it in NFTA_SET_USERDATA; 0 for those that are not a header. */
	readonly id: number;
	readonly base: Base;
	/** The length of the whole header in bits, if headers are stacked on one base. */
	readonly length?: number;
	/** The field that identifies the next protocol. */
	readonly key?: Field;
	/** The meta key that identifies the next protocol, and its type. Dependencies use it instead of `key`. */
	readonly meta?: { readonly key: number; readonly datatype: Datatype; readonly bits: number };
	readonly checksum?: { readonly field: Field; readonly type: number };
	/** The fields that are also part of the next header's checksum. */
	readonly pseudoheader?: readonly Field[];
	readonly fields: Readonly<Record<string, Field>>;
	/** How the kernel finds the inner packet: struct nft_inner. */
	readonly tunnel?: { readonly type: number; readonly flags: number; readonly headerSize: number };
	/** The protocols above this one. A function, because protocols refer to each other. */
	readonly upper: () => readonly (readonly [number: number, protocol: Protocol])[];
}

type FieldSpec = readonly [
	offset: number,
	bits: number,
	datatype?: Datatype,
	icmp?: IcmpDependency,
];

function fields(specs: Readonly<Record<string, FieldSpec>>, first = 1): Record<string, Field> {
	return Object.fromEntries(
		Object.entries(specs).map(([name, [offset, bits, datatype = integer, icmp]], i) => [
			name,
			{ index: first + i, name, datatype, offset, bits, ...(icmp && { icmp }) },
		]),
	);
}

type Links = Protocol["upper"];
const none: Links = () => [];
interface Extra {
	readonly length?: number;
	readonly key?: string;
	readonly meta?: NonNullable<Protocol["meta"]>;
	readonly checksum?: readonly [field: string, type: number];
	readonly pseudoheader?: readonly string[];
	readonly tunnel?: NonNullable<Protocol["tunnel"]>;
	readonly upper?: Links;
}
function protocol(
	name: string,
	id: number,
	base: Base,
	specs: Readonly<Record<string, FieldSpec>>,
	{ key, checksum, pseudoheader, upper = none, ...extra }: Extra = {},
): Protocol {
	const table = fields(specs);
	const field = (of: string): Field => table[of] as Field;
	return {
		name,
		id,
		base,
		fields: table,
		upper,
		...extra,
		...(key !== undefined && { key: field(key) }),
		...(checksum !== undefined && { checksum: { field: field(checksum[0]), type: checksum[1] } }),
		...(pseudoheader !== undefined && { pseudoheader: pseudoheader.map(field) }),
	};
}

const l4proto = { key: NFT_META_L4PROTO, datatype: inetProto, bits: 8 } as const;

const transports: Links = () => [
	[IPPROTO_ESP, esp],
	[IPPROTO_AH, ah],
	[IPPROTO_COMP, comp],
	[IPPROTO_UDP, udp],
	[IPPROTO_UDPLITE, udplite],
	[IPPROTO_TCP, tcp],
	[IPPROTO_DCCP, dccp],
	[IPPROTO_SCTP, sctp],
];
const internet: Links = () => [
	...transports(),
	[IPPROTO_ICMP, icmp],
	[IPPROTO_IGMP, igmp],
	[IPPROTO_ICMPV6, icmpv6],
	[IPPROTO_GRE, gre],
	[IPPROTO_GRE, gretap],
];
const ethernet: Links = () => [
	[ETH_P_IP, ip],
	[ETH_P_ARP, arp],
	[ETH_P_IPV6, ip6],
	[ETH_P_8021Q, vlan],
	[ETH_P_8021AD, vlan],
];
const tunnelled: Links = () => ethernet().slice(0, 4);

export const ether = protocol(
	"ether",
	17,
	LINK,
	{ daddr: [0, 48, etherAddr], saddr: [48, 48, etherAddr], type: [96, 16, etherType] },
	{ key: "type", length: 112, upper: ethernet },
);
export const vlan = protocol(
	"vlan",
	16,
	LINK,
	{ pcp: [0, 3], dei: [3, 1], cfi: [3, 1], id: [4, 12], type: [16, 16, etherType] },
	{ key: "type", length: 32, upper: ethernet },
);
export const arp = protocol("arp", 15, NETWORK, {
	htype: [0, 16],
	ptype: [16, 16, etherType],
	hlen: [32, 8],
	plen: [40, 8],
	operation: [48, 16, arpOp],
	"saddr ether": [64, 48, etherAddr],
	"saddr ip": [112, 32, ipv4Addr],
	"daddr ether": [144, 48, etherAddr],
	"daddr ip": [192, 32, ipv4Addr],
});
export const ip = protocol(
	"ip",
	12,
	NETWORK,
	{
		version: [0, 4],
		hdrlength: [4, 4],
		dscp: [8, 6, dscp],
		ecn: [14, 2, ecn],
		length: [16, 16],
		id: [32, 16],
		"frag-off": [48, 16, hexInteger],
		ttl: [64, 8],
		protocol: [72, 8, inetProto],
		checksum: [80, 16],
		saddr: [96, 32, ipv4Addr],
		daddr: [128, 32, ipv4Addr],
	},
	{
		meta: l4proto,
		checksum: ["checksum", NFT_PAYLOAD_CSUM_INET],
		pseudoheader: ["saddr", "daddr", "protocol", "length"],
		upper: internet,
	},
);
export const ip6 = protocol(
	"ip6",
	13,
	NETWORK,
	{
		version: [0, 4],
		dscp: [4, 6, dscp],
		ecn: [10, 2, ecn],
		flowlabel: [12, 20],
		length: [32, 16],
		nexthdr: [48, 8, inetProto],
		hoplimit: [56, 8],
		saddr: [64, 128, ipv6Addr],
		daddr: [192, 128, ipv6Addr],
	},
	{ meta: l4proto, pseudoheader: ["saddr", "daddr", "nexthdr", "length"], upper: internet },
);

const only = (type: number): IcmpDependency => ({ type, types: [type] });
const ICMP_ECHO: IcmpDependency = { type: 8, types: [8, 0] };
export const icmp = protocol(
	"icmp",
	4,
	TRANSPORT,
	{
		type: [0, 8, icmpType],
		code: [8, 8, icmpCode],
		checksum: [16, 16],
		id: [32, 16, integer, ICMP_ECHO],
		sequence: [48, 16, integer, ICMP_ECHO],
		gateway: [32, 32, integer, only(5)],
		mtu: [48, 16, integer, only(3)],
	},
	{ key: "type", checksum: ["checksum", NFT_PAYLOAD_CSUM_INET] },
);
const ICMP6_ECHO: IcmpDependency = { type: 128, types: [128, 129] };
/** Multicast listener query, report and done, neighbour solicitation and advertisement, redirect. */
const ICMP6_TARGET: IcmpDependency = { type: 135, types: [130, 131, 132, 135, 136, 137] };
export const icmpv6 = protocol(
	"icmpv6",
	14,
	TRANSPORT,
	{
		type: [0, 8, icmpv6Type],
		code: [8, 8, icmpv6Code],
		checksum: [16, 16],
		"parameter-problem": [32, 32, integer, only(4)],
		mtu: [32, 32, integer, only(2)],
		id: [32, 16, integer, ICMP6_ECHO],
		sequence: [48, 16, integer, ICMP6_ECHO],
		"max-delay": [32, 16, integer, only(130)],
		taddr: [64, 128, ipv6Addr, ICMP6_TARGET],
		daddr: [192, 128, ipv6Addr, only(137)],
	},
	{ key: "type", checksum: ["checksum", NFT_PAYLOAD_CSUM_INET] },
);
export const igmp = protocol(
	"igmp",
	5,
	TRANSPORT,
	{ type: [0, 8, igmpType], checksum: [16, 16], mrt: [8, 8], group: [32, 32] },
	{ checksum: ["checksum", NFT_PAYLOAD_CSUM_INET] },
);
const ah = protocol(
	"ah",
	1,
	TRANSPORT,
	{
		nexthdr: [0, 8, inetProto],
		hdrlength: [8, 8],
		reserved: [16, 16],
		spi: [32, 32],
		sequence: [64, 32],
	},
	{ key: "nexthdr", upper: transports },
);
const esp = protocol("esp", 2, TRANSPORT, { spi: [0, 32], sequence: [32, 32] });
const comp = protocol(
	"comp",
	3,
	TRANSPORT,
	{ nexthdr: [0, 8, inetProto], flags: [8, 8, bitmaskType], cpi: [16, 16] },
	{ key: "nexthdr", upper: transports },
);
const ports = { sport: [0, 16, inetService], dport: [16, 16, inetService] } as const;
export const udp = protocol(
	"udp",
	6,
	TRANSPORT,
	{ ...ports, length: [32, 16], checksum: [48, 16] },
	{
		// No field of UDP tells what it carries. The number 0 stands for tunnels, for dependency checks only.
		upper: () => [
			[0, vxlan],
			[0, geneve],
		],
	},
);
const udplite = protocol("udplite", 7, TRANSPORT, {
	...ports,
	csumcov: [32, 16],
	checksum: [48, 16],
});
export const tcp = protocol(
	"tcp",
	8,
	TRANSPORT,
	{
		...ports,
		sequence: [32, 32],
		ackseq: [64, 32],
		doff: [96, 4],
		reserved: [100, 4],
		flags: [104, 8, tcpFlag],
		window: [112, 16],
		checksum: [128, 16],
		urgptr: [144, 16],
	},
	{ checksum: ["checksum", NFT_PAYLOAD_CSUM_INET] },
);
const dccp = protocol("dccp", 9, TRANSPORT, { ...ports, type: [67, 4, dccpPktType] });
const sctp = protocol(
	"sctp",
	10,
	TRANSPORT,
	{ ...ports, vtag: [32, 32], checksum: [64, 32] },
	{ checksum: ["checksum", NFT_PAYLOAD_CSUM_SCTP] },
);
/** Any transport protocol whose header begins with two ports. */
export const th = protocol("th", 11, TRANSPORT, ports);

const inner = NFT_INNER_LL | NFT_INNER_NH | NFT_INNER_TH;
export const vxlan = protocol(
	"vxlan",
	18,
	INNER,
	{ vni: [32, 24], flags: [0, 8, bitmaskType] },
	{
		upper: tunnelled,
		tunnel: { type: NFT_INNER_VXLAN, flags: NFT_INNER_HDRSIZE | inner, headerSize: 8 },
	},
);
const geneve = protocol(
	"geneve",
	19,
	INNER,
	{ vni: [32, 24], type: [16, 16, etherType] },
	{
		upper: tunnelled,
		tunnel: { type: NFT_INNER_GENEVE, flags: NFT_INNER_HDRSIZE | inner, headerSize: 8 },
	},
);
// nft gives its own two types of tunnel the numbers after the kernel's last one; the kernel reads only the flags.
export const gre = protocol(
	"gre",
	20,
	TRANSPORT,
	{ version: [13, 3], flags: [0, 5], protocol: [16, 16, etherType] },
	{
		meta: l4proto,
		tunnel: { type: NFT_INNER_GENEVE + 1, flags: NFT_INNER_NH | NFT_INNER_TH, headerSize: 4 },
	},
);
export const gretap = protocol(
	"gretap",
	21,
	TRANSPORT,
	{},
	{ meta: l4proto, tunnel: { type: NFT_INNER_GENEVE + 2, flags: inner, headerSize: 4 } },
);

/** The layer below the network header in a family without link header: it identifies IPv4 or IPv6. */
export const inet = protocol(
	"inet",
	0,
	LINK,
	{},
	{
		meta: { key: NFT_META_NFPROTO, datatype: nfproto, bits: 8 },
		upper: () => [
			[NFPROTO_IPV4, ip],
			[NFPROTO_IPV6, ip6],
		],
	},
);
export const netdev = protocol(
	"netdev",
	0,
	LINK,
	{},
	{ meta: { key: NFT_META_PROTOCOL, datatype: etherType, bits: 16 }, upper: ethernet },
);
/** A network header of unknown IP version, for protocols that both versions carry. */
export const inetAny = protocol(
	"inet-service",
	0,
	TRANSPORT,
	{},
	{ meta: l4proto, upper: internet },
);
/** A protocol whose number is in no table. */
export const unknown = protocol("unknown", 0, LINK, {});

const named = [
	ether,
	vlan,
	arp,
	ip,
	icmp,
	igmp,
	ip6,
	icmpv6,
	ah,
	esp,
	comp,
	udp,
	udplite,
	tcp,
	dccp,
	sctp,
	th,
	vxlan,
	gre,
	gretap,
	geneve,
];
/** The protocols whose fields a rule can name. */
export const protocols: Readonly<Record<string, Protocol>> = Object.fromEntries(
	named.map((p) => [p.name, p]),
);
/** The protocols that carry packets which a rule can look into. */
export const tunnels: Readonly<Record<string, Protocol>> = { geneve, gre, gretap, vxlan };
/** The protocols by their numbers in nft. */
export const protocolById = new Map(named.map((p) => [p.id, p]));

// A cache, because every match of a rule needs it.
const uppers = new Map<Protocol, ReadonlyMap<number, Protocol>>();
/** The protocol that a header carries if it contains this number. */
export function upperProtocol(below: Protocol, number: number): Protocol | undefined {
	let upper = uppers.get(below);
	if (upper === undefined) {
		// If a number occurs twice, the first protocol counts.
		upper = new Map(below.upper().toReversed());
		uppers.set(below, upper);
	}
	return upper.get(number);
}
/** The number in a header that says which protocol it carries. */
export const upperNumber = (below: Protocol, above: Protocol): number | undefined =>
	below.upper().find(([, p]) => p === above)?.[0];
