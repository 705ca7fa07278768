/** linux/if_bridge.h. */

import { attrs, binary, many, message, pad, struct, u8, u16, u32, u64 } from "../netlink/schema.js";

// IFLA_BRPORT_STATE, BRIDGE_VLANDB_ENTRY_STATE
export const BR_STATE_DISABLED = 0;
export const BR_STATE_LISTENING = 1;
export const BR_STATE_LEARNING = 2;
export const BR_STATE_FORWARDING = 3;
export const BR_STATE_BLOCKING = 4;

// IFLA_BRIDGE_FLAGS, IFLA_BRIDGE_MODE
export const BRIDGE_FLAGS_MASTER = 1;
export const BRIDGE_FLAGS_SELF = 2;
export const BRIDGE_MODE_VEB = 0;
export const BRIDGE_MODE_VEPA = 1;
export const BRIDGE_MODE_UNDEF = 0xffff;

// struct bridge_vlan_info: flags
export const BRIDGE_VLAN_INFO_MASTER = 0x1;
export const BRIDGE_VLAN_INFO_PVID = 0x2;
export const BRIDGE_VLAN_INFO_UNTAGGED = 0x4;
export const BRIDGE_VLAN_INFO_RANGE_BEGIN = 0x8;
export const BRIDGE_VLAN_INFO_RANGE_END = 0x10;
export const BRIDGE_VLAN_INFO_BRENTRY = 0x20;
export const BRIDGE_VLAN_INFO_ONLY_OPTS = 0x40;

export const bridge_vlan_info = struct({ flags: u16, vid: u16 });
export const bridgeVlanTunnelAttrs = attrs(() => ({
	IFLA_BRIDGE_VLAN_TUNNEL_ID: [1, u32],
	IFLA_BRIDGE_VLAN_TUNNEL_VID: [2, u16],
	IFLA_BRIDGE_VLAN_TUNNEL_FLAGS: [3, u16],
}));
export const bridgeMstEntryAttrs = attrs(() => ({
	IFLA_BRIDGE_MST_ENTRY_MSTI: [1, u16],
	IFLA_BRIDGE_MST_ENTRY_STATE: [2, u8],
}));
/** IFLA_AF_SPEC of a link message whose ifi_family is AF_BRIDGE. Counts from zero. */
export const bridgeAfSpecAttrs = attrs(() => ({
	IFLA_BRIDGE_FLAGS: [0, u16],
	IFLA_BRIDGE_MODE: [1, u16],
	IFLA_BRIDGE_VLAN_INFO: [2, many(bridge_vlan_info)],
	IFLA_BRIDGE_VLAN_TUNNEL_INFO: [3, many(bridgeVlanTunnelAttrs)],
	IFLA_BRIDGE_MRP: [4, binary()],
	IFLA_BRIDGE_CFM: [5, binary()],
	IFLA_BRIDGE_MST: [6, attrs(() => ({ IFLA_BRIDGE_MST_ENTRY: [1, many(bridgeMstEntryAttrs)] }))],
}));

// IFLA_BR_MULTI_BOOLOPT: bit numbers
export const BR_BOOLOPT_NO_LL_LEARN = 0;
export const BR_BOOLOPT_MCAST_VLAN_SNOOPING = 1;
export const BR_BOOLOPT_MST_ENABLE = 2;
export const BR_BOOLOPT_MDB_OFFLOAD_FAIL_NOTIFICATION = 3;
export const BR_BOOLOPT_FDB_LOCAL_VLAN_0 = 4;
export const br_boolopt_multi = struct({ optval: u32, optmask: u32 });

/** IFLA_BR_MCAST_QUERIER_STATE */
export const bridgeQuerierAttrs = attrs(() => ({
	BRIDGE_QUERIER_IP_ADDRESS: [1, binary(4)],
	BRIDGE_QUERIER_IP_PORT: [2, u32],
	BRIDGE_QUERIER_IP_OTHER_TIMER: [3, u64],
	BRIDGE_QUERIER_PAD: [4, binary()],
	BRIDGE_QUERIER_IPV6_ADDRESS: [5, binary(16)],
	BRIDGE_QUERIER_IPV6_PORT: [6, u32],
	BRIDGE_QUERIER_IPV6_OTHER_TIMER: [7, u64],
}));

// VLANs with their options.

export const br_vlan_msg = struct({
	family: u8,
	reserved1: pad(1),
	reserved2: pad(2),
	ifindex: u32,
});
export const bridgeVlandbEntryAttrs = attrs(() => ({
	BRIDGE_VLANDB_ENTRY_INFO: [1, bridge_vlan_info],
	BRIDGE_VLANDB_ENTRY_RANGE: [2, u16],
	BRIDGE_VLANDB_ENTRY_STATE: [3, u8],
	BRIDGE_VLANDB_ENTRY_TUNNEL_INFO: [
		4,
		attrs(() => ({ BRIDGE_VLANDB_TINFO_ID: [1, u32], BRIDGE_VLANDB_TINFO_CMD: [2, u32] })),
	],
	BRIDGE_VLANDB_ENTRY_STATS: [
		5,
		attrs(() => ({
			BRIDGE_VLANDB_STATS_RX_BYTES: [1, u64],
			BRIDGE_VLANDB_STATS_RX_PACKETS: [2, u64],
			BRIDGE_VLANDB_STATS_TX_BYTES: [3, u64],
			BRIDGE_VLANDB_STATS_TX_PACKETS: [4, u64],
			BRIDGE_VLANDB_STATS_PAD: [5, binary()],
		})),
	],
	BRIDGE_VLANDB_ENTRY_MCAST_ROUTER: [6, u8],
	BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS: [7, u32],
	BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS: [8, u32],
	BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS: [9, u8],
}));
export const bridgeVlandbGlobalAttrs = attrs(() => ({
	BRIDGE_VLANDB_GOPTS_ID: [1, u16],
	BRIDGE_VLANDB_GOPTS_RANGE: [2, u16],
	BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING: [3, u8],
	BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION: [4, u8],
	BRIDGE_VLANDB_GOPTS_MCAST_MLD_VERSION: [5, u8],
	BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT: [6, u32],
	BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT: [7, u32],
	BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL: [8, u64],
	BRIDGE_VLANDB_GOPTS_PAD: [9, binary()],
	BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL: [10, u64],
	BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL: [11, u64],
	BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL: [12, u64],
	BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL: [13, u64],
	BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL: [14, u64],
	BRIDGE_VLANDB_GOPTS_MCAST_QUERIER: [15, u8],
	BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS: [16, binary()],
	BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_STATE: [17, bridgeQuerierAttrs],
	BRIDGE_VLANDB_GOPTS_MSTI: [18, u16],
}));
export const bridgeVlandbAttrs = attrs(() => ({
	BRIDGE_VLANDB_ENTRY: [1, many(bridgeVlandbEntryAttrs)],
	BRIDGE_VLANDB_GLOBAL_OPTIONS: [2, many(bridgeVlandbGlobalAttrs)],
}));
export const RTM_NEWVLAN = message("RTM_NEWVLAN", 112, br_vlan_msg, bridgeVlandbAttrs);
export const RTM_DELVLAN = message("RTM_DELVLAN", 113, br_vlan_msg, bridgeVlandbAttrs);
/** It has an attribute space of its own; the kernel replies with RTM_NEWVLAN. */
export const RTM_GETVLAN = message(
	"RTM_GETVLAN",
	114,
	br_vlan_msg,
	attrs(() => ({ BRIDGE_VLANDB_DUMP_FLAGS: [1, u32] })),
);
export const BRIDGE_VLANDB_DUMPF_STATS = 0x1;
export const BRIDGE_VLANDB_DUMPF_GLOBAL = 0x2;
