/**
 * linux/netfilter/x_tables.h and xt_*.h beside it, netfilter_ipv4/ipt_icmp.h, netfilter_ipv6/ip6_tables.h, netfilter/nf_nat.h: the private
 * structs of iptables' matches and targets. Lists of a fixed length stay bytes here, in the byte order of the
 * machine.
 */

import { be16, binary, chars, pad, s32, struct, u8, u16, u32 } from "../netlink/schema.js";

// linux/netfilter/xt_tcpudp.h
export const xt_tcp = struct({
	spts: binary(4),
	dpts: binary(4),
	option: u8,
	flg_mask: u8,
	flg_cmp: u8,
	invflags: u8,
});
export const XT_TCP_INV_SRCPT = 0x01;
export const XT_TCP_INV_DSTPT = 0x02;
export const XT_TCP_INV_FLAGS = 0x04;
export const XT_TCP_INV_OPTION = 0x08;
export const xt_udp = struct({ spts: binary(4), dpts: binary(4), invflags: u8 }, { __pad: pad(1) });
export const XT_UDP_INV_SRCPT = 0x01;
export const XT_UDP_INV_DSTPT = 0x02;

// linux/netfilter/xt_multiport.h
export const xt_multiport_v1 = struct({
	flags: u8,
	count: u8,
	ports: binary(30),
	pflags: binary(15),
	invert: u8,
});
export const XT_MULTIPORT_SOURCE = 0;
export const XT_MULTIPORT_DESTINATION = 1;
export const XT_MULTIPORT_EITHER = 2;

// linux/netfilter/xt_conntrack.h
export const xt_conntrack_mtinfo3 = struct(
	{
		origsrc_addr: binary(16),
		origsrc_mask: binary(16),
		origdst_addr: binary(16),
		origdst_mask: binary(16),
		replsrc_addr: binary(16),
		replsrc_mask: binary(16),
		repldst_addr: binary(16),
		repldst_mask: binary(16),
		expires_min: u32,
		expires_max: u32,
		l4proto: u16,
		origsrc_port: u16,
		origdst_port: u16,
		replsrc_port: u16,
		repldst_port: u16,
		match_flags: u16,
		invert_flags: u16,
		state_mask: u16,
		status_mask: u16,
	},
	// Revision 3 has ranges of ports.
	{
		origsrc_port_high: u16,
		origdst_port_high: u16,
		replsrc_port_high: u16,
		repldst_port_high: u16,
		__pad: pad(2),
	},
);
export const XT_CONNTRACK_STATE = 0x1;
export const XT_CONNTRACK_PROTO = 0x2;
export const XT_CONNTRACK_ORIGSRC = 0x4;
export const XT_CONNTRACK_ORIGDST = 0x8;
export const XT_CONNTRACK_REPLSRC = 0x10;
export const XT_CONNTRACK_REPLDST = 0x20;
export const XT_CONNTRACK_STATUS = 0x40;
export const XT_CONNTRACK_EXPIRES = 0x80;
export const XT_CONNTRACK_ORIGSRC_PORT = 0x100;
export const XT_CONNTRACK_ORIGDST_PORT = 0x200;
export const XT_CONNTRACK_REPLSRC_PORT = 0x400;
export const XT_CONNTRACK_REPLDST_PORT = 0x800;
export const XT_CONNTRACK_DIRECTION = 0x1000;
export const XT_CONNTRACK_STATE_ALIAS = 0x2000;
export const XT_CONNTRACK_STATE_INVALID = 0x1;
export const XT_CONNTRACK_STATE_SNAT = 0x40;
export const XT_CONNTRACK_STATE_DNAT = 0x80;
export const XT_CONNTRACK_STATE_UNTRACKED = 0x100;

// linux/netfilter/xt_addrtype.h
export const xt_addrtype_info_v1 = struct({ source: u16, dest: u16, flags: u32 });
export const XT_ADDRTYPE_INVERT_SOURCE = 0x1;
export const XT_ADDRTYPE_INVERT_DEST = 0x2;
export const XT_ADDRTYPE_LIMIT_IFACE_IN = 0x4;
export const XT_ADDRTYPE_LIMIT_IFACE_OUT = 0x8;

// linux/netfilter/xt_mac.h
export const xt_mac_info = struct({ srcaddr: binary(6), __pad: pad(2), invert: s32 });

// linux/netfilter_ipv4/ip_tables.h
export const ipt_icmp = struct({ type: u8, code: binary(2), invflags: u8 });
export const IPT_ICMP_INV = 0x01;

// linux/netfilter/xt_iprange.h
export const xt_iprange_mtinfo = struct({
	src_min: binary(16),
	src_max: binary(16),
	dst_min: binary(16),
	dst_max: binary(16),
	flags: u8,
	__pad: pad(3),
});
export const IPRANGE_SRC = 0x1;
export const IPRANGE_DST = 0x2;
export const IPRANGE_SRC_INV = 0x10;
export const IPRANGE_DST_INV = 0x20;

// linux/netfilter/xt_pkttype.h
export const xt_pkttype_info = struct({ pkttype: s32, invert: s32 });

// linux/netfilter/xt_physdev.h
export const xt_physdev_info = struct({
	physindev: chars(16),
	in_mask: binary(16),
	physoutdev: chars(16),
	out_mask: binary(16),
	invert: u8,
	bitmask: u8,
});
export const XT_PHYSDEV_OP_IN = 0x01;
export const XT_PHYSDEV_OP_OUT = 0x02;
export const XT_PHYSDEV_OP_BRIDGED = 0x04;
export const XT_PHYSDEV_OP_ISIN = 0x08;
export const XT_PHYSDEV_OP_ISOUT = 0x10;

// linux/netfilter/xt_mark.h, xt_connmark.h
export const xt_mark_mtinfo1 = struct({ mark: u32, mask: u32, invert: u8, __pad: pad(3) });
export const xt_connmark_mtinfo1 = struct({ mark: u32, mask: u32, invert: u8, __pad: pad(3) });
export const xt_mark_tginfo2 = struct({ mark: u32, mask: u32 });
export const xt_connmark_tginfo1 = struct({
	ctmark: u32,
	ctmask: u32,
	nfmask: u32,
	mode: u8,
	__pad: pad(3),
});
export const xt_connmark_tginfo2 = struct({
	ctmark: u32,
	ctmask: u32,
	nfmask: u32,
	shift_dir: u8,
	shift_bits: u8,
	mode: u8,
	__pad: pad(1),
});
export const D_SHIFT_LEFT = 0;
export const D_SHIFT_RIGHT = 1;
export const XT_CONNMARK_SET = 0;
export const XT_CONNMARK_SAVE = 1;
export const XT_CONNMARK_RESTORE = 2;

// linux/netfilter/xt_length.h
export const xt_length_info = struct({ min: u16, max: u16, invert: u8, __pad: pad(1) });

// linux/netfilter/xt_CT.h: the first members of every revision.
export const XT_CT_NOTRACK = 0x1;

// linux/netfilter/nf_nat.h
export const nf_nat_ipv4_range = struct({
	flags: u32,
	min_ip: binary(4),
	max_ip: binary(4),
	min: be16,
	max: be16,
});
export const nf_nat_range = struct({
	flags: u32,
	min_addr: binary(16),
	max_addr: binary(16),
	min_proto: be16,
	max_proto: be16,
});
