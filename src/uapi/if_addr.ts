/** linux/if_addr.h, linux/rtnetlink.h (RTM_*ADDR). */

import { attrs, binary, message, nulString, s32, struct, u8, u32 } from "../netlink/schema.js";

export const ifaddrmsg = struct({
	ifa_family: u8,
	ifa_prefixlen: u8,
	ifa_flags: u8,
	ifa_scope: u8,
	ifa_index: u32,
});
/** Lifetimes are in seconds, where 0xffffffff means for ever; timestamps are in hundredths of a second since boot. */
export const ifa_cacheinfo = struct({
	ifa_prefered: u32,
	ifa_valid: u32,
	cstamp: u32,
	tstamp: u32,
});

/** Addresses are in network order, four or sixteen bytes. */
export const addrAttrs = attrs(() => ({
	IFA_ADDRESS: [1, binary()], // The peer on a point-to-point link, else the same as IFA_LOCAL.
	IFA_LOCAL: [2, binary()],
	IFA_LABEL: [3, nulString(15)],
	IFA_BROADCAST: [4, binary()],
	IFA_ANYCAST: [5, binary()],
	IFA_CACHEINFO: [6, ifa_cacheinfo],
	IFA_MULTICAST: [7, binary()],
	IFA_FLAGS: [8, u32], // Replaces ifa_flags, which has eight bits.
	IFA_RT_PRIORITY: [9, u32],
	IFA_TARGET_NETNSID: [10, s32],
	IFA_PROTO: [11, u8],
}));
export const RTM_NEWADDR = message("RTM_NEWADDR", 20, ifaddrmsg, addrAttrs);
export const RTM_DELADDR = message("RTM_DELADDR", 21, ifaddrmsg, addrAttrs);
export const RTM_GETADDR = message("RTM_GETADDR", 22, ifaddrmsg, addrAttrs);

// IFA_FLAGS
export const IFA_F_SECONDARY = 0x01;
export const IFA_F_TEMPORARY = 0x01;
export const IFA_F_NODAD = 0x02;
export const IFA_F_OPTIMISTIC = 0x04;
export const IFA_F_DADFAILED = 0x08;
export const IFA_F_HOMEADDRESS = 0x10;
export const IFA_F_DEPRECATED = 0x20;
export const IFA_F_TENTATIVE = 0x40;
export const IFA_F_PERMANENT = 0x80;
export const IFA_F_MANAGETEMPADDR = 0x100;
export const IFA_F_NOPREFIXROUTE = 0x200;
export const IFA_F_MCAUTOJOIN = 0x400;
export const IFA_F_STABLE_PRIVACY = 0x800;

// IFA_PROTO
export const IFAPROT_UNSPEC = 0;
export const IFAPROT_KERNEL_LO = 1;
export const IFAPROT_KERNEL_RA = 2;
export const IFAPROT_KERNEL_LL = 3;
