/** linux/pkt_sched.h, linux/rtnetlink.h (tcmsg, RTM_*QDISC, RTM_*TFILTER, TCA_*). */

import {
	attrs,
	binary,
	flag,
	message,
	pad,
	s16,
	s32,
	select,
	struct,
	u8,
	u16,
	u32,
	u64,
} from "../netlink/schema.js";
import { u32Attrs } from "./pkt_cls.js";

export const tcmsg = struct({
	tcm_family: u8,
	tcm__pad1: pad(1),
	tcm__pad2: pad(2),
	tcm_ifindex: s32,
	tcm_handle: u32,
	tcm_parent: u32,
	/** Of a filter: its priority in the upper half, and below that the protocol in network order. */
	tcm_info: u32,
});
export const TC_H_ROOT = 0xffff_ffff;
export const TC_H_INGRESS = 0xffff_fff1;
export const TC_LINKLAYER_ETHERNET = 1;

/** `rate` in bytes per second. */
export const tc_ratespec = struct({
	cell_log: u8,
	linklayer: u8,
	overhead: u16,
	cell_align: s16,
	mpu: u16,
	rate: u32,
});
/** `limit` is in bytes, `buffer` in ticks (PSCHED_SHIFT, include/net/pkt_sched.h). */
export const tc_tbf_qopt = struct({
	rate: tc_ratespec,
	peakrate: tc_ratespec,
	limit: u32,
	buffer: u32,
	mtu: u32,
});
export const tbfAttrs = attrs(() => ({
	TCA_TBF_PARMS: [1, tc_tbf_qopt],
	TCA_TBF_RTAB: [2, binary()],
	TCA_TBF_PTAB: [3, binary()],
	TCA_TBF_RATE64: [4, u64],
	TCA_TBF_PRATE64: [5, u64],
	TCA_TBF_BURST: [6, u32],
	TCA_TBF_PBURST: [7, u32],
	TCA_TBF_PAD: [8, binary()],
}));
const ingressAttrs = attrs(() => ({}));

export const tc_sizespec = struct({
	cell_log: u8,
	size_log: u8,
	cell_align: s16,
	overhead: s32,
	linklayer: u32,
	mpu: u32,
	mtu: u32,
	tsize: u32,
});
export const stabAttrs = attrs(() => ({
	TCA_STAB_BASE: [1, tc_sizespec],
	TCA_STAB_DATA: [2, binary()],
}));

/** Of queueing disciplines and filters alike. */
export const tcaAttrs = attrs(
	() => ({
		TCA_STATS: [3, binary()],
		TCA_XSTATS: [4, binary()],
		TCA_RATE: [5, binary()],
		TCA_FCNT: [6, u32],
		TCA_STATS2: [7, binary()],
		TCA_STAB: [8, stabAttrs],
		TCA_PAD: [9, binary()],
		TCA_DUMP_INVISIBLE: [10, flag],
		TCA_CHAIN: [11, u32],
		TCA_HW_OFFLOAD: [12, u8],
		TCA_INGRESS_BLOCK: [13, u32],
		TCA_EGRESS_BLOCK: [14, u32],
	}),
	select(["TCA_KIND", 1], ["TCA_OPTIONS", 2], {
		ingress: ingressAttrs,
		tbf: tbfAttrs,
		u32: u32Attrs,
	}),
);
export const RTM_NEWQDISC = message("RTM_NEWQDISC", 36, tcmsg, tcaAttrs);
export const RTM_DELQDISC = message("RTM_DELQDISC", 37, tcmsg, tcaAttrs);
export const RTM_GETQDISC = message("RTM_GETQDISC", 38, tcmsg, tcaAttrs);
export const RTM_NEWTFILTER = message("RTM_NEWTFILTER", 44, tcmsg, tcaAttrs);
export const RTM_DELTFILTER = message("RTM_DELTFILTER", 45, tcmsg, tcaAttrs);
export const RTM_GETTFILTER = message("RTM_GETTFILTER", 46, tcmsg, tcaAttrs);
