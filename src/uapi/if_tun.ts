/** linux/if_tun.h. */

import { be16, struct, u16 } from "../netlink/schema.js";

// TUNSETIFF: ifr_flags
export const IFF_TUN = 0x0001;
export const IFF_TAP = 0x0002;
export const IFF_NAPI = 0x0010;
export const IFF_NAPI_FRAGS = 0x0020;
export const IFF_NO_CARRIER = 0x0040;
export const IFF_MULTI_QUEUE = 0x0100;
export const IFF_ATTACH_QUEUE = 0x0200;
export const IFF_DETACH_QUEUE = 0x0400;
export const IFF_PERSIST = 0x0800; // Read only.
export const IFF_NO_PI = 0x1000;
export const IFF_NOFILTER = 0x1000; // TUNGETIFF after TUNDETACHFILTER. The bit is the same as IFF_NO_PI.
export const IFF_ONE_QUEUE = 0x2000;
export const IFF_VNET_HDR = 0x4000;
export const IFF_TUN_EXCL = 0x8000; // Fail with EBUSY instead of attaching to an existing device.
export const TUN_TYPE_MASK = 0x000f;

/*
 * asm-generic/ioctl.h puts the direction into the two top bits (write 1, read 2, none 0). powerpc, mips, sparc and
 * alpha use three bits (write 4, read 2, none 1: arch/powerpc/include/uapi/asm/ioctl.h). So _IOW begins with 0x80 there
 * and with 0x40 elsewhere, and _IOR the other way round.
 */
const threeBits: readonly string[] = ["ppc", "ppc64", "mips", "mipsel", "mips64", "mips64el"];
const swapped = threeBits.includes(process.arch);
const _IO = swapped ? 0x2000_0000 : 0;
const _IOW = swapped ? 0x8000_0000 : 0x4000_0000;
const _IOR = swapped ? 0x4000_0000 : 0x8000_0000;

// 'T' is 0x54. The second byte is the size of the argument; int and unsigned int have 4 bytes everywhere.
export const TUNSETNOCSUM = _IOW + 0x4_54c8;
export const TUNSETDEBUG = _IOW + 0x4_54c9;
export const TUNSETIFF = _IOW + 0x4_54ca; // The header says int; the kernel takes struct ifreq.
export const TUNSETPERSIST = _IOW + 0x4_54cb; // The argument is the value itself.
export const TUNSETOWNER = _IOW + 0x4_54cc; // The argument is the value itself.
export const TUNSETLINK = _IOW + 0x4_54cd;
export const TUNSETGROUP = _IOW + 0x4_54ce; // The argument is the value itself.
export const TUNGETFEATURES = _IOR + 0x4_54cf;
export const TUNSETOFFLOAD = _IOW + 0x4_54d0; // The argument is the value itself.
export const TUNSETTXFILTER = _IOW + 0x4_54d1;
export const TUNGETIFF = _IOR + 0x4_54d2; // The header says unsigned int; the kernel fills struct ifreq.
export const TUNGETSNDBUF = _IOR + 0x4_54d3;
export const TUNSETSNDBUF = _IOW + 0x4_54d4;
export const TUNGETVNETHDRSZ = _IOR + 0x4_54d7;
export const TUNSETVNETHDRSZ = _IOW + 0x4_54d8;
export const TUNSETQUEUE = _IOW + 0x4_54d9; // The header says int; the kernel takes struct ifreq.
export const TUNSETIFINDEX = _IOW + 0x4_54da; // Takes a pointer; must precede TUNSETIFF.
export const TUNSETVNETLE = _IOW + 0x4_54dc;
export const TUNGETVNETLE = _IOR + 0x4_54dd;
export const TUNSETVNETBE = _IOW + 0x4_54de;
export const TUNGETVNETBE = _IOR + 0x4_54df;
export const TUNSETSTEERINGEBPF = _IOR + 0x4_54e0; // The header says _IOR, too.
export const TUNSETFILTEREBPF = _IOR + 0x4_54e1; // The header says _IOR, too.
export const TUNSETCARRIER = _IOW + 0x4_54e2;
export const TUNGETDEVNETNS = _IO + 0x54e3; // _IO, without a size.

// TUNSETOFFLOAD
export const TUN_F_CSUM = 0x01;
export const TUN_F_TSO4 = 0x02;
export const TUN_F_TSO6 = 0x04;
export const TUN_F_TSO_ECN = 0x08;
export const TUN_F_UFO = 0x10;
export const TUN_F_USO4 = 0x20;
export const TUN_F_USO6 = 0x40;

/** Precedes every frame, unless IFF_NO_PI is set. */
export const tun_pi = struct({ flags: u16, proto: be16 });
