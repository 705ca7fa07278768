/** linux/if.h. */

import { chars, pad, s32, struct, u16 } from "../netlink/schema.js";

export const IFNAMSIZ = 16;
export const ALTIFNAMSIZ = 128;
export const IFALIASZ = 256;

// enum net_device_flags: ifi_flags, ifi_change
export const IFF_UP = 0x1;
export const IFF_BROADCAST = 0x2;
export const IFF_DEBUG = 0x4;
export const IFF_LOOPBACK = 0x8;
export const IFF_POINTOPOINT = 0x10;
export const IFF_NOTRAILERS = 0x20;
export const IFF_RUNNING = 0x40;
export const IFF_NOARP = 0x80;
export const IFF_PROMISC = 0x100;
export const IFF_ALLMULTI = 0x200;
export const IFF_MASTER = 0x400;
export const IFF_SLAVE = 0x800;
export const IFF_MULTICAST = 0x1000;
export const IFF_PORTSEL = 0x2000;
export const IFF_AUTOMEDIA = 0x4000;
export const IFF_DYNAMIC = 0x8000;
export const IFF_LOWER_UP = 0x10000;
export const IFF_DORMANT = 0x20000;
export const IFF_ECHO = 0x40000;

// IFLA_OPERSTATE: RFC 2863
export const IF_OPER_UNKNOWN = 0;
export const IF_OPER_NOTPRESENT = 1;
export const IF_OPER_DOWN = 2;
export const IF_OPER_LOWERLAYERDOWN = 3;
export const IF_OPER_TESTING = 4;
export const IF_OPER_DORMANT = 5;
export const IF_OPER_UP = 6;

// IFLA_LINKMODE
export const IF_LINK_MODE_DEFAULT = 0;
export const IF_LINK_MODE_DORMANT = 1;
export const IF_LINK_MODE_TESTING = 2;

/**
 * The argument of TUNSETIFF and of the SIOC*IF* ioctls. A union follows ifr_name. The struct has 40 bytes on 64-bit
 * machines; a 32-bit kernel reads the first 32 of them.
 */
export const ifreq = struct({ ifr_name: chars(IFNAMSIZ), ifr_flags: u16, __pad: pad(22) });
/** struct ifreq as SIOCGIFINDEX and SIOCGIFNAME use it. */
export const ifreq_ifindex = struct({
	ifr_name: chars(IFNAMSIZ),
	ifr_ifindex: s32,
	__pad: pad(20),
});
/** struct ifreq as SIOCGIFMTU uses it. */
export const ifreq_mtu = struct({ ifr_name: chars(IFNAMSIZ), ifr_mtu: s32, __pad: pad(20) });
