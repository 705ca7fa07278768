/**
 * Every mutant must still be possible: the text that it replaces exists once, the replacement differs, and its tests
 * exist.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

type Mutant = readonly [name: string, file: string, from: string, to: string, tests: string[]];

const root = join(import.meta.dirname, "../..");
const path = "./mutants.mjs";
const { MUTANTS } = (await import(path)) as { readonly MUTANTS: readonly Mutant[] };

/** Why a mutant is impossible. */
function flawOf([, file, from, to, tests]: Mutant): string | undefined {
	const source = join(root, "src", file);
	if (!existsSync(source)) return `there is no src/${file}`;
	if (!readFileSync(source, "utf8").includes(from)) return `src/${file} has no such line: ${from}`;
	if (from === to) return "nothing is taken away";
	const missing = tests.filter((one) => !existsSync(join(root, one)));
	if (tests.length === 0 || missing.length > 0) return `there are no tests ${missing.join()}`;
	return undefined;
}

test("every mutant can be made", () => {
	const flaws = MUTANTS.flatMap((mutant) => {
		const flaw = flawOf(mutant);
		return flaw === undefined ? [] : [`${mutant[0]}: ${flaw}`];
	});
	expect(flaws).toEqual([]);
	expect(MUTANTS.length).toBeGreaterThan(100);
});

test("each has a name of its own, by which it can be tried alone", () => {
	const names = MUTANTS.map(([name]) => name);
	expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test("one whose line has changed is found", () => {
	const [mutant] = MUTANTS as [Mutant];
	const [name, file, , to, tests] = mutant;
	expect(flawOf([name, file, "no line of it", to, tests])).toContain("no such line");
	expect(flawOf([name, "no/file.ts", "", to, tests])).toContain("there is no src/no/file.ts");
	expect(flawOf([name, file, mutant[2], to, ["test/no.test.ts"]])).toContain("test/no.test.ts");
});
