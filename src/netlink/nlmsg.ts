/**
 * What linux/netlink.h defines for every message and socket, whatever its family. `uapi/netlink.ts` exports it again.
 */
import { attrs, binary, nulString, s32, s64, struct, u16, u32, u64 } from "./schema.js";

/** The header of every message. */
export const nlmsghdr = struct({
	nlmsg_len: u32,
	nlmsg_type: u16,
	nlmsg_flags: u16,
	nlmsg_seq: u32,
	nlmsg_pid: u32,
});
export const NLMSG_ALIGNTO = 4;
export const NLMSG_HDRLEN = 16;

// nlmsg_flags of every message
export const NLM_F_REQUEST = 0x01;
export const NLM_F_MULTI = 0x02;
export const NLM_F_ACK = 0x04;
export const NLM_F_ECHO = 0x08;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_DUMP_FILTERED = 0x20;
// of a GET
export const NLM_F_ROOT = 0x100;
export const NLM_F_MATCH = 0x200;
export const NLM_F_ATOMIC = 0x400;
export const NLM_F_DUMP = 0x300;
// of a NEW
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
// of a DEL
export const NLM_F_NONREC = 0x100;
export const NLM_F_BULK = 0x200;
// of an NLMSG_ERROR
export const NLM_F_CAPPED = 0x100;
export const NLM_F_ACK_TLVS = 0x200;

export const NLMSG_NOOP = 0x1;
export const NLMSG_ERROR = 0x2;
export const NLMSG_DONE = 0x3;
export const NLMSG_OVERRUN = 0x4;
export const NLMSG_MIN_TYPE = 0x10;

// setsockopt
export const SOL_NETLINK = 270; // linux/socket.h
export const NETLINK_ADD_MEMBERSHIP = 1;
export const NETLINK_DROP_MEMBERSHIP = 2;
export const NETLINK_PKTINFO = 3;
export const NETLINK_BROADCAST_ERROR = 4;
export const NETLINK_NO_ENOBUFS = 5;
export const NETLINK_LISTEN_ALL_NSID = 8;
export const NETLINK_LIST_MEMBERSHIPS = 9;
export const NETLINK_CAP_ACK = 10;
export const NETLINK_EXT_ACK = 11;
export const NETLINK_GET_STRICT_CHK = 12;

/** The fixed part of NLMSG_ERROR. The request follows unless NLM_F_CAPPED is set, and then the attributes. */
export const nlmsgerr = struct({ error: s32, msg: nlmsghdr });

/** What values the kernel takes in the attribute that it has refused (NLMSGERR_ATTR_POLICY). */
export const policyAttrs = attrs(() => ({
	NL_POLICY_TYPE_ATTR_TYPE: [1, u32],
	NL_POLICY_TYPE_ATTR_MIN_VALUE_S: [2, s64],
	NL_POLICY_TYPE_ATTR_MAX_VALUE_S: [3, s64],
	NL_POLICY_TYPE_ATTR_MIN_VALUE_U: [4, u64],
	NL_POLICY_TYPE_ATTR_MAX_VALUE_U: [5, u64],
	NL_POLICY_TYPE_ATTR_MIN_LENGTH: [6, u32],
	NL_POLICY_TYPE_ATTR_MAX_LENGTH: [7, u32],
	NL_POLICY_TYPE_ATTR_POLICY_IDX: [8, u32],
	NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE: [9, u32],
	NL_POLICY_TYPE_ATTR_BITFIELD32_MASK: [10, u32],
	NL_POLICY_TYPE_ATTR_PAD: [11, binary()],
	NL_POLICY_TYPE_ATTR_MASK: [12, u64],
}));
/** Extended acknowledgement. Offsets count from the start of the request's nlmsghdr. */
export const nlmsgerrAttrs = attrs(() => ({
	NLMSGERR_ATTR_MSG: [1, nulString(4096)],
	NLMSGERR_ATTR_OFFS: [2, u32],
	NLMSGERR_ATTR_COOKIE: [3, binary()],
	NLMSGERR_ATTR_POLICY: [4, policyAttrs],
	NLMSGERR_ATTR_MISS_TYPE: [5, u32],
	NLMSGERR_ATTR_MISS_NEST: [6, u32],
}));
