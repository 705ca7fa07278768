import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const project = fileURLToPath(new URL("../..", import.meta.url));
/** nftables' own tests, in a directory beside the repository. */
const corpus = new URL("../../../shared/nft-corpus/", import.meta.url);

test.skipIf(!existsSync(corpus))(
	"the kernel holds for nftables' own tests what nft 1.1.7 puts there",
	() => {
		const run = spawnSync("npm", ["run", "--silent", "conformance"], {
			cwd: project,
			encoding: "utf8",
		});
		expect(run.status, run.stderr).toBe(0);
		console.log(run.stdout);
		// The table by type: a line with the names of the columns, then one line for rules and one for rulesets.
		const table = run.stdout.slice(run.stdout.lastIndexOf("\nkind "));
		const [names = [], ...rows] = table
			.trim()
			.split("\n")
			.map((line) => line.trim().split(/\s+/));
		const score = (kind: string, column: string): number =>
			Number(rows.find(([name]) => name === kind)?.[names.indexOf(column)] ?? 0);
		const part = (kind: string): number => score(kind, "identical") / score(kind, "total");
		expect(score("rule", "total")).toBeGreaterThan(3000);
		expect(score("ruleset", "total")).toBeGreaterThan(200);
		// test/conformance/README.md says what differs and why.
		expect(part("rule")).toBeGreaterThanOrEqual(0.99);
		expect(part("ruleset")).toBeGreaterThanOrEqual(0.97);
		expect(score("TOTAL", "list-identical") / score("TOTAL", "total")).toBeGreaterThanOrEqual(0.99);
	},
	600_000,
);
