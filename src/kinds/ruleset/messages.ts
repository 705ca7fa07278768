// Made of the tables beside it by `npm run build`; a test compares them.
import { request } from "../../netlink/request.js";
import {
	NFT_MSG_DELRULE,
	NFT_MSG_DELTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWTABLE,
} from "../../uapi/nf_tables.js";
import type { CompiledTable } from "./table.js";

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

export const tables: readonly CompiledTable[] = [
	{
		family: "inet",
		name: "umlnet-nl",
		create: [
			request(NFT_MSG_NEWTABLE, 0x200, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_TABLE_NAME: "umlnet-nl",
				NFTA_TABLE_FLAGS: 0,
				NFTA_TABLE_USERDATA: bytes(
					"002b6e6574776f726b73206f66207669727475616c206d616368696e65732c20627920756d6c6e65742d6e6c00",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "masqueraded",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 2665,
				NFTA_SET_KEY_LEN: 32,
				NFTA_SET_ID: 1,
				NFTA_SET_USERDATA: bytes("00040000000007176775657374207365676d656e74202e2075706c696e6b00"),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "snat_to",
				NFTA_SET_FLAGS: 8,
				NFTA_SET_KEY_TYPE: 2665,
				NFTA_SET_KEY_LEN: 32,
				NFTA_SET_DATA_TYPE: 7,
				NFTA_SET_DATA_LEN: 4,
				NFTA_SET_ID: 2,
				NFTA_SET_USERDATA: bytes(
					"00040000000001040200000006040000000007306775657374207365676d656e74202e2075706c696e6b203a20736f757263652061646472657373206f75747369646500",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "ipv6_masqueraded",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 2665,
				NFTA_SET_KEY_LEN: 32,
				NFTA_SET_ID: 3,
				NFTA_SET_USERDATA: bytes("00040000000007176775657374207365676d656e74202e2075706c696e6b00"),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "ipv6_snat_to",
				NFTA_SET_FLAGS: 8,
				NFTA_SET_KEY_TYPE: 2665,
				NFTA_SET_KEY_LEN: 32,
				NFTA_SET_DATA_TYPE: 8,
				NFTA_SET_DATA_LEN: 16,
				NFTA_SET_ID: 4,
				NFTA_SET_USERDATA: bytes(
					"00040000000001040200000006040000000007306775657374207365676d656e74202e2075706c696e6b203a20736f757263652061646472657373206f75747369646500",
				),
			}),
			request(NFT_MSG_NEWCHAIN, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_CHAIN_TABLE: "umlnet-nl",
				NFTA_CHAIN_NAME: "postrouting",
				NFTA_CHAIN_POLICY: 1,
				NFTA_CHAIN_TYPE: "nat",
				NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 4, NFTA_HOOK_PRIORITY: 100 },
				NFTA_CHAIN_USERDATA: bytes("0015736f75726365204e4154206f662067756573747300"),
			}),
		],
		chains: [
			{
				name: "postrouting",
				isBase: true,
				rules: [
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "postrouting",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 15 } },
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("02") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 2, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "masqueraded",
									NFTA_LOOKUP_SET_ID: 1,
								},
							},
							{ NFTA_EXPR_NAME: "masq", NFTA_EXPR_DATA: {} },
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "postrouting",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 15 } },
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("02") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 2, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_DREG: 1,
									NFTA_LOOKUP_SET: "snat_to",
									NFTA_LOOKUP_SET_ID: 2,
								},
							},
							{
								NFTA_EXPR_NAME: "nat",
								NFTA_EXPR_DATA: { NFTA_NAT_TYPE: 0, NFTA_NAT_FAMILY: 2, NFTA_NAT_REG_ADDR_MIN: 1 },
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "postrouting",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 15 } },
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("0a") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 2, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "ipv6_masqueraded",
									NFTA_LOOKUP_SET_ID: 3,
								},
							},
							{ NFTA_EXPR_NAME: "masq", NFTA_EXPR_DATA: {} },
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "postrouting",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 15 } },
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("0a") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 2, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_DREG: 1,
									NFTA_LOOKUP_SET: "ipv6_snat_to",
									NFTA_LOOKUP_SET_ID: 4,
								},
							},
							{
								NFTA_EXPR_NAME: "nat",
								NFTA_EXPR_DATA: { NFTA_NAT_TYPE: 0, NFTA_NAT_FAMILY: 10, NFTA_NAT_REG_ADDR_MIN: 1 },
							},
						],
					}),
				],
				flush: [
					request(NFT_MSG_DELRULE, 0x0, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "postrouting",
					}),
				],
			},
		],
		drop: [
			request(NFT_MSG_DELTABLE, 0x0, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_TABLE_NAME: "umlnet-nl",
			}),
		],
	},
];
