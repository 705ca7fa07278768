import { expect } from "vitest";
import { request } from "../../../src/netlink/request.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../../src/uapi/netlink.js";
import {
	NFT_MSG_DELRULE,
	NFT_MSG_DELSET,
	NFT_MSG_DELSETELEM,
	NFT_MSG_DESTROYSETELEM,
	NFT_MSG_GETSET,
	NFT_MSG_GETSETELEM,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
} from "../../../src/uapi/nf_tables.js";
import { type Behaviours, CREATE, fails } from "./asking.js";
import {
	add,
	chain,
	committed,
	drop,
	elements,
	IPV4_ADDR,
	inT,
	keysOf,
	map,
	nfgen_family,
	refusedBatch,
	rule,
	set,
	table,
	text,
	value,
} from "./ruleset.js";

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
