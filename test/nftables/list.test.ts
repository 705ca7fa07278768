import { beforeAll, expect, it, test } from "vitest";
import { NftablesDriver } from "../../src/kernel/nftables.js";
import { request } from "../../src/netlink/request.js";
import {
	apply,
	type Command,
	type Document,
	list,
	NftError,
	type StatementJson,
} from "../../src/nftables/index.js";
import { printObject } from "../../src/nftables/listing/object.js";
import { printerFor } from "../../src/nftables/listing/printer.js";
import { listStatements } from "../../src/nftables/listing/rule.js";
import { newNetns } from "../../src/sys/netns.js";
import { NLM_F_CREATE } from "../../src/uapi/netlink.js";
import { NFT_MSG_NEWSET, NFT_MSG_NEWSETELEM } from "../../src/uapi/nf_tables.js";
import { rows } from "./rules.js";
import { host, inTable } from "./ruleset.js";

let connection: NftablesDriver;
beforeAll(() => {
	newNetns();
	connection = new NftablesDriver({});
});
const flush: Command = { flush: { ruleset: null } };

/** Handles are assigned by the kernel, and counts and times differ between two listings. */
const comparable = (document: Document): Document =>
	JSON.parse(
		JSON.stringify(document, (key, value) =>
			key === "handle" || key === "used" || key === "expires" ? undefined : value,
		),
	);
const listed = (): Document => list({}, { connection, host });
function accepted(nftables: readonly Command[]): boolean {
	try {
		apply({ nftables }, { connection, host });
		return true;
	} catch (error) {
		// This kernel may lack a module. What it accepts must be listed again.
		if (error instanceof NftError && error.cause !== undefined) return false;
		throw error;
	}
}

it.each(rows)("%s: its listing is a document that makes the same", (_label, family, statements) => {
	if (!accepted([flush, ...inTable(family, statements)])) return;
	const before = listed();
	expect(JSON.stringify(before)).not.toContain('"unknown"');
	apply({ nftables: [flush, ...before.nftables] }, { connection, host });
	expect(comparable(listed())).toEqual(comparable(before));
});

const ip = { family: "ip", table: "t" } as const;
test("maps by typeof keep the keys whose width their types do not say, and ranges of flags", () => {
	const flags = { payload: { protocol: "tcp", field: "flags" } } as const;
	const key = {
		typeof: { concat: [flags, { payload: { protocol: "vlan", field: "id" } }] },
	} as const;
	const elem = [[{ concat: [{ range: [242, 246] }, 3848] }, { drop: null }]] as const;
	const map = { ...ip, name: "m", type: key, map: "verdict", flags: ["interval"], elem } as const;
	apply({ nftables: [flush, ...inTable("ip", []), { add: { map } }] }, { connection, host });
	expect(listed().nftables.find((object) => "map" in object)).toMatchObject({ map });
});
const ip6 = { family: "ip6", table: "t" } as const;
test("bits of a header that a set is declared for stay these bits, whatever field they are in the rule", () => {
	const bits = { payload: { base: "th", offset: 64, len: 128 } } as const;
	const advert = {
		match: {
			op: "==",
			left: { payload: { protocol: "icmpv6", field: "type" } },
			right: "nd-neighbor-advert",
		},
	} as const;
	const concat = [{ meta: { key: "iifname" } }, bits] as const;
	const set = (name: string, type: object): Command =>
		({ add: { set: { ...ip6, name, type: { typeof: type } } } }) as Command;
	const asks = (left: object, name: string): Command =>
		({
			add: {
				rule: { ...ip6, chain: "c", expr: [advert, { match: { op: "==", left, right: name } }] },
			},
		}) as Command;
	const nftables = [
		flush,
		...inTable("ip6", []),
		set("alone", bits),
		set("beside", { concat }),
		asks(bits, "@alone"),
		asks({ concat }, "@beside"),
	];
	apply({ nftables }, { connection, host });
	const before = listed();
	expect(JSON.stringify(before)).not.toContain("taddr");
	apply({ nftables: [flush, ...before.nftables] }, { connection, host });
	expect(comparable(listed())).toEqual(comparable(before));
});
test("a field that is no whole bytes is looked up by its number in a concatenation", () => {
	const field = { payload: { base: "nh", offset: 3, len: 7 } } as const;
	const key = { concat: [{ meta: { key: "mark" } }, field] } as const;
	const vmap = { key, data: { set: [[{ concat: [1, 2] }, { accept: null }]] } } as const;
	apply({ nftables: [flush, ...inTable("ip", [{ vmap }])] }, { connection, host });
	expect(listed().nftables.at(-1)).toMatchObject({ rule: { expr: [{ vmap }] } });
});
test("what compares more than was loaded is listed as the kernel has it", () => {
	const left = { ">>": [{ payload: { protocol: "ip", field: "ttl" } }, 3] } as const;
	const nftables = [flush, ...inTable("ip", [{ match: { op: "==", left, right: 3 } }])];
	apply({ nftables }, { connection, host });
	const rule = listed().nftables.find((object) => "rule" in object);
	expect(JSON.stringify(rule)).toMatch(/"unknown":{"expr":"payload".*"unknown":{"expr":"cmp"/);
});

it.each([
	{ "ip option": { name: "rr", field: "type" } },
	{ "ip option": { name: "lsrr", field: "addr" } },
	{ "ip option": { name: "ra", field: "value" } },
	{ "tcp option": { name: "sack2", field: "left" } },
	{ "sctp chunk": { name: "asconf", field: "seqno" } },
	{ exthdr: { name: "mh", field: "checksum" } },
])("a set of what %j is, is listed so", (expression) => {
	const key = { typeof: { concat: [expression, { meta: { key: "mark" } }] } };
	const isAddress = JSON.stringify(expression).includes("addr");
	const elem = [{ concat: [isAddress ? "10.0.0.1" : 7, 9] }];
	const sets = [
		{ set: { ...ip, name: "alone", type: { typeof: expression } } },
		{ set: { ...ip, name: "beside", type: key, elem } },
	] as unknown as readonly Command[];
	apply({ nftables: [flush, ...inTable("ip", []), ...sets] }, { connection, host });
	expect(listed().nftables.filter((object) => "set" in object)).toMatchObject([
		{ set: { type: { typeof: expression } } },
		{ set: { type: key, elem: [{ concat: [elem[0]?.concat[0], 9] }] } },
	]);
});

test("sets and maps are listed as they were declared", () => {
	const set = { ...ip, name: "s", type: "ipv4_addr", flags: ["interval"] } as const;
	const map = { ...ip, name: "m", type: ["ipv4_addr", "inet_service"], map: "verdict" } as const;
	const range = { range: ["10.0.0.1", "10.0.0.9"] } as const;
	const prefix = { prefix: { addr: "10.1.0.0", len: 16 } } as const;
	const nftables: readonly Command[] = [
		flush,
		{ add: { table: { family: "ip", name: "t", comment: "a table" } } },
		{ add: { set: { ...set, comment: "some", elem: [range, prefix, "10.2.0.1"] } } },
		{ add: { map: { ...map, elem: [[{ concat: ["10.0.0.1", 80] }, { drop: null }]] } } },
	];
	apply({ nftables }, { connection, host });
	expect(comparable(listed())).toEqual({
		nftables: [
			{ table: { family: "ip", name: "t", comment: "a table" } },
			{ set: { ...set, comment: "some", elem: [range, prefix, "10.2.0.1"] } },
			{ map: { ...map, elem: [[{ concat: ["10.0.0.1", 80] }, { drop: null }]] } },
		],
	});
});

test("elements of a concatenation are listed by the numbers of their fields", () => {
	const left = { concat: [{ ct: { key: "state" } }, { ct: { key: "mark" } }] } as const;
	const elements = [
		{ concat: ["established", 0x12785634] },
		{ concat: ["new", 0x12345678] },
		{ concat: ["new", 0x34127856] },
	] as const;
	const right = { set: elements.toReversed() };
	const rule = inTable("ip", [{ match: { op: "==", left, right } }]);
	apply({ nftables: [flush, ...rule] }, { connection, host });
	const match = { op: "==", left, right: { set: elements } };
	expect(listed().nftables.at(-1)).toMatchObject({ rule: { expr: [{ match }] } });
});

const rule = (...expr: StatementJson[]): Command => ({
	add: { rule: { ...ip, chain: "c", expr } },
});
/** The listing of a rule with these statements. */
function listedStatements(...expr: StatementJson[]): unknown {
	apply({ nftables: [flush, ...inTable("ip", []), rule(...expr)] }, { connection, host });
	const last = listed().nftables.at(-1) as { rule: { expr: unknown } };
	return last.rule.expr;
}

test("fields that a set cannot describe are as wide as in the rule", () => {
	const left = {
		concat: [{ "ip option": { name: "rr", field: "ptr" } }, { meta: { key: "mark" } }],
	};
	const right = { set: [{ concat: [1, 5] }, { concat: [7, 5] }] };
	const match = { match: { op: "==", left, right } } as const;
	expect(listedStatements(match as StatementJson)).toEqual([match]);
});

test("a verdict map is about the packet inside the tunnel", () => {
	const key = { payload: { protocol: "ip", field: "saddr", tunnel: "gre" } } as const;
	const vmap = { vmap: { key, data: { set: [["10.0.0.1", { accept: null }] as const] } } } as const;
	expect(listedStatements(vmap)).toEqual([vmap]);
});

test("a number that is compared by its size has no name", () => {
	const type = { meta: { key: "iiftype" } } as const;
	const match = { match: { op: "<", left: type, right: 1 } } as const;
	expect(listedStatements(match)).toEqual([match]);
});

test("flags that are the key of intervals are listed by their names", () => {
	const set = { ...ip, name: "s", type: "tcp_flag", flags: ["interval"] } as const;
	const elem = ["syn", { "|": ["syn", "ack"] }] as const;
	const table: Command = { add: { table: { family: "ip", name: "t" } } };
	apply({ nftables: [flush, table, { add: { set: { ...set, elem } } }] }, { connection, host });
	expect(comparable(listed()).nftables.at(-1)).toEqual({ set: { ...set, elem } });
});

test("a lookup of the routes is a check, but for where it is compared", () => {
	const lookup = (result: "check" | "oif") => ({ fib: { result, flags: ["daddr"] } }) as const;
	const prerouting = { type: "filter", hook: "prerouting", prio: 0 } as const;
	const mark = { meta: { key: "mark" } } as const;
	const data = { set: [[false, { drop: null }] as const] };
	const rule = (check: ReturnType<typeof lookup>) =>
		[
			{ match: { op: "==", left: check, right: true } },
			{ mangle: { key: mark, value: lookup("check") } },
			{ vmap: { key: lookup("check"), data } },
		] as const;
	const nftables: readonly Command[] = [
		flush,
		{ add: { table: { family: "ip", name: "t" } } },
		{ add: { chain: { ...ip, name: "c", ...prerouting, policy: "accept" } } },
		{ add: { rule: { ...ip, chain: "c", expr: rule(lookup("check")) } } },
	];
	apply({ nftables }, { connection, host });
	expect(listed().nftables.at(-1)).toMatchObject({ rule: { expr: rule(lookup("oif")) } });
});

test("elements go into a set that the kernel has, rules refer to it", () => {
	const set = { ...ip, name: "s", type: "ipv4_addr", flags: ["interval"] } as const;
	const table: Command = { add: { table: { family: "ip", name: "t" } } };
	const chain: Command = { add: { chain: { ...ip, name: "c" } } };
	apply({ nftables: [flush, table, chain, { add: { set } }] }, { connection, host });
	const prefix = { prefix: { addr: "10.0.0.0", len: 8 } } as const;
	const saddr = { payload: { protocol: "ip", field: "saddr" } } as const;
	const expr = [{ match: { op: "==", left: saddr, right: "@s" } }] as const;
	apply({ nftables: [{ add: { element: { ...ip, name: "s", elem: [prefix] } } }] }, { connection });
	apply(
		{ nftables: [{ add: { element: { ...ip, name: "s", elem: ["11.0.0.1"] } } }] },
		{ connection },
	);
	apply({ nftables: [{ add: { rule: { ...ip, chain: "c", expr } } }] }, { connection });
	expect(comparable(listed())).toMatchObject({
		nftables: [
			{},
			{},
			{ set: { ...set, elem: [prefix, "11.0.0.1"] } },
			{ rule: { ...ip, chain: "c", expr } },
		],
	});
});

test("a filter lists one table", () => {
	const tables = (["ip", "ip6"] as const).flatMap((family) =>
		["a", "b"].map((name): Command => ({ add: { table: { family, name } } })),
	);
	apply({ nftables: [flush, ...tables] }, { connection, host });
	expect(listed().nftables).toHaveLength(4);
	expect(list({ family: "ip6" }, { connection }).nftables).toHaveLength(2);
	expect(comparable(list({ family: "ip6", table: "b" }, { connection }))).toEqual({
		nftables: [{ table: { family: "ip6", name: "b" } }],
	});
});

test("a rule of expressions that have no JSON is listed as those, not left out", () => {
	const expressions: Parameters<typeof listStatements>[0] = [
		{ NFTA_EXPR_NAME: "tunnel", NFTA_EXPR_DATA: {} },
		{ NFTA_EXPR_NAME: "counter", NFTA_EXPR_DATA: { NFTA_COUNTER_BYTES: 7n } },
	];
	expect(listStatements(expressions, 2, () => undefined, printerFor(host))).toEqual([
		{ unknown: { expr: "tunnel" } },
		{ unknown: { expr: "counter", data: { NFTA_COUNTER_BYTES: 7 } } },
	]);
});

test("an extension of iptables is listed as one, beside the rest of its rule", () => {
	const data = { NFTA_MATCH_NAME: "comment", NFTA_MATCH_INFO: new Uint8Array(256) };
	const expressions: Parameters<typeof listStatements>[0] = [
		{ NFTA_EXPR_NAME: "match", NFTA_EXPR_DATA: data },
		{ NFTA_EXPR_NAME: "counter", NFTA_EXPR_DATA: {} },
		{ NFTA_EXPR_NAME: "target", NFTA_EXPR_DATA: { NFTA_TARGET_NAME: "LOG" } },
	];
	expect(listStatements(expressions, 2, () => undefined, printerFor(host))).toEqual([
		{ xt: { type: "match", name: "comment" } },
		{ counter: { packets: 0, bytes: 0 } },
		{ xt: { type: "target", name: "LOG" } },
	]);
});

test("an object of a type without JSON is listed with its attributes", () => {
	const tunnel = {
		NFTA_OBJ_TABLE: "t",
		NFTA_OBJ_NAME: "tun",
		NFTA_OBJ_TYPE: 5 as const,
		NFTA_OBJ_HANDLE: 3n,
		NFTA_OBJ_DATA: { NFTA_CONNLIMIT_COUNT: 10 },
	};
	expect(printObject(2, tunnel, printerFor(host))).toEqual({
		unknown: {
			...{ family: "ip", table: "t", name: "tun", handle: 3, type: 5 },
			data: { NFTA_CONNLIMIT_COUNT: 10 },
		},
	});
});

test("a set whose type nobody knows is listed, with its elements as numbers", () => {
	const table: Command = { add: { table: { family: "ip", name: "t" } } };
	apply({ nftables: [flush, table] }, { connection, host });
	const set = { nfgen_family: 2, NFTA_SET_TABLE: "t", NFTA_SET_NAME: "s", NFTA_SET_ID: 1 };
	const types = { NFTA_SET_KEY_TYPE: 0, NFTA_SET_KEY_LEN: 4 };
	const element = { NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: Uint8Array.of(0, 0, 1, 2) } };
	const { refused } = connection.commit([
		request(NFT_MSG_NEWSET, NLM_F_CREATE, { ...set, ...types }),
		request(NFT_MSG_NEWSETELEM, NLM_F_CREATE, {
			nfgen_family: 2,
			NFTA_SET_ELEM_LIST_TABLE: "t",
			NFTA_SET_ELEM_LIST_SET: "s",
			NFTA_SET_ELEM_LIST_ELEMENTS: [element],
		}),
	]);
	expect(refused).toEqual([]);
	expect(listed().nftables).toMatchObject([
		{},
		{ set: { name: "s", type: "invalid", elem: [258] } },
	]);
});
