import { describe, expect, it, test } from "vitest";
import { type Command, compile, type Expression } from "../../src/nftables/index.js";
import { rows } from "./rules.js";
import { compiled, host, inTable, line } from "./ruleset.js";

describe("a rule is these expressions", () => {
	it.each(rows)("%s (%s)", (_label, family, statements) => {
		expect(compiled(inTable(family, statements)).map(line).join("\n")).toMatchSnapshot();
	});
});

const names = (nftables: readonly Command[]): string[] =>
	compile({ nftables }, { host }).messages.map(({ message }) => message.name.slice(8));

test("an anonymous set and its elements come right before the rule that uses them", () => {
	const rule = inTable("ip", [
		{
			match: {
				op: "==",
				left: { payload: { protocol: "tcp", field: "dport" } },
				right: { set: [22, 80] },
			},
		},
	]);
	expect(names(rule)).toEqual(["NEWTABLE", "NEWCHAIN", "NEWSET", "NEWSETELEM", "NEWRULE"]);
});

test("what a listing says without an operation is added", () => {
	expect(names([{ metainfo: {} }, { table: { family: "ip", name: "t" } }])).toEqual(["NEWTABLE"]);
});

test("delete, destroy, flush and replace have their own messages", () => {
	const of = { family: "ip", table: "t" } as const;
	expect(
		names([
			{ flush: { ruleset: null } },
			{ flush: { table: { family: "ip", name: "t" } } },
			{ flush: { chain: { ...of, name: "c" } } },
			{ flush: { set: { ...of, name: "s" } } },
			{ delete: { rule: { ...of, chain: "c", handle: 7 } } },
			{ destroy: { set: { ...of, name: "s" } } },
			{ delete: { counter: { ...of, name: "n" } } },
			{ replace: { rule: { ...of, chain: "c", handle: 7, expr: [{ drop: null }] } } },
		]),
	).toEqual([
		"DELTABLE",
		"DELRULE",
		"DELRULE",
		"DELSETELEM",
		"DELRULE",
		"DESTROYSET",
		"DELOBJ",
		"NEWRULE",
	]);
});

test("a shift by nothing is left out", () => {
	const mark = { meta: { key: "mark" } } as const;
	const set = (value: Expression) => compiled(inTable("ip", [{ mangle: { key: mark, value } }]));
	expect(set({ "<<": [mark, 0] })).toEqual(set(mark));
});

test("the keys of a map are of the byte order of the bits they are looked up for", () => {
	const key = { payload: { base: "nh", offset: 3, len: 7 } } as const;
	const data = { set: [[1, { accept: null }]] } as const;
	const nftables = inTable("ip", [{ vmap: { key, data } }]);
	const elements = compile({ nftables }, { host }).messages[3]?.value;
	const value = Uint8Array.of(0x00, 0x40);
	expect(elements).toMatchObject({
		NFTA_SET_ELEM_LIST_ELEMENTS: [{ NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: value } }],
	});
});

test("devices are sent from the last, as nft 1.1.7 does", () => {
	const of = { family: "netdev", table: "t", hook: "ingress", prio: 0, dev: ["a", "b"] } as const;
	const { messages } = compile({
		nftables: [
			{ add: { chain: { ...of, name: "c", type: "filter" } } },
			{ add: { flowtable: { ...of, name: "f" } } },
		],
	});
	const devices = { NFTA_DEVICE_NAME: ["b", "a"] };
	expect(messages.map(({ value }) => value)).toMatchObject([
		{ NFTA_CHAIN_HOOK: { NFTA_HOOK_DEVS: devices } },
		{ NFTA_FLOWTABLE_HOOK: { NFTA_FLOWTABLE_HOOK_DEVS: devices } },
	]);
});

test("a set that a rule updates can be changed by packets, whatever its own flags say", () => {
	const table = { family: "ip", table: "t" } as const;
	const commands = inTable(
		"ip",
		[{ set: { op: "add", elem: { payload: { protocol: "ip", field: "saddr" } }, set: "@s" } }],
		{ add: { set: { ...table, name: "s", type: "ipv4_addr", size: 100 } } },
	);
	const [, set] = compile({ nftables: commands }, { host }).messages;
	expect(set?.value).toMatchObject({ NFTA_SET_NAME: "s", NFTA_SET_FLAGS: 0x20 });
});

test("elements of a large map keep their order, and their places in what is wrong", () => {
	const pair = (i: number) =>
		[{ concat: [`10.0.${i >> 8}.${i & 255}`, 80] }, { accept: null }] as const;
	const elem: unknown[] = Array.from({ length: 2500 }, (_, i) => pair(i));
	const type = ["ipv4_addr", "inet_service"];
	const map = { family: "ip", table: "t", name: "m", type, map: "verdict", elem };
	const compiledMap = () => compile({ nftables: [{ add: { map } }] } as never, { host }).messages;
	const keys = compiledMap().flatMap(({ value }) => {
		const list = value as { NFTA_SET_ELEM_LIST_ELEMENTS?: readonly Element[] };
		return list.NFTA_SET_ELEM_LIST_ELEMENTS ?? [];
	});
	expect(keys.map(({ NFTA_SET_ELEM_KEY: key }) => [...key.NFTA_DATA_VALUE])).toEqual(
		elem.map((_, i) => [10, 0, i >> 8, i & 255, 0, 80, 0, 0]),
	);
	elem[2300] = [{ concat: ["10.0.0.1", "no-such"] }, { accept: null }];
	expect(compiledMap).toThrow("add.map.elem[2300][0].concat[1]");
});
interface Element {
	readonly NFTA_SET_ELEM_KEY: { readonly NFTA_DATA_VALUE: Uint8Array };
}

test("more elements than one attribute holds are sent in portions", () => {
	const elem = Array.from({ length: 5000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
	const set = { family: "ip", table: "t", name: "s", type: "ipv4_addr", elem } as const;
	const { messages } = compile({ nftables: [{ add: { set } }] }, { host });
	expect(messages.length).toBeGreaterThan(2);
	for (const { message, value } of messages)
		expect(message.encode(value as never).length).toBeLessThan(65_536);
});
