/** The numbers in src that are our own, whose names no header of the kernel or of the C library has. */

/** Names that say themselves that the number is ours: a limit, a time, a size, a number of tries. */
const CONVENTION = /^MAX_|(^|_)(MS|BYTES|TRIES)$/;

/** Names of our own that have a prefix of the kernel's nevertheless, and what they are. */
export const ours: Readonly<Record<string, string>> = {
	GROUP_MAX: "requests that share a transaction at most",
	GROUP_SIZE: "guests of the warm-up that share a transaction",
	IPV4_ALEN: "bytes of an IPv4 address; the headers have no name for them",
	IPV6_METRIC: "IP6_RT_PRIO_ADDRCONF, include/net/ip6_route.h",
	NAME_SPACE: "how many names of a pool's taps there can be",
	ND_HOP_LIMIT: "RFC 4861 §6.1",
	NFTNL_UDATA_SET_ELEM_COMMENT: "libnftnl/udata.h, which need not be installed",
	NLA_MAX: "what nla_len can say: it has 16 bits",
	TUN_TAP: "what IFLA_TUN_TYPE says of a tap: IFF_TAP, tun_fill_info, drivers/net/tun.c",
};

/** Whether a name is one of ours: it is listed, matches the convention, or has no prefix that the headers know. */
export const isOurs = (name: string, known: ReadonlySet<string>): boolean =>
	name in ours ||
	CONVENTION.test(name) ||
	!name.includes("_") ||
	!known.has(name.split("_")[0] as string);
