// Writes test/attack/RESULTS.md to stdout, from the rows of a run: a line of JSON each (report() of report.ts).
import { readFileSync } from "node:fs";

const rows = readFileSync(process.argv[2], "utf8")
	.trim()
	.split("\n")
	.filter(Boolean)
	.map(JSON.parse);
const matrices = [...new Set(rows.map(({ matrix }) => matrix))];
const places = [...new Set(rows.map(({ place }) => place))];

console.log("# What guests send\n");
console.log(
	"Made by `npm run test:attacks`. Frames are written into real taps in network namespaces, and counted behind the guard; where",
);
console.log(
	"policies are attacked, nobody else may hear of them: the host, other guests, or who is beyond the uplink.",
);
console.log(
	"Of an attack nothing may come through, but for fragments that are nothing without those that were dropped; of what is",
);
console.log("honest, all of it must.\n");
for (const matrix of matrices) {
	const own = rows.filter((row) => row.matrix === matrix);
	const names = [...new Set(own.map(({ name }) => name))];
	const wrong = own.filter(({ wrong }) => wrong).length;
	console.log(`## ${matrix}\n`);
	console.log(`${names.length} kinds, ${own.length} cases, ${wrong} not as they should be.\n`);
	const columns = places.filter((place) => own.some((row) => row.place === place));
	console.log(`| | ${columns.join(" | ")} |`);
	console.log(`| --- |${" --- |".repeat(columns.length)}`);
	for (const name of names) {
		const cells = columns.map((place) => {
			const cases = own.filter((row) => row.name === name && row.place === place);
			if (cases.length === 0) return "";
			const failed = cases.filter((row) => row.wrong).length;
			return failed === 0 ? `${cases.length} ok` : `**${failed} of ${cases.length} wrong**`;
		});
		console.log(`| ${name} | ${cells.join(" | ")} |`);
	}
	console.log("");
}
