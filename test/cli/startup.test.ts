import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { buildProgram } from "../../src/cli/program.js";

const SRC = resolve(import.meta.dirname, "../../src");

/** Every module that importing `file` loads, whatever the command line. Types are left out, as they cost nothing. */
function loaded(file: string, found = new Set<string>()): ReadonlySet<string> {
	if (found.has(file)) return found;
	found.add(file);
	const source = readFileSync(file, "utf8");
	for (const [, clause = "", from = ""] of source.matchAll(
		/^(?:import|export) ([^;]*?)from "([^"]+)";$/gms,
	)) {
		const names = /\{(.*)\}/s.exec(clause)?.[1]?.split(",") ?? [];
		const typesOnly =
			clause.startsWith("type ") ||
			(names.length > 0 && names.every((name) => /^\s*(type\s.*)?$/s.test(name)));
		if (typesOnly) continue;
		if (from.startsWith(".")) loaded(join(dirname(file), from.replace(/\.js$/, ".ts")), found);
		else found.add(from);
	}
	return found;
}

test("help and version load commander and nothing heavy", () => {
	const modules = [...loaded(join(SRC, "cli/main.ts"))];
	const packages = modules.filter((module) => !module.startsWith("/"));
	expect(packages.filter((name) => !name.startsWith("node:"))).toEqual(["commander"]);
	const files = modules
		.filter((module) => module.startsWith("/"))
		.map((file) => relative(SRC, file));
	expect(files.filter((file) => !file.startsWith("cli/"))).toEqual([
		"spec/field.ts",
		"spec/fields.ts",
		"sys/error.ts",
		"sys/errno.ts",
	]);
});

test("the command line loads nothing to start a program with", () => {
	const modules = [...loaded(join(SRC, "cli/main.ts"))];
	expect(modules).toContain(join(SRC, "cli/main.ts"));
	expect(modules.filter((module) => /child_process/.test(module))).toEqual([]);
});

test("YAML is loaded only when a spec file is read", () => {
	for (const entry of ["host/host.ts", "spec/flags.ts", "spec/accounts.ts"])
		expect([...loaded(join(SRC, entry))]).not.toContain("yaml");
	expect([...loaded(join(SRC, "spec/spec.ts"))]).toContain("yaml");
});

test("a command line that begins with a verb builds no other", () => {
	const nowhere = { write() {}, isTTY: false, columns: undefined };
	const built = (...argv: readonly string[]): readonly string[] =>
		buildProgram({ stdout: nowhere, stderr: nowhere }, async () => {}, argv).commands.map((verb) =>
			verb.name(),
		);
	const all = built();
	expect(all.length).toBeGreaterThan(10);
	for (const name of all) expect(built(name, "tap0")).toEqual(name === "completion" ? all : [name]);
	for (const argv of [["help", "up"], ["--help"], ["-n", "up", "down"], ["upp"]])
		expect(built(...argv)).toEqual(all);
});
