/** linux/netfilter/nf_tables.h and nfnetlink_cttimeout.h: the named, stateful objects of a table. */

import { attrs, be16, be32, be64, binary, nulString, select, u8, u32 } from "../netlink/schema.js";
import { name } from "./nf_tables_data.js";
import {
	connlimitAttrs,
	counterAttrs,
	limitAttrs,
	quotaAttrs,
	secmarkAttrs,
	synproxyAttrs,
} from "./nf_tables_expr.js";

export const NFT_OBJECT_UNSPEC = 0;
export const NFT_OBJECT_COUNTER = 1;
export const NFT_OBJECT_QUOTA = 2;
export const NFT_OBJECT_CT_HELPER = 3;
export const NFT_OBJECT_LIMIT = 4;
export const NFT_OBJECT_CONNLIMIT = 5;
export const NFT_OBJECT_TUNNEL = 6;
export const NFT_OBJECT_CT_TIMEOUT = 7;
export const NFT_OBJECT_SECMARK = 8;
export const NFT_OBJECT_CT_EXPECT = 9;
export const NFT_OBJECT_SYNPROXY = 10;

export const ctHelperAttrs = attrs(() => ({
	NFTA_CT_HELPER_NAME: [1, nulString(15)], // NF_CT_HELPER_NAME_LEN - 1
	NFTA_CT_HELPER_L3PROTO: [2, be16],
	NFTA_CT_HELPER_L4PROTO: [3, u8],
}));
export const ctTimeoutTcpAttrs = attrs(() => ({
	CTA_TIMEOUT_TCP_SYN_SENT: [1, be32],
	CTA_TIMEOUT_TCP_SYN_RECV: [2, be32],
	CTA_TIMEOUT_TCP_ESTABLISHED: [3, be32],
	CTA_TIMEOUT_TCP_FIN_WAIT: [4, be32],
	CTA_TIMEOUT_TCP_CLOSE_WAIT: [5, be32],
	CTA_TIMEOUT_TCP_LAST_ACK: [6, be32],
	CTA_TIMEOUT_TCP_TIME_WAIT: [7, be32],
	CTA_TIMEOUT_TCP_CLOSE: [8, be32],
	CTA_TIMEOUT_TCP_SYN_SENT2: [9, be32],
	CTA_TIMEOUT_TCP_RETRANS: [10, be32],
	CTA_TIMEOUT_TCP_UNACK: [11, be32],
}));
export const ctTimeoutUdpAttrs = attrs(() => ({
	CTA_TIMEOUT_UDP_UNREPLIED: [1, be32],
	CTA_TIMEOUT_UDP_REPLIED: [2, be32],
}));
export const ctTimeoutAttrs = attrs(
	() => ({ NFTA_CT_TIMEOUT_L3PROTO: [1, be16] }),
	select(
		["NFTA_CT_TIMEOUT_L4PROTO", 2],
		["NFTA_CT_TIMEOUT_DATA", 3],
		{ 6: ctTimeoutTcpAttrs, 17: ctTimeoutUdpAttrs },
		u8,
	),
);
export const ctExpectAttrs = attrs(() => ({
	NFTA_CT_EXPECT_L3PROTO: [1, be16],
	NFTA_CT_EXPECT_L4PROTO: [2, u8],
	NFTA_CT_EXPECT_DPORT: [3, be16],
	NFTA_CT_EXPECT_TIMEOUT: [4, u32], // In host order: nft_ct_expect_obj_init() reads it with nla_get_u32().
	NFTA_CT_EXPECT_SIZE: [5, u8],
}));

export const tunnelVxlanAttrs = attrs(() => ({ NFTA_TUNNEL_KEY_VXLAN_GBP: [1, be32] }));
export const tunnelErspanAttrs = attrs(() => ({
	NFTA_TUNNEL_KEY_ERSPAN_VERSION: [1, be32],
	NFTA_TUNNEL_KEY_ERSPAN_V1_INDEX: [2, be32],
	NFTA_TUNNEL_KEY_ERSPAN_V2_HWID: [3, u8],
	NFTA_TUNNEL_KEY_ERSPAN_V2_DIR: [4, u8],
}));
export const tunnelGeneveAttrs = attrs(() => ({
	NFTA_TUNNEL_KEY_GENEVE_CLASS: [1, be16],
	NFTA_TUNNEL_KEY_GENEVE_TYPE: [2, u8],
	NFTA_TUNNEL_KEY_GENEVE_DATA: [3, binary()],
}));
export const tunnelKeyAttrs = attrs(() => ({
	NFTA_TUNNEL_KEY_ID: [1, be32],
	NFTA_TUNNEL_KEY_IP: [
		2,
		attrs(() => ({
			NFTA_TUNNEL_KEY_IP_SRC: [1, binary(4)],
			NFTA_TUNNEL_KEY_IP_DST: [2, binary(4)],
		})),
	],
	NFTA_TUNNEL_KEY_IP6: [
		3,
		attrs(() => ({
			NFTA_TUNNEL_KEY_IP6_SRC: [1, binary(16)],
			NFTA_TUNNEL_KEY_IP6_DST: [2, binary(16)],
			NFTA_TUNNEL_KEY_IP6_FLOWLABEL: [3, be32],
		})),
	],
	NFTA_TUNNEL_KEY_FLAGS: [4, be32],
	NFTA_TUNNEL_KEY_TOS: [5, u8],
	NFTA_TUNNEL_KEY_TTL: [6, u8],
	NFTA_TUNNEL_KEY_SPORT: [7, be16],
	NFTA_TUNNEL_KEY_DPORT: [8, be16],
	NFTA_TUNNEL_KEY_OPTS: [
		9,
		attrs(() => ({
			NFTA_TUNNEL_KEY_OPTS_VXLAN: [1, tunnelVxlanAttrs],
			NFTA_TUNNEL_KEY_OPTS_ERSPAN: [2, tunnelErspanAttrs],
			NFTA_TUNNEL_KEY_OPTS_GENEVE: [3, tunnelGeneveAttrs],
		})),
	],
}));

/** An object. Its type selects the attributes of its data. */
export const objAttrs = attrs(
	() => ({
		NFTA_OBJ_TABLE: [1, name],
		NFTA_OBJ_NAME: [2, name],
		NFTA_OBJ_USE: [5, be32],
		NFTA_OBJ_HANDLE: [6, be64],
		NFTA_OBJ_USERDATA: [8, binary()],
	}),
	select(
		["NFTA_OBJ_TYPE", 3],
		["NFTA_OBJ_DATA", 4],
		{
			[NFT_OBJECT_COUNTER]: counterAttrs,
			[NFT_OBJECT_QUOTA]: quotaAttrs,
			[NFT_OBJECT_CT_HELPER]: ctHelperAttrs,
			[NFT_OBJECT_LIMIT]: limitAttrs,
			[NFT_OBJECT_CONNLIMIT]: connlimitAttrs,
			[NFT_OBJECT_TUNNEL]: tunnelKeyAttrs,
			[NFT_OBJECT_CT_TIMEOUT]: ctTimeoutAttrs,
			[NFT_OBJECT_SECMARK]: secmarkAttrs,
			[NFT_OBJECT_CT_EXPECT]: ctExpectAttrs,
			[NFT_OBJECT_SYNPROXY]: synproxyAttrs,
		},
		be32,
	),
);
