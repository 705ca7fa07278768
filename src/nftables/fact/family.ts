import {
	NFPROTO_ARP,
	NFPROTO_BRIDGE,
	NFPROTO_INET,
	NFPROTO_IPV4,
	NFPROTO_IPV6,
	NFPROTO_NETDEV,
} from "../../uapi/netfilter.js";

/** The versions of IP, NFPROTO_*. */
export const ipVersions = { ip: NFPROTO_IPV4, ip6: NFPROTO_IPV6 } as const;
/** A version of IP, in the word of nft. */
export type IpVersionJson = keyof typeof ipVersions;

/** The families a table can be of. */
export const families = {
	...ipVersions,
	inet: NFPROTO_INET,
	arp: NFPROTO_ARP,
	bridge: NFPROTO_BRIDGE,
	netdev: NFPROTO_NETDEV,
} as const;
/** The family of a table, in the word of nft. */
export type FamilyJson = keyof typeof families;
