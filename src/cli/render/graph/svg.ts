import type { Edge, Graph } from "./graph.js";
import { type Box, type Frame, type Layout, LINE, layoutOf, titleOf } from "./layout.js";

/** Escape what has a meaning between tags and in attributes of XML. */
const escaped = (text: string): string =>
	text.replace(
		/[&<>"]/g,
		(c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] ?? c,
	);

const STYLE = `
	text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: #111827 }
	.name { font-weight: bold }
	.note { fill: #92400e }
	.way { font-size: 11px; fill: #4b5563 }
	rect { stroke: #6b7280; stroke-width: 1 }
	.uplink { fill: #dbeafe } .bridge { fill: #e0e7ff } .tap { fill: #dcfce7 } .guest { fill: #f3f4f6 }
	.network { fill: none; stroke: #9ca3af }
	.many { stroke-width: 3 }
	.drifted { stroke: #b45309; stroke-width: 2; stroke-dasharray: 5 3 }
	path { fill: none; stroke: #6b7280; stroke-width: 1.5 }`;

const text = (x: number, y: number, line: string, ...classes: readonly string[]): string =>
	`<text x="${round(x)}" y="${round(y)}"${classOf(classes)}>${escaped(line)}</text>`;
const classOf = (classes: readonly string[]): string =>
	classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
const round = (pixels: number): number => Math.round(pixels * 10) / 10;

const rect = ({ x, y, width, height }: Box | Frame, classes: readonly string[]): string =>
	`<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="6"${classOf(classes)}/>`;

/** The position of the first line of text in a box. */
const BASELINE = 12 + 8;

function renderBox(box: Box): readonly string[] {
	const { label, drift, kind, many } = box.node;
	const marks = [...(many > 1 ? ["many"] : []), ...(drift.length > 0 ? ["drifted"] : [])];
	const lines = [...label, ...drift].map((line, i) => {
		const isNote = i >= label.length;
		return text(
			box.x + 8,
			box.y + BASELINE + i * LINE,
			line,
			...(i === 0 ? ["name"] : isNote ? ["note"] : []),
		);
	});
	return [rect(box, [kind, ...marks]), ...lines];
}

function renderFrame(frame: Frame): readonly string[] {
	const { cluster } = frame;
	const title = titleOf(cluster).map((line, i) =>
		text(frame.x + 8, frame.y + LINE + i * LINE, line, i === 0 ? "name" : "note"),
	);
	return [rect(frame, ["network", ...(cluster.drift.length > 0 ? ["drifted"] : [])]), ...title];
}

/**
 * A curve from the right side of one box to the left side of another, with its label at the end that it has for itself.
 */
function renderEdge({ from, to, label }: Edge, { boxes }: Layout): readonly string[] {
	const [start, end] = [boxes.get(from), boxes.get(to)];
	if (start === undefined || end === undefined) return [];
	const [x1, y1] = [start.x + start.width, start.y + start.height / 2];
	const [x2, y2] = [end.x, end.y + end.height / 2];
	const half = (x2 - x1) / 2;
	const curve = [x1 + half, y1, x2 - half, y2, x2, y2].map(round).join(" ");
	const path = `<path d="M${round(x1)} ${round(y1)} C${curve}"/>`;
	if (label === undefined) return [path];
	const shift = label.length * 6.7 + 18;
	return [path, text(x2 - shift, y2 - 4, label, "way")];
}

/** The picture as a self-contained SVG, with a size in pixels. */
export function renderSvg(graph: Graph): readonly string[] {
	if (graph.clusters.length === 0) return svg(240, 48, [text(16, 28, "nothing is up")]);
	const layout = layoutOf(graph);
	return svg(layout.width, layout.height, [
		...layout.frames.flatMap(renderFrame),
		...layout.edges.flatMap((edge) => renderEdge(edge, layout)),
		...[...layout.boxes.values()].flatMap(renderBox),
	]);
}

function svg(width: number, height: number, body: readonly string[]): readonly string[] {
	const [w, h] = [Math.ceil(width), Math.ceil(height)];
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img">`,
		"<title>networks, uplinks, bridges, taps and guests</title>",
		`<style>${STYLE}\n</style>`,
		`<rect width="${w}" height="${h}" fill="#ffffff" style="stroke: none"/>`,
		...body,
		"</svg>",
	];
}
