import { expect } from "vitest";
import type { Kernel } from "../../../src/kernel/kernel.js";
import { type Request, request } from "../../../src/netlink/request.js";
import { NLM_F_CREATE } from "../../../src/uapi/netlink.js";
import {
	NFT_MSG_DELCHAIN,
	NFT_MSG_DELRULE,
	NFT_MSG_DELSET,
	NFT_MSG_DELTABLE,
	NFT_MSG_DESTROYTABLE,
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETRULE,
	NFT_MSG_GETSET,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWTABLE,
} from "../../../src/uapi/nf_tables.js";
import { type Behaviours, CREATE, fails } from "./asking.js";
import {
	BASE,
	chain,
	committed,
	drop,
	errors,
	inT,
	nfgen_family,
	refusedBatch,
	rule,
	set,
	table,
	text,
} from "./ruleset.js";

export const batches: Behaviours = {
	"all messages of a batch are committed, or none": (kernel) => {
		const outcome = kernel.nftables([table(), set("s"), set("s"), chain("c")]);
		expect(errors(outcome)).toEqual([[2, "EEXIST"]]);
		fails(() => readTable(kernel, "t"), "ENOENT");
		committed(kernel, table(), set("s"), chain("c"));
		expect(readTable(kernel, "t")).toMatchObject([{ NFTA_TABLE_NAME: "t" }]);
	},
	"every refused message of a batch is told, not the first alone": (kernel) => {
		const outcome = kernel.nftables([table(), chain("c"), chain("c"), drop("s", "1.1.1.1")]);
		expect(errors(outcome)).toEqual([
			[2, "EEXIST"],
			[3, "ENOENT"],
		]);
	},
	"one batch after the other is taken": (kernel) => {
		committed(kernel, table());
		for (let i = 0; i < 5; i++) committed(kernel, chain(`c${i}`));
		expect(readTable(kernel, "t")).toMatchObject([{ NFTA_TABLE_USE: 5 }]);
	},
};

const readTable = (kernel: Kernel, NFTA_TABLE_NAME: string) =>
	kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, { nfgen_family, NFTA_TABLE_NAME }, false);

export const tables: Behaviours = {
	"a table that is there may be made again without EXCL": (kernel) => {
		committed(kernel, table(), table("t", NLM_F_CREATE));
		refusedBatch(kernel, "EEXIST", table());
	},
	"a table keeps its userdata": (kernel) => {
		const NFTA_TABLE_USERDATA = text("\0\u0005mine\0");
		committed(
			kernel,
			request(NFT_MSG_NEWTABLE, CREATE, {
				nfgen_family,
				NFTA_TABLE_NAME: "t",
				NFTA_TABLE_USERDATA,
			}),
		);
		expect(readTable(kernel, "t")).toMatchObject([{ NFTA_TABLE_USERDATA, nfgen_family }]);
	},
	"a table of another family is another table": (kernel) => {
		committed(kernel, table());
		const other = { nfgen_family: 10, NFTA_TABLE_NAME: "t" };
		fails(() => kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, other, false), "ENOENT");
		committed(kernel, request(NFT_MSG_NEWTABLE, CREATE, other));
		const all = kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, {}, true);
		expect(all.map((one) => one.nfgen_family).sort()).toEqual([10, 2]);
	},
	"deleting a table deletes what is in it; deleting none is ENOENT, destroying it is not": (
		kernel,
	) => {
		const name = { nfgen_family, NFTA_TABLE_NAME: "t" };
		committed(kernel, table(), set("s"), chain("c"), rule("c", { set: "s" }));
		committed(kernel, request(NFT_MSG_DELTABLE, 0, name));
		refusedBatch(kernel, "ENOENT", request(NFT_MSG_DELTABLE, 0, name));
		committed(kernel, request(NFT_MSG_DESTROYTABLE, 0, name));
	},
	"deleting without a name deletes every table of the family": (kernel) => {
		committed(kernel, table("a"), table("b"), request(NFT_MSG_DELTABLE, 0, { nfgen_family }));
		expect(kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, {}, true)).toEqual([]);
	},
	"a table may be deleted and made in one batch": (kernel) => {
		committed(kernel, table(), set("old"));
		const name = { nfgen_family, NFTA_TABLE_NAME: "t" };
		committed(kernel, request(NFT_MSG_DELTABLE, 0, name), table(), set("new"));
		const found = kernel.readNftables(NFT_MSG_GETSET, NFT_MSG_NEWSET, inT, true);
		expect(found.map(({ NFTA_SET_NAME }) => NFTA_SET_NAME)).toEqual(["new"]);
	},
};

const rulesOf = (kernel: Kernel, NFTA_RULE_CHAIN: string) =>
	kernel.readNftables(
		NFT_MSG_GETRULE,
		NFT_MSG_NEWRULE,
		{ nfgen_family, NFTA_RULE_TABLE: "t", NFTA_RULE_CHAIN },
		true,
	);

export const chains: Behaviours = {
	"a chain needs its table": (kernel) => refusedBatch(kernel, "ENOENT", chain("c")),
	"a chain that is there may be made again without EXCL": (kernel) => {
		committed(kernel, table(), chain("c"), chain("c", {}, NLM_F_CREATE));
		refusedBatch(kernel, "EEXIST", chain("c"));
	},
	"a base chain keeps its hook and may change its policy, and nothing else": (kernel) => {
		committed(kernel, table(), chain("in", BASE));
		committed(kernel, chain("in", { NFTA_CHAIN_POLICY: 0 }, 0));
		const [found] = kernel.readNftables(
			NFT_MSG_GETCHAIN,
			NFT_MSG_NEWCHAIN,
			{ nfgen_family, NFTA_CHAIN_TABLE: "t", NFTA_CHAIN_NAME: "in" },
			false,
		);
		expect(found).toMatchObject({ ...BASE, NFTA_CHAIN_POLICY: 0 });
		const moved = { NFTA_HOOK_HOOKNUM: 1, NFTA_HOOK_PRIORITY: 5 };
		refusedBatch(kernel, "EOPNOTSUPP", chain("in", { ...BASE, NFTA_CHAIN_HOOK: moved }, 0));
		committed(kernel, chain("c"));
		refusedBatch(kernel, "EOPNOTSUPP", chain("c", { NFTA_CHAIN_POLICY: 0 }, 0));
	},
	"rules stand in the order in which they were appended": (kernel) => {
		committed(kernel, table(), set("s"), chain("c"), chain("d"));
		committed(kernel, rule("c", { set: "s" }), rule("c", { jump: "d" }));
		const names = rulesOf(kernel, "c").map(({ NFTA_RULE_EXPRESSIONS: list }) =>
			list?.map((one) => one.NFTA_EXPR_NAME),
		);
		expect(names).toEqual([["payload", "lookup"], ["immediate"]]);
	},
	"a rule needs its chain and what it refers to": (kernel) => {
		committed(kernel, table(), chain("c"), set("s"));
		refusedBatch(kernel, "ENOENT", rule("nope", { set: "s" }));
		refusedBatch(kernel, "ENOENT", rule("c", { set: "nope" }));
		refusedBatch(kernel, "ENOENT", rule("c", { jump: "nope" }));
	},
	"a rule is deleted by its handle, all of a chain without one": (kernel) => {
		committed(kernel, table(), set("s"), chain("c"));
		committed(kernel, rule("c", { set: "s" }), rule("c", { set: "s" }), rule("c", { set: "s" }));
		const inC = { nfgen_family, NFTA_RULE_TABLE: "t", NFTA_RULE_CHAIN: "c" };
		const [first] = rulesOf(kernel, "c");
		const byHandle = request(NFT_MSG_DELRULE, 0, {
			...inC,
			NFTA_RULE_HANDLE: first?.NFTA_RULE_HANDLE,
		});
		committed(kernel, byHandle);
		expect(rulesOf(kernel, "c")).toHaveLength(2);
		refusedBatch(kernel, "ENOENT", byHandle);
		committed(kernel, request(NFT_MSG_DELRULE, 0, inC));
		expect(rulesOf(kernel, "c")).toEqual([]);
	},
	"a chain that is jumped to and a set that is looked up in are EBUSY": (kernel) => {
		committed(kernel, table(), set("s"), chain("c"), chain("d"));
		committed(kernel, rule("c", { set: "s" }), rule("c", { jump: "d" }));
		const removal = (NFTA_CHAIN_NAME: string): Request =>
			request(NFT_MSG_DELCHAIN, 0, { nfgen_family, NFTA_CHAIN_TABLE: "t", NFTA_CHAIN_NAME });
		refusedBatch(kernel, "EBUSY", removal("d"));
		refusedBatch(kernel, "EBUSY", request(NFT_MSG_DELSET, 0, { ...inT, NFTA_SET_NAME: "s" }));
		committed(kernel, removal("c"), removal("d"));
		committed(kernel, request(NFT_MSG_DELSET, 0, { ...inT, NFTA_SET_NAME: "s" }));
	},
};
