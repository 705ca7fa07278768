/** linux/nexthop.h, linux/rtnetlink.h (RTM_*NEXTHOP, RTM_*NEXTHOPBUCKET). */

import {
	arrayOf,
	attrs,
	binary,
	flag,
	list,
	message,
	pad,
	struct,
	u8,
	u16,
	u32,
	u64,
} from "../netlink/schema.js";

export const nhmsg = struct({
	nh_family: u8,
	nh_scope: u8,
	nh_protocol: u8,
	resvd: pad(1),
	nh_flags: u32,
});
/** The weight is weight_high:weight plus one. */
export const nexthop_grp = struct({ id: u32, weight: u8, weight_high: u8, resvd2: pad(2) });

export const nexthopResGroupAttrs = attrs(() => ({
	NHA_RES_GROUP_PAD: [0, binary()],
	NHA_RES_GROUP_BUCKETS: [1, u16],
	NHA_RES_GROUP_IDLE_TIMER: [2, u32],
	NHA_RES_GROUP_UNBALANCED_TIMER: [3, u32],
	NHA_RES_GROUP_UNBALANCED_TIME: [4, u64],
}));
export const nexthopResBucketAttrs = attrs(() => ({
	NHA_RES_BUCKET_PAD: [0, binary()],
	NHA_RES_BUCKET_INDEX: [1, u16],
	NHA_RES_BUCKET_IDLE_TIME: [2, u64],
	NHA_RES_BUCKET_NH_ID: [3, u32],
}));
export const nexthopGroupStatsEntryAttrs = attrs(() => ({
	NHA_GROUP_STATS_ENTRY_ID: [1, u32],
	NHA_GROUP_STATS_ENTRY_PACKETS: [2, binary()], // NLA_UINT: four or eight bytes.
	NHA_GROUP_STATS_ENTRY_PACKETS_HW: [3, binary()],
}));

export const nexthopObjectAttrs = attrs(() => ({
	NHA_ID: [1, u32],
	NHA_GROUP: [2, arrayOf(nexthop_grp)],
	NHA_GROUP_TYPE: [3, u16],
	NHA_BLACKHOLE: [4, flag],
	NHA_OIF: [5, u32],
	NHA_GATEWAY: [6, binary()],
	NHA_ENCAP_TYPE: [7, u16],
	NHA_ENCAP: [8, binary()],
	NHA_GROUPS: [9, flag],
	NHA_MASTER: [10, u32],
	NHA_FDB: [11, flag],
	NHA_RES_GROUP: [12, nexthopResGroupAttrs],
	NHA_RES_BUCKET: [13, nexthopResBucketAttrs],
	NHA_OP_FLAGS: [14, u32],
	NHA_GROUP_STATS: [15, list(1, nexthopGroupStatsEntryAttrs, "NHA_GROUP_STATS_ENTRY")],
	NHA_HW_STATS_ENABLE: [16, u32],
	NHA_HW_STATS_USED: [17, u32],
}));
export const RTM_NEWNEXTHOP = message("RTM_NEWNEXTHOP", 104, nhmsg, nexthopObjectAttrs);
export const RTM_DELNEXTHOP = message("RTM_DELNEXTHOP", 105, nhmsg, nexthopObjectAttrs);
export const RTM_GETNEXTHOP = message("RTM_GETNEXTHOP", 106, nhmsg, nexthopObjectAttrs);
export const RTM_NEWNEXTHOPBUCKET = message("RTM_NEWNEXTHOPBUCKET", 116, nhmsg, nexthopObjectAttrs);
export const RTM_DELNEXTHOPBUCKET = message("RTM_DELNEXTHOPBUCKET", 117, nhmsg, nexthopObjectAttrs);
export const RTM_GETNEXTHOPBUCKET = message("RTM_GETNEXTHOPBUCKET", 118, nhmsg, nexthopObjectAttrs);

// NHA_GROUP_TYPE
export const NEXTHOP_GRP_TYPE_MPATH = 0;
export const NEXTHOP_GRP_TYPE_RES = 1;
