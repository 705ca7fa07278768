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
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "publish4",
				NFTA_SET_FLAGS: 8,
				NFTA_SET_KEY_TYPE: 49613,
				NFTA_SET_KEY_LEN: 12,
				NFTA_SET_DATA_TYPE: 461,
				NFTA_SET_DATA_LEN: 8,
				NFTA_SET_ID: 5,
				NFTA_SET_USERDATA: bytes(
					"000400000000010400000000060400000000073670726f746f636f6c202e20686f73742061646472657373202e20706f7274203a2067756573742061646472657373202e20706f727400",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "publish6",
				NFTA_SET_FLAGS: 8,
				NFTA_SET_KEY_TYPE: 49677,
				NFTA_SET_KEY_LEN: 24,
				NFTA_SET_DATA_TYPE: 525,
				NFTA_SET_DATA_LEN: 20,
				NFTA_SET_ID: 6,
				NFTA_SET_USERDATA: bytes(
					"000400000000010400000000060400000000073670726f746f636f6c202e20686f73742061646472657373202e20706f7274203a2067756573742061646472657373202e20706f727400",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "publish_any4",
				NFTA_SET_FLAGS: 8,
				NFTA_SET_KEY_TYPE: 781,
				NFTA_SET_KEY_LEN: 8,
				NFTA_SET_DATA_TYPE: 461,
				NFTA_SET_DATA_LEN: 8,
				NFTA_SET_ID: 7,
				NFTA_SET_USERDATA: bytes(
					"000400000000010400000000060400000000072770726f746f636f6c202e20706f7274203a2067756573742061646472657373202e20706f727400",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "publish_any6",
				NFTA_SET_FLAGS: 8,
				NFTA_SET_KEY_TYPE: 781,
				NFTA_SET_KEY_LEN: 8,
				NFTA_SET_DATA_TYPE: 525,
				NFTA_SET_DATA_LEN: 20,
				NFTA_SET_ID: 8,
				NFTA_SET_USERDATA: bytes(
					"000400000000010400000000060400000000072770726f746f636f6c202e20706f7274203a2067756573742061646472657373202e20706f727400",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "publishing",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 2665,
				NFTA_SET_KEY_LEN: 32,
				NFTA_SET_ID: 9,
				NFTA_SET_USERDATA: bytes(
					"00040000000007216775657374207365676d656e74202e207468652073616d65207365676d656e7400",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "segments",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 41,
				NFTA_SET_KEY_LEN: 16,
				NFTA_SET_ID: 10,
				NFTA_SET_USERDATA: bytes(
					"000401000000071b7461707320616e642062726964676573206f662067756573747300",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "bridged",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 2665,
				NFTA_SET_KEY_LEN: 32,
				NFTA_SET_ID: 11,
				NFTA_SET_USERDATA: bytes(
					"0004000000000719627269646765202e207468652073616d652062726964676500",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "uplinks",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 41,
				NFTA_SET_KEY_LEN: 16,
				NFTA_SET_ID: 12,
				NFTA_SET_USERDATA: bytes(
					"000401000000071d6c696e6b732074686174206c65616420746f2074686520776f726c6400",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "guests4",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 2631,
				NFTA_SET_KEY_LEN: 20,
				NFTA_SET_ID: 13,
				NFTA_SET_USERDATA: bytes(
					"000400000000071c627269646765202e2061646472657373206f66206120677565737400",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "guests6",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 2632,
				NFTA_SET_KEY_LEN: 32,
				NFTA_SET_ID: 14,
				NFTA_SET_USERDATA: bytes(
					"000400000000071c627269646765202e2061646472657373206f66206120677565737400",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "siblings",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 2275,
				NFTA_SET_KEY_LEN: 8,
				NFTA_SET_ID: 15,
				NFTA_SET_USERDATA: bytes(
					"000400000000071b6e6574776f726b202e207468652073616d65206e6574776f726b00",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "reaches",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 2275,
				NFTA_SET_KEY_LEN: 8,
				NFTA_SET_ID: 16,
				NFTA_SET_USERDATA: bytes(
					"000400000000071d6e6574776f726b202e206e6574776f726b206974207265616368657300",
				),
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "connections",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 41,
				NFTA_SET_KEY_LEN: 16,
				NFTA_SET_ID: 17,
				NFTA_SET_USERDATA: bytes(
					"00040100000007237461702c20637420636f756e74206f766572207768617420697320616c6c6f77656400",
				),
				NFTA_SET_EXPR: {
					NFTA_EXPR_NAME: "connlimit",
					NFTA_EXPR_DATA: { NFTA_CONNLIMIT_COUNT: 0, NFTA_CONNLIMIT_FLAGS: 1 },
				},
			}),
			request(NFT_MSG_NEWSET, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_SET_TABLE: "umlnet-nl",
				NFTA_SET_NAME: "bridged_connections",
				NFTA_SET_FLAGS: 0,
				NFTA_SET_KEY_TYPE: 2633,
				NFTA_SET_KEY_LEN: 24,
				NFTA_SET_ID: 18,
				NFTA_SET_USERDATA: bytes(
					"0004000000000739627269646765202e204d4143206f66207468652067756573742c20637420636f756e74206f766572207768617420697320616c6c6f77656400",
				),
				NFTA_SET_EXPR: {
					NFTA_EXPR_NAME: "connlimit",
					NFTA_EXPR_DATA: { NFTA_CONNLIMIT_COUNT: 0, NFTA_CONNLIMIT_FLAGS: 1 },
				},
			}),
			request(NFT_MSG_NEWCHAIN, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_CHAIN_TABLE: "umlnet-nl",
				NFTA_CHAIN_NAME: "loopback",
				NFTA_CHAIN_POLICY: 1,
				NFTA_CHAIN_TYPE: "filter",
				NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 0, NFTA_HOOK_PRIORITY: -300 },
				NFTA_CHAIN_USERDATA: bytes(
					"00276e6f2067756573742072656163686573203132372e302e302e31206f662074686520686f737400",
				),
			}),
			request(NFT_MSG_NEWCHAIN, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_CHAIN_TABLE: "umlnet-nl",
				NFTA_CHAIN_NAME: "dstnat",
				NFTA_CHAIN_POLICY: 1,
				NFTA_CHAIN_TYPE: "nat",
				NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 0, NFTA_HOOK_PRIORITY: -100 },
				NFTA_CHAIN_USERDATA: bytes(
					"001d7075626c697368656420706f7274732c2066726f6d206f746865727300",
				),
			}),
			request(NFT_MSG_NEWCHAIN, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_CHAIN_TABLE: "umlnet-nl",
				NFTA_CHAIN_NAME: "dstnat_output",
				NFTA_CHAIN_POLICY: 1,
				NFTA_CHAIN_TYPE: "nat",
				NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 3, NFTA_HOOK_PRIORITY: -100 },
				NFTA_CHAIN_USERDATA: bytes(
					"00267075626c697368656420706f7274732c2066726f6d2074686520686f737420697473656c6600",
				),
			}),
			request(NFT_MSG_NEWCHAIN, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_CHAIN_TABLE: "umlnet-nl",
				NFTA_CHAIN_NAME: "limit_forward",
				NFTA_CHAIN_POLICY: 1,
				NFTA_CHAIN_TYPE: "filter",
				NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 2, NFTA_HOOK_PRIORITY: -10 },
				NFTA_CHAIN_USERDATA: bytes(
					"001e636f6e6e656374696f6e73206f6620677565737473206174206f6e636500",
				),
			}),
			request(NFT_MSG_NEWCHAIN, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_CHAIN_TABLE: "umlnet-nl",
				NFTA_CHAIN_NAME: "limit_input",
				NFTA_CHAIN_POLICY: 1,
				NFTA_CHAIN_TYPE: "filter",
				NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 1, NFTA_HOOK_PRIORITY: -10 },
				NFTA_CHAIN_USERDATA: bytes(
					"002b636f6e6e656374696f6e73206f6620677565737473206174206f6e63652c20746f2074686520686f737400",
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
			request(NFT_MSG_NEWCHAIN, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_CHAIN_TABLE: "umlnet-nl",
				NFTA_CHAIN_NAME: "forward",
				NFTA_CHAIN_POLICY: 1,
				NFTA_CHAIN_TYPE: "filter",
				NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 2, NFTA_HOOK_PRIORITY: 0 },
				NFTA_CHAIN_USERDATA: bytes(
					"002d636f6e6e656374696f6e73206265747765656e206775657374732c20616e6420746f2074686520776f726c6400",
				),
			}),
			request(NFT_MSG_NEWCHAIN, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_CHAIN_TABLE: "umlnet-nl",
				NFTA_CHAIN_NAME: "from_guest",
				NFTA_CHAIN_USERDATA: bytes("001c6120677565737420626567696e73206120636f6e6e656374696f6e00"),
			}),
			request(NFT_MSG_NEWCHAIN, 0x600, {
				nfgen_family: 1,
				version: 0,
				res_id: 0,
				NFTA_CHAIN_TABLE: "umlnet-nl",
				NFTA_CHAIN_NAME: "to_guest",
				NFTA_CHAIN_USERDATA: bytes(
					"002d6120677565737420626567696e73206120636f6e6e656374696f6e20746f20616e6f7468657220677565737400",
				),
			}),
		],
		chains: [
			{
				name: "loopback",
				isBase: true,
				rules: [
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "loopback",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 2, NFTA_META_KEY: 6 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "publishing",
									NFTA_LOOKUP_SET_ID: 9,
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 15 } },
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("02") },
								},
							},
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 1,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 16,
									NFTA_PAYLOAD_LEN: 1,
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("7f") },
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 0 } },
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "loopback",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 2, NFTA_META_KEY: 6 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "publishing",
									NFTA_LOOKUP_SET_ID: 9,
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 15 } },
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("02") },
								},
							},
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 1,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 12,
									NFTA_PAYLOAD_LEN: 1,
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("7f") },
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 0 } },
								},
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
						NFTA_RULE_CHAIN: "loopback",
					}),
				],
			},
			{
				name: "dstnat",
				isBase: true,
				rules: [
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "dstnat",
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
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 16 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 9,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 16,
									NFTA_PAYLOAD_LEN: 4,
								},
							},
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 10,
									NFTA_PAYLOAD_BASE: 2,
									NFTA_PAYLOAD_OFFSET: 2,
									NFTA_PAYLOAD_LEN: 2,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_DREG: 1,
									NFTA_LOOKUP_SET: "publish4",
									NFTA_LOOKUP_SET_ID: 5,
								},
							},
							{
								NFTA_EXPR_NAME: "nat",
								NFTA_EXPR_DATA: {
									NFTA_NAT_TYPE: 1,
									NFTA_NAT_FAMILY: 2,
									NFTA_NAT_REG_ADDR_MIN: 1,
									NFTA_NAT_REG_PROTO_MIN: 9,
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "dstnat",
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
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 16 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 9,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 24,
									NFTA_PAYLOAD_LEN: 16,
								},
							},
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 13,
									NFTA_PAYLOAD_BASE: 2,
									NFTA_PAYLOAD_OFFSET: 2,
									NFTA_PAYLOAD_LEN: 2,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_DREG: 1,
									NFTA_LOOKUP_SET: "publish6",
									NFTA_LOOKUP_SET_ID: 6,
								},
							},
							{
								NFTA_EXPR_NAME: "nat",
								NFTA_EXPR_DATA: {
									NFTA_NAT_TYPE: 1,
									NFTA_NAT_FAMILY: 10,
									NFTA_NAT_REG_ADDR_MIN: 1,
									NFTA_NAT_REG_PROTO_MIN: 2,
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "dstnat",
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
							{
								NFTA_EXPR_NAME: "fib",
								NFTA_EXPR_DATA: { NFTA_FIB_DREG: 1, NFTA_FIB_RESULT: 3, NFTA_FIB_FLAGS: 2 },
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("02000000") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 16 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 9,
									NFTA_PAYLOAD_BASE: 2,
									NFTA_PAYLOAD_OFFSET: 2,
									NFTA_PAYLOAD_LEN: 2,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_DREG: 1,
									NFTA_LOOKUP_SET: "publish_any4",
									NFTA_LOOKUP_SET_ID: 7,
								},
							},
							{
								NFTA_EXPR_NAME: "nat",
								NFTA_EXPR_DATA: {
									NFTA_NAT_TYPE: 1,
									NFTA_NAT_FAMILY: 2,
									NFTA_NAT_REG_ADDR_MIN: 1,
									NFTA_NAT_REG_PROTO_MIN: 9,
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "dstnat",
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
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 1,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 24,
									NFTA_PAYLOAD_LEN: 16,
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 1,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("00000000000000000000000000000001") },
								},
							},
							{
								NFTA_EXPR_NAME: "fib",
								NFTA_EXPR_DATA: { NFTA_FIB_DREG: 1, NFTA_FIB_RESULT: 3, NFTA_FIB_FLAGS: 2 },
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("02000000") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 16 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 9,
									NFTA_PAYLOAD_BASE: 2,
									NFTA_PAYLOAD_OFFSET: 2,
									NFTA_PAYLOAD_LEN: 2,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_DREG: 1,
									NFTA_LOOKUP_SET: "publish_any6",
									NFTA_LOOKUP_SET_ID: 8,
								},
							},
							{
								NFTA_EXPR_NAME: "nat",
								NFTA_EXPR_DATA: {
									NFTA_NAT_TYPE: 1,
									NFTA_NAT_FAMILY: 10,
									NFTA_NAT_REG_ADDR_MIN: 1,
									NFTA_NAT_REG_PROTO_MIN: 2,
								},
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
						NFTA_RULE_CHAIN: "dstnat",
					}),
				],
			},
			{
				name: "dstnat_output",
				isBase: true,
				rules: [
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "dstnat_output",
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
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 16 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 9,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 16,
									NFTA_PAYLOAD_LEN: 4,
								},
							},
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 10,
									NFTA_PAYLOAD_BASE: 2,
									NFTA_PAYLOAD_OFFSET: 2,
									NFTA_PAYLOAD_LEN: 2,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_DREG: 1,
									NFTA_LOOKUP_SET: "publish4",
									NFTA_LOOKUP_SET_ID: 5,
								},
							},
							{
								NFTA_EXPR_NAME: "nat",
								NFTA_EXPR_DATA: {
									NFTA_NAT_TYPE: 1,
									NFTA_NAT_FAMILY: 2,
									NFTA_NAT_REG_ADDR_MIN: 1,
									NFTA_NAT_REG_PROTO_MIN: 9,
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "dstnat_output",
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
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 16 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 9,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 24,
									NFTA_PAYLOAD_LEN: 16,
								},
							},
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 13,
									NFTA_PAYLOAD_BASE: 2,
									NFTA_PAYLOAD_OFFSET: 2,
									NFTA_PAYLOAD_LEN: 2,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_DREG: 1,
									NFTA_LOOKUP_SET: "publish6",
									NFTA_LOOKUP_SET_ID: 6,
								},
							},
							{
								NFTA_EXPR_NAME: "nat",
								NFTA_EXPR_DATA: {
									NFTA_NAT_TYPE: 1,
									NFTA_NAT_FAMILY: 10,
									NFTA_NAT_REG_ADDR_MIN: 1,
									NFTA_NAT_REG_PROTO_MIN: 2,
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "dstnat_output",
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
							{
								NFTA_EXPR_NAME: "fib",
								NFTA_EXPR_DATA: { NFTA_FIB_DREG: 1, NFTA_FIB_RESULT: 3, NFTA_FIB_FLAGS: 2 },
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("02000000") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 16 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 9,
									NFTA_PAYLOAD_BASE: 2,
									NFTA_PAYLOAD_OFFSET: 2,
									NFTA_PAYLOAD_LEN: 2,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_DREG: 1,
									NFTA_LOOKUP_SET: "publish_any4",
									NFTA_LOOKUP_SET_ID: 7,
								},
							},
							{
								NFTA_EXPR_NAME: "nat",
								NFTA_EXPR_DATA: {
									NFTA_NAT_TYPE: 1,
									NFTA_NAT_FAMILY: 2,
									NFTA_NAT_REG_ADDR_MIN: 1,
									NFTA_NAT_REG_PROTO_MIN: 9,
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "dstnat_output",
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
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 1,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 24,
									NFTA_PAYLOAD_LEN: 16,
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 1,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("00000000000000000000000000000001") },
								},
							},
							{
								NFTA_EXPR_NAME: "fib",
								NFTA_EXPR_DATA: { NFTA_FIB_DREG: 1, NFTA_FIB_RESULT: 3, NFTA_FIB_FLAGS: 2 },
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("02000000") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 16 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 9,
									NFTA_PAYLOAD_BASE: 2,
									NFTA_PAYLOAD_OFFSET: 2,
									NFTA_PAYLOAD_LEN: 2,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_DREG: 1,
									NFTA_LOOKUP_SET: "publish_any6",
									NFTA_LOOKUP_SET_ID: 8,
								},
							},
							{
								NFTA_EXPR_NAME: "nat",
								NFTA_EXPR_DATA: {
									NFTA_NAT_TYPE: 1,
									NFTA_NAT_FAMILY: 10,
									NFTA_NAT_REG_ADDR_MIN: 1,
									NFTA_NAT_REG_PROTO_MIN: 2,
								},
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
						NFTA_RULE_CHAIN: "dstnat_output",
					}),
				],
			},
			{
				name: "limit_forward",
				isBase: true,
				rules: [
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "limit_forward",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "ct", NFTA_EXPR_DATA: { NFTA_CT_DREG: 1, NFTA_CT_KEY: 0 } },
							{
								NFTA_EXPR_NAME: "bitwise",
								NFTA_EXPR_DATA: {
									NFTA_BITWISE_SREG: 1,
									NFTA_BITWISE_DREG: 1,
									NFTA_BITWISE_LEN: 4,
									NFTA_BITWISE_MASK: { NFTA_DATA_VALUE: bytes("08000000") },
									NFTA_BITWISE_XOR: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 1,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "connections",
									NFTA_LOOKUP_SET_ID: 17,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 0 } },
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "limit_forward",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "ct", NFTA_EXPR_DATA: { NFTA_CT_DREG: 1, NFTA_CT_KEY: 0 } },
							{
								NFTA_EXPR_NAME: "bitwise",
								NFTA_EXPR_DATA: {
									NFTA_BITWISE_SREG: 1,
									NFTA_BITWISE_DREG: 1,
									NFTA_BITWISE_LEN: 4,
									NFTA_BITWISE_MASK: { NFTA_DATA_VALUE: bytes("08000000") },
									NFTA_BITWISE_XOR: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 1,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "connections",
									NFTA_LOOKUP_SET_ID: 17,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 0 } },
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "limit_forward",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "ct", NFTA_EXPR_DATA: { NFTA_CT_DREG: 1, NFTA_CT_KEY: 0 } },
							{
								NFTA_EXPR_NAME: "bitwise",
								NFTA_EXPR_DATA: {
									NFTA_BITWISE_SREG: 1,
									NFTA_BITWISE_DREG: 1,
									NFTA_BITWISE_LEN: 4,
									NFTA_BITWISE_MASK: { NFTA_DATA_VALUE: bytes("08000000") },
									NFTA_BITWISE_XOR: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 1,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 8 } },
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("0100") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 2,
									NFTA_PAYLOAD_BASE: 0,
									NFTA_PAYLOAD_OFFSET: 6,
									NFTA_PAYLOAD_LEN: 6,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "bridged_connections",
									NFTA_LOOKUP_SET_ID: 18,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 0 } },
								},
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
						NFTA_RULE_CHAIN: "limit_forward",
					}),
				],
			},
			{
				name: "limit_input",
				isBase: true,
				rules: [
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "limit_input",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "ct", NFTA_EXPR_DATA: { NFTA_CT_DREG: 1, NFTA_CT_KEY: 0 } },
							{
								NFTA_EXPR_NAME: "bitwise",
								NFTA_EXPR_DATA: {
									NFTA_BITWISE_SREG: 1,
									NFTA_BITWISE_DREG: 1,
									NFTA_BITWISE_LEN: 4,
									NFTA_BITWISE_MASK: { NFTA_DATA_VALUE: bytes("08000000") },
									NFTA_BITWISE_XOR: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 1,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "connections",
									NFTA_LOOKUP_SET_ID: 17,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 0 } },
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "limit_input",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "ct", NFTA_EXPR_DATA: { NFTA_CT_DREG: 1, NFTA_CT_KEY: 0 } },
							{
								NFTA_EXPR_NAME: "bitwise",
								NFTA_EXPR_DATA: {
									NFTA_BITWISE_SREG: 1,
									NFTA_BITWISE_DREG: 1,
									NFTA_BITWISE_LEN: 4,
									NFTA_BITWISE_MASK: { NFTA_DATA_VALUE: bytes("08000000") },
									NFTA_BITWISE_XOR: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 1,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 8 } },
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("0100") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 2,
									NFTA_PAYLOAD_BASE: 0,
									NFTA_PAYLOAD_OFFSET: 6,
									NFTA_PAYLOAD_LEN: 6,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "bridged_connections",
									NFTA_LOOKUP_SET_ID: 18,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 0 } },
								},
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
						NFTA_RULE_CHAIN: "limit_input",
					}),
				],
			},
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
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 1,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 12,
									NFTA_PAYLOAD_LEN: 1,
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 0,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("7f") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 7 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 2, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "publishing",
									NFTA_LOOKUP_SET_ID: 9,
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
							{ NFTA_EXPR_NAME: "ct", NFTA_EXPR_DATA: { NFTA_CT_DREG: 1, NFTA_CT_KEY: 2 } },
							{
								NFTA_EXPR_NAME: "bitwise",
								NFTA_EXPR_DATA: {
									NFTA_BITWISE_SREG: 1,
									NFTA_BITWISE_DREG: 1,
									NFTA_BITWISE_LEN: 4,
									NFTA_BITWISE_MASK: { NFTA_DATA_VALUE: bytes("20000000") },
									NFTA_BITWISE_XOR: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 1,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 2, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "publishing",
									NFTA_LOOKUP_SET_ID: 9,
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
			{
				name: "forward",
				isBase: true,
				rules: [
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "forward",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "ct", NFTA_EXPR_DATA: { NFTA_CT_DREG: 1, NFTA_CT_KEY: 0 } },
							{
								NFTA_EXPR_NAME: "bitwise",
								NFTA_EXPR_DATA: {
									NFTA_BITWISE_SREG: 1,
									NFTA_BITWISE_DREG: 1,
									NFTA_BITWISE_LEN: 4,
									NFTA_BITWISE_MASK: { NFTA_DATA_VALUE: bytes("06000000") },
									NFTA_BITWISE_XOR: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 1,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 1 } },
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "forward",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 2, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "bridged",
									NFTA_LOOKUP_SET_ID: 11,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 1 } },
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "forward",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 6 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "segments",
									NFTA_LOOKUP_SET_ID: 10,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: {
										NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: -4, NFTA_VERDICT_CHAIN: "from_guest" },
									},
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "forward",
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
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 2,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 12,
									NFTA_PAYLOAD_LEN: 4,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "guests4",
									NFTA_LOOKUP_SET_ID: 13,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: {
										NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: -4, NFTA_VERDICT_CHAIN: "from_guest" },
									},
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "forward",
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
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 2,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 8,
									NFTA_PAYLOAD_LEN: 16,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "guests6",
									NFTA_LOOKUP_SET_ID: 14,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: {
										NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: -4, NFTA_VERDICT_CHAIN: "from_guest" },
									},
								},
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
						NFTA_RULE_CHAIN: "forward",
					}),
				],
			},
			{
				name: "from_guest",
				isBase: false,
				rules: [
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "from_guest",
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
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 2,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 16,
									NFTA_PAYLOAD_LEN: 4,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "guests4",
									NFTA_LOOKUP_SET_ID: 13,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: {
										NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: -4, NFTA_VERDICT_CHAIN: "to_guest" },
									},
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "from_guest",
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
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "payload",
								NFTA_EXPR_DATA: {
									NFTA_PAYLOAD_DREG: 2,
									NFTA_PAYLOAD_BASE: 1,
									NFTA_PAYLOAD_OFFSET: 24,
									NFTA_PAYLOAD_LEN: 16,
								},
							},
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "guests6",
									NFTA_LOOKUP_SET_ID: 14,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: {
										NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: -4, NFTA_VERDICT_CHAIN: "to_guest" },
									},
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "from_guest",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "uplinks",
									NFTA_LOOKUP_SET_ID: 12,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 1 } },
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "from_guest",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 7 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "segments",
									NFTA_LOOKUP_SET_ID: 10,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: {
										NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: -4, NFTA_VERDICT_CHAIN: "to_guest" },
									},
								},
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
						NFTA_RULE_CHAIN: "from_guest",
					}),
				],
			},
			{
				name: "to_guest",
				isBase: false,
				rules: [
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "to_guest",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "ct", NFTA_EXPR_DATA: { NFTA_CT_DREG: 1, NFTA_CT_KEY: 2 } },
							{
								NFTA_EXPR_NAME: "bitwise",
								NFTA_EXPR_DATA: {
									NFTA_BITWISE_SREG: 1,
									NFTA_BITWISE_DREG: 1,
									NFTA_BITWISE_LEN: 4,
									NFTA_BITWISE_MASK: { NFTA_DATA_VALUE: bytes("20000000") },
									NFTA_BITWISE_XOR: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{
								NFTA_EXPR_NAME: "cmp",
								NFTA_EXPR_DATA: {
									NFTA_CMP_SREG: 1,
									NFTA_CMP_OP: 1,
									NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes("00000000") },
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 1 } },
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "to_guest",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 21 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 9, NFTA_META_KEY: 22 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "reaches",
									NFTA_LOOKUP_SET_ID: 16,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 1 } },
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "to_guest",
						NFTA_RULE_EXPRESSIONS: [
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 1, NFTA_META_KEY: 21 } },
							{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_DREG: 9, NFTA_META_KEY: 22 } },
							{
								NFTA_EXPR_NAME: "lookup",
								NFTA_EXPR_DATA: {
									NFTA_LOOKUP_SREG: 1,
									NFTA_LOOKUP_SET: "siblings",
									NFTA_LOOKUP_SET_ID: 15,
								},
							},
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 1 } },
								},
							},
						],
					}),
					request(NFT_MSG_NEWRULE, 0xc00, {
						nfgen_family: 1,
						version: 0,
						res_id: 0,
						NFTA_RULE_TABLE: "umlnet-nl",
						NFTA_RULE_CHAIN: "to_guest",
						NFTA_RULE_EXPRESSIONS: [
							{
								NFTA_EXPR_NAME: "immediate",
								NFTA_EXPR_DATA: {
									NFTA_IMMEDIATE_DREG: 0,
									NFTA_IMMEDIATE_DATA: { NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: 0 } },
								},
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
						NFTA_RULE_CHAIN: "to_guest",
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
