// Applies the mutants one at a time to a copy of the sources and runs their tests, of which one must fail.
// UMLNET_LANE=1/2 takes every second mutant. If UMLNET_RESULTS names a file, a line of JSON for RESULTS.md is appended
// to it.
import { spawnSync } from "node:child_process";
import {
	appendFileSync,
	cpSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MUTANTS } from "./mutants.mjs";

const root = join(import.meta.dirname, "../..");
const copy = mkdtempSync(join(tmpdir(), "mutants-"));
for (const name of ["src", "test", "proto", "scripts", "docs", "bench", "dist", "systemd"])
	cpSync(join(root, name), join(copy, name), { recursive: true });
for (const name of [
	"package.json",
	"tsconfig.json",
	"vitest.config.ts",
	"rolldown.config.js",
	"README.md",
])
	cpSync(join(root, name), join(copy, name));
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));

const [lane, lanes] = (process.env.UMLNET_LANE ?? "1/1").split("/").map(Number);
const only = process.argv.slice(2);
const mine = MUTANTS.filter(
	([name], i) => i % lanes === lane - 1 && (only.length === 0 || only.includes(name)),
);
const env = { ...process.env, UMLNET_FAULTS: "", UMLNET_RESULTS: "" };
delete env.UMLNET_RESULTS;

const BUILD = [
	["npx", "tsc", "-p", "."],
	["node", "scripts/ruleset.mjs"],
	["npx", "rolldown", "-c"],
];

/** Whether a test fails. A test that uses the build gets a new one. */
function isRed(test) {
	// The compiler reports code that has become unused or unreachable, but compiles it nevertheless.
	if (
		/^test.(attack.policy|fault.killed|kernel.(known-network|ssh|trouble)|library.provisional)/.test(
			test,
		)
	)
		for (const [program, ...args] of BUILD) spawnSync(program, args, { cwd: copy });
	const run = spawnSync("npx", ["vitest", "run", "--bail", "1", test], {
		cwd: copy,
		env,
		encoding: "utf8",
	});
	if (/No test files found|Startup Error/.test(run.stdout + run.stderr))
		throw new Error(run.stderr);
	return run.status !== 0 && /FAIL/.test(run.stdout + run.stderr);
}

const survivors = [];
for (const [name, file, from, to, tests] of mine) {
	const path = join(copy, "src", file);
	const source = readFileSync(path, "utf8");
	if (!source.includes(from)) survivors.push(`${name}: there is no such line in ${file} any more`);
	else {
		writeFileSync(path, source.replace(from, to));
		const by = tests.find(isRed);
		console.log(`${by === undefined ? "SURVIVED" : `caught by ${by}`}: without ${name}`);
		if (by === undefined) survivors.push(name);
		writeFileSync(path, source);
	}
}
rmSync(copy, { recursive: true });
const outcome = {
	campaign: "mutation check",
	cases: mine.length,
	deviations: survivors.length,
	...(survivors.length > 0 && { notes: `survived: ${survivors.join("; ")}` }),
};
console.log(JSON.stringify(outcome));
if (process.env.UMLNET_RESULTS)
	appendFileSync(process.env.UMLNET_RESULTS, `${JSON.stringify(outcome)}\n`);
process.exitCode = survivors.length > 0 ? 1 : 0;
