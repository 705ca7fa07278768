/** linux/fib_rules.h, linux/rtnetlink.h (RTM_*RULE). */

import {
	attrs,
	be32,
	be64,
	binary,
	message,
	nulString,
	pad,
	s32,
	struct,
	u8,
	u16,
	u32,
} from "../netlink/schema.js";

export const fib_rule_hdr = struct({
	family: u8,
	dst_len: u8,
	src_len: u8,
	tos: u8,
	table: u8,
	res1: pad(1),
	res2: pad(1),
	action: u8,
	flags: u32,
});
export const fib_rule_uid_range = struct({ start: u32, end: u32 });
export const fib_rule_port_range = struct({ start: u16, end: u16 }); // In host order: nla_get_port_range().

export const fibRuleAttrs = attrs(() => ({
	FRA_DST: [1, binary()],
	FRA_SRC: [2, binary()],
	FRA_IIFNAME: [3, nulString(15)],
	FRA_GOTO: [4, u32],
	FRA_PRIORITY: [6, u32],
	FRA_FWMARK: [10, u32],
	FRA_FLOW: [11, u32],
	FRA_TUN_ID: [12, be64],
	FRA_SUPPRESS_IFGROUP: [13, s32], // -1: none
	FRA_SUPPRESS_PREFIXLEN: [14, s32], // -1: none. The kernel always sends it.
	FRA_TABLE: [15, u32],
	FRA_FWMASK: [16, u32],
	FRA_OIFNAME: [17, nulString(15)],
	FRA_PAD: [18, binary()],
	FRA_L3MDEV: [19, u8],
	FRA_UID_RANGE: [20, fib_rule_uid_range],
	FRA_PROTOCOL: [21, u8],
	FRA_IP_PROTO: [22, u8],
	FRA_SPORT_RANGE: [23, fib_rule_port_range],
	FRA_DPORT_RANGE: [24, fib_rule_port_range],
	FRA_DSCP: [25, u8],
	FRA_FLOWLABEL: [26, be32],
	FRA_FLOWLABEL_MASK: [27, be32],
	FRA_SPORT_MASK: [28, u16],
	FRA_DPORT_MASK: [29, u16],
	FRA_DSCP_MASK: [30, u8],
}));
export const RTM_NEWRULE = message("RTM_NEWRULE", 32, fib_rule_hdr, fibRuleAttrs);
export const RTM_DELRULE = message("RTM_DELRULE", 33, fib_rule_hdr, fibRuleAttrs);
export const RTM_GETRULE = message("RTM_GETRULE", 34, fib_rule_hdr, fibRuleAttrs);

// action
export const FR_ACT_UNSPEC = 0;
export const FR_ACT_TO_TBL = 1;
export const FR_ACT_GOTO = 2;
export const FR_ACT_NOP = 3;
export const FR_ACT_BLACKHOLE = 6;
export const FR_ACT_UNREACHABLE = 7;
export const FR_ACT_PROHIBIT = 8;

// flags
export const FIB_RULE_PERMANENT = 0x1;
export const FIB_RULE_INVERT = 0x2;
export const FIB_RULE_UNRESOLVED = 0x4;
export const FIB_RULE_IIF_DETACHED = 0x8;
export const FIB_RULE_OIF_DETACHED = 0x10;
export const FIB_RULE_FIND_SADDR = 0x10000;
