/**
 * Frames that Linux 6.18 sent between two namespaces through a veth pair without hardware checksums (ETHTOOL_STXCSUM
 * 0), read from a packet socket. The payload of the two long ones consists of zeroes and is left out here; it had 2000
 * bytes.
 */
import { hex } from "../wire/bytes.js";

/** Field → value, with bytes in hexadecimal. */
type Said = Readonly<Record<string, unknown>>;
export interface Frame {
	readonly what: string;
	readonly bytes: Uint8Array;
	/** The headers from the outside in, each with its fields. */
	readonly layers: readonly (readonly [protocol: string, said: Said])[];
}

const [A, B] = ["020000000001", "020000000002"];
const [A4, B4] = ["0a000001", "0a000002"];
const [A6, B6] = ["20010db8000000000000000000000001", "20010db8000000000000000000000002"];
const LOCAL = "fe80000000000000000000fffe000001";
const toB = { h_source: A, h_dest: B };
const toA = { h_source: B, h_dest: A };
const IPV4 = { h_proto: 0x0800 };
const IPV6 = { h_proto: 0x86dd };

const frame = (what: string, bytes: string, ...layers: Frame["layers"]): Frame => ({
	what,
	bytes: hex(bytes),
	layers,
});

export const frames: readonly Frame[] = [
	frame(
		"an ARP request",
		"ffffffffffff020000000001 0806 0001080006040001 020000000001 0a000001 000000000000 0a000002",
		["ethernet", { h_dest: "ffffffffffff", h_source: A, h_proto: 0x0806 }],
		["arp", { arp_op: 1, arp_sha: A, arp_spa: A4, arp_tha: "000000000000", arp_tpa: B4 }],
	),
	frame(
		"an ARP reply",
		"020000000001020000000002 0806 0001080006040002 020000000002 0a000002 020000000001 0a000001",
		["ethernet", toA],
		["arp", { arp_hrd: 1, arp_pro: 0x0800, arp_hln: 6, arp_pln: 4, arp_op: 2, arp_sha: B }],
	),
	frame(
		"a UDP datagram",
		"020000000002020000000001 0800 45000021b2dc4000401173ed0a0000010a000002 ca5f0035000ddd6a 68656c6c6f",
		["ethernet", { ...toB, ...IPV4 }],
		[
			"ipv4",
			{
				version: 4,
				ihl: 5,
				tot_len: 33,
				id: 0xb2dc,
				frag_off: 0x4000,
				protocol: 17,
				check: 0x73ed,
			},
		],
		["udp", { source: 51807, dest: 53, len: 13, check: 0xdd6a, payload: "68656c6c6f" }],
	),
	frame(
		"a UDP datagram to a closed port",
		"020000000002020000000001 0800 45000022feb44000401128140a0000010a000002 a4c50009000e0ebd 636c6f736564",
		["ethernet", { ...toB, ...IPV4 }],
		["ipv4", { ttl: 64, saddr: A4, daddr: B4 }],
		["udp", { dest: 9 }],
	),
	frame(
		"an ICMP error",
		`020000000001020000000002 0800 45c0003ed4b000004001914c0a0000020a000001 0303111f00000000
		45000022feb44000401128140a0000010a000002a4c50009000e0ebd636c6f736564`,
		["ethernet", { ...toA, ...IPV4 }],
		["ipv4", { tos: 0xc0, frag_off: 0, protocol: 1 }],
		[
			"icmp",
			{
				type: 3,
				code: 3,
				frag: { __unused: 0, mtu: 0 },
				payload: "45000022feb44000401128140a0000010a000002a4c50009000e0ebd636c6f736564",
			},
		],
	),
	frame(
		"the first segment of a connection",
		`020000000002020000000001 0800 4500003ca7b7400040067f020a0000010a000002
		946a00508706b07a00000000a002faf01d100000 020405b40402080aba1c95a1000000000103030a`,
		["ethernet", { ...toB, ...IPV4 }],
		["ipv4", { protocol: 6 }],
		[
			"tcp",
			{
				source: 37994,
				dest: 80,
				seq: 0x8706b07a,
				ack_seq: 0,
				doff: 10,
				...{ syn: 1, ack: 0, fin: 0, rst: 0, psh: 0, ece: 0, cwr: 0 },
				window: 64240,
				options: {
					TCPOPT_MAXSEG: 1460,
					TCPOPT_SACK_PERMITTED: true,
					TCPOPT_TIMESTAMP: { tsval: 0xba1c95a1, tsecr: 0 },
					TCPOPT_WINDOW: 10,
				},
			},
		],
	),
	frame(
		"a segment with data",
		`020000000002020000000001 0800 45000037a7b9400040067f050a0000010a000002
		946a00508706b07b7549f4798018003ff40000000101080aba1c95af9027bd36474554`,
		["ethernet", { ...toB, ...IPV4 }],
		["ipv4", { tot_len: 55 }],
		[
			"tcp",
			{
				...{ psh: 1, ack: 1, syn: 0 },
				window: 63,
				options: { TCPOPT_TIMESTAMP: { tsval: 0xba1c95af, tsecr: 0x9027bd36 } },
				payload: "474554",
			},
		],
	),
	frame(
		"a refused connection",
		`020000000001020000000002 0800 4500002800004000400626ce0a0000020a000001
		0051e7dc00000000c64dae7d501400003ed50000`,
		["ethernet", { ...toA, ...IPV4 }],
		["ipv4", { id: 0 }],
		["tcp", { source: 81, doff: 5, rst: 1, ack: 1, ack_seq: 0xc64dae7d, options: {} }],
	),
	frame(
		"an ICMP echo request",
		"020000000002020000000001 0800 45000020de8040004001485a0a0000010a000002 0800192700070001 70696e67",
		["ethernet", { ...toB, ...IPV4 }],
		["ipv4", { protocol: 1 }],
		["icmp", { type: 8, code: 0, checksum: 0x1927, echo: { id: 7, sequence: 1 } }],
	),
	frame(
		"an IPv4 packet with an option",
		`020000000002020000000001 0800 46000024de8d40004001b3440a0000010a000002 94040000
		0800192700070001 70696e67`,
		["ethernet", { ...toB, ...IPV4 }],
		["ipv4", { ihl: 6, tot_len: 36, options: "94040000" }],
		["icmp", { payload: "70696e67" }],
	),
	frame(
		"an ICMPv6 echo reply",
		`020000000001020000000002 86dd 60055d89000c3a4020010db800000000000000000000000220010db8000000000000000000000001
		8100446b0007000170696e67`,
		["ethernet", { ...toA, ...IPV6 }],
		[
			"ipv6",
			{
				version: 6,
				priority: 0,
				flow_lbl: 0x55d89,
				payload_len: 12,
				nexthdr: 58,
				hop_limit: 64,
				saddr: B6,
				daddr: A6,
			},
		],
		["icmpv6", { icmp6_type: 129, u_echo: { identifier: 7, sequence: 1 }, payload: "70696e67" }],
	),
	frame(
		"a neighbour solicitation",
		`3333ff000002020000000001 86dd 6000000000203aff20010db8000000000000000000000001ff0200000000000000000001ff000002
		87001c2700000000 20010db8000000000000000000000002 0101020000000001`,
		["ethernet", { h_dest: "3333ff000002", h_source: A }],
		["ipv6", { hop_limit: 255, daddr: "ff0200000000000000000001ff000002" }],
		[
			"icmpv6",
			{
				icmp6_type: 135,
				icmp6_cksum: 0x1c27,
				nd_neighbor_solicit: {
					nd_ns_reserved: 0,
					nd_ns_target: B6,
					options: { ND_OPT_SOURCE_LINKADDR: A },
				},
			},
		],
	),
	frame(
		"a neighbour advertisement",
		`020000000001020000000002 86dd 6000000000203aff20010db800000000000000000000000220010db8000000000000000000000001
		88008a7160000000 20010db8000000000000000000000002 0201020000000002`,
		["ethernet", toA],
		["ipv6", { nexthdr: 58 }],
		[
			"icmpv6",
			{
				icmp6_type: 136,
				nd_neighbor_advert: {
					...{ router: 0, solicited: 1, override: 1, reserved: 0 },
					nd_na_target: B6,
					options: { ND_OPT_TARGET_LINKADDR: B },
				},
			},
		],
	),
	frame(
		"a probe for a duplicate address, with a nonce (RFC 7527)",
		`3333ff000001020000000001 86dd 6000000000203aff00000000000000000000000000000000ff0200000000000000000001ff000001
		8700459500000000 fe80000000000000000000fffe000001 0e01cc979bd3c11b`,
		["ethernet", { h_source: A }],
		["ipv6", { saddr: "00000000000000000000000000000000" }],
		[
			"icmpv6",
			{
				nd_neighbor_solicit: {
					nd_ns_reserved: 0,
					nd_ns_target: LOCAL,
					options: { $unknown: [{ type: 14, payload: "cc979bd3c11b" }] },
				},
			},
		],
	),
	frame(
		"a router solicitation",
		`333300000002020000000001 86dd 6000000000103afffe80000000000000000000fffe000001ff020000000000000000000000000002
		85007b2c00000000 0101020000000001`,
		["ethernet", { h_dest: "333300000002" }],
		["ipv6", { saddr: LOCAL }],
		[
			"icmpv6",
			{
				icmp6_type: 133,
				nd_router_solicit: { nd_rs_reserved: 0, options: { ND_OPT_SOURCE_LINKADDR: A } },
			},
		],
	),
	frame(
		"an MLD report behind a hop-by-hop header",
		`333300000016020000000001 86dd 6000000000240001fe80000000000000000000fffe000001ff020000000000000000000000000016
		3a00050200000100 8f0072070000000104000000ff0200000000000000000001ff000001`,
		["ethernet", { h_source: A }],
		["ipv6", { nexthdr: 0, hop_limit: 1, payload_len: 36 }],
		["extension", { nexthdr: 58, hdrlen: 0, options: "050200000100" }],
		["icmpv6", { icmp6_type: 143, payload: "0000000104000000ff0200000000000000000001ff000001" }],
	),
	frame(
		"an ICMPv6 error",
		`020000000001020000000002 86dd 600e11ad003e3a4020010db800000000000000000000000220010db8000000000000000000000001
		01042c6600000000 600b056e000e114020010db800000000000000000000000120010db8000000000000000000000002
		e52b0009000e86e4636c6f736564`,
		["ethernet", toA],
		["ipv6", { saddr: B6 }],
		["icmpv6", { icmp6_type: 1, icmp6_code: 4, icmp6_unused: 0 }],
	),
	frame(
		"the last piece of an IPv4 datagram",
		`020000000002020000000001 0800 45000224b2dd00b94011b1300a0000010a000002 ${"00".repeat(528)}`,
		["ethernet", { ...toB, ...IPV4 }],
		["ipv4", { id: 0xb2dd, frag_off: 0xb9, tot_len: 548, payload: "00".repeat(528) }],
	),
	frame(
		"the last piece of an IPv6 datagram",
		`020000000002020000000001 86dd 600e7d4002382c4020010db800000000000000000000000120010db8000000000000000000000002
		110005a8cc3f9859 ${"00".repeat(560)}`,
		["ethernet", { ...toB, ...IPV6 }],
		["ipv6", { nexthdr: 44 }],
		[
			"fragment",
			{ nexthdr: 17, reserved: 0, offset: 181, more: 0, reserved2: 0, identification: 0xcc3f9859 },
		],
	),
];
