/** linux/in.h. */

import { be16, binary, pad, struct, u16 } from "../netlink/schema.js";

// The protocol field of IPv4, the next header of IPv6.
export const IPPROTO_IP = 0;
export const IPPROTO_ICMP = 1;
export const IPPROTO_IGMP = 2;
export const IPPROTO_IPIP = 4;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_DCCP = 33;
export const IPPROTO_IPV6 = 41;
export const IPPROTO_GRE = 47;
export const IPPROTO_ESP = 50;
export const IPPROTO_AH = 51;
export const IPPROTO_COMP = 108;
export const IPPROTO_SCTP = 132;
export const IPPROTO_UDPLITE = 136;
export const IPPROTO_RAW = 255;

export const sockaddr_in = struct({
	sin_family: u16,
	sin_port: be16,
	sin_addr: binary(4),
	__pad: pad(8),
});
