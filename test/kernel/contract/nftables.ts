import { expect } from "vitest";
import type { BatchOutcome, Kernel } from "../../../src/kernel/kernel.js";
import { type Request, request } from "../../../src/netlink/request.js";
import { KernelError } from "../../../src/sys/error.js";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from "../../../src/uapi/netlink.js";
import {
	NFT_MSG_DELCHAIN,
	NFT_MSG_DELRULE,
	NFT_MSG_DELSET,
	NFT_MSG_DELSETELEM,
	NFT_MSG_DELTABLE,
	NFT_MSG_DESTROYSETELEM,
	NFT_MSG_DESTROYTABLE,
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETRULE,
	NFT_MSG_GETSET,
	NFT_MSG_GETSETELEM,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
	NFT_MSG_NEWTABLE,
} from "../../../src/uapi/nf_tables.js";
import { type Behaviours, bytes, CREATE, fails } from "./asking.js";

const nfgen_family = 2;
const inT = { nfgen_family, NFTA_SET_TABLE: "t" };
const [NFT_SET_MAP, IPV4_ADDR] = [0x8, 7];
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const table = (NFTA_TABLE_NAME = "t", flags = CREATE): Request =>
	request(NFT_MSG_NEWTABLE, flags, { nfgen_family, NFTA_TABLE_NAME });
const set = (NFTA_SET_NAME: string, rest: object = {}, flags = CREATE): Request =>
	request(NFT_MSG_NEWSET, flags, {
		...inT,
		NFTA_SET_NAME,
		NFTA_SET_ID: 1,
		NFTA_SET_KEY_TYPE: IPV4_ADDR,
		NFTA_SET_KEY_LEN: 4,
		...rest,
	});
const map = (name: string): Request =>
	set(name, {
		NFTA_SET_FLAGS: NFT_SET_MAP,
		NFTA_SET_DATA_TYPE: IPV4_ADDR,
		NFTA_SET_DATA_LEN: 4,
	});
const chain = (NFTA_CHAIN_NAME: string, rest: object = {}, flags = CREATE): Request =>
	request(NFT_MSG_NEWCHAIN, flags, {
		nfgen_family,
		NFTA_CHAIN_TABLE: "t",
		NFTA_CHAIN_NAME,
		...rest,
	});
const value = (address: string) => ({ NFTA_DATA_VALUE: bytes(address) });
const elements = (
	name: string,
	...list: readonly (readonly [key: string, data?: string | undefined])[]
) => ({
	nfgen_family,
	NFTA_SET_ELEM_LIST_TABLE: "t",
	NFTA_SET_ELEM_LIST_SET: name,
	NFTA_SET_ELEM_LIST_ELEMENTS: list.map(([key, data]) => ({
		NFTA_SET_ELEM_KEY: value(key),
		NFTA_SET_ELEM_DATA: data === undefined ? undefined : value(data),
	})),
});
const add = (name: string, key: string, data?: string, flags = CREATE): Request =>
	request(NFT_MSG_NEWSETELEM, flags, elements(name, [key, data]));
const drop = (name: string, key: string): Request =>
	request(NFT_MSG_DELSETELEM, 0, elements(name, [key]));
/** A rule that looks a packet's source up in a set, or jumps to a chain. */
const rule = (inChain: string, to: { readonly set?: string; readonly jump?: string }): Request =>
	request(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, {
		nfgen_family,
		NFTA_RULE_TABLE: "t",
		NFTA_RULE_CHAIN: inChain,
		NFTA_RULE_EXPRESSIONS:
			to.set !== undefined
				? [
						{
							NFTA_EXPR_NAME: "payload",
							NFTA_EXPR_DATA: {
								NFTA_PAYLOAD_DREG: 1,
								NFTA_PAYLOAD_BASE: 1,
								NFTA_PAYLOAD_OFFSET: 12,
								NFTA_PAYLOAD_LEN: 4,
							},
						},
						{
							NFTA_EXPR_NAME: "lookup",
							NFTA_EXPR_DATA: { NFTA_LOOKUP_SET: to.set, NFTA_LOOKUP_SREG: 1 },
						},
					]
				: [
						{
							NFTA_EXPR_NAME: "immediate",
							NFTA_EXPR_DATA: {
								NFTA_IMMEDIATE_DREG: 0,
								NFTA_IMMEDIATE_DATA: {
									NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: -3, NFTA_VERDICT_CHAIN: to.jump },
								},
							},
						},
					],
	});

const committed = (kernel: Kernel, ...batch: readonly Request[]): void => {
	const { refused } = kernel.nftables(batch);
	expect(refused.map(({ at, error }) => `${at}: ${error.message}`)).toEqual([]);
};
const errors = ({ refused }: BatchOutcome): (readonly [at: number, errno: string | undefined])[] =>
	refused.map(({ at, error }) => [at, error instanceof KernelError ? error.errno : undefined]);
function refusedBatch(kernel: Kernel, errno: string, ...batch: readonly Request[]): void {
	expect(errors(kernel.nftables(batch))).toEqual([[batch.length - 1, errno]]);
}
const keysOf = (kernel: Kernel, name: string): string[] =>
	kernel
		.readNftables(
			NFT_MSG_GETSETELEM,
			NFT_MSG_NEWSETELEM,
			{ nfgen_family, NFTA_SET_ELEM_LIST_TABLE: "t", NFTA_SET_ELEM_LIST_SET: name },
			true,
		)
		.flatMap((reply) => reply.NFTA_SET_ELEM_LIST_ELEMENTS ?? [])
		.map(({ NFTA_SET_ELEM_KEY: key }) => [...(key?.NFTA_DATA_VALUE ?? [])].join("."))
		.sort();

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

const BASE = {
	NFTA_CHAIN_TYPE: "filter",
	NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 1, NFTA_HOOK_PRIORITY: 0 },
	NFTA_CHAIN_POLICY: 1,
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
		refusedBatch(kernel, "ENOTSUP", chain("in", { ...BASE, NFTA_CHAIN_HOOK: moved }, 0));
		committed(kernel, chain("c"));
		refusedBatch(kernel, "ENOTSUP", chain("c", { NFTA_CHAIN_POLICY: 0 }, 0));
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

export const sets: Behaviours = {
	"a set needs its table, and CREATE": (kernel) => {
		refusedBatch(kernel, "ENOENT", set("s"));
		committed(kernel, table());
		refusedBatch(kernel, "ENOENT", set("s", {}, 0));
	},
	"a set that is there may be made again as it is, without EXCL": (kernel) => {
		committed(kernel, table(), set("s"), set("s", {}, NLM_F_CREATE));
		refusedBatch(kernel, "EEXIST", set("s"));
		refusedBatch(kernel, "EEXIST", set("s", { NFTA_SET_KEY_TYPE: 41 }, NLM_F_CREATE));
	},
	"a set keeps its key, its userdata and has a handle": (kernel) => {
		const NFTA_SET_USERDATA = text("\u0007\u0002x\0");
		committed(kernel, table(), set("s", { NFTA_SET_USERDATA }));
		const name = { ...inT, NFTA_SET_NAME: "s" };
		const [found] = kernel.readNftables(NFT_MSG_GETSET, NFT_MSG_NEWSET, name, false);
		expect(found).toMatchObject({ NFTA_SET_KEY_TYPE: IPV4_ADDR, NFTA_SET_KEY_LEN: 4 });
		expect(found?.NFTA_SET_USERDATA).toEqual(NFTA_SET_USERDATA);
		expect(typeof found?.NFTA_SET_HANDLE).toBe("bigint");
		expect(found?.NFTA_SET_ID).toBeUndefined();
	},
	"a set that is not there is ENOENT": (kernel) => {
		committed(kernel, table());
		const name = { ...inT, NFTA_SET_NAME: "nope" };
		fails(() => kernel.readNftables(NFT_MSG_GETSET, NFT_MSG_NEWSET, name, false), "ENOENT");
		fails(() => keysOf(kernel, "nope"), "ENOENT");
		refusedBatch(kernel, "ENOENT", request(NFT_MSG_DELSET, 0, name));
		refusedBatch(kernel, "ENOENT", add("nope", "1.1.1.1"));
	},
	"a set that is full is ENFILE": (kernel) => {
		committed(kernel, table(), set("s", { NFTA_SET_DESC: { NFTA_SET_DESC_SIZE: 2 } }));
		committed(kernel, add("s", "1.1.1.1"), add("s", "1.1.1.2"));
		refusedBatch(kernel, "ENFILE", add("s", "1.1.1.3"));
	},
};

export const setElements: Behaviours = {
	"an element that is there is EEXIST with EXCL and granted without": (kernel) => {
		committed(kernel, table(), set("s"), add("s", "1.1.1.1"));
		refusedBatch(kernel, "EEXIST", add("s", "1.1.1.1"));
		committed(kernel, add("s", "1.1.1.1", undefined, NLM_F_CREATE));
		expect(keysOf(kernel, "s")).toEqual(["1.1.1.1"]);
	},
	"an element with other data is EEXIST in any case": (kernel) => {
		committed(kernel, table(), map("m"), add("m", "1.1.1.1", "2.2.2.2"));
		refusedBatch(kernel, "EEXIST", add("m", "1.1.1.1", "3.3.3.3", NLM_F_CREATE));
		refusedBatch(kernel, "EEXIST", add("m", "1.1.1.1", "3.3.3.3", NLM_F_CREATE | NLM_F_EXCL));
		committed(kernel, add("m", "1.1.1.1", "2.2.2.2", NLM_F_CREATE));
		committed(kernel, drop("m", "1.1.1.1"), add("m", "1.1.1.1", "3.3.3.3"));
	},
	"an element that is not there is ENOENT to delete, and not to destroy": (kernel) => {
		committed(kernel, table(), set("s"));
		refusedBatch(kernel, "ENOENT", drop("s", "1.1.1.1"));
		committed(kernel, request(NFT_MSG_DESTROYSETELEM, 0, elements("s", ["1.1.1.1"])));
	},
	"a message with one bad element adds none of its others": (kernel) => {
		committed(kernel, table(), set("s"), add("s", "1.1.1.2"));
		const three = elements("s", ["1.1.1.1"], ["1.1.1.2"], ["1.1.1.3"]);
		refusedBatch(kernel, "EEXIST", request(NFT_MSG_NEWSETELEM, CREATE, three));
		expect(keysOf(kernel, "s")).toEqual(["1.1.1.2"]);
	},
	"deleting without elements empties the set": (kernel) => {
		committed(kernel, table(), set("s"), add("s", "1.1.1.1"), add("s", "1.1.1.2"));
		const all = { ...elements("s"), NFTA_SET_ELEM_LIST_ELEMENTS: undefined };
		committed(kernel, request(NFT_MSG_DELSETELEM, 0, all));
		expect(keysOf(kernel, "s")).toEqual([]);
	},
	"a get answers for each element asked for, with its data and userdata": (kernel) => {
		committed(kernel, table(), map("m"), add("m", "1.1.1.1", "2.2.2.2"));
		const ask = (key: string) =>
			kernel.readNftables(NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM, elements("m", [key]), false);
		expect(ask("1.1.1.1")[0]?.NFTA_SET_ELEM_LIST_ELEMENTS).toMatchObject([
			{ NFTA_SET_ELEM_KEY: value("1.1.1.1"), NFTA_SET_ELEM_DATA: value("2.2.2.2") },
		]);
		fails(() => ask("9.9.9.9"), "ENOENT");
	},
	"an anonymous set is found by its id, named by the kernel, and goes with its rule": (kernel) => {
		const anonymous = set("__set%d", { NFTA_SET_FLAGS: 0x3, NFTA_SET_ID: 7 });
		const elementsOfIt = request(NFT_MSG_NEWSETELEM, NLM_F_CREATE, {
			...elements("__set%d", ["1.1.1.1"]),
			NFTA_SET_ELEM_LIST_SET_ID: 7,
		});
		const lookup = rule("c", { set: "__set%d" });
		const [payload, one] = (lookup.value as { NFTA_RULE_EXPRESSIONS: readonly object[] })
			.NFTA_RULE_EXPRESSIONS as [object, { NFTA_EXPR_DATA: object }];
		const byId = {
			...(lookup.value as object),
			NFTA_RULE_EXPRESSIONS: [
				payload,
				{ ...one, NFTA_EXPR_DATA: { ...one.NFTA_EXPR_DATA, NFTA_LOOKUP_SET_ID: 7 } },
			],
		};
		committed(kernel, table(), chain("c"), anonymous, elementsOfIt, { ...lookup, value: byId });
		expect(keysOf(kernel, "__set0")).toEqual(["1.1.1.1"]);
		const inC = { nfgen_family, NFTA_RULE_TABLE: "t", NFTA_RULE_CHAIN: "c" };
		committed(kernel, request(NFT_MSG_DELRULE, 0, inC));
		fails(() => keysOf(kernel, "__set0"), "ENOENT");
	},
};
