/** linux/netfilter/nf_tables.h: the messages. Expressions, objects and numbers are in nf_tables_{expr,obj,const}.ts. */

import {
	attrs,
	be16,
	be32,
	be64,
	binary,
	list,
	many,
	message,
	nulString,
	sbe32,
} from "../netlink/schema.js";
import { dataAttrs, name, verdictAttrs } from "./nf_tables_data.js";
import { expr, NFTA_LIST_ELEM, statefulExpr } from "./nf_tables_expr.js";
import { objAttrs } from "./nf_tables_obj.js";
import { NFNL_SUBSYS_NFTABLES, nfgenmsg } from "./nfnetlink.js";

const ifname = nulString(15);

export const tableAttrs = attrs(() => ({
	NFTA_TABLE_NAME: [1, name],
	NFTA_TABLE_FLAGS: [2, be32],
	NFTA_TABLE_USE: [3, be32],
	NFTA_TABLE_HANDLE: [4, be64],
	NFTA_TABLE_USERDATA: [6, binary()],
	NFTA_TABLE_OWNER: [7, be32],
}));

export const devicesAttrs = attrs(() => ({ NFTA_DEVICE_NAME: [1, many(ifname)] }));
export const hookAttrs = attrs(() => ({
	NFTA_HOOK_HOOKNUM: [1, be32],
	NFTA_HOOK_PRIORITY: [2, sbe32],
	NFTA_HOOK_DEV: [3, ifname],
	NFTA_HOOK_DEVS: [4, devicesAttrs],
}));
export const chainCounterAttrs = attrs(() => ({
	NFTA_COUNTER_BYTES: [1, be64],
	NFTA_COUNTER_PACKETS: [2, be64],
}));
export const chainAttrs = attrs(() => ({
	NFTA_CHAIN_TABLE: [1, name],
	NFTA_CHAIN_HANDLE: [2, be64],
	NFTA_CHAIN_NAME: [3, name],
	NFTA_CHAIN_HOOK: [4, hookAttrs],
	NFTA_CHAIN_POLICY: [5, be32],
	NFTA_CHAIN_USE: [6, be32],
	NFTA_CHAIN_TYPE: [7, nulString(15)],
	NFTA_CHAIN_COUNTERS: [8, chainCounterAttrs],
	NFTA_CHAIN_FLAGS: [10, be32],
	NFTA_CHAIN_ID: [11, be32],
	NFTA_CHAIN_USERDATA: [12, binary()],
}));

export const ruleCompatAttrs = attrs(() => ({
	NFTA_RULE_COMPAT_PROTO: [1, be32],
	NFTA_RULE_COMPAT_FLAGS: [2, be32],
}));
export const ruleAttrs = attrs(() => ({
	NFTA_RULE_TABLE: [1, name],
	NFTA_RULE_CHAIN: [2, name],
	NFTA_RULE_HANDLE: [3, be64],
	NFTA_RULE_EXPRESSIONS: [4, list(NFTA_LIST_ELEM, expr)],
	NFTA_RULE_COMPAT: [5, ruleCompatAttrs],
	NFTA_RULE_POSITION: [6, be64],
	NFTA_RULE_USERDATA: [7, binary()],
	NFTA_RULE_ID: [9, be32],
	NFTA_RULE_POSITION_ID: [10, be32],
	NFTA_RULE_CHAIN_ID: [11, be32],
}));

/** A rule whose expressions stay undecoded. */
export const rawRuleAttrs = attrs(() => ({
	NFTA_RULE_TABLE: [1, name],
	NFTA_RULE_CHAIN: [2, name],
	NFTA_RULE_HANDLE: [3, be64],
	NFTA_RULE_EXPRESSIONS: [4, binary()],
	NFTA_RULE_USERDATA: [7, binary()],
}));

export const setFieldAttrs = attrs(() => ({ NFTA_SET_FIELD_LEN: [1, be32] }));
export const setDescAttrs = attrs(() => ({
	NFTA_SET_DESC_SIZE: [1, be32],
	NFTA_SET_DESC_CONCAT: [2, list(NFTA_LIST_ELEM, setFieldAttrs)],
}));
export const setAttrs = attrs(() => ({
	NFTA_SET_TABLE: [1, name],
	NFTA_SET_NAME: [2, name],
	NFTA_SET_FLAGS: [3, be32],
	NFTA_SET_KEY_TYPE: [4, be32],
	NFTA_SET_KEY_LEN: [5, be32],
	NFTA_SET_DATA_TYPE: [6, be32],
	NFTA_SET_DATA_LEN: [7, be32],
	NFTA_SET_POLICY: [8, be32],
	NFTA_SET_DESC: [9, setDescAttrs],
	NFTA_SET_ID: [10, be32],
	NFTA_SET_TIMEOUT: [11, be64],
	NFTA_SET_GC_INTERVAL: [12, be32],
	NFTA_SET_USERDATA: [13, binary()],
	NFTA_SET_OBJ_TYPE: [15, be32],
	NFTA_SET_HANDLE: [16, be64],
	NFTA_SET_EXPR: [17, statefulExpr],
	NFTA_SET_EXPRESSIONS: [18, list(NFTA_LIST_ELEM, statefulExpr)],
	NFTA_SET_COUNT: [20, be32], // Linux 6.17
}));
export const setElemAttrs = attrs(() => ({
	NFTA_SET_ELEM_KEY: [1, dataAttrs],
	NFTA_SET_ELEM_DATA: [2, dataAttrs],
	NFTA_SET_ELEM_FLAGS: [3, be32],
	NFTA_SET_ELEM_TIMEOUT: [4, be64],
	NFTA_SET_ELEM_EXPIRATION: [5, be64],
	NFTA_SET_ELEM_USERDATA: [6, binary()],
	NFTA_SET_ELEM_EXPR: [7, statefulExpr],
	NFTA_SET_ELEM_OBJREF: [9, name],
	NFTA_SET_ELEM_KEY_END: [10, dataAttrs],
	NFTA_SET_ELEM_EXPRESSIONS: [11, list(NFTA_LIST_ELEM, statefulExpr)],
}));
export const setElementsAttrs = list(NFTA_LIST_ELEM, setElemAttrs);
export const setElemListAttrs = attrs(() => ({
	NFTA_SET_ELEM_LIST_TABLE: [1, name],
	NFTA_SET_ELEM_LIST_SET: [2, name],
	NFTA_SET_ELEM_LIST_ELEMENTS: [3, setElementsAttrs],
	NFTA_SET_ELEM_LIST_SET_ID: [4, be32],
}));

/** Set elements that stay undecoded. */
export const rawSetElemListAttrs = attrs(() => ({
	NFTA_SET_ELEM_LIST_TABLE: [1, name],
	NFTA_SET_ELEM_LIST_SET: [2, name],
	NFTA_SET_ELEM_LIST_ELEMENTS: [3, binary()],
}));

export const flowtableHookAttrs = attrs(() => ({
	NFTA_FLOWTABLE_HOOK_NUM: [1, be32],
	NFTA_FLOWTABLE_HOOK_PRIORITY: [2, sbe32],
	NFTA_FLOWTABLE_HOOK_DEVS: [3, devicesAttrs],
}));
export const flowtableAttrs = attrs(() => ({
	NFTA_FLOWTABLE_TABLE: [1, name],
	NFTA_FLOWTABLE_NAME: [2, name],
	NFTA_FLOWTABLE_HOOK: [3, flowtableHookAttrs],
	NFTA_FLOWTABLE_USE: [4, be32],
	NFTA_FLOWTABLE_HANDLE: [5, be64],
	NFTA_FLOWTABLE_FLAGS: [7, be32],
}));

export const genAttrs = attrs(() => ({
	NFTA_GEN_ID: [1, be32],
	NFTA_GEN_PROC_PID: [2, be32],
	NFTA_GEN_PROC_NAME: [3, nulString(15)],
}));

export const traceAttrs = attrs(() => ({
	NFTA_TRACE_TABLE: [1, name],
	NFTA_TRACE_CHAIN: [2, name],
	NFTA_TRACE_RULE_HANDLE: [3, be64],
	NFTA_TRACE_TYPE: [4, be32],
	NFTA_TRACE_VERDICT: [5, verdictAttrs],
	NFTA_TRACE_ID: [6, be32],
	NFTA_TRACE_LL_HEADER: [7, binary()],
	NFTA_TRACE_NETWORK_HEADER: [8, binary()],
	NFTA_TRACE_TRANSPORT_HEADER: [9, binary()],
	NFTA_TRACE_IIF: [10, be32],
	NFTA_TRACE_IIFTYPE: [11, be16],
	NFTA_TRACE_OIF: [12, be32],
	NFTA_TRACE_OIFTYPE: [13, be16],
	NFTA_TRACE_MARK: [14, be32],
	NFTA_TRACE_NFPROTO: [15, be32],
	NFTA_TRACE_POLICY: [16, be32],
}));

const nft = (type: number): number => (NFNL_SUBSYS_NFTABLES << 8) | type;
export const NFT_MSG_NEWTABLE = message("NFT_MSG_NEWTABLE", nft(0), nfgenmsg, tableAttrs);
export const NFT_MSG_GETTABLE = message("NFT_MSG_GETTABLE", nft(1), nfgenmsg, tableAttrs);
export const NFT_MSG_DELTABLE = message("NFT_MSG_DELTABLE", nft(2), nfgenmsg, tableAttrs);
export const NFT_MSG_NEWCHAIN = message("NFT_MSG_NEWCHAIN", nft(3), nfgenmsg, chainAttrs);
export const NFT_MSG_GETCHAIN = message("NFT_MSG_GETCHAIN", nft(4), nfgenmsg, chainAttrs);
export const NFT_MSG_DELCHAIN = message("NFT_MSG_DELCHAIN", nft(5), nfgenmsg, chainAttrs);
export const NFT_MSG_NEWRULE = message("NFT_MSG_NEWRULE", nft(6), nfgenmsg, ruleAttrs);
/** The same messages with their expressions undecoded. */
export const NFT_MSG_NEWRULE_RAW = message("NFT_MSG_NEWRULE", nft(6), nfgenmsg, rawRuleAttrs);
export const NFT_MSG_DELRULE_RAW = message("NFT_MSG_DELRULE", nft(8), nfgenmsg, rawRuleAttrs);
export const NFT_MSG_GETRULE = message("NFT_MSG_GETRULE", nft(7), nfgenmsg, ruleAttrs);
export const NFT_MSG_DELRULE = message("NFT_MSG_DELRULE", nft(8), nfgenmsg, ruleAttrs);
export const NFT_MSG_NEWSET = message("NFT_MSG_NEWSET", nft(9), nfgenmsg, setAttrs);
export const NFT_MSG_GETSET = message("NFT_MSG_GETSET", nft(10), nfgenmsg, setAttrs);
export const NFT_MSG_DELSET = message("NFT_MSG_DELSET", nft(11), nfgenmsg, setAttrs);
export const NFT_MSG_NEWSETELEM = message(
	"NFT_MSG_NEWSETELEM",
	nft(12),
	nfgenmsg,
	setElemListAttrs,
);
export const NFT_MSG_NEWSETELEM_RAW = message(
	"NFT_MSG_NEWSETELEM",
	nft(12),
	nfgenmsg,
	rawSetElemListAttrs,
);
export const NFT_MSG_GETSETELEM = message(
	"NFT_MSG_GETSETELEM",
	nft(13),
	nfgenmsg,
	setElemListAttrs,
);
export const NFT_MSG_DELSETELEM = message(
	"NFT_MSG_DELSETELEM",
	nft(14),
	nfgenmsg,
	setElemListAttrs,
);
export const NFT_MSG_NEWGEN = message("NFT_MSG_NEWGEN", nft(15), nfgenmsg, genAttrs);
export const NFT_MSG_GETGEN = message("NFT_MSG_GETGEN", nft(16), nfgenmsg, genAttrs);
export const NFT_MSG_TRACE = message("NFT_MSG_TRACE", nft(17), nfgenmsg, traceAttrs);
export const NFT_MSG_NEWOBJ = message("NFT_MSG_NEWOBJ", nft(18), nfgenmsg, objAttrs);
export const NFT_MSG_GETOBJ = message("NFT_MSG_GETOBJ", nft(19), nfgenmsg, objAttrs);
export const NFT_MSG_DELOBJ = message("NFT_MSG_DELOBJ", nft(20), nfgenmsg, objAttrs);
export const NFT_MSG_GETOBJ_RESET = message("NFT_MSG_GETOBJ_RESET", nft(21), nfgenmsg, objAttrs);
export const NFT_MSG_NEWFLOWTABLE = message(
	"NFT_MSG_NEWFLOWTABLE",
	nft(22),
	nfgenmsg,
	flowtableAttrs,
);
export const NFT_MSG_GETFLOWTABLE = message(
	"NFT_MSG_GETFLOWTABLE",
	nft(23),
	nfgenmsg,
	flowtableAttrs,
);
export const NFT_MSG_DELFLOWTABLE = message(
	"NFT_MSG_DELFLOWTABLE",
	nft(24),
	nfgenmsg,
	flowtableAttrs,
);
// Linux 6.3 and later
export const NFT_MSG_GETRULE_RESET = message("NFT_MSG_GETRULE_RESET", nft(25), nfgenmsg, ruleAttrs);
export const NFT_MSG_GETRULE_RESET_RAW = message(
	"NFT_MSG_GETRULE_RESET",
	nft(25),
	nfgenmsg,
	rawRuleAttrs,
);
export const NFT_MSG_DESTROYTABLE = message("NFT_MSG_DESTROYTABLE", nft(26), nfgenmsg, tableAttrs);
export const NFT_MSG_DESTROYCHAIN = message("NFT_MSG_DESTROYCHAIN", nft(27), nfgenmsg, chainAttrs);
export const NFT_MSG_DESTROYRULE = message("NFT_MSG_DESTROYRULE", nft(28), nfgenmsg, ruleAttrs);
export const NFT_MSG_DESTROYSET = message("NFT_MSG_DESTROYSET", nft(29), nfgenmsg, setAttrs);
export const NFT_MSG_DESTROYSETELEM = message(
	"NFT_MSG_DESTROYSETELEM",
	nft(30),
	nfgenmsg,
	setElemListAttrs,
);
export const NFT_MSG_DESTROYOBJ = message("NFT_MSG_DESTROYOBJ", nft(31), nfgenmsg, objAttrs);
export const NFT_MSG_DESTROYFLOWTABLE = message(
	"NFT_MSG_DESTROYFLOWTABLE",
	nft(32),
	nfgenmsg,
	flowtableAttrs,
);
export const NFT_MSG_GETSETELEM_RESET = message(
	"NFT_MSG_GETSETELEM_RESET",
	nft(33),
	nfgenmsg,
	setElemListAttrs,
);
