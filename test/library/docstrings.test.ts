import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./library.js";

interface Declaration {
	readonly name: string;
	/** The file that re-exports or declares it. */
	readonly file: string;
}

/** The names that a file re-exports. */
const reExports = (file: string): Declaration[] =>
	[
		...readFileSync(file, "utf8").matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm),
	].flatMap(([, names = "", from = ""]) =>
		names
			.split(",")
			.map((name) => name.trim().replace(/^type /, ""))
			.filter((name) => name !== "")
			.map((name) => ({ name, file: join(dirname(file), from.replace(/\.js$/, ".d.ts")) })),
	);

const declares = (name: string): RegExp =>
	new RegExp(
		String.raw`^(?:export )?(?:declare )?(?:abstract )?(interface|class|type|const|function) ${name}\b`,
		"m",
	);

/** The declarations from which a name may come that a file imports, or re-exports with `export *`. */
function passedOn(file: string, text: string, name: string): Declaration[] {
	const statements = text.matchAll(
		/^(?:import (?:type )?\{([^}]*)\}|export (?:type )?\*) from "([^"]+)";/gm,
	);
	return [...statements].flatMap(([, names, from = ""]) => {
		const there = { name, file: join(dirname(file), from.replace(/\.js$/, ".d.ts")) };
		if (names === undefined)
			return declares(name).test(readFileSync(there.file, "utf8")) ? [there] : [];
		return names.split(",").some((one) => one.trim().replace(/^type /, "") === name) ? [there] : [];
	});
}

/** The declaration of something exported. */
function declarationOf({ name, file }: Declaration): { text: string; at: number; word: string } {
	const text = readFileSync(file, "utf8");
	const match = declares(name).exec(text);
	if (match !== null) return { text, at: match.index, word: match[1] ?? "" };
	const next = [...reExports(file), ...passedOn(file, text, name)].find((one) => one.name === name);
	if (next === undefined) throw new Error(`${name} is declared nowhere`);
	return declarationOf(next);
}

/** The lines of a class or interface that declare a member without a docstring. */
function undocumentedMembers(text: string, at: number): string[] {
	const found: string[] = [];
	let [depth, before] = [0, ""];
	for (const line of text.slice(text.indexOf("{", at)).split("\n")) {
		const code = line.trim();
		const isComment = /^(\/?\*|\/\/)/.test(code);
		const isMember = /^(?:static |readonly |get |set )*[\w[\].]+\??\s*[<(:]/.test(code);
		if (depth === 1 && isMember && !/^constructor/.test(code) && !before.endsWith("*/"))
			found.push(code);
		if (!isComment)
			depth += (code.match(/[{(]/g) ?? []).length - (code.match(/[})]/g) ?? []).length;
		if (code !== "") before = code;
		if (depth === 0) return found;
	}
	return found;
}

describe.each(["index", "testing/index"])("of %s", (entry) => {
	const exported = reExports(join(root, `dist/${entry}.d.ts`));

	test("there is much", () => {
		expect(exported.length).toBeGreaterThan(5);
	});

	test.each(exported.map((one) => [one.name, one] as const))("%s says what it is", (_, one) => {
		const { text, at, word } = declarationOf(one);
		expect(text.slice(0, at).trimEnd().endsWith("*/"), "its own docstring").toBe(true);
		if (word === "interface" || word === "class")
			expect(undocumentedMembers(text, at), "members without one").toEqual([]);
	});
});
