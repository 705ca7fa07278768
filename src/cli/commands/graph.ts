import { Option } from "commander";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import type { Graph } from "../render/graph/graph.js";
import { printableReport } from "../render/printable.js";
import type { Session } from "../session.js";
import { UsageError } from "../usage.js";
import type { Verb } from "../verb.js";

const FORMATS = ["svg", "dot", "mermaid"] as const;
type Format = (typeof FORMATS)[number];

interface GraphOptions {
	readonly output?: Format;
}

export function addGraph(program: Verb, perform: Perform): void {
	program
		.command("graph")
		.summary("draw networks, uplinks, bridges, taps and guests, and what drifted")
		.description(
			"Draw what is up, from the uplinks at the left to the guests at the right: networks, bridges, taps, guests, " +
				"published ports, and where the host drifted from what was applied. Many taps or networks that are alike are one box.",
		)
		.addOption(
			new Option(
				"-o, --output <FORMAT>",
				"svg, a picture for browsers; dot, for graphviz; mermaid, for Markdown (default: svg)",
			).choices(FORMATS),
		)
		.example("umlnet-nl graph > lab.svg", "a picture of all that is up")
		.example("umlnet-nl graph -o dot | dot -Tpng > lab.png", "the same, drawn by graphviz")
		.example("umlnet-nl graph --json", "boxes, lines and frames, for a program that draws")
		.action((options: GraphOptions) => perform("looking", (session) => graph(session, options)));
}

async function graph(session: Session, { output }: GraphOptions): Promise<number> {
	const { json, quiet } = session.settings;
	if (json && output !== undefined)
		throw new UsageError(`--json and -o ${output} contradict each other`);
	const report = await session.withHost((host) => host.status());
	const { graphOf } = await import("../render/graph/graph.js");
	const drawn = graphOf(printableReport(report));
	if (json) session.json(drawn);
	else if (!quiet) session.data(await rendered(drawn, output ?? "svg"));
	if (report.taps.length === 0) session.say("nothing of ours is up");
	for (const sentence of report.unseen ?? []) session.say(`not drawn: ${sentence}`);
	return Exit.done;
}

/** Only the code for the requested format is loaded. */
async function rendered(graph: Graph, format: Format): Promise<readonly string[]> {
	switch (format) {
		case "svg":
			return (await import("../render/graph/svg.js")).renderSvg(graph);
		case "dot":
			return (await import("../render/graph/dot.js")).renderDot(graph);
		case "mermaid":
			return (await import("../render/graph/mermaid.js")).renderMermaid(graph);
	}
}
