import type { Goal } from "./goals.js";
import type { Machine } from "./machine.js";
import type { Entry, Row } from "./row.js";

/** All of one run. */
export interface Results {
	readonly machine: Machine;
	readonly quick: boolean;
	readonly rows: readonly Row[];
	readonly goals: readonly Goal[];
}

const OURS: ReadonlySet<string> = new Set(["ours", "pool", "guarded", "cli", "bin"]);
// Yardsticks, which nobody uses to give a guest its network.
const YARDSTICKS: ReadonlySet<string> = new Set([
	...["c_pool", "floor", "floor_pool"],
	...["node", "npm_links", "node_native", "cli_version", "cli_plan"],
	...["bun_bare", "bin_version", "bin_plan"],
]);

/** The results as a page in Markdown. */
export function markdown(results: Results, plot: string): string {
	const { machine, quick } = results;
	const blocks = [
		"# Measured",
		`By \`npm run bench\`, in one run, on ${machine.date.slice(0, 10)} at commit ${machine.commit}: ` +
			`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}, ` +
			`${machine.system}.`,
		quick ? "**A quick run: it shows that the bench works, not how fast anything is.**" : "",
		"One guest is: a tap created, owned, up, with proxy_arp and forwarding, an address, and its " +
			"membership in source NAT; ours is journalled besides, and can be undone. The CNI plugin makes a veth " +
			"pair instead of a tap. All peers take turns in every round, in network namespaces of their own.",
		`![Up by guests present, and churn](${plot})`,
		"## Goals",
		goalTable(results.goals),
		"The floor is what the same run shows for the least that can be done: C with raw sockets, with taps parked " +
			"or deleted as one group; the system calls of that C program in a Worker of Node, under a lock, with " +
			"what would undo them written down first, as a guest is journalled by definition; Node, or a program " +
			"compiled by Bun, with nothing to do; `ip -batch` with a group delete. Nothing of it is checked, planned or " +
			"undone. Where the floor itself misses a goal, the kernel or the runtime charges more than the goal allows.",
		"## Where somebody is faster",
		losses(results.rows),
		...results.rows.flatMap((row) => [`## ${row.title}`, rowTable(row)]),
		"## Versions",
		table(["what", "version"], Object.entries(machine.versions)),
	];
	return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function goalTable(goals: readonly Goal[]): string {
	const sign = { less: "≤", more: "≥" } as const;
	const verdict = ({ met, floorMet }: Goal): string => {
		if (met === undefined) return "not measured";
		if (met) return "reached";
		return floorMet === false ? "**missed**, as by the floor" : "**missed**";
	};
	const shown = (value: number | undefined, unit: string): string =>
		value === undefined ? "" : `${number(value)} ${unit}`;
	return table(
		["what", "goal", "measured", "floor", ""],
		goals.map((goal) => [
			goal.goal,
			`${sign[goal.better]} ${goal.limit} ${goal.unit}`,
			shown(goal.value, goal.unit),
			shown(goal.floor, goal.unit),
			verdict(goal),
		]),
	);
}

/** Every peer whose median is better than the best of ours, row by row. */
function losses(rows: readonly Row[]): string {
	const lines = rows.flatMap((row) => {
		const sign = row.better === "less" ? 1 : -1;
		const measured = row.entries
			.filter(({ peer, figure }) => figure !== undefined && !YARDSTICKS.has(peer))
			.sort((a, b) => sign * (p50(a) - p50(b)));
		const ours = measured.findIndex(({ peer }) => OURS.has(peer));
		const best = measured[ours];
		if (best === undefined || ours === 0) return [];
		const who = measured
			.slice(0, ours)
			.map((entry) => `${entry.label} (${number(p50(entry))} ${row.unit})`);
		return [`- ${row.title}: ${who.join(", ")}; ${best.label}: ${number(p50(best))} ${row.unit}.`];
	});
	return lines.length === 0 ? "In no row of this run." : lines.join("\n");
}

const p50 = (entry: Entry): number => entry.figure?.p50 ?? Number.NaN;

function rowTable(row: Row): string {
	const direction = row.better === "less" ? "less is better" : "more is better";
	return `${row.unit}, ${direction}.\n\n${table(
		["", "p50", "p10–p90", "min", "max", "p99", "n"],
		row.entries.map(({ label, figure, why }) =>
			figure === undefined
				? [label, "not measured", why?.replaceAll(/\s+/g, " ").slice(0, 200) ?? ""]
				: [
						label,
						`**${number(figure.p50)}**`,
						`${number(figure.p10)}–${number(figure.p90)}`,
						number(figure.min),
						number(figure.max),
						// With few values the 99th percentile is only the greatest one.
						figure.n >= 100 ? number(figure.p99) : "",
						`${figure.n}`,
					],
		),
	)}`;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string =>
		`| ${head.map((_, i) => (cells[i] ?? "").replaceAll("|", "\\|")).join(" | ")} |`;
	return [line(head), line(head.map(() => "---")), ...lines.map(line)].join("\n");
}

/** Three significant digits, because such a measurement is not more precise. */
export function number(value: number): string {
	if (!Number.isFinite(value)) return "–";
	const digits = Number(value.toPrecision(3));
	return digits.toLocaleString("en", { maximumSignificantDigits: 3 }).replaceAll(",", " ");
}
