import { beforeAll, expect, test } from "vitest";
import { NftablesDriver } from "../../src/kernel/nftables.js";
import {
	apply,
	type Command,
	list,
	NftError,
	OverrunError,
	type RulesetEvent,
	watch,
} from "../../src/nftables/index.js";
import { newNetns } from "../../src/sys/netns.js";
import { host } from "./ruleset.js";

const flush = { flush: { ruleset: null } } as const;
const ip = { family: "ip", table: "t" } as const;
const table = { add: { table: { family: "ip", name: "t" } } } as const;
const chain = { add: { chain: { ...ip, name: "c" } } } as const;
const options = { host };
const dport = { payload: { protocol: "tcp", field: "dport" } } as const;
const among = (...set: readonly number[]) =>
	({ match: { op: "==", left: dport, right: { set } } }) as const;

beforeAll(() => newNetns());

/** What a watch reports while the documents are applied, without handles. */
async function told(before: readonly Command[], ...documents: readonly (readonly Command[])[]) {
	apply({ nftables: [flush, ...before] }, options);
	const changes = watch(options);
	for (const nftables of documents) apply({ nftables }, options);
	apply({ nftables: [{ add: { table: { family: "ip6", name: "last" } } }] }, options);
	const all: RulesetEvent[] = [];
	for await (const change of changes) {
		const text = JSON.stringify(change, (key, value) => (key === "handle" ? undefined : value));
		if (text.includes('"last"')) return all;
		all.push(JSON.parse(text) as RulesetEvent);
	}
	return all;
}

test("an object comes with what it is, and goes by its name", async () => {
	const counter = { ...ip, name: "n", packets: 1, bytes: 2 } as const;
	const limit = { ...ip, name: "l", rate: 3, per: "minute", burst: 5 } as const;
	const [first, second] = [{ ...ip, name: "n" } as const, { ...ip, name: "l" } as const];
	const events = await told(
		[table],
		[{ add: { counter } }, { add: { limit } }],
		[{ delete: { counter: first } }, { delete: { limit: second } }],
	);
	expect(events).toEqual([
		{ add: { counter } },
		{ add: { limit } },
		{ delete: { counter: first } },
		{ delete: { limit: second } },
	]);
});

test("tables, chains and rules come and go", async () => {
	const rule = { ...ip, chain: "c", expr: [among(22, 80), { accept: null }] } as const;
	const events = await told(
		[],
		[table, chain, { add: { rule } }],
		[{ insert: { rule: { ...rule, expr: [{ drop: null }] } } }],
		[{ delete: { table: { family: "ip", name: "t" } } }],
	);
	expect(events).toEqual([
		table,
		chain,
		{ add: { rule } },
		{ insert: { rule: { ...rule, expr: [{ drop: null }] } } },
		{ delete: { rule: { ...rule, expr: [{ drop: null }] } } },
		{ delete: { rule } },
		{ delete: { chain: chain.add.chain } },
		{ delete: { table: { family: "ip", name: "t" } } },
	]);
});

test("a rule whose anonymous set is older than the watch", async () => {
	const rule = { ...ip, chain: "c", expr: [among(22, 80)] };
	const events = await told(
		[table, chain, { add: { rule } }],
		[{ flush: { chain: chain.add.chain } }],
	);
	expect(events).toEqual([{ delete: { rule } }]);
});

test("elements, each by itself, intervals whole", async () => {
	const set = { ...ip, name: "s", type: "ipv4_addr", flags: ["interval"] } as const;
	const map = { ...ip, name: "m", type: "ipv4_addr", map: "inet_service" } as const;
	const prefix = { prefix: { addr: "10.0.0.0", len: 8 } };
	const range = { range: ["1.1.1.1", "1.1.1.9"] } as const;
	const events = await told(
		[table],
		[{ add: { set } }, { add: { map } }],
		[
			{ add: { element: { ...ip, name: "s", elem: [range, prefix] } } },
			{ add: { element: { ...ip, name: "m", elem: [["1.1.1.1", 3]] } } },
		],
		[{ delete: { element: { ...ip, name: "s", elem: [prefix] } } }, { delete: { map } }],
	);
	const element = (name: string, one: unknown) => ({
		element: { ...ip, name, elem: { set: [one] } },
	});
	expect(events).toEqual([
		{ add: { set } },
		{ add: { map } },
		{ add: element("s", range) },
		{ add: element("s", prefix) },
		{ add: element("m", ["1.1.1.1", 3]) },
		{ delete: element("s", prefix) },
		{ delete: { map: { ...ip, name: "m" } } },
	]);
});

test("intervals that go are told in the order of the kernel, as nft tells them", async () => {
	const set = { ...ip, name: "s", type: "mark", flags: ["interval"] } as const;
	const range = (low: number, high: number) => ({ range: [low, high] }) as const;
	const elem = [range(1, 9), range(10, 19), range(30, 39)];
	const events = await told([table, { add: { set: { ...set, elem } } }], [{ flush: { set } }]);
	const gone = (one: unknown) => ({
		delete: { element: { ...ip, name: "s", elem: { set: [one] } } },
	});
	expect(events).toEqual(elem.toReversed().map(gone));
});

test("what is told of additions, applied, makes the same ruleset", async () => {
	const rule = { ...ip, chain: "c", expr: [among(1, 2), { counter: { packets: 0, bytes: 0 } }] };
	const set = { ...ip, name: "s", type: ["ipv4_addr", "inet_service"] } as const;
	const elem = [{ concat: ["1.1.1.1", 5] }, { concat: ["1.1.1.2", 6] }] as const;
	const events = await told(
		[],
		[
			table,
			chain,
			{ add: { set } },
			{ add: { element: { ...ip, name: "s", elem } } },
			{ add: { rule } },
		],
	);
	const before = list({ family: "ip" }, options);
	apply({ nftables: [flush, ...(events as Command[])] }, options);
	const plain = (value: unknown) =>
		JSON.stringify(value, (key, inner) => (key === "handle" ? undefined : inner));
	expect(plain(list({ family: "ip" }, options))).toBe(plain(before));
});

test("it ends with its signal, and waiting does not hold up the thread", async () => {
	const stop = new AbortController();
	const next = watch({ ...options, signal: stop.signal }).next();
	let ticks = 0;
	const timer = setInterval(() => ++ticks, 5);
	setTimeout(() => stop.abort(), 100);
	expect(await next).toEqual({ done: true, value: undefined });
	clearInterval(timer);
	expect(ticks).toBeGreaterThan(5);
});

test("events that the kernel had to drop are an OverrunError", async () => {
	apply(
		{ nftables: [flush, table, { add: { set: { ...ip, name: "s", type: "mark" } } }] },
		options,
	);
	const changes = watch({ ...options, bufferBytes: 4096 });
	const elem = Array.from({ length: 5000 }, (_, i) => i);
	apply({ nftables: [{ add: { element: { ...ip, name: "s", elem } } }] }, options);
	const seen: RulesetEvent[] = [];
	const loop = async (): Promise<void> => {
		for await (const change of changes) seen.push(change);
	};
	await expect(loop()).rejects.toThrow(OverrunError);
	expect(seen.length).toBeLessThan(5000);
});

test("a check has the kernel validate and changes nothing", () => {
	const connection = new NftablesDriver({});
	apply({ nftables: [flush, table, chain] }, { connection, host });
	const before = list({}, { connection, host });
	const rule = { ...ip, chain: "c", expr: [{ accept: null }] };
	const check = (...nftables: readonly Command[]): void =>
		void apply({ nftables }, { connection, host, check: true });
	check({ add: { rule } }, { add: { set: { ...ip, name: "s", type: "mark", elem: [1, 2] } } });
	check({ delete: { table: { family: "ip", name: "t" } } });
	check(flush);
	expect(list({}, { connection, host })).toEqual(before);
	expect(() => check({ add: { rule } }, { add: { rule: { ...rule, chain: "none" } } })).toThrow(
		/^\$\.nftables\[1\].*ENOENT/,
	);
	// A loop of jumps is only found when the batch is validated as a whole.
	const jump = (from: string, target: string) =>
		({ add: { rule: { ...ip, chain: from, expr: [{ jump: { target } }] } } }) as const;
	const base = { ...ip, name: "b", type: "filter", hook: "input", prio: 0 } as const;
	const loop = [
		{ add: { chain: base } },
		{ add: { chain: { ...ip, name: "d" } } },
		jump("b", "c"),
		jump("c", "d"),
		jump("d", "c"),
	] as const;
	expect(() => check(...loop)).toThrow(NftError);
	expect(list({}, { connection, host })).toEqual(before);
	// A commit after it still works.
	apply({ nftables: [{ add: { rule } }] }, { connection, host });
	expect(list({}, { connection, host }).nftables).toHaveLength(before.nftables.length + 1);
	connection.close();
});

test("what the kernel refused has its code, what is wrong in the document another", () => {
	const code = (...nftables: readonly Command[]): string => {
		try {
			apply({ nftables }, options);
			return "done";
		} catch (error) {
			return error instanceof NftError ? error.code : "no NftError";
		}
	};
	expect(code({ add: { rule: { ...ip, chain: "none", expr: [] } } })).toBe("ERR_KERNEL");
	expect(code({ add: { rule: { ...ip, chain: "c", expr: [{ teleport: 1 } as never] } } })).toBe(
		"ERR_NFT_UNSUPPORTED",
	);
	expect(code({ add: { rule: { ...ip, chain: "c", expr: [among(70000)] } } })).toBe("ERR_NFT");
});
