/** linux/rtnetlink.h: routes and multicast groups. The link messages are in if_link.ts. */

import {
	asymmetric,
	attrs,
	be16,
	be32,
	binary,
	message,
	nulString,
	pad,
	records,
	s32,
	struct,
	u8,
	u16,
	u32,
	u64,
} from "../netlink/schema.js";

/** The header of a GET request for all families. */
export const rtgenmsg = struct({ rtgen_family: u8 });

export const rtmsg = struct({
	rtm_family: u8,
	rtm_dst_len: u8,
	rtm_src_len: u8,
	rtm_tos: u8,
	rtm_table: u8,
	rtm_protocol: u8,
	rtm_scope: u8,
	rtm_type: u8,
	rtm_flags: u32,
});

// rtm_type
export const RTN_UNSPEC = 0;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BROADCAST = 3;
export const RTN_ANYCAST = 4;
export const RTN_MULTICAST = 5;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_PROHIBIT = 8;
export const RTN_THROW = 9;
export const RTN_NAT = 10;
export const RTN_XRESOLVE = 11;

// rtm_protocol: values below RTPROT_STATIC have a meaning to the kernel; others it only stores.
export const RTPROT_UNSPEC = 0;
export const RTPROT_REDIRECT = 1;
export const RTPROT_KERNEL = 2;
export const RTPROT_BOOT = 3;
export const RTPROT_STATIC = 4;
export const RTPROT_GATED = 8;
export const RTPROT_RA = 9;
export const RTPROT_MRT = 10;
export const RTPROT_ZEBRA = 11;
export const RTPROT_BIRD = 12;
export const RTPROT_DNROUTED = 13;
export const RTPROT_XORP = 14;
export const RTPROT_NTK = 15;
export const RTPROT_DHCP = 16;
export const RTPROT_MROUTED = 17;
export const RTPROT_KEEPALIVED = 18;
export const RTPROT_BABEL = 42;
export const RTPROT_OVN = 84;
export const RTPROT_OPENR = 99;
export const RTPROT_BGP = 186;
export const RTPROT_ISIS = 187;
export const RTPROT_OSPF = 188;
export const RTPROT_RIP = 189;
export const RTPROT_EIGRP = 192;

// rtm_scope, ifa_scope: how far away the destination is.
export const RT_SCOPE_UNIVERSE = 0;
export const RT_SCOPE_SITE = 200;
export const RT_SCOPE_LINK = 253;
export const RT_SCOPE_HOST = 254;
export const RT_SCOPE_NOWHERE = 255;

// rtm_flags, in addition to the RTNH_F_*.
export const RTM_F_NOTIFY = 0x100;
export const RTM_F_CLONED = 0x200;
export const RTM_F_EQUALIZE = 0x400;
export const RTM_F_PREFIX = 0x800;
export const RTM_F_LOOKUP_TABLE = 0x1000;
export const RTM_F_FIB_MATCH = 0x2000;
export const RTM_F_OFFLOAD = 0x4000;
export const RTM_F_TRAP = 0x8000;
export const RTM_F_OFFLOAD_FAILED = 0x20000000;

// rtm_table and RTA_TABLE. rtm_table is RT_TABLE_COMPAT if the number needs more than eight bits.
export const RT_TABLE_UNSPEC = 0;
export const RT_TABLE_COMPAT = 252;
export const RT_TABLE_DEFAULT = 253;
export const RT_TABLE_MAIN = 254;
export const RT_TABLE_LOCAL = 255;
export const RT_TABLE_MAX = 0xffffffff;

export const metricsAttrs = attrs(() => ({
	RTAX_LOCK: [1, u32],
	RTAX_MTU: [2, u32],
	RTAX_WINDOW: [3, u32],
	RTAX_RTT: [4, u32],
	RTAX_RTTVAR: [5, u32],
	RTAX_SSTHRESH: [6, u32],
	RTAX_CWND: [7, u32],
	RTAX_ADVMSS: [8, u32],
	RTAX_REORDERING: [9, u32],
	RTAX_HOPLIMIT: [10, u32],
	RTAX_INITCWND: [11, u32],
	RTAX_FEATURES: [12, u32],
	RTAX_RTO_MIN: [13, u32],
	RTAX_INITRWND: [14, u32],
	RTAX_QUICKACK: [15, u32],
	RTAX_CC_ALGO: [16, nulString(15)], // TCP_CA_NAME_MAX
	RTAX_FASTOPEN_NO_COOKIE: [17, u32],
}));
export const RTAX_FEATURE_ECN = 0x1;
export const RTAX_FEATURE_SACK = 0x2;
export const RTAX_FEATURE_TIMESTAMP = 0x4;
export const RTAX_FEATURE_ALLFRAG = 0x8;

/** A gateway whose family is not the route's: an IPv6 next hop of an IPv4 route. */
export const rtvia = struct({ rtvia_family: u16, rtvia_addr: binary() });
export const rta_cacheinfo = struct({
	rta_clntref: u32,
	rta_lastuse: u32,
	rta_expires: s32,
	rta_error: u32,
	rta_used: u32,
	rta_id: u32,
	rta_ts: u32,
	rta_tsage: u32,
});
export const rta_mfc_stats = struct({ mfcs_packets: u64, mfcs_bytes: u64, mfcs_wrong_if: u64 });

/** rtnh_hops is the weight minus one. */
export const rtnexthop = struct({
	rtnh_len: pad(2), // Filled in by records().
	rtnh_flags: u8,
	rtnh_hops: u8,
	rtnh_ifindex: s32,
});
/** The attributes of each next hop that fib_get_nhs() and ip6_route_multipath_add() read. */
export const nexthopAttrs = attrs(() => ({
	RTA_GATEWAY: [5, binary()],
	RTA_FLOW: [11, u32],
	RTA_VIA: [18, rtvia],
	RTA_NEWDST: [19, binary()],
	RTA_ENCAP_TYPE: [21, u16],
	RTA_ENCAP: [22, binary()],
}));
export const RTNH_F_DEAD = 1;
export const RTNH_F_PERVASIVE = 2;
export const RTNH_F_ONLINK = 4;
export const RTNH_F_OFFLOAD = 8;
export const RTNH_F_LINKDOWN = 16;
export const RTNH_F_UNRESOLVED = 32;
export const RTNH_F_TRAP = 64;
export const RTNH_COMPARE_MASK = 0x59;

/** Addresses are in network order, four or sixteen bytes. */
export const routeAttrs = attrs(() => ({
	RTA_DST: [1, binary()],
	RTA_SRC: [2, binary()],
	RTA_IIF: [3, u32],
	RTA_OIF: [4, u32],
	RTA_GATEWAY: [5, binary()],
	RTA_PRIORITY: [6, u32],
	RTA_PREFSRC: [7, binary()],
	RTA_METRICS: [8, metricsAttrs],
	RTA_MULTIPATH: [9, records(rtnexthop, nexthopAttrs)],
	RTA_FLOW: [11, u32],
	RTA_CACHEINFO: [12, rta_cacheinfo],
	RTA_TABLE: [15, u32],
	RTA_MARK: [16, u32],
	RTA_MFC_STATS: [17, rta_mfc_stats],
	RTA_VIA: [18, rtvia],
	RTA_NEWDST: [19, binary()],
	RTA_PREF: [20, u8],
	RTA_ENCAP_TYPE: [21, u16],
	RTA_ENCAP: [22, binary()], // The nest that RTA_ENCAP_TYPE selects.
	RTA_EXPIRES: [23, asymmetric(u32, u64)], // Read by rtm_to_fib6_config(), but sent only by mr_fill_mroute().
	RTA_PAD: [24, binary()],
	RTA_UID: [25, u32],
	RTA_TTL_PROPAGATE: [26, u8],
	RTA_IP_PROTO: [27, u8],
	RTA_SPORT: [28, be16],
	RTA_DPORT: [29, be16],
	RTA_NH_ID: [30, u32],
	RTA_FLOWLABEL: [31, be32],
}));
export const RTM_NEWROUTE = message("RTM_NEWROUTE", 24, rtmsg, routeAttrs);
export const RTM_DELROUTE = message("RTM_DELROUTE", 25, rtmsg, routeAttrs);
export const RTM_GETROUTE = message("RTM_GETROUTE", 26, rtmsg, routeAttrs);

// The values of RTA_PREF are in linux/icmpv6.h.
export const ICMPV6_ROUTER_PREF_LOW = 0x3;
export const ICMPV6_ROUTER_PREF_MEDIUM = 0x0;
export const ICMPV6_ROUTER_PREF_HIGH = 0x1;

// Bits of nl_groups, for the first 32 groups.
export const RTMGRP_LINK = 0x1;
export const RTMGRP_NOTIFY = 0x2;
export const RTMGRP_NEIGH = 0x4;
export const RTMGRP_TC = 0x8;
export const RTMGRP_IPV4_IFADDR = 0x10;
export const RTMGRP_IPV4_MROUTE = 0x20;
export const RTMGRP_IPV4_ROUTE = 0x40;
export const RTMGRP_IPV4_RULE = 0x80;
export const RTMGRP_IPV6_IFADDR = 0x100;
export const RTMGRP_IPV6_MROUTE = 0x200;
export const RTMGRP_IPV6_ROUTE = 0x400;
export const RTMGRP_IPV6_IFINFO = 0x800;
export const RTMGRP_IPV6_PREFIX = 0x20000;

// NETLINK_ADD_MEMBERSHIP
export const RTNLGRP_NONE = 0;
export const RTNLGRP_LINK = 1;
export const RTNLGRP_NOTIFY = 2;
export const RTNLGRP_NEIGH = 3;
export const RTNLGRP_TC = 4;
export const RTNLGRP_IPV4_IFADDR = 5;
export const RTNLGRP_IPV4_MROUTE = 6;
export const RTNLGRP_IPV4_ROUTE = 7;
export const RTNLGRP_IPV4_RULE = 8;
export const RTNLGRP_IPV6_IFADDR = 9;
export const RTNLGRP_IPV6_MROUTE = 10;
export const RTNLGRP_IPV6_ROUTE = 11;
export const RTNLGRP_IPV6_IFINFO = 12;
export const RTNLGRP_IPV6_PREFIX = 18;
export const RTNLGRP_IPV6_RULE = 19;
export const RTNLGRP_ND_USEROPT = 20;
export const RTNLGRP_DCB = 23;
export const RTNLGRP_IPV4_NETCONF = 24;
export const RTNLGRP_IPV6_NETCONF = 25;
export const RTNLGRP_MDB = 26;
export const RTNLGRP_MPLS_ROUTE = 27;
export const RTNLGRP_NSID = 28;
export const RTNLGRP_MPLS_NETCONF = 29;
export const RTNLGRP_IPV4_MROUTE_R = 30;
export const RTNLGRP_IPV6_MROUTE_R = 31;
export const RTNLGRP_NEXTHOP = 32;
export const RTNLGRP_BRVLAN = 33;
export const RTNLGRP_MCTP_IFADDR = 34;
export const RTNLGRP_TUNNEL = 35;
export const RTNLGRP_STATS = 36;
export const RTNLGRP_IPV4_MCADDR = 37;
export const RTNLGRP_IPV6_MCADDR = 38;
export const RTNLGRP_IPV6_ACADDR = 39;
