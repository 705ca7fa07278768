// Adds the result of a campaign to results.json, and writes RESULTS.md from it: results.mjs DIRECTORY NAME SECONDS
// STATUS. If it only gets names of other results.json files, it takes over what is newer in those.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join } from "node:path";

const [directory, name, seconds, status] = process.argv.slice(2);
const isMerge = process.argv.slice(2).every((argument) => argument.endsWith(".json"));
const here = import.meta.dirname;
const kept = join(here, "results.json");

/** The rows of one campaign that several processes have shared are combined. */
function rowsOf(campaign) {
	const file = join(directory, `${campaign}.rows`);
	const lines = existsSync(file)
		? readFileSync(file, "utf8").trim().split("\n").filter(Boolean)
		: [];
	const rows = new Map();
	for (const row of lines.map((line) => JSON.parse(line))) {
		const before = rows.get(row.campaign) ?? { cases: 0, deviations: 0, seeds: [], notes: [] };
		rows.set(row.campaign, {
			what: row.campaign,
			cases: before.cases + row.cases,
			...(row.of !== undefined && { of: (before.of ?? 0) + row.of }),
			...(row.untried !== undefined && {
				untried: (before.untried ?? row.untried).filter((one) => row.untried.includes(one)),
			}),
			deviations: before.deviations + row.deviations,
			seeds: [...new Set([...before.seeds, ...(row.seed === undefined ? [] : [row.seed])])],
			notes: [...new Set([...before.notes, ...(row.notes === undefined ? [] : [row.notes])])],
		});
	}
	for (const report of readdirSync(directory).filter((one) => one.startsWith(`${campaign}-`))) {
		const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(
			readFileSync(join(directory, report), "utf8"),
		);
		const before = rows.get(campaign) ?? { cases: 0, deviations: 0, seeds: [], notes: ["tests"] };
		rows.set(campaign, {
			...before,
			what: campaign,
			cases: before.cases + passed + failed,
			deviations: before.deviations + failed,
		});
	}
	return [...rows.values()];
}

const git = (...args) => {
	try {
		return execFileSync("git", args, { cwd: here, encoding: "utf8" }).trim();
	} catch {
		return "unknown";
	}
};
const all = existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : {};
/** The present result of one campaign. */
const result = () => ({
	date: new Date().toISOString().slice(0, 16).replace("T", " "),
	commit: git("rev-parse", "--short", "HEAD"),
	kernel: release().replace(/-.*/, ""),
	node: process.version,
	cpus: cpus().length,
	seconds: Number(seconds),
	ended: Number(status) === 0 ? "as it should" : "with a failure",
	rows: rowsOf(name),
});
if (isMerge) {
	for (const other of process.argv.slice(2))
		for (const [campaign, one] of Object.entries(JSON.parse(readFileSync(other, "utf8"))))
			if ((all[campaign]?.date ?? "") < one.date) all[campaign] = one;
} else all[name] = result();
writeFileSync(kept, `${JSON.stringify(all, null, "\t")}\n`);

const lines = Object.entries(all).flatMap(([campaign, { date, commit, seconds, ended, rows }]) =>
	rows.map(({ what, cases, of, untried = [], deviations, seeds, notes }) =>
		[
			"",
			campaign,
			what,
			[cases, ...(of === undefined ? [] : [of])].map((n) => n.toLocaleString("en")).join(" of "),
			deviations,
			`${Math.floor(seconds / 60)} min ${seconds % 60} s, ended ${ended}`,
			seeds.join(", ") || "–",
			`${date} UTC, ${commit}`,
			[...notes, ...untried.map((one) => `never could be: \`${one}\``)].join(" / "),
			"",
		]
			.join(" | ")
			.trim(),
	),
);
const { kernel, node, cpus: count } = Object.values(all).at(-1);
writeFileSync(
	join(here, "RESULTS.md"),
	`# Results of the fault campaigns

Written by \`npm run test:faults\`; each row by the run of its date and commit. Linux ${kernel}, Node ${node}, ${count} CPUs,
shared with other work. A deviation is anything but: all there, or exactly as before with an error that has a type, or all
that is left named and put right by \`recover\`. A point of kill -9 is a system call of the command's main thread, from its
first look at the state directory to its exit, told by its name, what it is done to, and the how manieth of those it is;
strace's own log must show that the kill was at that very call. "The runtime's own" are calls for memory, threads and the
event loop, which nobody else sees, and which need not come again in the next run. Time is that of the whole campaign. A seed is given back as UMLNET_SEED.

| campaign | what | cases | deviations | took | seed | date, commit | notes |
|---|---|---|---|---|---|---|---|
${lines.join("\n")}
`,
);
for (const row of isMerge ? [] : all[name].rows)
	console.log(
		`${row.what}: ${row.cases}${row.of === undefined ? "" : ` of ${row.of}`} cases, ${row.deviations} deviations`,
	);
