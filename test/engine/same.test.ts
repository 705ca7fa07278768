import fc from "fast-check";
import { expect, test } from "vitest";
import { isPart, same } from "../../src/engine/same.js";

/** Sort the keys of every object, and leave out undefined values. */
function canonical(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(canonical);
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, one]) => one !== undefined)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([key, one]) => [key, canonical(one)]),
	);
}
// Few different keys and values, so that two trees are equal now and then.
const { tree } = fc.letrec((tie) => ({
	tree: fc.oneof(
		{ depthSize: "small" },
		fc.constantFrom(0, 1, "", "a", true, false, null),
		fc.array(tie("tree"), { maxLength: 2 }),
		fc.dictionary(fc.constantFrom("a", "b"), fc.oneof(tie("tree"), fc.constant(undefined)), {
			noNullPrototype: true,
		}),
	),
}));

test("values are the same whose JSON is, whatever the order of the keys", () => {
	const text = (value: unknown) => JSON.stringify(canonical(value));
	let equal = 0;
	fc.assert(
		fc.property(tree, tree, (a, b) => {
			if (text(a) === text(b)) equal++;
			expect(same(a, b)).toBe(text(a) === text(b));
			expect(same(a, structuredClone(a))).toBe(true);
		}),
		{ numRuns: 2000 },
	);
	expect(equal).toBeGreaterThan(10);
});

test("an object is part of what stays the same when it is laid over", () => {
	const object = fc.dictionary(fc.constantFrom("a", "b", "c"), tree, { noNullPrototype: true });
	let parts = 0;
	fc.assert(
		fc.property(object, object, (part, whole) => {
			if (isPart(part, whole)) parts++;
			expect(isPart(part, whole)).toBe(same({ ...whole, ...part }, whole));
		}),
		{ numRuns: 2000 },
	);
	expect(parts).toBeGreaterThan(10);
});
