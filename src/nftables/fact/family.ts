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
/** A version of IP, as nft names it. */
export type IpVersionJson = keyof typeof ipVersions;

/** The families of tables. */
export const families = {
	...ipVersions,
	inet: NFPROTO_INET,
	arp: NFPROTO_ARP,
	bridge: NFPROTO_BRIDGE,
	netdev: NFPROTO_NETDEV,
} as const;
/** The family of a table, as nft names it. */
export type FamilyJson = keyof typeof families;
