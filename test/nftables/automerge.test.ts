import fc from "fast-check";
import { beforeAll, describe, expect, it, test } from "vitest";
import { NftablesDriver } from "../../src/kernel/nftables.js";
import { apply, type Command, list, NftError } from "../../src/nftables/index.js";
import { newNetns } from "../../src/sys/netns.js";
import { host } from "./ruleset.js";

let connection: NftablesDriver;
beforeAll(() => {
	newNetns();
	connection = new NftablesDriver({});
});

const s = { family: "ip", table: "t", name: "s" } as const;
type Range = readonly [low: number, high: number];
const elem = (ranges: readonly Range[]) => ranges.map((range) => ({ range }));
const add = (...ranges: Range[]): Command => ({ add: { element: { ...s, elem: elem(ranges) } } });
const remove = (...ranges: Range[]): Command => ({
	delete: { element: { ...s, elem: elem(ranges) } },
});
const flush: Command = { flush: { set: s } };
const declared = (ranges: readonly Range[] = []): readonly Command[] => [
	{ flush: { ruleset: null } },
	{ add: { table: { family: "ip", name: "t" } } },
	{
		add: {
			set: {
				...s,
				...{ type: "inet_service", flags: ["interval"], "auto-merge": true },
				...(ranges.length > 0 && { elem: elem(ranges) }),
			},
		},
	},
];
const run = (...nftables: readonly Command[]) => apply({ nftables }, { connection, host });

/** The intervals that the kernel has. */
function held(): Range[] {
	const { nftables } = list({}, { connection, host });
	const set = nftables.find((one) => "set" in one) as { set: { elem?: unknown[] } } | undefined;
	return (set?.set.elem ?? []).map((element) => {
		const { range } = element as { range?: Range };
		return range ?? [element as number, element as number];
	});
}

const cases: readonly (readonly [string, readonly (readonly Command[])[], readonly Range[]])[] = [
	["what is there already", [[add([1, 9])], [add([3, 4])]], [[1, 9]]],
	["what is around it", [[add([3, 4])], [add([1, 9])]], [[1, 9]]],
	["what overlaps", [[add([1, 5])], [add([4, 9])]], [[1, 9]]],
	["what touches", [[add([1, 5])], [add([6, 9])]], [[1, 9]]],
	["what fills a gap", [[add([1, 2], [4, 5])], [add([3, 3])]], [[1, 5]]],
	[
		"several commands",
		[
			[add([1, 2]), add([3, 4]), add([9, 9])],
			[add([5, 7]), add([8, 8])],
		],
		[[1, 9]],
	],
	["the last value", [[add([65530, 65533])], [add([65534, 65535])]], [[65530, 65535]]],
	["the first value", [[add([1, 5])], [add([0, 0])]], [[0, 5]]],
	["after a flush", [[add([1, 9])], [flush, add([4, 5])]], [[4, 5]]],
	["before a flush", [[add([1, 9])], [add([10, 11]), flush, add([4, 5])]], [[4, 5]]],
	[
		"a part taken from the middle",
		[[add([1, 9])], [remove([4, 5])]],
		[
			[1, 3],
			[6, 9],
		],
	],
	["parts taken from both ends", [[add([1, 9])], [remove([1, 2], [8, 9])]], [[3, 7]]],
	["all of it taken away", [[add([1, 9])], [remove([1, 9])]], []],
	[
		"taken away and put back",
		[[add([1, 9])], [remove([4, 5]), add([5, 5])]],
		[
			[1, 3],
			[5, 9],
		],
	],
];
describe("intervals of a set that merges them", () => {
	it.each(cases)("%s", (_, documents, expected) => {
		run(...declared());
		for (const document of documents) run(...document);
		expect(held()).toEqual(expected);
		run(...declared(), ...documents.flat());
		expect(held()).toEqual(expected);
	});

	it("are those of the declaration, too", () => {
		run(...declared([[1, 2]]), add([3, 4]));
		expect(held()).toEqual([[1, 4]]);
	});

	it("cannot lose what they do not have", () => {
		run(...declared([[1, 2]]));
		expect(() => run(remove([2, 3]))).toThrow(NftError);
		expect(held()).toEqual([[1, 2]]);
	});

	it("keep what is said of them, where a part is taken away", () => {
		const element = { elem: { val: { range: [1, 9] }, comment: "ours" } } as const;
		run(...declared(), { add: { element: { ...s, elem: [element] } } });
		run(remove([5, 5]));
		expect(JSON.stringify(list({}, { connection, host })).match(/"comment":"ours"/g)).toHaveLength(
			2,
		);
	});
});

test("whatever is added, each value is in one interval, and no two of them touch", () => {
	const range = fc
		.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 5 }))
		.map(([low, more]): Range => [low, low + more]);
	const documents = fc.array(
		fc.array(fc.array(range, { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
		{
			maxLength: 4,
		},
	);
	fc.assert(
		fc.property(documents, (all) => {
			run(...declared());
			const values = new Set<number>();
			for (const document of all) {
				run(...document.map((ranges) => add(...ranges)));
				for (const [low, high] of document.flat())
					for (let value = low; value <= high; value++) values.add(value);
			}
			const found = held();
			const inside = found.flatMap(([low, high]) =>
				Array.from({ length: high - low + 1 }, (_, i) => low + i),
			);
			expect(inside).toEqual([...values].toSorted((a, b) => a - b));
			for (const [i, [low]] of found.entries())
				if (i > 0) expect(low).toBeGreaterThan((found[i - 1]?.[1] ?? 0) + 1);
		}),
		{ numRuns: 60 },
	);
});
