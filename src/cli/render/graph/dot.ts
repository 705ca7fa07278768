import type { Graph, Node } from "./graph.js";

/** A string in the language of graphviz (dot-language): quotes and backslashes are escaped, and lines are centred. */
const quoted = (...lines: readonly string[]): string =>
	`"${lines.map((line) => line.replace(/[\\"]/g, "\\$&")).join("\\n")}"`;

const FILL = { uplink: "#dbeafe", bridge: "#e0e7ff", tap: "#dcfce7", guest: "#f3f4f6" } as const;

function node({ id, kind, label, drift }: Node): string {
	const color =
		drift.length === 0 ? [] : ['color="#b45309"', 'style="filled,dashed"', "penwidth=2"];
	const attributes = [`label=${quoted(...label, ...drift)}`, `fillcolor="${FILL[kind]}"`, ...color];
	return `${quoted(id)} [${attributes.join(", ")}];`;
}

/** The picture in the language of graphviz: `dot -Tsvg`, `dot -Tpng`. */
export function renderDot({ clusters, nodes, edges }: Graph): readonly string[] {
	const inside = new Set(clusters.flatMap((cluster) => cluster.nodes));
	const byId = new Map(nodes.map((one) => [one.id, one]));
	return [
		"graph umlnet_nl {",
		"\trankdir=LR;",
		"\tsplines=line;",
		'\tnode [shape=box, style=filled, fontname="monospace", fontsize=10];',
		'\tedge [fontname="monospace", fontsize=9];',
		'\tgraph [fontname="monospace", fontsize=10, style=rounded, color="#9ca3af"];',
		...nodes.filter(({ id }) => !inside.has(id)).map((one) => `\t${node(one)}`),
		...clusters.flatMap((cluster, i) => [
			`\tsubgraph cluster_${i} {`,
			`\t\tlabel=${quoted(cluster.label, ...cluster.drift)};`,
			...(cluster.drift.length === 0 ? [] : ['\t\tcolor="#b45309";']),
			...cluster.nodes.flatMap((id) => byId.get(id) ?? []).map((one) => `\t\t${node(one)}`),
			"\t}",
		]),
		...edges.map(({ from, to, label }) => {
			const attributes = label === undefined ? "" : ` [label=${quoted(label)}]`;
			return `\t${quoted(from)} -- ${quoted(to)}${attributes};`;
		}),
		"}",
	];
}
