/**
 * linux/neighbour.h, linux/rtnetlink.h (RTM_*NEIGH): neighbours, and with AF_BRIDGE the forwarding entries of
 * bridges.
 */

import {
	attrs,
	be16,
	binary,
	flag,
	message,
	pad,
	s32,
	struct,
	u8,
	u16,
	u32,
} from "../netlink/schema.js";

export const ndmsg = struct({
	ndm_family: u8,
	ndm_pad1: pad(1),
	ndm_pad2: pad(2),
	ndm_ifindex: s32,
	ndm_state: u16,
	ndm_flags: u8,
	ndm_type: u8,
});
/** Times ago, in clock_t, hundredths of a second. */
export const nda_cacheinfo = struct({
	ndm_confirmed: u32,
	ndm_used: u32,
	ndm_updated: u32,
	ndm_refcnt: u32,
});
export const fdbExtAttrs = attrs(() => ({
	NFEA_ACTIVITY_NOTIFY: [1, u8],
	NFEA_DONT_REFRESH: [2, flag],
}));
export const FDB_NOTIFY_BIT = 0x1;
export const FDB_NOTIFY_INACTIVE_BIT = 0x2;

export const neighAttrs = attrs(() => ({
	NDA_DST: [1, binary()],
	NDA_LLADDR: [2, binary()],
	NDA_CACHEINFO: [3, nda_cacheinfo],
	NDA_PROBES: [4, u32],
	NDA_VLAN: [5, u16],
	NDA_PORT: [6, be16], // vxlan_fdb_parse(): nla_get_be16()
	NDA_VNI: [7, u32],
	NDA_IFINDEX: [8, u32],
	NDA_MASTER: [9, u32],
	NDA_LINK_NETNSID: [10, s32],
	NDA_SRC_VNI: [11, u32],
	NDA_PROTOCOL: [12, u8],
	NDA_NH_ID: [13, u32],
	NDA_FDB_EXT_ATTRS: [14, fdbExtAttrs],
	NDA_FLAGS_EXT: [15, u32],
	NDA_NDM_STATE_MASK: [16, u16],
	NDA_NDM_FLAGS_MASK: [17, u8],
}));
export const RTM_NEWNEIGH = message("RTM_NEWNEIGH", 28, ndmsg, neighAttrs);
export const RTM_DELNEIGH = message("RTM_DELNEIGH", 29, ndmsg, neighAttrs);
export const RTM_GETNEIGH = message("RTM_GETNEIGH", 30, ndmsg, neighAttrs);

// ndm_state
export const NUD_NONE = 0x00;
export const NUD_INCOMPLETE = 0x01;
export const NUD_REACHABLE = 0x02;
export const NUD_STALE = 0x04;
export const NUD_DELAY = 0x08;
export const NUD_PROBE = 0x10;
export const NUD_FAILED = 0x20;
export const NUD_NOARP = 0x40;
export const NUD_PERMANENT = 0x80;

// ndm_flags
export const NTF_USE = 0x01;
export const NTF_SELF = 0x02;
export const NTF_MASTER = 0x04;
export const NTF_PROXY = 0x08;
export const NTF_EXT_LEARNED = 0x10;
export const NTF_OFFLOADED = 0x20;
export const NTF_STICKY = 0x40;
export const NTF_ROUTER = 0x80;
// NDA_FLAGS_EXT
export const NTF_EXT_MANAGED = 0x1;
export const NTF_EXT_LOCKED = 0x2;
export const NTF_EXT_EXT_VALIDATED = 0x4;
