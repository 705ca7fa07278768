/** linux/netfilter/nf_tables.h and nf_tables_compat.h: the expressions that rules consist of. */

import {
	attrs,
	be16,
	be32,
	be64,
	binary,
	list,
	nulString,
	type Out,
	u8,
	variant,
} from "../netlink/schema.js";
import { dataAttrs, name } from "./nf_tables_data.js";

export const NFTA_LIST_ELEM = 1;

export const immediateAttrs = attrs(() => ({
	NFTA_IMMEDIATE_DREG: [1, be32],
	NFTA_IMMEDIATE_DATA: [2, dataAttrs],
}));
export const bitwiseAttrs = attrs(() => ({
	NFTA_BITWISE_SREG: [1, be32],
	NFTA_BITWISE_DREG: [2, be32],
	NFTA_BITWISE_LEN: [3, be32],
	NFTA_BITWISE_MASK: [4, dataAttrs],
	NFTA_BITWISE_XOR: [5, dataAttrs],
	NFTA_BITWISE_OP: [6, be32],
	NFTA_BITWISE_DATA: [7, dataAttrs],
	NFTA_BITWISE_SREG2: [8, be32], // Linux 6.13
}));
export const byteorderAttrs = attrs(() => ({
	NFTA_BYTEORDER_SREG: [1, be32],
	NFTA_BYTEORDER_DREG: [2, be32],
	NFTA_BYTEORDER_OP: [3, be32],
	NFTA_BYTEORDER_LEN: [4, be32],
	NFTA_BYTEORDER_SIZE: [5, be32],
}));
export const cmpAttrs = attrs(() => ({
	NFTA_CMP_SREG: [1, be32],
	NFTA_CMP_OP: [2, be32],
	NFTA_CMP_DATA: [3, dataAttrs],
}));
export const rangeAttrs = attrs(() => ({
	NFTA_RANGE_SREG: [1, be32],
	NFTA_RANGE_OP: [2, be32],
	NFTA_RANGE_FROM_DATA: [3, dataAttrs],
	NFTA_RANGE_TO_DATA: [4, dataAttrs],
}));
export const lookupAttrs = attrs(() => ({
	NFTA_LOOKUP_SET: [1, name],
	NFTA_LOOKUP_SREG: [2, be32],
	NFTA_LOOKUP_DREG: [3, be32],
	NFTA_LOOKUP_SET_ID: [4, be32],
	NFTA_LOOKUP_FLAGS: [5, be32],
}));
export const payloadAttrs = attrs(() => ({
	NFTA_PAYLOAD_DREG: [1, be32],
	NFTA_PAYLOAD_BASE: [2, be32],
	NFTA_PAYLOAD_OFFSET: [3, be32],
	NFTA_PAYLOAD_LEN: [4, be32],
	NFTA_PAYLOAD_SREG: [5, be32],
	NFTA_PAYLOAD_CSUM_TYPE: [6, be32],
	NFTA_PAYLOAD_CSUM_OFFSET: [7, be32],
	NFTA_PAYLOAD_CSUM_FLAGS: [8, be32],
}));
export const exthdrAttrs = attrs(() => ({
	NFTA_EXTHDR_DREG: [1, be32],
	NFTA_EXTHDR_TYPE: [2, u8],
	NFTA_EXTHDR_OFFSET: [3, be32],
	NFTA_EXTHDR_LEN: [4, be32],
	NFTA_EXTHDR_FLAGS: [5, be32],
	NFTA_EXTHDR_OP: [6, be32],
	NFTA_EXTHDR_SREG: [7, be32],
}));
export const metaAttrs = attrs(() => ({
	NFTA_META_DREG: [1, be32],
	NFTA_META_KEY: [2, be32],
	NFTA_META_SREG: [3, be32],
}));
export const rtAttrs = attrs(() => ({ NFTA_RT_DREG: [1, be32], NFTA_RT_KEY: [2, be32] }));
export const socketAttrs = attrs(() => ({
	NFTA_SOCKET_KEY: [1, be32],
	NFTA_SOCKET_DREG: [2, be32],
	NFTA_SOCKET_LEVEL: [3, be32],
}));
export const hashAttrs = attrs(() => ({
	NFTA_HASH_SREG: [1, be32],
	NFTA_HASH_DREG: [2, be32],
	NFTA_HASH_LEN: [3, be32],
	NFTA_HASH_MODULUS: [4, be32],
	NFTA_HASH_SEED: [5, be32],
	NFTA_HASH_OFFSET: [6, be32],
	NFTA_HASH_TYPE: [7, be32],
	NFTA_HASH_SET_NAME: [8, name],
	NFTA_HASH_SET_ID: [9, be32],
}));
export const ctAttrs = attrs(() => ({
	NFTA_CT_DREG: [1, be32],
	NFTA_CT_KEY: [2, be32],
	NFTA_CT_DIRECTION: [3, u8],
	NFTA_CT_SREG: [4, be32],
}));
export const flowAttrs = attrs(() => ({ NFTA_FLOW_TABLE_NAME: [1, name] }));
export const limitAttrs = attrs(() => ({
	NFTA_LIMIT_RATE: [1, be64],
	NFTA_LIMIT_UNIT: [2, be64],
	NFTA_LIMIT_BURST: [3, be32],
	NFTA_LIMIT_TYPE: [4, be32],
	NFTA_LIMIT_FLAGS: [5, be32],
}));
export const connlimitAttrs = attrs(() => ({
	NFTA_CONNLIMIT_COUNT: [1, be32],
	NFTA_CONNLIMIT_FLAGS: [2, be32],
}));
export const counterAttrs = attrs(() => ({
	NFTA_COUNTER_BYTES: [1, be64],
	NFTA_COUNTER_PACKETS: [2, be64],
}));
export const lastAttrs = attrs(() => ({ NFTA_LAST_SET: [1, be32], NFTA_LAST_MSECS: [2, be64] }));
export const logAttrs = attrs(() => ({
	NFTA_LOG_GROUP: [1, be16],
	NFTA_LOG_PREFIX: [2, nulString(127)], // NF_LOG_PREFIXLEN - 1
	NFTA_LOG_SNAPLEN: [3, be32],
	NFTA_LOG_QTHRESHOLD: [4, be16],
	NFTA_LOG_LEVEL: [5, be32],
	NFTA_LOG_FLAGS: [6, be32],
}));
export const queueAttrs = attrs(() => ({
	NFTA_QUEUE_NUM: [1, be16],
	NFTA_QUEUE_TOTAL: [2, be16],
	NFTA_QUEUE_FLAGS: [3, be16],
	NFTA_QUEUE_SREG_QNUM: [4, be32],
}));
export const quotaAttrs = attrs(() => ({
	NFTA_QUOTA_BYTES: [1, be64],
	NFTA_QUOTA_FLAGS: [2, be32],
	NFTA_QUOTA_CONSUMED: [4, be64],
}));
export const secmarkAttrs = attrs(() => ({ NFTA_SECMARK_CTX: [1, nulString(4095)] }));
export const rejectAttrs = attrs(() => ({
	NFTA_REJECT_TYPE: [1, be32],
	NFTA_REJECT_ICMP_CODE: [2, u8],
}));
export const natAttrs = attrs(() => ({
	NFTA_NAT_TYPE: [1, be32],
	NFTA_NAT_FAMILY: [2, be32],
	NFTA_NAT_REG_ADDR_MIN: [3, be32],
	NFTA_NAT_REG_ADDR_MAX: [4, be32],
	NFTA_NAT_REG_PROTO_MIN: [5, be32],
	NFTA_NAT_REG_PROTO_MAX: [6, be32],
	NFTA_NAT_FLAGS: [7, be32],
}));
export const tproxyAttrs = attrs(() => ({
	NFTA_TPROXY_FAMILY: [1, be32],
	NFTA_TPROXY_REG_ADDR: [2, be32],
	NFTA_TPROXY_REG_PORT: [3, be32],
}));
export const masqAttrs = attrs(() => ({
	NFTA_MASQ_FLAGS: [1, be32],
	NFTA_MASQ_REG_PROTO_MIN: [2, be32],
	NFTA_MASQ_REG_PROTO_MAX: [3, be32],
}));
export const redirAttrs = attrs(() => ({
	NFTA_REDIR_REG_PROTO_MIN: [1, be32],
	NFTA_REDIR_REG_PROTO_MAX: [2, be32],
	NFTA_REDIR_FLAGS: [3, be32],
}));
export const dupAttrs = attrs(() => ({
	NFTA_DUP_SREG_ADDR: [1, be32],
	NFTA_DUP_SREG_DEV: [2, be32],
}));
export const fwdAttrs = attrs(() => ({
	NFTA_FWD_SREG_DEV: [1, be32],
	NFTA_FWD_SREG_ADDR: [2, be32],
	NFTA_FWD_NFPROTO: [3, be32],
}));
export const objrefAttrs = attrs(() => ({
	NFTA_OBJREF_IMM_TYPE: [1, be32],
	NFTA_OBJREF_IMM_NAME: [2, name],
	NFTA_OBJREF_SET_SREG: [3, be32],
	NFTA_OBJREF_SET_NAME: [4, name],
	NFTA_OBJREF_SET_ID: [5, be32],
}));
export const fibAttrs = attrs(() => ({
	NFTA_FIB_DREG: [1, be32],
	NFTA_FIB_RESULT: [2, be32],
	NFTA_FIB_FLAGS: [3, be32],
}));
export const osfAttrs = attrs(() => ({
	NFTA_OSF_DREG: [1, be32],
	NFTA_OSF_TTL: [2, u8],
	NFTA_OSF_FLAGS: [3, be32],
}));
export const synproxyAttrs = attrs(() => ({
	NFTA_SYNPROXY_MSS: [1, be16],
	NFTA_SYNPROXY_WSCALE: [2, u8],
	NFTA_SYNPROXY_FLAGS: [3, be32],
}));
export const xfrmAttrs = attrs(() => ({
	NFTA_XFRM_DREG: [1, be32],
	NFTA_XFRM_KEY: [2, be32],
	NFTA_XFRM_DIR: [3, u8],
	NFTA_XFRM_SPNUM: [4, be32],
}));
export const ngAttrs = attrs(() => ({
	NFTA_NG_DREG: [1, be32],
	NFTA_NG_MODULUS: [2, be32],
	NFTA_NG_TYPE: [3, be32],
	NFTA_NG_OFFSET: [4, be32],
	NFTA_NG_SET_NAME: [5, name],
	NFTA_NG_SET_ID: [6, be32],
}));
export const tunnelAttrs = attrs(() => ({
	NFTA_TUNNEL_KEY: [1, be32],
	NFTA_TUNNEL_DREG: [2, be32],
	NFTA_TUNNEL_MODE: [3, be32],
}));
// linux/netfilter/nf_tables_compat.h: an iptables match or target, whose private struct stays undecoded.
export const matchAttrs = attrs(() => ({
	NFTA_MATCH_NAME: [1, nulString(28)],
	NFTA_MATCH_REV: [2, be32],
	NFTA_MATCH_INFO: [3, binary()],
}));
export const targetAttrs = attrs(() => ({
	NFTA_TARGET_NAME: [1, nulString(28)],
	NFTA_TARGET_REV: [2, be32],
	NFTA_TARGET_INFO: [3, binary()],
}));

/** The expressions that have a state, which set elements and objects may contain (NFT_EXPR_STATEFUL). */
export const statefulExpr = variant(["NFTA_EXPR_NAME", 1], ["NFTA_EXPR_DATA", 2], {
	connlimit: connlimitAttrs,
	counter: counterAttrs,
	last: lastAttrs,
	limit: limitAttrs,
	quota: quotaAttrs,
});
export const dynsetAttrs = attrs(() => ({
	NFTA_DYNSET_SET_NAME: [1, name],
	NFTA_DYNSET_SET_ID: [2, be32],
	NFTA_DYNSET_OP: [3, be32],
	NFTA_DYNSET_SREG_KEY: [4, be32],
	NFTA_DYNSET_SREG_DATA: [5, be32],
	NFTA_DYNSET_TIMEOUT: [6, be64],
	NFTA_DYNSET_EXPR: [7, statefulExpr],
	NFTA_DYNSET_FLAGS: [9, be32],
	NFTA_DYNSET_EXPRESSIONS: [10, list(NFTA_LIST_ELEM, statefulExpr)],
}));

/** The expressions that may look into a tunnelled packet: net/netfilter/nft_inner.c accepts these two. Linux 6.2. */
export const innerExpr = variant(["NFTA_EXPR_NAME", 1], ["NFTA_EXPR_DATA", 2], {
	meta: metaAttrs,
	payload: payloadAttrs,
});
export const innerAttrs = attrs(() => ({
	NFTA_INNER_NUM: [1, be32],
	NFTA_INNER_TYPE: [2, be32],
	NFTA_INNER_FLAGS: [3, be32],
	NFTA_INNER_HDRSIZE: [4, be32],
	NFTA_INNER_EXPR: [5, innerExpr],
}));

/** One expression. Its name selects its attributes. */
export const expr = variant(["NFTA_EXPR_NAME", 1], ["NFTA_EXPR_DATA", 2], {
	bitwise: bitwiseAttrs,
	byteorder: byteorderAttrs,
	cmp: cmpAttrs,
	connlimit: connlimitAttrs,
	counter: counterAttrs,
	ct: ctAttrs,
	dup: dupAttrs,
	dynset: dynsetAttrs,
	exthdr: exthdrAttrs,
	fib: fibAttrs,
	flow_offload: flowAttrs,
	fwd: fwdAttrs,
	hash: hashAttrs,
	immediate: immediateAttrs,
	inner: innerAttrs,
	last: lastAttrs,
	limit: limitAttrs,
	log: logAttrs,
	lookup: lookupAttrs,
	masq: masqAttrs,
	match: matchAttrs,
	meta: metaAttrs,
	nat: natAttrs,
	notrack: attrs(() => ({})),
	numgen: ngAttrs,
	objref: objrefAttrs,
	osf: osfAttrs,
	payload: payloadAttrs,
	queue: queueAttrs,
	quota: quotaAttrs,
	range: rangeAttrs,
	redir: redirAttrs,
	reject: rejectAttrs,
	rt: rtAttrs,
	socket: socketAttrs,
	synproxy: synproxyAttrs,
	target: targetAttrs,
	tproxy: tproxyAttrs,
	tunnel: tunnelAttrs,
	xfrm: xfrmAttrs,
});
/** One expression of a rule, as it is decoded. */
export type Expr = Out<typeof expr>;
