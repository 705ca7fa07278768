/** linux/netfilter/nfnetlink_conntrack.h. */

import {
	attrs,
	be16,
	be32,
	be64,
	binary,
	message,
	nulString,
	struct,
	u8,
	u32,
} from "../netlink/schema.js";
import { NFNL_SUBSYS_CTNETLINK, nfgenmsg } from "./nfnetlink.js";

// Everything is in network order, except the two masks of CTA_FILTER.

export const ctIpAttrs = attrs(() => ({
	CTA_IP_V4_SRC: [1, binary(4)],
	CTA_IP_V4_DST: [2, binary(4)],
	CTA_IP_V6_SRC: [3, binary(16)],
	CTA_IP_V6_DST: [4, binary(16)],
}));
export const ctProtoAttrs = attrs(() => ({
	CTA_PROTO_NUM: [1, u8],
	CTA_PROTO_SRC_PORT: [2, be16],
	CTA_PROTO_DST_PORT: [3, be16],
	CTA_PROTO_ICMP_ID: [4, be16],
	CTA_PROTO_ICMP_TYPE: [5, u8],
	CTA_PROTO_ICMP_CODE: [6, u8],
	CTA_PROTO_ICMPV6_ID: [7, be16],
	CTA_PROTO_ICMPV6_TYPE: [8, u8],
	CTA_PROTO_ICMPV6_CODE: [9, u8],
}));
export const ctTupleAttrs = attrs(() => ({
	CTA_TUPLE_IP: [1, ctIpAttrs],
	CTA_TUPLE_PROTO: [2, ctProtoAttrs],
	CTA_TUPLE_ZONE: [3, be16],
}));

export const nf_ct_tcp_flags = struct({ flags: u8, mask: u8 });
export const ctProtoinfoTcpAttrs = attrs(() => ({
	CTA_PROTOINFO_TCP_STATE: [1, u8],
	CTA_PROTOINFO_TCP_WSCALE_ORIGINAL: [2, u8],
	CTA_PROTOINFO_TCP_WSCALE_REPLY: [3, u8],
	CTA_PROTOINFO_TCP_FLAGS_ORIGINAL: [4, nf_ct_tcp_flags],
	CTA_PROTOINFO_TCP_FLAGS_REPLY: [5, nf_ct_tcp_flags],
}));
export const ctProtoinfoSctpAttrs = attrs(() => ({
	CTA_PROTOINFO_SCTP_STATE: [1, u8],
	CTA_PROTOINFO_SCTP_VTAG_ORIGINAL: [2, be32],
	CTA_PROTOINFO_SCTP_VTAG_REPLY: [3, be32],
}));
export const ctProtoinfoAttrs = attrs(() => ({
	CTA_PROTOINFO_TCP: [1, ctProtoinfoTcpAttrs],
	CTA_PROTOINFO_DCCP: [2, binary()],
	CTA_PROTOINFO_SCTP: [3, ctProtoinfoSctpAttrs],
}));

export const ctCountersAttrs = attrs(() => ({
	CTA_COUNTERS_PACKETS: [1, be64],
	CTA_COUNTERS_BYTES: [2, be64],
	CTA_COUNTERS_PAD: [5, binary()],
}));
/** Nanoseconds since 1970. */
export const ctTimestampAttrs = attrs(() => ({
	CTA_TIMESTAMP_START: [1, be64],
	CTA_TIMESTAMP_STOP: [2, be64],
	CTA_TIMESTAMP_PAD: [3, binary()],
}));
export const ctProtonatAttrs = attrs(() => ({
	CTA_PROTONAT_PORT_MIN: [1, be16],
	CTA_PROTONAT_PORT_MAX: [2, be16],
}));
export const ctNatAttrs = attrs(() => ({
	CTA_NAT_V4_MINIP: [1, binary(4)],
	CTA_NAT_V4_MAXIP: [2, binary(4)],
	CTA_NAT_PROTO: [3, ctProtonatAttrs],
	CTA_NAT_V6_MINIP: [4, binary(16)],
	CTA_NAT_V6_MAXIP: [5, binary(16)],
}));
export const ctSeqadjAttrs = attrs(() => ({
	CTA_SEQADJ_CORRECTION_POS: [1, be32],
	CTA_SEQADJ_OFFSET_BEFORE: [2, be32],
	CTA_SEQADJ_OFFSET_AFTER: [3, be32],
}));
export const ctHelpAttrs = attrs(() => ({
	CTA_HELP_NAME: [1, nulString(15)], // NF_CT_HELPER_NAME_LEN
	CTA_HELP_INFO: [2, binary()],
}));
export const ctSynproxyAttrs = attrs(() => ({
	CTA_SYNPROXY_ISN: [1, be32],
	CTA_SYNPROXY_ITS: [2, be32],
	CTA_SYNPROXY_TSOFF: [3, be32],
}));
/** Which parts of the tuples a dump or flush compares, as CTA_FILTER_FLAG bits in host order. */
export const ctFilterAttrs = attrs(() => ({
	CTA_FILTER_ORIG_FLAGS: [1, u32], // ctnetlink_parse_filter(): nla_get_u32()
	CTA_FILTER_REPLY_FLAGS: [2, u32],
}));

export const conntrackAttrs = attrs(() => ({
	CTA_TUPLE_ORIG: [1, ctTupleAttrs],
	CTA_TUPLE_REPLY: [2, ctTupleAttrs],
	CTA_STATUS: [3, be32],
	CTA_PROTOINFO: [4, ctProtoinfoAttrs],
	CTA_HELP: [5, ctHelpAttrs],
	CTA_NAT_SRC: [6, ctNatAttrs],
	CTA_TIMEOUT: [7, be32],
	CTA_MARK: [8, be32],
	CTA_COUNTERS_ORIG: [9, ctCountersAttrs],
	CTA_COUNTERS_REPLY: [10, ctCountersAttrs],
	CTA_USE: [11, be32],
	CTA_ID: [12, be32],
	CTA_NAT_DST: [13, ctNatAttrs],
	CTA_TUPLE_MASTER: [14, ctTupleAttrs],
	CTA_SEQ_ADJ_ORIG: [15, ctSeqadjAttrs],
	CTA_SEQ_ADJ_REPLY: [16, ctSeqadjAttrs],
	CTA_SECMARK: [17, be32],
	CTA_ZONE: [18, be16],
	CTA_SECCTX: [19, attrs(() => ({ CTA_SECCTX_NAME: [1, nulString(4095)] }))],
	CTA_TIMESTAMP: [20, ctTimestampAttrs],
	CTA_MARK_MASK: [21, be32],
	CTA_LABELS: [22, binary()],
	CTA_LABELS_MASK: [23, binary()],
	CTA_SYNPROXY: [24, ctSynproxyAttrs],
	CTA_FILTER: [25, ctFilterAttrs],
	CTA_STATUS_MASK: [26, be32],
}));
export const ctStatsGlobalAttrs = attrs(() => ({
	CTA_STATS_GLOBAL_ENTRIES: [1, be32],
	CTA_STATS_GLOBAL_MAX_ENTRIES: [2, be32],
}));

const subsys = NFNL_SUBSYS_CTNETLINK << 8;
export const IPCTNL_MSG_CT_NEW = message("IPCTNL_MSG_CT_NEW", subsys + 0, nfgenmsg, conntrackAttrs);
export const IPCTNL_MSG_CT_GET = message("IPCTNL_MSG_CT_GET", subsys + 1, nfgenmsg, conntrackAttrs);
export const IPCTNL_MSG_CT_DELETE = message(
	"IPCTNL_MSG_CT_DELETE",
	subsys + 2,
	nfgenmsg,
	conntrackAttrs,
);
export const IPCTNL_MSG_CT_GET_CTRZERO = message(
	"IPCTNL_MSG_CT_GET_CTRZERO",
	subsys + 3,
	nfgenmsg,
	conntrackAttrs,
);
/** Request and reply have the same type. */
export const IPCTNL_MSG_CT_GET_STATS = message(
	"IPCTNL_MSG_CT_GET_STATS",
	subsys + 5,
	nfgenmsg,
	ctStatsGlobalAttrs,
);

/*
 * CTA_FILTER_ORIG_FLAGS, CTA_FILTER_REPLY_FLAGS. No uapi header has them: CTA_FILTER_F_CTA_* in
 * net/netfilter/nf_internals.h.
 */
export const CTA_FILTER_F_CTA_IP_SRC = 0x1;
export const CTA_FILTER_F_CTA_IP_DST = 0x2;
export const CTA_FILTER_F_CTA_TUPLE_ZONE = 0x4;
export const CTA_FILTER_F_CTA_PROTO_NUM = 0x8;
export const CTA_FILTER_F_CTA_PROTO_SRC_PORT = 0x10;
export const CTA_FILTER_F_CTA_PROTO_DST_PORT = 0x20;
export const CTA_FILTER_F_CTA_PROTO_ICMP_TYPE = 0x40;
export const CTA_FILTER_F_CTA_PROTO_ICMP_CODE = 0x80;
export const CTA_FILTER_F_CTA_PROTO_ICMP_ID = 0x100;
export const CTA_FILTER_F_CTA_PROTO_ICMPV6_TYPE = 0x200;
export const CTA_FILTER_F_CTA_PROTO_ICMPV6_CODE = 0x400;
export const CTA_FILTER_F_CTA_PROTO_ICMPV6_ID = 0x800;
