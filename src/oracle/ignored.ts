/**
 * What may differ between two snapshots of a namespace that nobody touches, which is all that the oracle ignores. A
 * name is an attribute, or a struct member behind a dot, and is ignored wherever it occurs.
 */
export const IGNORED: ReadonlyMap<string, string> = new Map([
	["IFLA_CARRIER_CHANGES", "counts how often the other end came and went"],
	["IFLA_CARRIER_UP_COUNT", "half of IFLA_CARRIER_CHANGES"],
	["IFLA_CARRIER_DOWN_COUNT", "the other half"],
	["IFLA_STATS", "counts packets"],
	["IFLA_STATS64", "counts packets"],
	["IFLA_INET6_STATS", "counts packets"],
	["IFLA_INET6_ICMP6STATS", "counts packets"],
	["IFLA_INET6_FLAGS", "whether the kernel has asked for routers yet, and what they answered"],
	["IFLA_INET6_CACHEINFO.tstamp", "when the kernel last changed the interface's IPv6 settings"],
	["IFLA_INET6_CACHEINFO.reachable_time", "the kernel draws a new one every few hours"],
	["IFLA_BR_HELLO_TIMER", "runs down"],
	["IFLA_BR_TCN_TIMER", "runs down"],
	["IFLA_BR_TOPOLOGY_CHANGE_TIMER", "runs down"],
	["IFLA_BR_GC_TIMER", "runs down"],
	["IFLA_BR_FDB_N_LEARNED", "counts whom the bridge has heard"],
	["IFLA_BRPORT_MCAST_N_GROUPS", "counts the groups it has overheard"],
	["IFLA_BRPORT_MCAST_EHT_HOSTS_CNT", "counts their members"],
	["IFLA_BRPORT_MESSAGE_AGE_TIMER", "runs down"],
	["IFLA_BRPORT_FORWARD_DELAY_TIMER", "runs down"],
	["IFLA_BRPORT_HOLD_TIMER", "runs down"],
	["IFA_CACHEINFO.cstamp", "when the address was made: taken off and put back is later"],
	["IFA_CACHEINFO.tstamp", "when it was last changed"],
	["RTA_CACHEINFO.rta_clntref", "counts its users of the moment"],
	["RTA_CACHEINFO.rta_lastuse", "when it was last used"],
	["RTA_CACHEINFO.rta_used", "counts packets"],
	["NDA_CACHEINFO", "when it was last used, confirmed and updated"],
	["NDA_PROBES", "counts questions asked"],
	["res_id", "the nf_tables generation: counts commits, whoever makes them"],
	["NFTA_COUNTER_PACKETS", "counts packets"],
	["NFTA_COUNTER_BYTES", "counts packets"],
	["NFTA_QUOTA_CONSUMED", "counts packets"],
	["NFTA_LAST_SET", "when a packet last came by"],
	["NFTA_LAST_MSECS", "when a packet last came by"],
	["NFTA_SET_ELEM_EXPIRATION", "runs down"],
	["CTA_TIMEOUT", "runs down"],
	["CTA_COUNTERS_ORIG", "counts packets"],
	["CTA_COUNTERS_REPLY", "counts packets"],
	["CTA_USE", "counts its users of the moment"],
]);

/** Lifetimes: whether one runs out is compared, and how much of it remains is not. */
export const RUNNING: ReadonlySet<string> = new Set([
	"IFA_CACHEINFO.ifa_prefered",
	"IFA_CACHEINFO.ifa_valid",
	"RTA_CACHEINFO.rta_expires",
]);

/** Values below /proc/sys/net that the kernel changes on its own. */
export const IGNORED_VALUES: ReadonlyMap<string, string> = new Map([
	["netfilter/nf_conntrack_count", "counts flows: the conntrack section has them one by one"],
]);
