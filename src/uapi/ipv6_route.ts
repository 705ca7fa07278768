/**
 * linux/ipv6_route.h, and the part of linux/route.h that IPv6 uses: routes by ioctl(2), and their flags in
 * /proc/net/ipv6_route.
 */

import { binary, pad, s32, struct, u16, u32, u64 } from "../netlink/schema.js";

// rtmsg_flags
export const RTF_UP = 0x1;
export const RTF_GATEWAY = 0x2;
export const RTF_DEFAULT = 0x1_0000; // Learned from a router advertisement.
export const RTF_ADDRCONF = 0x4_0000; // Set by a router advertisement.
export const RTF_PREFIX_RT = 0x8_0000;
export const RTF_EXPIRES = 0x40_0000;
export const RTF_ROUTEINFO = 0x80_0000;
export const RTF_PREF_MASK = 0x1800_0000;

/** The argument of SIOCADDRT and SIOCDELRT on 64-bit machines, where `rtmsg_info`, an unsigned long, has 8 bytes. */
export const in6_rtmsg = struct({
	rtmsg_dst: binary(16),
	rtmsg_src: binary(16),
	rtmsg_gateway: binary(16),
	rtmsg_type: u32,
	rtmsg_dst_len: u16,
	rtmsg_src_len: u16,
	rtmsg_metric: u32,
	__pad: pad(4),
	rtmsg_info: u64,
	rtmsg_flags: u32,
	rtmsg_ifindex: s32,
});
