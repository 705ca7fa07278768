import fc from "fast-check";
import { expect, test } from "vitest";
import { compileEncoded } from "../../src/nftables/compile/compile.js";
import { type Command, compile, type Document, NftError } from "../../src/nftables/index.js";
import { printerFor } from "../../src/nftables/listing/printer.js";
import { listStatements } from "../../src/nftables/listing/rule.js";
import { rows } from "./rules.js";
import { compiled, host, inTable } from "./ruleset.js";

const s = { family: "ip", table: "t", name: "s" } as const;
const prefix = { prefix: { addr: "10.1.0.0", len: 16 } } as const;
const elem = ["10.0.0.1", { range: ["10.0.0.4", "10.0.0.9"] }, prefix] as const;
const set = (more: object): Command =>
	({ add: { set: { ...s, type: "ipv4_addr", ...more } } }) as unknown as Command;
const add = { add: { element: { ...s, elem: ["10.0.0.2", "10.0.0.3"] } } } as const;
const remove = { delete: { element: { ...s, elem: [prefix] } } } as const;
const merging = { flags: ["interval"], "auto-merge": true, elem };
const documents: readonly (readonly Command[])[] = [
	...rows.map(([, family, statements]) => inTable(family, statements)),
	[set({ flags: ["interval"], elem }), add, remove],
	[set(merging), add, remove, { flush: { set: s } }, add],
	[
		set({ elem: ["10.0.0.1", "10.0.0.2"] }),
		add,
		{ destroy: { element: { ...s, elem: ["10.0.0.1"] } } },
	],
];

/** Words of the language in wrong places, and values that are in no language. */
const intruder = fc.oneof(
	fc.constantFrom(...wordsOf(documents)),
	fc.integer(),
	fc.double(),
	fc.bigInt(),
	fc.string(),
	fc.boolean(),
	fc.constant(null),
	fc.constant(undefined),
	fc.constantFrom([], {}, [[]], { set: [] }, { concat: [1] }, "@", "*", "__proto__", "constructor"),
	fc.jsonValue({ maxDepth: 2 }),
);

function wordsOf(value: unknown): unknown[] {
	if (typeof value !== "object" || value === null) return [value];
	return Object.entries(value).flatMap(([key, member]) => [key, member, ...wordsOf(member)]);
}

/** A copy in which the n-th value is replaced. */
function replaced(value: unknown, place: { n: number }, by: unknown): unknown {
	if (place.n-- === 0) return by;
	if (Array.isArray(value)) return value.map((each) => replaced(each, place, by));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, member]) => [key, replaced(member, place, by)]),
	);
}

/** The result of compiling a document in one of the two ways. */
function outcome(compileIt: typeof compile, document: unknown): string | undefined {
	try {
		for (const { message, value } of compileIt(document as Document, { host }).messages)
			message.encode(value as never);
		return undefined;
	} catch (error) {
		if (!(error instanceof NftError)) throw error;
		expect(error.cause, error.message).toBeUndefined();
		return error.message;
	}
}
function attempt(document: unknown): void {
	expect(outcome(compileEncoded as typeof compile, document)).toBe(outcome(compile, document));
}

const runs = Number(process.env.FUZZ_RUNS ?? 20_000);

test("a document with one wrong thing in it is compiled or refused with a reason", () => {
	fc.assert(
		fc.property(
			fc.constantFrom(...documents),
			fc.array(fc.tuple(fc.nat(60), intruder), { minLength: 1, maxLength: 3 }),
			(document, changes) => {
				let nftables: unknown = document;
				for (const [n, by] of changes) nftables = replaced(nftables, { n: n + 1 }, by);
				attempt({ nftables });
			},
		),
		{ numRuns: runs },
	);
});

test("what is nested without end is refused", () => {
	let left: unknown = { meta: { key: "mark" } };
	for (let i = 0; i < 100_000; i++) left = { "|": [left, 1] };
	const rule = {
		family: "ip",
		table: "t",
		chain: "c",
		expr: [{ match: { op: "==", left, right: 1 } }],
	};
	expect(() => compile({ nftables: [{ add: { rule } }] } as never, { host })).toThrow(NftError);
});

const families = { ip: 2, ip6: 10, inet: 1, arp: 3, bridge: 7, netdev: 5 } as const;
test("a rule of expressions in any order and with any numbers in them is listed somehow", () => {
	const rules = rows.map(([, family, statements]) => compiled(inTable(family, statements)));
	const expressions = rules.flat();
	fc.assert(
		fc.property(
			fc.constantFrom(...Object.values(families)),
			fc.array(
				fc.tuple(fc.constantFrom(...expressions), fc.nat(40), fc.oneof(fc.nat(20), fc.nat())),
				{ maxLength: 6 },
			),
			(family, picked) => {
				const rule = picked.map(([expression, n, by]) => withNumber(expression, { n }, by));
				JSON.stringify(listStatements(rule, family, () => undefined, printerFor(host)));
			},
		),
		{ numRuns: runs / 2 },
	);
});
/** A copy in which the n-th number of an expression is replaced. */
function withNumber<T>(value: T, place: { n: number }, by: number): T {
	if (typeof value === "number") return (place.n-- === 0 ? by : value) as T;
	if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
	if (Array.isArray(value)) return value.map((each) => withNumber(each, place, by)) as T;
	return Object.fromEntries(
		Object.entries(value).map(([key, member]) => [key, withNumber(member, place, by)]),
	) as T;
}

test("anything at all", () => {
	fc.assert(fc.property(fc.anything(), attempt), { numRuns: 2000 });
});
