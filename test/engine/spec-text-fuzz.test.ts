import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Issues } from "../../src/spec/issues.js";
import { parseJson } from "../../src/spec/json.js";
import { parseSpec } from "../../src/spec/spec.js";
import { damerauLevenshtein } from "../../src/spec/suggestion.js";
import type { Node } from "../../src/spec/tree.js";
import { accepted, spec } from "./spec-arbitrary.js";

const tokens = [
	..."{}[],:-?&*!|>'\"%@`#\\~ \t\n\r\0\ufeff",
	"- ",
	": ",
	"\n  ",
	"\n    ",
	"---\n",
	"...\n",
	"<<: *a",
	"&a ",
	"*a",
	"!!str ",
	"!!set ",
	"!<x> ",
	"|+2\n",
	"version: 1\n",
	"networks:\n",
	"taps:\n",
	"lab",
	"tap0",
	"mode: nat",
	'"\\u0000"',
	"1e999",
	"\ud800",
	"é",
];
/** A text that is cut, repeated and mixed with what parsers often get wrong. */
const mangled = (text: fc.Arbitrary<string>) =>
	fc
		.tuple(
			text,
			fc.array(fc.tuple(fc.nat(2000), fc.nat(8), fc.constantFrom(...tokens)), { maxLength: 5 }),
		)
		.map(([text, edits]) =>
			edits.reduce((text, [at, cut, token]) => {
				const start = at % (text.length + 1);
				return text.slice(0, start) + token + text.slice(start + cut);
			}, text),
		);
const plainSpec = spec.filter((value) => {
	try {
		return JSON.stringify(value) !== undefined;
	} catch {
		return false;
	}
});

describe("whatever text comes in", () => {
	it("soup is a Spec or a SpecError", () => {
		const soup = fc
			.array(fc.oneof(fc.constantFrom(...tokens), fc.string()))
			.map((all) => all.join(""));
		fc.assert(
			fc.property(soup, (text) => {
				accepted(() => parseSpec(text));
			}),
			{ numRuns: 5000 },
		);
	});

	it("a mangled spec in YAML is a Spec or a SpecError", () => {
		const yaml = plainSpec.map((value) => stringify(JSON.parse(JSON.stringify(value))));
		fc.assert(
			fc.property(mangled(yaml), (text) => {
				accepted(() => parseSpec(text));
			}),
			{ numRuns: 2000 },
		);
	});

	it("a mangled spec in JSON is a Spec or a SpecError", () => {
		const json = plainSpec.map((value) => JSON.stringify(value));
		fc.assert(
			fc.property(mangled(json), (text) => {
				accepted(() => parseSpec(text, { source: "x.json" }));
			}),
			{ numRuns: 2000 },
		);
	});

	it("what JSON.parse says is JSON is JSON, and means the same", () => {
		const plain = (node: Node): unknown => {
			if (node.kind === "scalar") return node.value;
			if (node.kind === "list") return node.items.map(plain);
			const entries = [...node.entries].map(([key, entry]) => [key, plain(entry.node)]);
			return Object.fromEntries(entries);
		};
		const isJson = (text: string) => {
			try {
				return { value: JSON.parse(text) as unknown };
			} catch {
				return undefined;
			}
		};
		const text = fc.oneof(
			fc.json({ maxDepth: 5 }),
			mangled(fc.json({ maxDepth: 3 })),
			fc.string({ unit: fc.constantFrom(...'0123456789.eE+-truefalsn[]{}:," \\') }),
		);
		fc.assert(
			fc.property(text, (text) => {
				const issues = new Issues();
				const root = parseJson(text, issues);
				const wanted = isJson(text);
				expect(root === undefined).toBe(wanted === undefined);
				if (root === undefined || issues.count > 0) return;
				expect(plain(root)).toEqual(wanted?.value);
			}),
			{ numRuns: 10_000 },
		);
	});
});

describe("suggestions", () => {
	it("measure a distance: none to itself, one per slip, the same both ways, never past the longer", () => {
		const word = fc.string({ unit: fc.constantFrom(..."abc"), maxLength: 8 });
		fc.assert(
			fc.property(word, word, fc.nat(8), (a, b, at) => {
				const distance = damerauLevenshtein(a, b);
				expect(damerauLevenshtein(b, a)).toBe(distance);
				expect(distance === 0).toBe(a === b);
				expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
				expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
				const i = at % (a.length + 1);
				expect(damerauLevenshtein(a, `${a.slice(0, i)}x${a.slice(i)}`)).toBe(1);
				const swapped = `${a.slice(0, i)}yx${a.slice(i)}`;
				expect(damerauLevenshtein(`${a.slice(0, i)}xy${a.slice(i)}`, swapped)).toBe(1);
			}),
		);
	});
});
