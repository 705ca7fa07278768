/** linux/if_link.h, linux/rtnetlink.h (ifinfomsg, RTM_*LINK, RTEXT_FILTER_*), linux/veth.h. */

import {
	arrayOf,
	asymmetric,
	attrs,
	be16,
	be32,
	binary,
	flag,
	headed,
	list,
	many,
	message,
	nulString,
	pad,
	s32,
	select,
	string,
	struct,
	u8,
	u16,
	u32,
	u64,
} from "../netlink/schema.js";
import { br_boolopt_multi, bridgeAfSpecAttrs, bridgeQuerierAttrs } from "./if_bridge.js";
import { ipv4DevconfAttrs } from "./ip.js";

const ifname = nulString(15);
const altname = nulString(127);
/** At most MAX_ADDR_LEN bytes, six for Ethernet. The kernel truncates a longer one without an error. */
const lladdr = binary();

export const ifinfomsg = struct({
	ifi_family: u8,
	__ifi_pad: pad(1),
	ifi_type: u16,
	ifi_index: s32,
	ifi_flags: u32,
	ifi_change: u32,
});

export const rtnl_link_stats64 = struct(
	{
		rx_packets: u64,
		tx_packets: u64,
		rx_bytes: u64,
		tx_bytes: u64,
		rx_errors: u64,
		tx_errors: u64,
		rx_dropped: u64,
		tx_dropped: u64,
		multicast: u64,
		collisions: u64,
		rx_length_errors: u64,
		rx_over_errors: u64,
		rx_crc_errors: u64,
		rx_frame_errors: u64,
		rx_fifo_errors: u64,
		rx_missed_errors: u64,
		tx_aborted_errors: u64,
		tx_carrier_errors: u64,
		tx_fifo_errors: u64,
		tx_heartbeat_errors: u64,
		tx_window_errors: u64,
		rx_compressed: u64,
		tx_compressed: u64,
		rx_nohandler: u64,
	},
	{ rx_otherhost_dropped: u64 },
);
export const rtnl_link_ifmap = struct({
	mem_start: u64,
	mem_end: u64,
	base_addr: u64,
	irq: u16,
	dma: u8,
	port: u8,
	__pad: pad(4),
});

// IFLA_LINKINFO of a bridge. Times are in clock_t, hundredths of a second.

export const ifla_bridge_id = struct({ prio: be16, addr: binary(6) });
export const bridgeAttrs = attrs(() => ({
	IFLA_BR_FORWARD_DELAY: [1, u32],
	IFLA_BR_HELLO_TIME: [2, u32],
	IFLA_BR_MAX_AGE: [3, u32],
	IFLA_BR_AGEING_TIME: [4, u32],
	IFLA_BR_STP_STATE: [5, u32],
	IFLA_BR_PRIORITY: [6, u16],
	IFLA_BR_VLAN_FILTERING: [7, u8],
	IFLA_BR_VLAN_PROTOCOL: [8, be16], // br_changelink(): nla_get_be16()
	IFLA_BR_GROUP_FWD_MASK: [9, u16],
	IFLA_BR_ROOT_ID: [10, ifla_bridge_id],
	IFLA_BR_BRIDGE_ID: [11, ifla_bridge_id],
	IFLA_BR_ROOT_PORT: [12, u16],
	IFLA_BR_ROOT_PATH_COST: [13, u32],
	IFLA_BR_TOPOLOGY_CHANGE: [14, u8],
	IFLA_BR_TOPOLOGY_CHANGE_DETECTED: [15, u8],
	IFLA_BR_HELLO_TIMER: [16, u64],
	IFLA_BR_TCN_TIMER: [17, u64],
	IFLA_BR_TOPOLOGY_CHANGE_TIMER: [18, u64],
	IFLA_BR_GC_TIMER: [19, u64],
	IFLA_BR_GROUP_ADDR: [20, binary(6)],
	IFLA_BR_FDB_FLUSH: [21, flag],
	IFLA_BR_MCAST_ROUTER: [22, u8],
	IFLA_BR_MCAST_SNOOPING: [23, u8],
	IFLA_BR_MCAST_QUERY_USE_IFADDR: [24, u8],
	IFLA_BR_MCAST_QUERIER: [25, u8],
	IFLA_BR_MCAST_HASH_ELASTICITY: [26, u32],
	IFLA_BR_MCAST_HASH_MAX: [27, u32],
	IFLA_BR_MCAST_LAST_MEMBER_CNT: [28, u32],
	IFLA_BR_MCAST_STARTUP_QUERY_CNT: [29, u32],
	IFLA_BR_MCAST_LAST_MEMBER_INTVL: [30, u64],
	IFLA_BR_MCAST_MEMBERSHIP_INTVL: [31, u64],
	IFLA_BR_MCAST_QUERIER_INTVL: [32, u64],
	IFLA_BR_MCAST_QUERY_INTVL: [33, u64],
	IFLA_BR_MCAST_QUERY_RESPONSE_INTVL: [34, u64],
	IFLA_BR_MCAST_STARTUP_QUERY_INTVL: [35, u64],
	IFLA_BR_NF_CALL_IPTABLES: [36, u8],
	IFLA_BR_NF_CALL_IP6TABLES: [37, u8],
	IFLA_BR_NF_CALL_ARPTABLES: [38, u8],
	IFLA_BR_VLAN_DEFAULT_PVID: [39, u16],
	IFLA_BR_PAD: [40, binary()],
	IFLA_BR_VLAN_STATS_ENABLED: [41, u8],
	IFLA_BR_MCAST_STATS_ENABLED: [42, u8],
	IFLA_BR_MCAST_IGMP_VERSION: [43, u8],
	IFLA_BR_MCAST_MLD_VERSION: [44, u8],
	IFLA_BR_VLAN_STATS_PER_PORT: [45, u8],
	IFLA_BR_MULTI_BOOLOPT: [46, br_boolopt_multi],
	IFLA_BR_MCAST_QUERIER_STATE: [47, bridgeQuerierAttrs],
	IFLA_BR_FDB_N_LEARNED: [48, u32],
	IFLA_BR_FDB_MAX_LEARNED: [49, u32],
}));

export const BRIDGE_MODE_UNSPEC = 0;
export const BRIDGE_MODE_HAIRPIN = 1;

/** A bridge port: IFLA_INFO_SLAVE_DATA(bridge), and IFLA_PROTINFO of the AF_BRIDGE messages. */
export const brportAttrs = attrs(() => ({
	IFLA_BRPORT_STATE: [1, u8],
	IFLA_BRPORT_PRIORITY: [2, u16],
	IFLA_BRPORT_COST: [3, u32],
	IFLA_BRPORT_MODE: [4, u8],
	IFLA_BRPORT_GUARD: [5, u8],
	IFLA_BRPORT_PROTECT: [6, u8],
	IFLA_BRPORT_FAST_LEAVE: [7, u8],
	IFLA_BRPORT_LEARNING: [8, u8],
	IFLA_BRPORT_UNICAST_FLOOD: [9, u8],
	IFLA_BRPORT_PROXYARP: [10, u8],
	IFLA_BRPORT_LEARNING_SYNC: [11, u8],
	IFLA_BRPORT_PROXYARP_WIFI: [12, u8],
	IFLA_BRPORT_ROOT_ID: [13, ifla_bridge_id],
	IFLA_BRPORT_BRIDGE_ID: [14, ifla_bridge_id],
	IFLA_BRPORT_DESIGNATED_PORT: [15, u16],
	IFLA_BRPORT_DESIGNATED_COST: [16, u16],
	IFLA_BRPORT_ID: [17, u16],
	IFLA_BRPORT_NO: [18, u16],
	IFLA_BRPORT_TOPOLOGY_CHANGE_ACK: [19, u8],
	IFLA_BRPORT_CONFIG_PENDING: [20, u8],
	IFLA_BRPORT_MESSAGE_AGE_TIMER: [21, u64],
	IFLA_BRPORT_FORWARD_DELAY_TIMER: [22, u64],
	IFLA_BRPORT_HOLD_TIMER: [23, u64],
	IFLA_BRPORT_FLUSH: [24, flag],
	IFLA_BRPORT_MULTICAST_ROUTER: [25, u8],
	IFLA_BRPORT_PAD: [26, binary()],
	IFLA_BRPORT_MCAST_FLOOD: [27, u8],
	IFLA_BRPORT_MCAST_TO_UCAST: [28, u8],
	IFLA_BRPORT_VLAN_TUNNEL: [29, u8],
	IFLA_BRPORT_BCAST_FLOOD: [30, u8],
	IFLA_BRPORT_GROUP_FWD_MASK: [31, u16],
	IFLA_BRPORT_NEIGH_SUPPRESS: [32, u8],
	IFLA_BRPORT_ISOLATED: [33, u8],
	IFLA_BRPORT_BACKUP_PORT: [34, u32],
	IFLA_BRPORT_MRP_RING_OPEN: [35, u8],
	IFLA_BRPORT_MRP_IN_OPEN: [36, u8],
	IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT: [37, u32],
	IFLA_BRPORT_MCAST_EHT_HOSTS_CNT: [38, u32],
	IFLA_BRPORT_LOCKED: [39, u8],
	IFLA_BRPORT_MAB: [40, u8],
	IFLA_BRPORT_MCAST_N_GROUPS: [41, u32],
	IFLA_BRPORT_MCAST_MAX_GROUPS: [42, u32],
	IFLA_BRPORT_NEIGH_VLAN_SUPPRESS: [43, u8],
	IFLA_BRPORT_BACKUP_NHID: [44, u32],
}));

// IFLA_LINKINFO of the other kinds.

/** These are read only: a tun device is created by TUNSETIFF. */
export const tunAttrs = attrs(() => ({
	IFLA_TUN_OWNER: [1, u32],
	IFLA_TUN_GROUP: [2, u32],
	IFLA_TUN_TYPE: [3, u8],
	IFLA_TUN_PI: [4, u8],
	IFLA_TUN_VNET_HDR: [5, u8],
	IFLA_TUN_PERSIST: [6, u8],
	IFLA_TUN_MULTI_QUEUE: [7, u8],
	IFLA_TUN_NUM_QUEUES: [8, u32],
	IFLA_TUN_NUM_DISABLED_QUEUES: [9, u32],
}));

export const ifla_vxlan_port_range = struct({ low: be16, high: be16 });
export const vxlanAttrs = attrs(() => ({
	IFLA_VXLAN_ID: [1, u32],
	IFLA_VXLAN_GROUP: [2, binary(4)],
	IFLA_VXLAN_LINK: [3, u32],
	IFLA_VXLAN_LOCAL: [4, binary(4)],
	IFLA_VXLAN_TTL: [5, u8],
	IFLA_VXLAN_TOS: [6, u8],
	IFLA_VXLAN_LEARNING: [7, u8],
	IFLA_VXLAN_AGEING: [8, u32],
	IFLA_VXLAN_LIMIT: [9, u32],
	IFLA_VXLAN_PORT_RANGE: [10, ifla_vxlan_port_range],
	IFLA_VXLAN_PROXY: [11, u8],
	IFLA_VXLAN_RSC: [12, u8],
	IFLA_VXLAN_L2MISS: [13, u8],
	IFLA_VXLAN_L3MISS: [14, u8],
	IFLA_VXLAN_PORT: [15, be16],
	IFLA_VXLAN_GROUP6: [16, binary(16)],
	IFLA_VXLAN_LOCAL6: [17, binary(16)],
	IFLA_VXLAN_UDP_CSUM: [18, u8],
	IFLA_VXLAN_UDP_ZERO_CSUM6_TX: [19, u8],
	IFLA_VXLAN_UDP_ZERO_CSUM6_RX: [20, u8],
	IFLA_VXLAN_REMCSUM_TX: [21, u8],
	IFLA_VXLAN_REMCSUM_RX: [22, u8],
	IFLA_VXLAN_GBP: [23, flag],
	IFLA_VXLAN_REMCSUM_NOPARTIAL: [24, flag],
	IFLA_VXLAN_COLLECT_METADATA: [25, u8],
	IFLA_VXLAN_LABEL: [26, be32],
	IFLA_VXLAN_GPE: [27, flag],
	// vxlan_policy demands NLA_FLAG, but vxlan_fill_info() sends a u8.
	IFLA_VXLAN_TTL_INHERIT: [28, asymmetric(flag, u8)],
	IFLA_VXLAN_DF: [29, u8],
	IFLA_VXLAN_VNIFILTER: [30, u8],
	IFLA_VXLAN_LOCALBYPASS: [31, u8],
	IFLA_VXLAN_LABEL_POLICY: [32, u32],
	IFLA_VXLAN_RESERVED_BITS: [33, binary(8)],
	IFLA_VXLAN_MC_ROUTE: [34, u8],
}));
export const VXLAN_DF_UNSET = 0;
export const VXLAN_DF_SET = 1;
export const VXLAN_DF_INHERIT = 2;

/** macvlan and macvtap. */
export const macvlanAttrs = attrs(() => ({
	IFLA_MACVLAN_MODE: [1, u32],
	IFLA_MACVLAN_FLAGS: [2, u16],
	IFLA_MACVLAN_MACADDR_MODE: [3, u32],
	IFLA_MACVLAN_MACADDR: [4, binary(6)],
	IFLA_MACVLAN_MACADDR_DATA: [5, list(4, binary(6), "IFLA_MACVLAN_MACADDR")],
	IFLA_MACVLAN_MACADDR_COUNT: [6, u32],
	IFLA_MACVLAN_BC_QUEUE_LEN: [7, u32],
	IFLA_MACVLAN_BC_QUEUE_LEN_USED: [8, u32],
	IFLA_MACVLAN_BC_CUTOFF: [9, s32],
}));
export const MACVLAN_MODE_PRIVATE = 1;
export const MACVLAN_MODE_VEPA = 2;
export const MACVLAN_MODE_BRIDGE = 4;
export const MACVLAN_MODE_PASSTHRU = 8;
export const MACVLAN_MODE_SOURCE = 16;
export const MACVLAN_MACADDR_ADD = 0;
export const MACVLAN_MACADDR_DEL = 1;
export const MACVLAN_MACADDR_FLUSH = 2;
export const MACVLAN_MACADDR_SET = 3;
export const MACVLAN_FLAG_NOPROMISC = 1;
export const MACVLAN_FLAG_NODST = 2;

/** ipvlan and ipvtap. */
export const ipvlanAttrs = attrs(() => ({
	IFLA_IPVLAN_MODE: [1, u16],
	IFLA_IPVLAN_FLAGS: [2, u16],
}));
export const IPVLAN_MODE_L2 = 0;
export const IPVLAN_MODE_L3 = 1;
export const IPVLAN_MODE_L3S = 2;
export const IPVLAN_F_PRIVATE = 0x01;
export const IPVLAN_F_VEPA = 0x02;

export const ifla_vlan_flags = struct({ flags: u32, mask: u32 });
export const ifla_vlan_qos_mapping = struct({ from: u32, to: u32 });
const vlanQos = list(1, ifla_vlan_qos_mapping, "IFLA_VLAN_QOS_MAPPING");
export const vlanAttrs = attrs(() => ({
	IFLA_VLAN_ID: [1, u16],
	IFLA_VLAN_FLAGS: [2, ifla_vlan_flags],
	IFLA_VLAN_EGRESS_QOS: [3, vlanQos],
	IFLA_VLAN_INGRESS_QOS: [4, vlanQos],
	IFLA_VLAN_PROTOCOL: [5, be16],
}));

export const vrfAttrs = attrs(() => ({ IFLA_VRF_TABLE: [1, u32] }));
export const vrfPortAttrs = attrs(() => ({ IFLA_VRF_PORT_TABLE: [1, u32] }));
/** Kinds without attributes of their own: dummy, ifb. */
const plain = attrs(() => ({}));

// IFLA_AF_SPEC

export const inetAttrs = attrs(() => ({
	// inet_set_link_af() takes a nest whose attributes are numbered by IPV4_DEVCONF_*; inet_fill_link_af() sends one
	// packed array with IPV4_DEVCONF_x at index x - 1.
	IFLA_INET_CONF: [1, asymmetric(ipv4DevconfAttrs, arrayOf(s32))],
}));
export const ifla_cacheinfo = struct({
	max_reasm_len: u32,
	tstamp: u32,
	reachable_time: u32,
	retrans_time: u32,
});
/** Only IFLA_INET6_ADDR_GEN_MODE and IFLA_INET6_TOKEN can be set: inet6_set_link_af(). */
export const inet6Attrs = attrs(() => ({
	IFLA_INET6_FLAGS: [1, u32],
	IFLA_INET6_CONF: [2, arrayOf(s32)], // DEVCONF_x is at index x.
	IFLA_INET6_STATS: [3, arrayOf(u64)],
	IFLA_INET6_MCAST: [4, binary()],
	IFLA_INET6_CACHEINFO: [5, ifla_cacheinfo],
	IFLA_INET6_ICMP6STATS: [6, arrayOf(u64)],
	IFLA_INET6_TOKEN: [7, binary(16)],
	IFLA_INET6_ADDR_GEN_MODE: [8, u8],
	IFLA_INET6_RA_MTU: [9, u32],
}));
export const IN6_ADDR_GEN_MODE_EUI64 = 0;
export const IN6_ADDR_GEN_MODE_NONE = 1;
export const IN6_ADDR_GEN_MODE_STABLE_PRIVACY = 2;
export const IN6_ADDR_GEN_MODE_RANDOM = 3;
export const afSpecAttrs = attrs(() => ({ AF_INET: [2, inetAttrs], AF_INET6: [10, inet6Attrs] }));

// The link itself.

export const xdpAttrs = attrs(() => ({
	IFLA_XDP_FD: [1, s32],
	IFLA_XDP_ATTACHED: [2, u8],
	IFLA_XDP_FLAGS: [3, u32],
	IFLA_XDP_PROG_ID: [4, u32],
	IFLA_XDP_DRV_PROG_ID: [5, u32],
	IFLA_XDP_SKB_PROG_ID: [6, u32],
	IFLA_XDP_HW_PROG_ID: [7, u32],
	IFLA_XDP_EXPECTED_FD: [8, s32],
}));
export const protoDownReasonAttrs = attrs(() => ({
	IFLA_PROTO_DOWN_REASON_MASK: [1, u32],
	IFLA_PROTO_DOWN_REASON_VALUE: [2, u32],
}));
export const propListAttrs = attrs(() => ({ IFLA_ALT_IFNAME: [53, many(altname)] }));

const common = () =>
	({
		IFLA_ADDRESS: [1, lladdr],
		IFLA_BROADCAST: [2, lladdr],
		IFLA_IFNAME: [3, ifname],
		IFLA_MTU: [4, u32],
		IFLA_LINK: [5, u32],
		IFLA_QDISC: [6, ifname],
		IFLA_STATS: [7, binary()], // struct rtnl_link_stats, IFLA_STATS64 in 32 bits.
		IFLA_COST: [8, binary()],
		IFLA_PRIORITY: [9, binary()],
		IFLA_MASTER: [10, u32],
		IFLA_WIRELESS: [11, binary()],
		IFLA_PROTINFO: [12, binary()], // Not in AF_UNSPEC messages; see PF_BRIDGE_RTM_NEWLINK.
		IFLA_TXQLEN: [13, u32],
		IFLA_MAP: [14, rtnl_link_ifmap],
		IFLA_WEIGHT: [15, u32],
		IFLA_OPERSTATE: [16, u8],
		IFLA_LINKMODE: [17, u8],
		IFLA_NET_NS_PID: [19, u32],
		// dev_set_alias() takes the length as given: a NUL would become part of the alias, and 255 bytes with a NUL fail
		// with EINVAL.
		IFLA_IFALIAS: [20, string(255)],
		IFLA_NUM_VF: [21, u32],
		IFLA_VFINFO_LIST: [22, binary()],
		IFLA_STATS64: [23, rtnl_link_stats64],
		IFLA_VF_PORTS: [24, binary()],
		IFLA_PORT_SELF: [25, binary()],
		IFLA_GROUP: [27, u32],
		IFLA_NET_NS_FD: [28, u32],
		IFLA_EXT_MASK: [29, u32],
		IFLA_PROMISCUITY: [30, u32],
		IFLA_NUM_TX_QUEUES: [31, u32],
		IFLA_NUM_RX_QUEUES: [32, u32],
		IFLA_CARRIER: [33, u8],
		IFLA_PHYS_PORT_ID: [34, binary()],
		IFLA_CARRIER_CHANGES: [35, u32],
		IFLA_PHYS_SWITCH_ID: [36, binary()],
		IFLA_LINK_NETNSID: [37, s32],
		IFLA_PHYS_PORT_NAME: [38, nulString(255)],
		IFLA_PROTO_DOWN: [39, u8],
		IFLA_GSO_MAX_SEGS: [40, u32],
		IFLA_GSO_MAX_SIZE: [41, u32],
		IFLA_PAD: [42, binary()],
		IFLA_XDP: [43, xdpAttrs],
		IFLA_EVENT: [44, u32],
		IFLA_NEW_NETNSID: [45, s32],
		IFLA_TARGET_NETNSID: [46, s32],
		IFLA_CARRIER_UP_COUNT: [47, u32],
		IFLA_CARRIER_DOWN_COUNT: [48, u32],
		IFLA_NEW_IFINDEX: [49, s32],
		IFLA_MIN_MTU: [50, u32],
		IFLA_MAX_MTU: [51, u32],
		IFLA_PROP_LIST: [52, propListAttrs],
		IFLA_ALT_IFNAME: [53, altname],
		IFLA_PERM_ADDRESS: [54, lladdr],
		IFLA_PROTO_DOWN_REASON: [55, protoDownReasonAttrs],
		IFLA_PARENT_DEV_NAME: [56, nulString(255)],
		IFLA_PARENT_DEV_BUS_NAME: [57, nulString(255)],
		IFLA_GRO_MAX_SIZE: [58, u32],
		IFLA_TSO_MAX_SIZE: [59, u32],
		IFLA_TSO_MAX_SEGS: [60, u32],
		IFLA_ALLMULTI: [61, u32],
		IFLA_DEVLINK_PORT: [62, binary()],
		IFLA_GSO_IPV4_MAX_SIZE: [63, u32],
		IFLA_GRO_IPV4_MAX_SIZE: [64, u32],
		IFLA_DPLL_PIN: [65, binary()],
		IFLA_MAX_PACING_OFFLOAD_HORIZON: [66, binary()], // NLA_UINT: four or eight bytes.
		IFLA_NETNS_IMMUTABLE: [67, u8],
		IFLA_HEADROOM: [68, u16],
		IFLA_TAILROOM: [69, u16],
	}) as const;

/**
 * The peer is a complete link message. veth_newlink() passes it to rtnl_create_link(), which does not read
 * IFLA_LINKINFO (the kind is veth), IFLA_AF_SPEC or IFLA_MASTER.
 */
export const vethAttrs = attrs(() => ({ VETH_INFO_PEER: [1, headed(ifinfomsg, attrs(common))] }));

export const linkinfoAttrs = attrs(
	() => ({ IFLA_INFO_XSTATS: [3, binary()] }),
	select(["IFLA_INFO_KIND", 1], ["IFLA_INFO_DATA", 2], {
		bridge: bridgeAttrs,
		dummy: plain,
		ifb: plain,
		ipvlan: ipvlanAttrs,
		ipvtap: ipvlanAttrs,
		macvlan: macvlanAttrs,
		macvtap: macvlanAttrs,
		tun: tunAttrs,
		veth: vethAttrs,
		vlan: vlanAttrs,
		vrf: vrfAttrs,
		vxlan: vxlanAttrs,
	}),
	select(["IFLA_INFO_SLAVE_KIND", 4], ["IFLA_INFO_SLAVE_DATA", 5], {
		bridge: brportAttrs,
		vrf: vrfPortAttrs,
	}),
);

export const linkAttrs = attrs(() => ({
	...common(),
	IFLA_LINKINFO: [18, linkinfoAttrs],
	IFLA_AF_SPEC: [26, afSpecAttrs],
}));
export const RTM_NEWLINK = message("RTM_NEWLINK", 16, ifinfomsg, linkAttrs);
export const RTM_DELLINK = message("RTM_DELLINK", 17, ifinfomsg, linkAttrs);
export const RTM_GETLINK = message("RTM_GETLINK", 18, ifinfomsg, linkAttrs);
export const RTM_SETLINK = message("RTM_SETLINK", 19, ifinfomsg, linkAttrs);
export const RTM_NEWLINKPROP = message("RTM_NEWLINKPROP", 108, ifinfomsg, linkAttrs);
export const RTM_DELLINKPROP = message("RTM_DELLINKPROP", 109, ifinfomsg, linkAttrs);

/**
 * With the ifi_family AF_BRIDGE the same message types have another attribute space: IFLA_AF_SPEC holds IFLA_BRIDGE_*
 * and IFLA_PROTINFO a port. Notifications of both kinds arrive in RTNLGRP_LINK, so a listener must read ifi_family, the
 * first byte, before it chooses the table.
 */
export const bridgeLinkAttrs = attrs(() => ({
	IFLA_ADDRESS: [1, lladdr],
	IFLA_IFNAME: [3, ifname],
	IFLA_MTU: [4, u32],
	IFLA_LINK: [5, u32],
	IFLA_MASTER: [10, u32],
	IFLA_PROTINFO: [12, brportAttrs],
	IFLA_OPERSTATE: [16, u8],
	IFLA_AF_SPEC: [26, bridgeAfSpecAttrs],
	IFLA_EXT_MASK: [29, u32],
}));
export const PF_BRIDGE_RTM_NEWLINK = message("RTM_NEWLINK", 16, ifinfomsg, bridgeLinkAttrs);
export const PF_BRIDGE_RTM_DELLINK = message("RTM_DELLINK", 17, ifinfomsg, bridgeLinkAttrs);
export const PF_BRIDGE_RTM_GETLINK = message("RTM_GETLINK", 18, ifinfomsg, bridgeLinkAttrs);
export const PF_BRIDGE_RTM_SETLINK = message("RTM_SETLINK", 19, ifinfomsg, bridgeLinkAttrs);

// IFLA_EXT_MASK
export const RTEXT_FILTER_VF = 0x1;
export const RTEXT_FILTER_BRVLAN = 0x2;
export const RTEXT_FILTER_BRVLAN_COMPRESSED = 0x4;
export const RTEXT_FILTER_SKIP_STATS = 0x8;
export const RTEXT_FILTER_MRP = 0x10;
export const RTEXT_FILTER_CFM_CONFIG = 0x20;
export const RTEXT_FILTER_CFM_STATUS = 0x40;
export const RTEXT_FILTER_MST = 0x80;
