/** linux/netfilter/nf_tables.h: the values of attributes. */

// enum nft_registers
export const NFT_REG_VERDICT = 0;
export const NFT_REG_1 = 1;
export const NFT_REG_2 = 2;
export const NFT_REG_3 = 3;
export const NFT_REG_4 = 4;
export const NFT_REG32_00 = 8;
export const NFT_REG32_01 = 9;
export const NFT_REG32_02 = 10;
export const NFT_REG32_03 = 11;
export const NFT_REG32_04 = 12;
export const NFT_REG32_05 = 13;
export const NFT_REG32_06 = 14;
export const NFT_REG32_07 = 15;
export const NFT_REG32_08 = 16;
export const NFT_REG32_09 = 17;
export const NFT_REG32_10 = 18;
export const NFT_REG32_11 = 19;
export const NFT_REG32_12 = 20;
export const NFT_REG32_13 = 21;
export const NFT_REG32_14 = 22;
export const NFT_REG32_15 = 23;

// enum nft_verdicts
export const NFT_CONTINUE = -1;
export const NFT_BREAK = -2;
export const NFT_JUMP = -3;
export const NFT_GOTO = -4;
export const NFT_RETURN = -5;

// enum nft_table_flags
export const NFT_TABLE_F_DORMANT = 0x1;
export const NFT_TABLE_F_OWNER = 0x2;
export const NFT_TABLE_F_PERSIST = 0x4; // newer than Linux 6.1

// enum nft_chain_flags
export const NFT_CHAIN_BASE = 0x1;
export const NFT_CHAIN_HW_OFFLOAD = 0x2;
export const NFT_CHAIN_BINDING = 0x4;

// enum nft_rule_compat_flags
export const NFT_RULE_COMPAT_F_INV = 0x2;

// enum nft_set_flags
export const NFT_SET_ANONYMOUS = 0x1;
export const NFT_SET_CONSTANT = 0x2;
export const NFT_SET_INTERVAL = 0x4;
export const NFT_SET_MAP = 0x8;
export const NFT_SET_TIMEOUT = 0x10;
export const NFT_SET_EVAL = 0x20;
export const NFT_SET_OBJECT = 0x40;
export const NFT_SET_CONCAT = 0x80;
export const NFT_SET_EXPR = 0x100;

// enum nft_set_policies
export const NFT_SET_POL_PERFORMANCE = 0;
export const NFT_SET_POL_MEMORY = 1;

// enum nft_set_elem_flags
export const NFT_SET_ELEM_INTERVAL_END = 0x1;
export const NFT_SET_ELEM_CATCHALL = 0x2;

// enum nft_data_types
export const NFT_DATA_VALUE = 0;
export const NFT_DATA_VERDICT = 0xffffff00;

// enum nft_bitwise_ops
export const NFT_BITWISE_MASK_XOR = 0;
export const NFT_BITWISE_LSHIFT = 1;
export const NFT_BITWISE_RSHIFT = 2;
export const NFT_BITWISE_AND = 3; // newer than Linux 6.1
export const NFT_BITWISE_OR = 4; // newer than Linux 6.1
export const NFT_BITWISE_XOR = 5; // newer than Linux 6.1

// enum nft_byteorder_ops
export const NFT_BYTEORDER_NTOH = 0;
export const NFT_BYTEORDER_HTON = 1;

// enum nft_cmp_ops
export const NFT_CMP_EQ = 0;
export const NFT_CMP_NEQ = 1;
export const NFT_CMP_LT = 2;
export const NFT_CMP_LTE = 3;
export const NFT_CMP_GT = 4;
export const NFT_CMP_GTE = 5;

// enum nft_range_ops
export const NFT_RANGE_EQ = 0;
export const NFT_RANGE_NEQ = 1;

// enum nft_lookup_flags
export const NFT_LOOKUP_F_INV = 0x1;

// enum nft_dynset_ops
export const NFT_DYNSET_OP_ADD = 0;
export const NFT_DYNSET_OP_UPDATE = 1;
export const NFT_DYNSET_OP_DELETE = 2;

// enum nft_dynset_flags
export const NFT_DYNSET_F_INV = 0x1;
export const NFT_DYNSET_F_EXPR = 0x2;

// enum nft_payload_bases
export const NFT_PAYLOAD_LL_HEADER = 0;
export const NFT_PAYLOAD_NETWORK_HEADER = 1;
export const NFT_PAYLOAD_TRANSPORT_HEADER = 2;
export const NFT_PAYLOAD_INNER_HEADER = 3;
export const NFT_PAYLOAD_TUN_HEADER = 4; // newer than Linux 6.1

// enum nft_payload_csum_types
export const NFT_PAYLOAD_CSUM_NONE = 0;
export const NFT_PAYLOAD_CSUM_INET = 1;
export const NFT_PAYLOAD_CSUM_SCTP = 2;

// enum nft_payload_csum_flags
export const NFT_PAYLOAD_L4CSUM_PSEUDOHDR = 0x1;

// enum nft_inner_type, Linux 6.2
export const NFT_INNER_UNSPEC = 0;
export const NFT_INNER_VXLAN = 1;
export const NFT_INNER_GENEVE = 2;

// enum nft_inner_flags, Linux 6.2
export const NFT_INNER_HDRSIZE = 0x1;
export const NFT_INNER_LL = 0x2;
export const NFT_INNER_NH = 0x4;
export const NFT_INNER_TH = 0x8;

// enum nft_exthdr_flags
export const NFT_EXTHDR_F_PRESENT = 0x1;

// enum nft_exthdr_op
export const NFT_EXTHDR_OP_IPV6 = 0;
export const NFT_EXTHDR_OP_TCPOPT = 1;
export const NFT_EXTHDR_OP_IPV4 = 2;
export const NFT_EXTHDR_OP_SCTP = 3;
export const NFT_EXTHDR_OP_DCCP = 4;

// enum nft_meta_keys
export const NFT_META_LEN = 0;
export const NFT_META_PROTOCOL = 1;
export const NFT_META_PRIORITY = 2;
export const NFT_META_MARK = 3;
export const NFT_META_IIF = 4;
export const NFT_META_OIF = 5;
export const NFT_META_IIFNAME = 6;
export const NFT_META_OIFNAME = 7;
export const NFT_META_IFTYPE = 8;
export const NFT_META_OIFTYPE = 9;
export const NFT_META_SKUID = 10;
export const NFT_META_SKGID = 11;
export const NFT_META_NFTRACE = 12;
export const NFT_META_RTCLASSID = 13;
export const NFT_META_SECMARK = 14;
export const NFT_META_NFPROTO = 15;
export const NFT_META_L4PROTO = 16;
export const NFT_META_BRI_IIFNAME = 17;
export const NFT_META_BRI_OIFNAME = 18;
export const NFT_META_PKTTYPE = 19;
export const NFT_META_CPU = 20;
export const NFT_META_IIFGROUP = 21;
export const NFT_META_OIFGROUP = 22;
export const NFT_META_CGROUP = 23;
export const NFT_META_PRANDOM = 24;
export const NFT_META_SECPATH = 25;
export const NFT_META_IIFKIND = 26;
export const NFT_META_OIFKIND = 27;
export const NFT_META_BRI_IIFPVID = 28;
export const NFT_META_BRI_IIFVPROTO = 29;
export const NFT_META_TIME_NS = 30;
export const NFT_META_TIME_DAY = 31;
export const NFT_META_TIME_HOUR = 32;
export const NFT_META_SDIF = 33;
export const NFT_META_SDIFNAME = 34;
export const NFT_META_BRI_BROUTE = 35; // newer than Linux 6.1

// enum nft_rt_keys
export const NFT_RT_CLASSID = 0;
export const NFT_RT_NEXTHOP4 = 1;
export const NFT_RT_NEXTHOP6 = 2;
export const NFT_RT_TCPMSS = 3;
export const NFT_RT_XFRM = 4;

// enum nft_hash_types
export const NFT_HASH_JENKINS = 0;
export const NFT_HASH_SYM = 1;

// enum nft_socket_keys
export const NFT_SOCKET_TRANSPARENT = 0;
export const NFT_SOCKET_MARK = 1;
export const NFT_SOCKET_WILDCARD = 2;
export const NFT_SOCKET_CGROUPV2 = 3;

// enum nft_ct_keys
export const NFT_CT_STATE = 0;
export const NFT_CT_DIRECTION = 1;
export const NFT_CT_STATUS = 2;
export const NFT_CT_MARK = 3;
export const NFT_CT_SECMARK = 4;
export const NFT_CT_EXPIRATION = 5;
export const NFT_CT_HELPER = 6;
export const NFT_CT_L3PROTOCOL = 7;
export const NFT_CT_SRC = 8;
export const NFT_CT_DST = 9;
export const NFT_CT_PROTOCOL = 10;
export const NFT_CT_PROTO_SRC = 11;
export const NFT_CT_PROTO_DST = 12;
export const NFT_CT_LABELS = 13;
export const NFT_CT_PKTS = 14;
export const NFT_CT_BYTES = 15;
export const NFT_CT_AVGPKT = 16;
export const NFT_CT_ZONE = 17;
export const NFT_CT_EVENTMASK = 18;
export const NFT_CT_SRC_IP = 19;
export const NFT_CT_DST_IP = 20;
export const NFT_CT_SRC_IP6 = 21;
export const NFT_CT_DST_IP6 = 22;
export const NFT_CT_ID = 23;

// enum nft_limit_type
export const NFT_LIMIT_PKTS = 0;
export const NFT_LIMIT_PKT_BYTES = 1;

// enum nft_limit_flags
export const NFT_LIMIT_F_INV = 0x1;

// enum nft_connlimit_flags
export const NFT_CONNLIMIT_F_INV = 0x1;

// enum nft_log_level
export const NFT_LOGLEVEL_EMERG = 0;
export const NFT_LOGLEVEL_ALERT = 1;
export const NFT_LOGLEVEL_CRIT = 2;
export const NFT_LOGLEVEL_ERR = 3;
export const NFT_LOGLEVEL_WARNING = 4;
export const NFT_LOGLEVEL_NOTICE = 5;
export const NFT_LOGLEVEL_INFO = 6;
export const NFT_LOGLEVEL_DEBUG = 7;
export const NFT_LOGLEVEL_AUDIT = 8;

// enum nft_quota_flags
export const NFT_QUOTA_F_INV = 0x1;
export const NFT_QUOTA_F_DEPLETED = 0x2;

// enum nft_reject_types
export const NFT_REJECT_ICMP_UNREACH = 0;
export const NFT_REJECT_TCP_RST = 1;
export const NFT_REJECT_ICMPX_UNREACH = 2;

// enum nft_reject_inet_code
export const NFT_REJECT_ICMPX_NO_ROUTE = 0;
export const NFT_REJECT_ICMPX_PORT_UNREACH = 1;
export const NFT_REJECT_ICMPX_HOST_UNREACH = 2;
export const NFT_REJECT_ICMPX_ADMIN_PROHIBITED = 3;

// enum nft_nat_types
export const NFT_NAT_SNAT = 0;
export const NFT_NAT_DNAT = 1;

// enum nft_fib_result
export const NFT_FIB_RESULT_UNSPEC = 0;
export const NFT_FIB_RESULT_OIF = 1;
export const NFT_FIB_RESULT_OIFNAME = 2;
export const NFT_FIB_RESULT_ADDRTYPE = 3;

// enum nft_fib_flags
export const NFTA_FIB_F_SADDR = 0x1;
export const NFTA_FIB_F_DADDR = 0x2;
export const NFTA_FIB_F_MARK = 0x4;
export const NFTA_FIB_F_IIF = 0x8;
export const NFTA_FIB_F_OIF = 0x10;
export const NFTA_FIB_F_PRESENT = 0x20;

// enum nft_flowtable_flags
export const NFT_FLOWTABLE_HW_OFFLOAD = 0x1;
export const NFT_FLOWTABLE_COUNTER = 0x2;

// enum nft_osf_flags
export const NFT_OSF_F_VERSION = 0x1;

// enum nft_xfrm_keys
export const NFT_XFRM_KEY_UNSPEC = 0;
export const NFT_XFRM_KEY_DADDR_IP4 = 1;
export const NFT_XFRM_KEY_DADDR_IP6 = 2;
export const NFT_XFRM_KEY_SADDR_IP4 = 3;
export const NFT_XFRM_KEY_SADDR_IP6 = 4;
export const NFT_XFRM_KEY_REQID = 5;
export const NFT_XFRM_KEY_SPI = 6;

// enum nft_trace_types
export const NFT_TRACETYPE_UNSPEC = 0;
export const NFT_TRACETYPE_POLICY = 1;
export const NFT_TRACETYPE_RETURN = 2;
export const NFT_TRACETYPE_RULE = 3;

// enum nft_ng_types
export const NFT_NG_INCREMENTAL = 0;
export const NFT_NG_RANDOM = 1;

// enum nft_tunnel_flags
export const NFT_TUNNEL_F_ZERO_CSUM_TX = 0x1;
export const NFT_TUNNEL_F_DONT_FRAGMENT = 0x2;
export const NFT_TUNNEL_F_SEQ_NUMBER = 0x4;

// enum nft_tunnel_keys
export const NFT_TUNNEL_PATH = 0;
export const NFT_TUNNEL_ID = 1;

// enum nft_tunnel_mode
export const NFT_TUNNEL_MODE_NONE = 0;
export const NFT_TUNNEL_MODE_RX = 1;
export const NFT_TUNNEL_MODE_TX = 2;

export const NFT_NAME_MAXLEN = 256;
export const NFT_USERDATA_MAXLEN = 256;
export const NFT_OSF_MAXGENRELEN = 16;
export const NFT_REG_SIZE = 16;
export const NFT_REG32_SIZE = 4;
export const NFT_DATA_VALUE_MAXLEN = 64;
export const NFT_QUEUE_FLAG_BYPASS = 0x1;
export const NFT_QUEUE_FLAG_CPU_FANOUT = 0x2;
