import type { Cluster, Edge, Graph, Node, NodeKind } from "./graph.js";

/** A box with its position, in pixels. */
export interface Box {
	readonly node: Node;
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** A frame around the boxes of a network. */
export interface Frame {
	readonly cluster: Cluster;
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

export interface Layout {
	readonly width: number;
	readonly height: number;
	readonly boxes: ReadonlyMap<string, Box>;
	readonly frames: readonly Frame[];
	readonly edges: readonly Edge[];
}

/** The height of a line in a monospace font of 12 pixels. */
export const LINE = 16;
const CHARACTER = 7.3;
const PADDING = 8;
const GAP = 12;
/** The space between columns, for lines and their labels. */
const BETWEEN = 90;
const MARGIN = 16;

/** The columns from left to right, beginning with the connection to the world. */
const COLUMNS: readonly NodeKind[] = ["uplink", "bridge", "tap", "guest"];

const linesOf = ({ label, drift }: Node): readonly string[] => [...label, ...drift];
const widthOf = (lines: readonly string[]): number =>
	Math.ceil(Math.max(0, ...lines.map((line) => line.length)) * CHARACTER) + 2 * PADDING;
const heightOf = (node: Node): number => linesOf(node).length * LINE + 2 * PADDING;
/** The first lines in a frame name the network. */
export const titleOf = ({ label, drift }: Cluster): readonly string[] => [label, ...drift];

/**
 * Place every box: a column for each kind, a row for each tap with its guest, and the frames of networks below each
 * other. A bridge is placed in the middle of its taps, an uplink in the middle of its networks.
 */
export function layoutOf({ clusters, nodes, edges }: Graph): Layout {
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const columns = placeColumns(nodes);
	const boxes = new Map<string, Box>();
	const put = (node: Node, middle: number): void => {
		const { x, width } = columns.get(node.kind) as Column;
		const height = heightOf(node);
		boxes.set(node.id, { node, x, y: middle - height / 2, width, height });
	};
	const frames: Frame[] = [];
	const inner = COLUMNS.filter((kind) => kind !== "uplink").flatMap(
		(kind) => columns.get(kind) ?? [],
	);
	const left = Math.min(...inner.map(({ x }) => x)) - GAP;
	const right = Math.max(...inner.map(({ x, width }) => x + width)) + GAP;
	let y = MARGIN;
	for (const cluster of clusters) {
		const title = titleOf(cluster);
		const inside = cluster.nodes.flatMap((id) => byId.get(id) ?? []);
		let row = y + title.length * LINE + PADDING;
		const first = row;
		for (const tap of inside.filter(({ kind }) => kind === "tap")) {
			const guests = edges
				.filter(({ from }) => from === tap.id)
				.flatMap(({ to }) => byId.get(to) ?? []);
			const height = Math.max(heightOf(tap), ...guests.map(heightOf));
			for (const node of [tap, ...guests]) put(node, row + height / 2);
			row += height + GAP;
		}
		for (const bridge of inside.filter(({ kind }) => kind === "bridge")) {
			row = Math.max(row, first + heightOf(bridge) + GAP);
			put(bridge, (first + row - GAP) / 2);
		}
		const width = Math.max(right - left, widthOf(title));
		frames.push({ cluster, x: left, y, width, height: row - y });
		y = row + GAP;
	}
	let free = MARGIN;
	for (const uplink of nodes.filter(({ kind }) => kind === "uplink")) {
		const ends = edges
			.filter(({ from }) => from === uplink.id)
			.flatMap(({ to }) => boxes.get(to) ?? []);
		const middles = ends.map((box) => box.y + box.height / 2);
		const middle = (Math.min(...middles) + Math.max(...middles)) / 2;
		// The networks of two uplinks may be mixed, but the uplinks must not overlap.
		put(uplink, Math.max(middle, free + heightOf(uplink) / 2));
		free = Math.max(middle, free + heightOf(uplink) / 2) + heightOf(uplink) / 2 + GAP;
	}
	const width = Math.max(...frames.map((frame) => frame.x + frame.width), 0) + MARGIN;
	return { width, height: Math.max(y - GAP, free - GAP) + MARGIN, boxes, frames, edges };
}

interface Column {
	readonly x: number;
	readonly width: number;
}

/** A column is as wide as its widest box, and is left out if it has none. */
function placeColumns(nodes: readonly Node[]): ReadonlyMap<NodeKind, Column> {
	const columns = new Map<NodeKind, Column>();
	let x = MARGIN;
	for (const kind of COLUMNS) {
		const own = nodes.filter((node) => node.kind === kind);
		if (own.length === 0) continue;
		const width = Math.max(...own.map((node) => widthOf(linesOf(node))));
		columns.set(kind, { x, width });
		x += width + BETWEEN;
	}
	return columns;
}
