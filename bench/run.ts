/**
 * `npm run bench [-- --quick] [-- --rows up,churn]`: measures everything and writes bench/results/. A quick run, or one
 * of some rows only, writes to .cache/bench/results/ instead.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Bench } from "./bench.js";
import { goals } from "./goals.js";
import { install } from "./install.js";
import { machine } from "./machine.js";
import { cache, root } from "./paths.js";
import { plot } from "./plot.js";
import { markdown, type Results } from "./report.js";
import type { Row } from "./row.js";
import { growthRows } from "./rows/growth.js";
import { churnRows, contentionRows, guestRows } from "./rows/guests.js";
import { machineRow } from "./rows/machine.js";
import { partRows } from "./rows/parts.js";
import { processRows, specRow, startRow } from "./rows/process.js";
import { checkSame } from "./same.js";
import { wireRows } from "./wire.js";

const MEASUREMENTS: Readonly<Record<string, (bench: Bench) => Promise<readonly Row[]>>> = {
	up: guestRows,
	contend: contentionRows,
	churn: churnRows,
	growth: growthRows,
	parts: partRows,
	process: processRows,
	start: async (bench) => [await startRow(bench)],
	spec: async (bench) => [await specRow(bench)],
	wire: wireRows,
	machine: async (bench) => [machineRow(bench)],
};

const { values } = parseArgs({
	options: { quick: { type: "boolean", default: false }, rows: { type: "string" } },
});
const wanted = values.rows?.split(",") ?? Object.keys(MEASUREMENTS);
const unknown = wanted.filter((name) => MEASUREMENTS[name] === undefined);
if (unknown.length > 0) {
	fail(`no rows ${unknown.join(", ")}; there are ${Object.keys(MEASUREMENTS).join(", ")}`);
}
if (process.getuid?.() !== 0) fail("the bench makes network namespaces and taps: run it as root");

install();
const rows = await measure();
const results: Results = {
	machine: machine(),
	quick: values.quick,
	rows,
	goals: goals(rows),
};
const partial = values.quick || values.rows !== undefined;
const folder = partial ? join(cache, "results") : join(root, "bench/results");
mkdirSync(folder, { recursive: true });
const page = markdown(results, "plot.svg");
writeFileSync(join(folder, "results.md"), page);
writeFileSync(join(folder, "results.json"), `${JSON.stringify(results, undefined, "\t")}\n`);
writeFileSync(join(folder, "plot.svg"), plot(rows));
process.stdout.write(page);
process.stderr.write(`written to ${folder}\n`);

async function measure(): Promise<Row[]> {
	using bench = new Bench(values.quick);
	// Namespaces outlive a process, so an interrupted one must remove its own.
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
		process.once(signal, () => {
			bench.lab.close();
			process.exit(1);
		});
	}
	await checkSame(bench);
	const all: Row[] = [];
	for (const name of wanted) {
		const start = Date.now();
		all.push(...((await MEASUREMENTS[name]?.(bench)) ?? []));
		process.stderr.write(`${name}: ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
	}
	return all;
}

function fail(message: string): never {
	process.stderr.write(`bench: ${message}\n`);
	process.exit(2);
}
