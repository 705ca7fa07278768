import type { StatusReport, TapStatus } from "../../engine/report.js";
import type { Paint } from "./paint.js";
import { table } from "./table.js";

const HEADER = ["TAP", "NETWORK", "MODE", "OWNER", "BRIDGE", "UPLINK", "HOST", "GUEST", "STATE"];

const cell = (value: string | number | undefined): string =>
	value === undefined || value === "" ? "-" : String(value);

function owner({ owner, group }: TapStatus): string {
	const person = owner === undefined ? "" : String(owner);
	return group === undefined ? person : `${person}:${group}`;
}

function row(tap: TapStatus): readonly string[] {
	const { name, network, mode, bridge, uplink, addresses, guest, drift } = tap;
	const facts = [name, network, mode, owner(tap), bridge, uplink];
	const sides = [addresses.join(","), guest.addresses.join(",")];
	return [...facts, ...sides, drift.length === 0 ? "ok" : "drifted"].map(cell);
}

/** All taps of ours, a line each. */
export function renderTable(taps: readonly TapStatus[], paint: Paint): readonly string[] {
	if (taps.length === 0) return [];
	const [header = "", ...lines] = table([HEADER, ...taps.map(row)]);
	const state = (line: string) =>
		line.replace(/(ok|drifted)$/, (word) => (word === "ok" ? paint.green : paint.yellow)(word));
	return [paint.bold(header), ...lines.map(state)];
}

/** Where the host is not what was asked, with what asked for it. */
export function renderDrift(report: StatusReport, paint: Paint): readonly string[] {
	const taps = report.taps.flatMap(({ name, drift }) => drift.map((what) => [`tap ${name}`, what]));
	const resources = report.resources.flatMap(({ kind, key, drift }) =>
		// The drift of a tap's own link is in both lists; once is enough.
		drift
			.filter((what) => !taps.some(([, known]) => known === what))
			.map((what) => [subject(kind, key), what]),
	);
	const rows = [...taps, ...resources];
	return rows.length === 0
		? []
		: [paint.yellow("drift"), ...table(rows).map((line) => `  ${line}`)];
}

/** What stands beside the taps, and for whom. */
export function renderResources(report: StatusReport, paint: Paint): readonly string[] {
	if (report.resources.length === 0) return [];
	const rows = report.resources.map(({ kind, key, taps }) => [
		subject(kind, key),
		`for ${taps.join(", ")}`,
	]);
	return [paint.bold("made for them"), ...table(rows).map((line) => `  ${line}`)];
}

/** A key may or may not say its kind already: `bridge br0`. */
const subject = (kind: string, key: string): string =>
	key === kind || key.startsWith(`${kind} `) ? key : `${kind} ${key}`;
