/** linux/pkt_cls.h, linux/tc_act/tc_mirred.h. */

import {
	arrayOf,
	attrs,
	be16,
	be32,
	binary,
	indexed,
	nulString,
	pad,
	s16,
	s32,
	select,
	struct,
	u8,
	u16,
	u32,
} from "../netlink/schema.js";

export const TC_U32_TERMINAL = 1;
export const TC_ACT_STOLEN = 4;
export const TCA_EGRESS_REDIR = 1;

export const tc_u32_key = struct({ mask: be32, val: be32, off: s32, offmask: s32 });
export const tc_mirred = struct({
	index: u32,
	capab: u32,
	action: s32,
	refcnt: s32,
	bindcnt: s32,
	eaction: s32,
	ifindex: u32,
});
export const mirredAttrs = attrs(() => ({
	TCA_MIRRED_TM: [1, binary()],
	TCA_MIRRED_PARMS: [2, tc_mirred],
	TCA_MIRRED_PAD: [3, binary()],
}));

export const tcActAttrs = attrs(
	() => ({
		TCA_ACT_INDEX: [3, u32],
		TCA_ACT_STATS: [4, binary()],
		TCA_ACT_PAD: [5, binary()],
		TCA_ACT_COOKIE: [6, binary()],
		TCA_ACT_FLAGS: [7, binary()],
		TCA_ACT_HW_STATS: [8, binary()],
		TCA_ACT_USED_HW_STATS: [9, binary()],
		TCA_ACT_IN_HW_COUNT: [10, u32],
	}),
	select(["TCA_ACT_KIND", 1], ["TCA_ACT_OPTIONS", 2], { mirred: mirredAttrs }),
);

export const tc_u32_sel = struct({
	flags: u8,
	offshift: u8,
	nkeys: u8,
	__pad: pad(1),
	offmask: be16,
	off: u16,
	offoff: s16,
	hoff: s16,
	hmask: be32,
	keys: arrayOf(tc_u32_key),
});
export const u32Attrs = attrs(() => ({
	TCA_U32_CLASSID: [1, u32],
	TCA_U32_HASH: [2, u32],
	TCA_U32_LINK: [3, u32],
	TCA_U32_DIVISOR: [4, u32],
	TCA_U32_SEL: [5, tc_u32_sel],
	TCA_U32_POLICE: [6, binary()],
	/** Actions by the order in which they are done, from 1 on. */
	TCA_U32_ACT: [7, indexed(tcActAttrs)],
	TCA_U32_INDEV: [8, nulString(15)],
	TCA_U32_PCNT: [9, binary()],
	TCA_U32_MARK: [10, binary()],
	TCA_U32_FLAGS: [11, u32],
	TCA_U32_PAD: [12, binary()],
}));
