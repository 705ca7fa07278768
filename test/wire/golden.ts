/**
 * Messages that real programs and the kernel sent. They were captured with strace 6.1 (`-e trace=sendmsg,sendto,recvmsg
 * -e write=3 -e read=3`) from iproute2 6.1.0 and nftables 1.0.6 in an empty network namespace of Linux 6.18 on x86-64.
 * The links there: br0 = 2, v1 = 3, v0 = 4, vx0 = 5.
 */
import type { AnyMessage, Message } from "../../src/netlink/schema.js";
import * as uapi from "../../src/uapi/index.js";
import { hex } from "./bytes.js";

export interface Golden {
	/** The command that sent it, or whose request the kernel answered with it. */
	readonly command: string;
	readonly message: AnyMessage;
	/** The whole message with its nlmsghdr, as captured. */
	readonly bytes: Uint8Array;
	/** The decoded value. */
	readonly value: object;
	/** The payload that we write for `value`, if it differs from the captured one, and why. */
	readonly ours?: readonly [why: string, payload: Uint8Array];
}

const ip = (text: string): Uint8Array => Uint8Array.from(text.split("."), Number);
const mac = (text: string): Uint8Array => hex(text.replaceAll(":", ""));

function golden<O extends object, I>(
	command: string,
	message: Message<O, I>,
	bytes: string,
	value: O,
	ours?: readonly [why: string, payload: string],
): Golden {
	return {
		command,
		message: message as unknown as AnyMessage,
		bytes: hex(bytes),
		value,
		...(ours !== undefined && { ours: [ours[0], hex(ours[1])] as const }),
	};
}

const link = { ifi_family: 0, ifi_type: 0, ifi_index: 0, ifi_flags: 0, ifi_change: 0 };
const route = { rtm_family: 2, rtm_src_len: 0, rtm_tos: 0, rtm_table: 254, rtm_scope: 0 };
const flagged = "nests carry NLA_F_NESTED";

export const goldens: readonly Golden[] = [
	golden(
		"ip link add name br0 address 02:00:00:00:00:01 type bridge stp_state 0 forward_delay 200 mcast_snooping 0",
		uapi.RTM_NEWLINK,
		`6000000010000506ccbf046b00000000 00000000000000000000000000000000
		 0a00010002000000 00010000 0800030062723000
		 2c001200 0a00010062726964 67650000
		 1c000200 0800050000000000 08000100c8000000 0500170000000000`,
		{
			...link,
			IFLA_ADDRESS: mac("02:00:00:00:00:01"),
			IFLA_IFNAME: "br0",
			IFLA_LINKINFO: {
				IFLA_INFO_KIND: "bridge",
				IFLA_INFO_DATA: {
					IFLA_BR_STP_STATE: 0,
					IFLA_BR_FORWARD_DELAY: 200,
					IFLA_BR_MCAST_SNOOPING: 0,
				},
			},
		},
		[
			`${flagged}, IFLA_INFO_KIND ends with its NUL`,
			`00000000000000000000000000000000
			 0a00010002000000 00010000 0800030062723000
			 2c001280 0b00010062726964 67650000
			 1c000280 0800050000000000 08000100c8000000 0500170000000000`,
		],
	),
	golden(
		"ip link add v0 mtu 1400 type veth peer name v1 address 02:00:00:00:00:02",
		uapi.RTM_NEWLINK,
		`6800000010000506ccbf046b00000000 00000000000000000000000000000000
		 0800040078050000 0700030076300000
		 38001200 0800010076657468 2c000200 28000100 00000000000000000000000000000000
		 0a00010002000000 00020000 0700030076310000`,
		{
			...link,
			IFLA_MTU: 1400,
			IFLA_IFNAME: "v0",
			IFLA_LINKINFO: {
				IFLA_INFO_KIND: "veth",
				IFLA_INFO_DATA: {
					VETH_INFO_PEER: {
						...link,
						IFLA_ADDRESS: mac("02:00:00:00:00:02"),
						IFLA_IFNAME: "v1",
					},
				},
			},
		},
		[
			`${flagged}, IFLA_INFO_KIND ends with its NUL`,
			`00000000000000000000000000000000
			 0800040078050000 0700030076300000
			 3c001280 0900010076657468 00000000 2c000280 28000100 00000000000000000000000000000000
			 0a00010002000000 00020000 0700030076310000`,
		],
	),
	golden(
		"ip link add vx0 type vxlan id 42 local 10.0.0.1 remote 10.0.0.2 dstport 4789 ttl 64 nolearning",
		uapi.RTM_NEWLINK,
		`6c00000010000506ccbf046b00000000 00000000000000000000000000000000
		 0800030076783000 44001200 0900010076786c61 6e000000
		 34000200 0500050040000000 080001002a000000 080004000a000001 080002000a000002
		 0500070000000000 06000f0012b50000`,
		{
			...link,
			IFLA_IFNAME: "vx0",
			IFLA_LINKINFO: {
				IFLA_INFO_KIND: "vxlan",
				IFLA_INFO_DATA: {
					IFLA_VXLAN_TTL: 64,
					IFLA_VXLAN_ID: 42,
					IFLA_VXLAN_LOCAL: ip("10.0.0.1"),
					IFLA_VXLAN_GROUP: ip("10.0.0.2"),
					IFLA_VXLAN_LEARNING: 0,
					IFLA_VXLAN_PORT: 4789,
				},
			},
		},
		[
			`${flagged}, IFLA_INFO_KIND ends with its NUL`,
			`00000000000000000000000000000000
			 0800030076783000 44001280 0a00010076786c61 6e000000
			 34000280 0500050040000000 080001002a000000 080004000a000001 080002000a000002
			 0500070000000000 06000f0012b50000`,
		],
	),
	golden(
		"ip link set dev v0 up master br0",
		uapi.RTM_NEWLINK,
		`2800000010000500ccbf046b00000000 00000000040000000100000001000000 08000a0002000000`,
		{ ...link, ifi_index: 4, ifi_flags: uapi.IFF_UP, ifi_change: uapi.IFF_UP, IFLA_MASTER: 2 },
	),
	golden(
		"ip link set dev v0 alias 'guest 7'",
		uapi.RTM_NEWLINK,
		`2c00000010000500ccbf046b00000000 00000000040000000000000000000000 0b00140067756573 74203700`,
		{ ...link, ifi_index: 4, IFLA_IFALIAS: "guest 7" },
	),
	golden(
		"ip link property add dev br0 altname uplink-of-guests",
		uapi.RTM_NEWLINKPROP,
		`3c0000006c00050eccbf046b00000000 00000000020000000000000000000000
		 1c003480 1500350075706c696e6b2d6f662d67756573747300000000`,
		{ ...link, ifi_index: 2, IFLA_PROP_LIST: { IFLA_ALT_IFNAME: ["uplink-of-guests"] } },
	),
	golden(
		"bridge link set dev v0 isolated on learning off",
		uapi.PF_BRIDGE_RTM_SETLINK,
		`3400000013000500cdbf046b00000000 07000000040000000000000000000000
		 14000c80 0500080000000000 0500210001000000`,
		{
			...link,
			ifi_family: uapi.AF_BRIDGE,
			ifi_index: 4,
			IFLA_PROTINFO: { IFLA_BRPORT_LEARNING: 0, IFLA_BRPORT_ISOLATED: 1 },
		},
	),
	golden(
		"ip addr add 10.0.0.1/24 brd + dev br0",
		uapi.RTM_NEWADDR,
		`3000000014000506ccbf046b00000000 0218000002000000
		 080002000a000001 080001000a000001 080004000a0000ff`,
		{
			ifa_family: uapi.AF_INET,
			ifa_prefixlen: 24,
			ifa_flags: 0,
			ifa_scope: 0,
			ifa_index: 2,
			IFA_LOCAL: ip("10.0.0.1"),
			IFA_ADDRESS: ip("10.0.0.1"),
			IFA_BROADCAST: ip("10.0.0.255"),
		},
	),
	golden(
		"ip addr show dev br0",
		uapi.RTM_NEWADDR,
		`5400000014002200cdbf046b177c0000 0218800002000000 080001000a000001 080002000a000001
		 080004000a0000ff 0800030062723000 0800080080000000
		 14000600ffffffffffffffff5616040056160400`,
		{
			ifa_family: uapi.AF_INET,
			ifa_prefixlen: 24,
			ifa_flags: uapi.IFA_F_PERMANENT,
			ifa_scope: 0,
			ifa_index: 2,
			IFA_ADDRESS: ip("10.0.0.1"),
			IFA_LOCAL: ip("10.0.0.1"),
			IFA_BROADCAST: ip("10.0.0.255"),
			IFA_LABEL: "br0",
			IFA_FLAGS: uapi.IFA_F_PERMANENT,
			IFA_CACHEINFO: {
				ifa_prefered: 0xffffffff,
				ifa_valid: 0xffffffff,
				cstamp: 267862,
				tstamp: 267862,
			},
		},
	),
	golden(
		"ip route add 10.1.0.0/16 mtu 1400 nexthop via 10.0.0.7 dev br0 weight 2 nexthop via 10.0.0.8 dev br0 onlink",
		uapi.RTM_NEWROUTE,
		`5400000018000506ccbf046b00000000 02100000fe03000100000000 080001000a010000
		 0c000800 0800020078050000
		 24000900 1000000102000000 080005000a000007 1000040002000000 080005000a000008`,
		{
			...route,
			rtm_dst_len: 16,
			rtm_protocol: uapi.RTPROT_BOOT,
			rtm_type: uapi.RTN_UNICAST,
			rtm_flags: 0,
			RTA_DST: ip("10.1.0.0"),
			RTA_METRICS: { RTAX_MTU: 1400 },
			RTA_MULTIPATH: [
				{ rtnh_flags: 0, rtnh_hops: 1, rtnh_ifindex: 2, RTA_GATEWAY: ip("10.0.0.7") },
				{
					rtnh_flags: uapi.RTNH_F_ONLINK,
					rtnh_hops: 0,
					rtnh_ifindex: 2,
					RTA_GATEWAY: ip("10.0.0.8"),
				},
			],
		},
		[
			flagged,
			`02100000fe03000100000000 080001000a010000 0c000880 0800020078050000
			 24000900 1000000102000000 080005000a000007 1000040002000000 080005000a000008`,
		],
	),
	golden(
		"ip route show 10.1.0.0/16",
		uapi.RTM_NEWROUTE,
		`5c00000018002200ccbf046b1b7c0000 02100000fe03000110000000 08000f00fe000000 080001000a010000
		 0c000800 0800020078050000
		 24000900 1000100102000000 080005000a000007 1000140002000000 080005000a000008`,
		{
			...route,
			rtm_dst_len: 16,
			rtm_protocol: uapi.RTPROT_BOOT,
			rtm_type: uapi.RTN_UNICAST,
			rtm_flags: uapi.RTNH_F_LINKDOWN,
			RTA_TABLE: 254,
			RTA_DST: ip("10.1.0.0"),
			RTA_METRICS: { RTAX_MTU: 1400 },
			RTA_MULTIPATH: [
				{
					rtnh_flags: uapi.RTNH_F_LINKDOWN,
					rtnh_hops: 1,
					rtnh_ifindex: 2,
					RTA_GATEWAY: ip("10.0.0.7"),
				},
				{
					rtnh_flags: uapi.RTNH_F_LINKDOWN | uapi.RTNH_F_ONLINK,
					rtnh_hops: 0,
					rtnh_ifindex: 2,
					RTA_GATEWAY: ip("10.0.0.8"),
				},
			],
		},
		[
			flagged,
			`02100000fe03000110000000 08000f00fe000000 080001000a010000 0c000880 0800020078050000
			 24000900 1000100102000000 080005000a000007 1000140002000000 080005000a000008`,
		],
	),
	golden(
		"ip route add 10.9.0.0/16 via inet6 fd00::9 dev br0",
		uapi.RTM_NEWROUTE,
		`4400000018000506ccbf046b00000000 02100000fe03000100000000 080001000a090000
		 160012000a00fd00000000000000000000000000000900000800040002000000`,
		{
			...route,
			rtm_dst_len: 16,
			rtm_protocol: uapi.RTPROT_BOOT,
			rtm_type: uapi.RTN_UNICAST,
			rtm_flags: 0,
			RTA_DST: ip("10.9.0.0"),
			RTA_VIA: {
				rtvia_family: uapi.AF_INET6,
				rtvia_addr: hex("fd000000000000000000000000000009"),
			},
			RTA_OIF: 2,
		},
	),
	golden(
		"ip rule add from 10.1.0.0/16 fwmark 0x10/0xf0 iif br0 lookup 1000 priority 77",
		uapi.RTM_NEWRULE,
		`4c00000020000506ccbf046b00000000 020010000000000100000000 080002000a010000
		 08000a0010000000 08001000f0000000 0800030062723000 08000f00e8030000 080006004d000000`,
		{
			family: uapi.AF_INET,
			dst_len: 0,
			src_len: 16,
			tos: 0,
			table: 0,
			action: uapi.FR_ACT_TO_TBL,
			flags: 0,
			FRA_SRC: ip("10.1.0.0"),
			FRA_FWMARK: 0x10,
			FRA_FWMASK: 0xf0,
			FRA_IIFNAME: "br0",
			FRA_TABLE: 1000,
			FRA_PRIORITY: 77,
		},
	),
	golden(
		"ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 nud permanent dev br0",
		uapi.RTM_NEWNEIGH,
		`300000001c000506cdbf046b00000000 020000000200000080000000
		 080001000a000007 0a00020002000000 00070000`,
		{
			ndm_family: uapi.AF_INET,
			ndm_ifindex: 2,
			ndm_state: uapi.NUD_PERMANENT,
			ndm_flags: 0,
			ndm_type: 0,
			NDA_DST: ip("10.0.0.7"),
			NDA_LLADDR: mac("02:00:00:00:00:07"),
		},
	),
	golden(
		"bridge fdb add 02:00:00:00:00:08 dev v0 master static",
		uapi.RTM_NEWNEIGH,
		`280000001c000506cdbf046b00000000 070000000400000042000400 0a00020002000000 00080000`,
		{
			ndm_family: uapi.AF_BRIDGE,
			ndm_ifindex: 4,
			ndm_state: uapi.NUD_REACHABLE | uapi.NUD_NOARP,
			ndm_flags: uapi.NTF_MASTER,
			ndm_type: 0,
			NDA_LLADDR: mac("02:00:00:00:00:08"),
		},
	),
	golden(
		"ip netconf show dev br0",
		uapi.RTM_NEWNETCONF,
		`3c00000050000200cdbf046b237c0000 0a000000 08000100feffffff 0800020000000000
		 0800040000000000 0800050000000000 0800060000000000`,
		{
			ncm_family: uapi.AF_INET6,
			NETCONFA_IFINDEX: uapi.NETCONFA_IFINDEX_DEFAULT,
			NETCONFA_FORWARDING: 0,
			NETCONFA_MC_FORWARDING: 0,
			NETCONFA_PROXY_NEIGH: 0,
			NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN: 0,
		},
	),
	golden(
		"nft add rule ip t c ip saddr 10.0.0.0/24 oifname eth0 masquerade",
		uapi.NFT_MSG_NEWRULE,
		`f8000000060a010c0100000000000000 02000000 0600010074000000 0600020063000000
		 d4000480
		 34000180 0c0001007061796c6f616400
		 24000280 0800010000000001 0800020000000001 080003000000000c 0800040000000003
		 2c000180 08000100636d7000
		 20000280 0800010000000001 0800020000000000 0c000380 070001000a000000
		 24000180 090001006d65746100000000
		 14000280 0800020000000007 0800010000000001
		 38000180 08000100636d7000
		 2c000280 0800010000000001 0800020000000000 18000380 1400010065746830000000000000000000000000
		 14000180 090001006d61737100000000 04000280`,
		{
			nfgen_family: uapi.NFPROTO_IPV4,
			version: uapi.NFNETLINK_V0,
			res_id: 0,
			NFTA_RULE_TABLE: "t",
			NFTA_RULE_CHAIN: "c",
			NFTA_RULE_EXPRESSIONS: [
				{
					NFTA_EXPR_NAME: "payload",
					NFTA_EXPR_DATA: {
						NFTA_PAYLOAD_DREG: uapi.NFT_REG_1,
						NFTA_PAYLOAD_BASE: 1,
						NFTA_PAYLOAD_OFFSET: 12,
						NFTA_PAYLOAD_LEN: 3,
					},
				},
				{
					NFTA_EXPR_NAME: "cmp",
					NFTA_EXPR_DATA: {
						NFTA_CMP_SREG: uapi.NFT_REG_1,
						NFTA_CMP_OP: 0,
						NFTA_CMP_DATA: { NFTA_DATA_VALUE: hex("0a0000") },
					},
				},
				{
					NFTA_EXPR_NAME: "meta",
					NFTA_EXPR_DATA: { NFTA_META_KEY: 7, NFTA_META_DREG: uapi.NFT_REG_1 },
				},
				{
					NFTA_EXPR_NAME: "cmp",
					NFTA_EXPR_DATA: {
						NFTA_CMP_SREG: uapi.NFT_REG_1,
						NFTA_CMP_OP: 0,
						NFTA_CMP_DATA: { NFTA_DATA_VALUE: hex("65746830000000000000000000000000") },
					},
				},
				{ NFTA_EXPR_NAME: "masq", NFTA_EXPR_DATA: {} },
			],
		},
	),
];
