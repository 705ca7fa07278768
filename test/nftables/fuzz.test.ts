import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, type Document, RulesetError } from "../../src/nftables/index.js";
import { rows } from "./rules.js";
import { host, inTable } from "./ruleset.js";

const documents = rows.map(([, family, statements]) => inTable(family, statements));

/** Words of the language where they do not belong, and what no language has. */
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

/** A copy with the value at the n-th place replaced. */
function replaced(value: unknown, place: { n: number }, by: unknown): unknown {
	if (place.n-- === 0) return by;
	if (Array.isArray(value)) return value.map((each) => replaced(each, place, by));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, member]) => [key, replaced(member, place, by)]),
	);
}

function attempt(document: unknown): void {
	try {
		for (const { message, value } of compile(document as Document, { host }).messages)
			message.encode(value as never);
	} catch (error) {
		if (!(error instanceof RulesetError)) throw error;
		expect(error.cause, error.message).toBeUndefined();
	}
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
	expect(() => compile({ nftables: [{ add: { rule } }] } as never, { host })).toThrow(RulesetError);
});

test("anything at all", () => {
	fc.assert(fc.property(fc.anything(), attempt), { numRuns: 2000 });
});
