/** linux/netfilter.h, netfilter_{ipv4,bridge}.h, netfilter/nf_nat.h: hooks, priorities, verdicts, families. */

export const NF_DROP = 0;
export const NF_ACCEPT = 1;
export const NF_STOLEN = 2;
export const NF_QUEUE = 3;
export const NF_REPEAT = 4;
export const NF_STOP = 5;

// enum nf_inet_hooks
export const NF_INET_PRE_ROUTING = 0;
export const NF_INET_LOCAL_IN = 1;
export const NF_INET_FORWARD = 2;
export const NF_INET_LOCAL_OUT = 3;
export const NF_INET_POST_ROUTING = 4;
export const NF_INET_INGRESS = 5;

// enum nf_dev_hooks
export const NF_NETDEV_INGRESS = 0;
export const NF_NETDEV_EGRESS = 1;

// linux/netfilter_arp.h
export const NF_ARP_IN = 0;
export const NF_ARP_OUT = 1;
export const NF_ARP_FORWARD = 2;

// enum NFPROTO_*
export const NFPROTO_UNSPEC = 0;
export const NFPROTO_INET = 1;
export const NFPROTO_IPV4 = 2;
export const NFPROTO_ARP = 3;
export const NFPROTO_NETDEV = 5;
export const NFPROTO_BRIDGE = 7;
export const NFPROTO_IPV6 = 10;

// linux/netfilter_ipv4.h
export const NF_IP_PRI_RAW = -300;
export const NF_IP_PRI_MANGLE = -150;
export const NF_IP_PRI_NAT_DST = -100;
export const NF_IP_PRI_FILTER = 0;
export const NF_IP_PRI_SECURITY = 50;
export const NF_IP_PRI_NAT_SRC = 100;

// linux/netfilter_bridge.h
export const NF_BR_PRI_NAT_DST_BRIDGED = -300;
export const NF_BR_PRI_FILTER_BRIDGED = -200;
export const NF_BR_PRI_NAT_DST_OTHER = 100;
export const NF_BR_PRI_NAT_SRC = 300;

// linux/netfilter/nf_nat.h
export const NF_NAT_RANGE_MAP_IPS = 0x1;
export const NF_NAT_RANGE_PROTO_SPECIFIED = 0x2;
export const NF_NAT_RANGE_PROTO_RANDOM = 0x4;
export const NF_NAT_RANGE_PERSISTENT = 0x8;
export const NF_NAT_RANGE_PROTO_RANDOM_FULLY = 0x10;
export const NF_NAT_RANGE_PROTO_OFFSET = 0x20;
export const NF_NAT_RANGE_NETMAP = 0x40;

// linux/netfilter/nf_log.h
export const NF_LOG_TCPSEQ = 0x01;
export const NF_LOG_TCPOPT = 0x02;
export const NF_LOG_IPOPT = 0x04;
export const NF_LOG_UID = 0x08;
export const NF_LOG_NFLOG = 0x10;
export const NF_LOG_MACDECODE = 0x20;
export const NF_LOG_MASK = 0x2f;
export const NF_LOG_PREFIXLEN = 128;

// linux/netfilter/nfnetlink_osf.h
export const NF_OSF_TTL_TRUE = 0;
export const NF_OSF_TTL_LESS = 1;
export const NF_OSF_TTL_NOCHECK = 2;

// linux/netfilter/nf_synproxy.h
export const NF_SYNPROXY_OPT_MSS = 0x01;
export const NF_SYNPROXY_OPT_WSCALE = 0x02;
export const NF_SYNPROXY_OPT_SACK_PERM = 0x04;
export const NF_SYNPROXY_OPT_TIMESTAMP = 0x08;
