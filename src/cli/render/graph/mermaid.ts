import type { Graph } from "./graph.js";

/** Text in quotes: characters that could end it or have a meaning are written as numbers. */
const quoted = (...lines: readonly string[]): string =>
	`"${lines.map((line) => line.replace(/[^\w .:,/…-]/gu, (c) => `#${c.codePointAt(0)};`)).join("<br/>")}"`;

/** The picture in the language of mermaid, which GitHub and GitLab draw in Markdown. */
export function renderMermaid({ clusters, nodes, edges }: Graph): readonly string[] {
	const names = new Map(nodes.map(({ id }, i) => [id, `n${i}`]));
	const inside = new Set(clusters.flatMap((cluster) => cluster.nodes));
	const byId = new Map(nodes.map((one) => [one.id, one]));
	const box = (id: string): string => {
		const { label = [], drift = [] } = byId.get(id) ?? {};
		return `${names.get(id)}[${quoted(...label, ...drift)}]`;
	};
	const drifted = nodes.filter(({ drift }) => drift.length > 0).map(({ id }) => names.get(id));
	return [
		"flowchart LR",
		...nodes.filter(({ id }) => !inside.has(id)).map(({ id }) => `\t${box(id)}`),
		...clusters.flatMap(({ label, drift, nodes: ids }, i) => [
			`\tsubgraph c${i}[${quoted(label, ...drift)}]`,
			...ids.map((id) => `\t\t${box(id)}`),
			"\tend",
		]),
		...edges.map(({ from, to, label }) => {
			const line = label === undefined ? "---" : `---|${quoted(label)}|`;
			return `\t${names.get(from)} ${line} ${names.get(to)}`;
		}),
		"\tclassDef drifted stroke:#b45309,stroke-width:2px,stroke-dasharray:4",
		...(drifted.length === 0 ? [] : [`\tclass ${drifted.join(",")} drifted`]),
	];
}
