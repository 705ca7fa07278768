import { number } from "./report.js";
import type { Entry, Row } from "./row.js";
import { COUNTS } from "./rows/growth.js";

const WIDTH = 960;
const HEIGHT = 420;
const PANEL = { top: 56, bottom: 360 } as const;
const LEFT = { from: 64, to: 340 } as const;
const RIGHT = { from: 620, to: 880 } as const;
// The colours differ in lightness as well as in hue, and are the same in both panels.
const COLOURS: Readonly<Record<string, string>> = {
	c: "#222222",
	ours: "#d1495b",
	go: "#2e86ab",
	pyroute2: "#8f6bb3",
	batch: "#66a182",
	group: "#2f5d46",
	seed: "#c28e0e",
	cni: "#9a9a9a",
};

/** Two panels with logarithmic scales: the time of a guest depending on how many others are up, and churn. */
export function plot(rows: readonly Row[]): string {
	const growth = COUNTS.map((count) => rows.find(({ id }) => id === `up${count}`));
	const churn = rows.find(({ id }) => id === "churn");
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif"` +
			` font-size="12" fill="#222">`,
		`<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
		...growthPanel(growth),
		...(churn === undefined ? [] : churnPanel(churn)),
		"</svg>",
		"",
	].join("\n");
}

interface Line {
	readonly peer: string;
	readonly label: string;
	readonly points: { count: number; value: number }[];
}

type Scale = (value: number) => number;

/** A scale between whole powers of ten around the values. */
function logScale(values: readonly number[], from: number, to: number): [Scale, number[]] {
	const low = Math.floor(Math.log10(Math.min(...values)));
	const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
	const scale = (value: number): number =>
		from + ((Math.log10(value) - low) / (high - low)) * (to - from);
	return [scale, Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))];
}

function growthPanel(growth: readonly (Row | undefined)[]): string[] {
	const lines = new Map<string, Line>();
	for (const [i, row] of growth.entries()) {
		for (const { peer, label, figure } of row?.entries ?? []) {
			const count = COUNTS[i];
			if (figure === undefined || count === undefined) continue;
			const line = lines.get(peer) ?? { peer, label, points: [] };
			line.points.push({ count, value: figure.p50 });
			lines.set(peer, line);
		}
	}
	const values = [...lines.values()].flatMap(({ points }) => points.map(({ value }) => value));
	if (values.length === 0) return [];
	const [y, ticks] = logScale(values, PANEL.bottom, PANEL.top);
	const [x] = logScale([10, 10_000], LEFT.from, LEFT.to);
	return [
		text(LEFT.from, 28, "Up of one guest, µs, by guests present (p50)", { bold: true }),
		...ticks.flatMap((tick) => [
			rule(LEFT.from, y(tick), LEFT.to, y(tick)),
			text(LEFT.from - 8, y(tick) + 4, number(tick), { anchor: "end" }),
		]),
		...COUNTS.map((count) =>
			text(x(count), PANEL.bottom + 20, number(count), { anchor: "middle" }),
		),
		...[...lines.values()].flatMap((line, i) => growthLine(line, i, x, y)),
	];
}

function growthLine({ peer, label, points }: Line, i: number, x: Scale, y: Scale): string[] {
	const colour = COLOURS[peer] ?? "#222";
	const path = points.map(({ count, value }) => `${x(count).toFixed(1)},${y(value).toFixed(1)}`);
	const top = PANEL.top + 8 + 18 * i;
	return [
		`<polyline points="${path.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
		...points.map(
			({ count, value }) =>
				`<circle cx="${x(count).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3" fill="${colour}"/>`,
		),
		`<rect x="${LEFT.to + 4}" y="${top - 9}" width="10" height="10" fill="${colour}"/>`,
		text(LEFT.to + 18, top, short(label)),
	];
}

function churnPanel(churn: Row): string[] {
	const measured = churn.entries.filter(
		(entry): entry is Entry & { figure: NonNullable<Entry["figure"]> } =>
			entry.figure !== undefined,
	);
	if (measured.length === 0) return [];
	const [x] = logScale([1, ...measured.map(({ figure }) => figure.p50)], RIGHT.from, RIGHT.to);
	const step = (PANEL.bottom - PANEL.top) / measured.length;
	return [
		text(RIGHT.from, 28, "Churn, cycles a second (log scale)", { bold: true }),
		...measured.flatMap(({ peer, label, figure }, i) => {
			const top = PANEL.top + step * i;
			return [
				text(RIGHT.from, top + step * 0.3, short(label)),
				`<rect x="${RIGHT.from}" y="${(top + step * 0.4).toFixed(1)}"` +
					` width="${Math.max(1, x(figure.p50) - RIGHT.from).toFixed(1)}"` +
					` height="${(step * 0.35).toFixed(1)}" fill="${COLOURS[peer] ?? "#222"}"/>`,
				text(x(figure.p50) + 6, top + step * 0.65, number(figure.p50)),
			];
		}),
	];
}

const short = (label: string): string => (label.length > 42 ? `${label.slice(0, 41)}…` : label);

const rule = (x1: number, y1: number, x2: number, y2: number): string =>
	`<line x1="${x1}" y1="${y1.toFixed(1)}" x2="${x2}" y2="${y2.toFixed(1)}" stroke="#ddd"/>`;

function text(
	x: number,
	y: number,
	content: string,
	style: { anchor?: "middle" | "end"; bold?: boolean } = {},
): string {
	const anchor = style.anchor === undefined ? "" : ` text-anchor="${style.anchor}"`;
	const weight = style.bold === true ? ' font-weight="bold"' : "";
	const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
	return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${anchor}${weight}>${escaped}</text>`;
}
