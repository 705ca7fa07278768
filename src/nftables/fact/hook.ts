import * as netfilter from "../../uapi/netfilter.js";

type Hooks = Readonly<Record<string, number>>;

const inetHooks: Hooks = {
	prerouting: netfilter.NF_INET_PRE_ROUTING,
	input: netfilter.NF_INET_LOCAL_IN,
	forward: netfilter.NF_INET_FORWARD,
	output: netfilter.NF_INET_LOCAL_OUT,
	postrouting: netfilter.NF_INET_POST_ROUTING,
};

const hooks: Readonly<Record<number, Hooks>> = {
	[netfilter.NFPROTO_IPV4]: inetHooks,
	[netfilter.NFPROTO_IPV6]: inetHooks,
	[netfilter.NFPROTO_INET]: { ...inetHooks, ingress: netfilter.NF_INET_INGRESS },
	[netfilter.NFPROTO_BRIDGE]: inetHooks,
	[netfilter.NFPROTO_ARP]: { input: netfilter.NF_ARP_IN, output: netfilter.NF_ARP_OUT },
	[netfilter.NFPROTO_NETDEV]: {
		ingress: netfilter.NF_NETDEV_INGRESS,
		egress: netfilter.NF_NETDEV_EGRESS,
	},
};

/** The hooks of a family, NF_*, by their names in nft. Every family numbers them differently. */
export const hooksOf = (family: number): Hooks => hooks[family] ?? {};

/** The names of priorities, NF_IP_PRI_*, in all families but bridge. */
export const priorities: Readonly<Record<string, number>> = {
	raw: netfilter.NF_IP_PRI_RAW,
	mangle: netfilter.NF_IP_PRI_MANGLE,
	dstnat: netfilter.NF_IP_PRI_NAT_DST,
	filter: netfilter.NF_IP_PRI_FILTER,
	security: netfilter.NF_IP_PRI_SECURITY,
	srcnat: netfilter.NF_IP_PRI_NAT_SRC,
};

/** The names of priorities in the bridge family, NF_BR_PRI_*. */
export const bridgePriorities: Readonly<Record<string, number>> = {
	dstnat: netfilter.NF_BR_PRI_NAT_DST_BRIDGED,
	filter: netfilter.NF_BR_PRI_FILTER_BRIDGED,
	out: netfilter.NF_BR_PRI_NAT_DST_OTHER,
	srcnat: netfilter.NF_BR_PRI_NAT_SRC,
};

/** What a base chain does with packets that no rule decides on. */
export const policies = {
	accept: netfilter.NF_ACCEPT,
	drop: netfilter.NF_DROP,
} as const;
