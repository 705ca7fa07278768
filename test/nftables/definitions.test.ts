import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { expressionReaders } from "../../src/nftables/expression/index.js";
import { statementListers, statementParsers } from "../../src/nftables/statement/index.js";
import type {
	ExpressionDefinition,
	StatementDefinition,
} from "../../src/nftables/tree/definition.js";

const MEMBERS = ["parse", "read", "nodes", "list", "stateful"];
type Definition = ExpressionDefinition & StatementDefinition;
const isDefinition = (value: unknown): value is Definition =>
	typeof value === "object" &&
	value !== null &&
	Object.keys(value).some((key) => MEMBERS.includes(key));

/** The definitions in the files of a folder. */
async function definitionsIn(folder: "expression" | "statement"): Promise<readonly Definition[]> {
	const source = new URL(`../../src/nftables/${folder}/`, import.meta.url);
	const files = readdirSync(source).filter((file) => file !== "index.ts");
	const modules = await Promise.all(files.map((file) => import(new URL(file, source).pathname)));
	return modules.flatMap((module) => Object.values(module).filter(isDefinition));
}
const expressions = await definitionsIn("expression");
const statements = await definitionsIn("statement");
const namesIn = (definitions: readonly Definition[], member: keyof Definition): string[] =>
	definitions.flatMap((definition) => Object.keys(definition[member] ?? {}));

test.each([
	["expressions by their names in JSON", namesIn(expressions, "parse")],
	["expressions by the kernel's", namesIn(expressions, "read")],
	["kinds of nodes", namesIn(expressions, "nodes")],
	["statements by their names in JSON", namesIn(statements, "parse")],
	["statements with a state by the kernel's", namesIn(statements, "stateful")],
])("%s are defined once", (_what, names) => {
	expect(names.length).toBeGreaterThan(3);
	expect(names).toHaveLength(new Set(names).size);
});

test("whatever a file defines is in the tables", () => {
	expect(Object.keys(expressionReaders).sort()).toEqual(namesIn(expressions, "read").sort());
	expect(Object.keys(statementParsers).sort()).toEqual(namesIn(statements, "parse").sort());
	const listed = [...namesIn(statements, "list"), ...namesIn(statements, "stateful")];
	expect([...statementListers].flatMap(([name, all]) => all.map(() => name)).sort()).toEqual(
		listed.sort(),
	);
});
