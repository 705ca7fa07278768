import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { NftablesDriver } from "../../src/kernel/nftables.js";
import {
	apply,
	type Command,
	type Document,
	list,
	localHost,
	NftError,
} from "../../src/nftables/index.js";
import { newNetns } from "../../src/sys/netns.js";

const host = localHost();
let connection: NftablesDriver;
beforeAll(() => {
	newNetns();
	connection = new NftablesDriver({});
});

const ip = { family: "ip", table: "t" } as const;
const flush: Command = { flush: { ruleset: null } };
const counted = (val: string, packets: number) => ({
	elem: { val, counter: { packets, bytes: 2 * packets } },
});
const net = { prefix: { addr: "10.1.0.0", len: 16 } } as const;
const ruleset = [
	flush,
	{ add: { table: { family: "ip", name: "t" } } },
	{ add: { table: { family: "ip6", name: "t" } } },
	{
		add: { chain: { ...ip, name: "c", type: "filter", hook: "input", prio: 0, policy: "accept" } },
	},
	{ add: { chain: { ...ip, name: "d" } } },
	{ add: { chain: { family: "ip6", table: "t", name: "e" } } },
	{ add: { counter: { ...ip, name: "k1", packets: 7, bytes: 9 } } },
	{ add: { counter: { ...ip, name: "k2", packets: 1, bytes: 2 } } },
	{ add: { counter: { family: "ip6", table: "t", name: "k1", packets: 3, bytes: 4 } } },
	{ add: { quota: { ...ip, name: "q", bytes: 1000, used: 10, inv: true } } },
	{ add: { limit: { ...ip, name: "l", rate: 10, per: "second", burst: 5 } } },
	{ add: { "ct helper": { ...ip, name: "ftp", type: "ftp", protocol: "tcp", l3proto: "ip" } } },
	{
		add: {
			set: {
				...{ ...ip, name: "s", type: "ipv4_addr", stmt: [{ counter: null }] },
				elem: [counted("10.0.0.1", 3), counted("10.0.0.2", 4)],
			},
		},
	},
	{
		add: {
			set: {
				...{ ...ip, name: "i", type: "ipv4_addr", flags: ["interval"] },
				elem: [net, "10.3.0.1"],
			},
		},
	},
	{ add: { map: { ...ip, name: "m", type: "ipv4_addr", map: "mark", elem: [["10.0.0.1", 5]] } } },
	{
		add: {
			rule: {
				...{ ...ip, chain: "c" },
				expr: [
					{
						match: {
							op: "==",
							left: { payload: { protocol: "tcp", field: "dport" } },
							right: { set: [22, 80] },
						},
					},
					{ counter: { packets: 5, bytes: 6 } },
				],
			},
		},
	},
] as unknown as readonly Command[];
beforeEach(() => void apply({ nftables: ruleset }, { connection, host }));

const ask = (...nftables: readonly Command[]): readonly Document[] =>
	apply({ nftables }, { connection, host });
const one = (command: Command): readonly Command[] => {
	const [answer, ...others] = ask(command);
	expect(others).toEqual([]);
	return answer?.nftables ?? [];
};

const hasNft = spawnSync("nft", ["--version"]).status === 0;
/** The output of nft, one document a line, without nft's own metainfo. */
function nft(...nftables: readonly Command[]): { answers: Command[][]; refused: boolean } {
	const file = join(mkdtempSync(join(tmpdir(), "nft-")), "query.json");
	writeFileSync(file, JSON.stringify({ nftables }));
	const { status, stdout } = spawnSync("nft", ["-j", "-f", file], { encoding: "utf8" });
	rmSync(dirname(file), { recursive: true });
	const answers = stdout
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line).nftables.slice(1));
	return { answers, refused: status !== 0 };
}
/** nft 1.0.6 lists the chains of a table after its sets, and the members of an object in another order. */
const sorted = (objects: readonly unknown[]): string[] =>
	objects.map((object) => JSON.stringify(canonical(object))).toSorted();
function canonical(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(canonical);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.map(([key, member]) => [key, canonical(member)] as const)
			.toSorted(([a], [b]) => (a < b ? -1 : 1)),
	);
}

const inTable = (name: string) => ({ ...ip, name });
const questions: readonly Command[] = [
	{ list: { ruleset: null } },
	{ list: { ruleset: { family: "ip6" } } },
	{ list: { tables: null } },
	{ list: { tables: { family: "ip6" } } },
	{ list: { table: { family: "ip", name: "t" } } },
	{ list: { chains: null } },
	{ list: { chains: { family: "ip" } } },
	{ list: { chain: inTable("c") } },
	{ list: { chain: inTable("d") } },
	{ list: { sets: null } },
	{ list: { sets: { family: "ip", table: "t" } } },
	{ list: { set: inTable("s") } },
	{ list: { set: inTable("i") } },
	{ list: { maps: null } },
	{ list: { map: inTable("m") } },
	{ list: { meters: null } },
	{ list: { counters: null } },
	{ list: { counters: { family: "ip" } } },
	{ list: { counters: { family: "ip6", table: "t" } } },
	{ list: { counter: inTable("k2") } },
	{ list: { quotas: null } },
	{ list: { quota: inTable("q") } },
	{ list: { limit: inTable("l") } },
	{ list: { "ct helpers": { family: "ip", table: "t" } } },
	{ list: { flowtables: null } },
	{ reset: { counters: null } },
	{ reset: { counters: { family: "ip6" } } },
	{ reset: { counter: inTable("k1") } },
	{ reset: { quotas: { family: "ip", table: "t" } } },
	{ reset: { quota: inTable("q") } },
];
describe.skipIf(!hasNft)("a question is answered as nft answers it", () => {
	it.each(questions.map((question) => [JSON.stringify(question), question] as const))(
		"%s",
		(_, question) => {
			// Each question gets a ruleset of its own, because some change what they ask for.
			const theirs = nft(question);
			const left = list({}, { connection, host });
			apply({ nftables: ruleset }, { connection, host });
			const ours = one(question);
			const plain = (objects: readonly unknown[]) => sorted(withoutHandles(objects));
			expect(theirs.answers).toHaveLength(1);
			expect(plain(ours)).toEqual(plain(theirs.answers[0] ?? []));
			expect(withoutHandles(list({}, { connection, host }).nftables)).toEqual(
				withoutHandles(left.nftables),
			);
		},
	);

	it.each([
		{ list: { table: { family: "ip", name: "none" } } },
		{ list: { chain: { family: "ip", table: "none", name: "c" } } },
		{ list: { chain: inTable("none") } },
		{ list: { set: inTable("m") } },
		{ list: { map: inTable("s") } },
		{ list: { counter: inTable("q") } },
		{ list: { counters: { family: "ip", table: "none" } } },
		{ reset: { quota: inTable("none") } },
		{ list: { thing: null } },
		{ reset: { chains: null } },
	] as unknown as readonly Command[])("there is no %j", (question) => {
		expect(nft(question).refused).toBe(true);
		expect(() => ask(question)).toThrow(NftError);
	});
});
const withoutHandles = (objects: readonly unknown[]): unknown[] =>
	JSON.parse(JSON.stringify(objects, (key, value) => (key === "handle" ? undefined : value)));

// nft 1.0.6 does not support these resets, or crashes on them.
describe("what is reset is listed as it was", () => {
	const rule = (packets: number) => ({
		rule: { expr: [{}, { counter: { packets, bytes: packets === 0 ? 0 : 6 } }] },
	});
	test("rules", () => {
		const scope = { family: "ip", table: "t" } as const;
		expect(one({ reset: { rules: scope } }).at(-1)).toMatchObject(rule(5));
		expect(one({ list: { chain: inTable("c") } }).at(-1)).toMatchObject(rule(0));
	});
	test("a rule by its handle", () => {
		const { handle } = (one({ list: { chain: inTable("c") } }).at(-1) as never as { rule: never })
			.rule as { handle: number };
		const of = { ...ip, chain: "c", handle };
		expect(one({ reset: { rule: of } }).at(-1)).toMatchObject(rule(5));
		expect(one({ reset: { rule: of } }).at(-1)).toMatchObject(rule(0));
		expect(() => one({ reset: { rule: { ...of, handle: 4_000_000 } } })).toThrow(NftError);
		expect(() => one({ reset: { rules: { ...ip, chain: "none" } } })).toThrow(NftError);
	});
	test("a set, and one of its elements", () => {
		const elem = (...packets: readonly number[]) => [
			{ set: { name: "s", elem: packets.map((n, i) => counted(`10.0.0.${i + 1}`, n)) } },
		];
		const second = { ...inTable("s"), elem: ["10.0.0.2"] } as const;
		expect(one({ reset: { element: second } })).toMatchObject([
			{ set: { name: "s", elem: [counted("10.0.0.2", 4)] } },
		]);
		expect(one({ reset: { set: inTable("s") } })).toMatchObject(elem(3, 0));
		expect(one({ list: { set: inTable("s") } })).toMatchObject(elem(0, 0));
		const none = { ...inTable("s"), elem: ["10.9.9.9"] } as const;
		expect(() => one({ reset: { element: none } })).toThrow(/ENOENT/);
	});
	test("an element of intervals, with the end that belongs to it", () => {
		const element = { ...inTable("i"), elem: [net] } as const;
		expect(one({ reset: { element } })).toMatchObject([{ set: { name: "i", elem: [net] } }]);
		const last = { ...inTable("i"), elem: ["10.3.0.1"] } as const;
		expect(one({ reset: { element: last } })).toMatchObject([{ set: { elem: last.elem } }]);
	});
	test("objects of another type are not touched", () => {
		one({ reset: { counters: null } });
		expect(one({ list: { quotas: null } })).toMatchObject([{ quota: { used: 10 } }]);
	});
	test("limits", () => {
		expect(one({ list: { limits: null } })).toMatchObject([{ limit: { rate: 10 } }]);
	});
});

describe("questions among changes", () => {
	const table: Command = { add: { table: { family: "inet", name: "new" } } };
	const tables: Command = { list: { tables: { family: "inet" } } };
	const reset: Command = { reset: { counter: inTable("k1") } };
	const k1 = (packets: number) => ({ nftables: [{ counter: { name: "k1", packets } }] });

	test("before a change: what was; after it: what it made", () => {
		expect(ask(tables, table, tables)).toMatchObject([
			{ nftables: [] },
			{ nftables: [{ table: { name: "new" } }] },
		]);
	});
	test("nothing is reset for a document that the kernel refuses", () => {
		const chain: Command = { add: { chain: { family: "ip", table: "none", name: "c" } } };
		expect(() => ask(reset, chain)).toThrow(/ENOENT/);
		expect(ask(reset, table)).toMatchObject([k1(7)]);
		expect(ask(reset)).toMatchObject([k1(0)]);
	});
	test("a check resets nothing", () => {
		expect(apply({ nftables: [reset, table] }, { connection, host, check: true })).toMatchObject([
			k1(7),
		]);
		expect(ask(reset, tables)).toMatchObject([k1(7), { nftables: [] }]);
	});
});

test("an echo has the handles the kernel gave", () => {
	const match = {
		op: "==",
		left: { payload: { protocol: "tcp", field: "dport" } },
		right: { set: [1, 2] },
	} as const;
	const nftables: readonly Command[] = [
		{ add: { set: { ...ip, name: "new", type: "mark", elem: [1] } } },
		{ add: { element: { ...ip, name: "new", elem: [2] } } },
		{ counter: { ...ip, name: "k3" } },
		{ insert: { rule: { ...ip, chain: "c", expr: [{ match }, { counter: "k3" }] } } },
		{ list: { tables: null } },
		{ delete: { counter: { ...ip, name: "k2" } } },
	];
	const [tables, echo] = apply({ nftables }, { connection, host, echo: true });
	expect(tables?.nftables).toHaveLength(2);
	const handles = JSON.stringify(echo).match(/"handle":\d+/g) ?? [];
	expect(handles).toHaveLength(3);
	expect(withoutHandles(echo?.nftables ?? [])).toEqual(nftables);
	const listing = JSON.stringify(list({}, { connection, host }));
	for (const handle of handles) expect(listing).toContain(handle);
});

describe("what a document refers to may change until it is committed", () => {
	const element: Command = { add: { element: { ...ip, name: "v", elem: ["10.0.0.1"] } } };
	const set = (type: "ipv4_addr" | "mark"): Command => ({
		add: { set: { ...ip, name: "v", type, flags: ["interval"] } },
	});
	/** Somebody else acts before each of the first `times` commits. */
	function meddled(times: number, act: () => void): NftablesDriver {
		const other = Object.create(connection) as NftablesDriver;
		let left = times;
		other.commit = (batch, options) => {
			if (left-- > 0) act();
			return connection.commit(batch, options);
		};
		other.read = (...words) => connection.read(...words);
		other.generation = () => connection.generation();
		return other;
	}

	test("then it is compiled for what is there now", () => {
		ask(set("mark"));
		const change = () => ask({ delete: { set: inTable("v") } } as Command, set("ipv4_addr"));
		// An address is not a mark, so only a second look at the set can make this right.
		expect(() => apply({ nftables: [element] }, { connection, host })).toThrow(NftError);
		change();
		let seen = 1;
		const again = (): void => {
			seen++;
			ask({ add: { element: { ...ip, name: "v", elem: [`10.0.0.${seen}`] } } });
		};
		apply({ nftables: [element] }, { connection: meddled(3, again), host });
		expect(seen).toBe(4);
		expect(one({ list: { set: inTable("v") } })).toMatchObject([
			{ set: { elem: ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"] } },
		]);
	});
	test("a bounded number of times", () => {
		ask(set("ipv4_addr"));
		let tables = 0;
		const act = () => ask({ add: { table: { family: "ip", name: `x${tables++}` } } });
		expect(() => apply({ nftables: [element] }, { connection: meddled(1000, act), host })).toThrow(
			/ERESTART/,
		);
		expect(tables).toBe(20);
	});
	test("a document that refers to nothing is not compiled twice", () => {
		let tables = 0;
		const act = () => ask({ add: { table: { family: "ip", name: `x${tables++}` } } });
		const nftables: readonly Command[] = [{ add: { table: { family: "ip", name: "mine" } } }];
		apply({ nftables }, { connection: meddled(1000, act), host });
		expect(tables).toBe(1);
	});
});
