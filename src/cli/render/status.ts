import type { StatusReport, TapStatus } from "../../service/reports.js";
import { accountName, type Names } from "./account.js";
import type { Paint } from "./paint.js";
import { count, FEW, table } from "./table.js";

const HEADER = ["TAP", "NETWORK", "MODE", "OWNER", "BRIDGE", "UPLINK", "HOST", "GUEST"];
const WIDE_HEADER = ["INDEX", "MTU", "MAC", "GUEST-MAC", "POOL"];
const STATE = "STATE";

/** The options of the table. */
export interface TableOptions {
	/** Whether it has additional columns. */
	readonly wide: boolean;
	/** Whether it begins with a line that names the columns. */
	readonly header: boolean;
	readonly names: Names;
	/** Whether it is known if the taps have drifted. */
	readonly isCompared?: boolean;
}

const cell = (value: string | number | undefined): string =>
	value === undefined || value === "" ? "-" : String(value);

/** `alice`, `alice:kvm`, `:kvm` */
function owner(tap: TapStatus, names: Names): string {
	const person = accountName("owner", tap, names) ?? "";
	const group = accountName("group", tap, names);
	return group === undefined ? person : `${person}:${group}`;
}

function row(tap: TapStatus, { wide, names, isCompared = true }: TableOptions): readonly string[] {
	const { name, network, mode, bridge, uplink, addresses, guest, drift } = tap;
	const facts = [name, network, mode, owner(tap, names), bridge, uplink];
	const sides = [addresses.join(","), guest.addresses.join(",")];
	const more = wide ? [tap.index, tap.mtu, tap.mac, guest.mac, tap.pool] : [];
	return [
		...facts,
		...sides,
		...more,
		isCompared ? (drift.length === 0 ? "ok" : "drifted") : undefined,
	].map(cell);
}

/** The taps, one a line. */
export function renderTable(
	taps: readonly TapStatus[],
	paint: Paint,
	options: TableOptions,
): readonly string[] {
	if (taps.length === 0) return [];
	const columns = [...HEADER, ...(options.wide ? WIDE_HEADER : []), STATE];
	const rows = taps.map((tap) => row(tap, options));
	const state = (line: string) =>
		line.replace(/(ok|drifted)$/, (word) => (word === "ok" ? paint.green : paint.yellow)(word));
	if (!options.header) return table(rows).map(state);
	const [header = "", ...lines] = table([columns, ...rows]);
	return [paint.bold(header), ...lines.map(state)];
}

/** Every difference once, with all taps that it concerns. */
export function renderDrift(report: StatusReport, paint: Paint): readonly string[] {
	const told = new Map<string, readonly string[]>();
	for (const { taps, drift } of report.resources)
		for (const { message } of drift) told.set(message, taps);
	for (const { name, drift } of report.taps)
		for (const { message } of drift) if (!told.has(message)) told.set(message, [name]);
	if (told.size === 0) return [];
	const rows = [...told].map(([what, taps]) => [what, forWhom(taps)]);
	return [paint.yellow("drift"), ...table(rows).map((line) => `  ${line}`)];
}

/** The objects in addition to taps, each with the taps that need it. */
export function renderResources(report: StatusReport, paint: Paint): readonly string[] {
	if (report.resources.length === 0) return [];
	const rows = report.resources.map(({ kind, key, taps }) => [subject(kind, key), forWhom(taps)]);
	return [paint.bold("made for them"), ...table(rows).map((line) => `  ${line}`)];
}

/**
 * Every object of ours, with "ok" or its differences from what was applied, followed by other objects that carry our
 * marks.
 */
export function renderVerdicts(report: StatusReport, paint: Paint): readonly string[] {
	const verdicts = report.resources.flatMap(({ kind, key, drift }) => {
		const what = subject(kind, key);
		if (drift.length === 0) return [`${paint.green("ok     ")} ${what}`];
		return drift.map(({ message }) => `${paint.yellow("differs")} ${what}: ${message}`);
	});
	const strays = (report.strays ?? []).map((what) => `${paint.yellow("stray  ")} ${what}`);
	return [...verdicts, ...strays];
}

/**
 * A summary in one line: `300 taps: 298 ok, 2 drifted`, and with --verify the other objects as well. Empty if there are
 * none.
 */
export function renderCounts({
	taps,
	resources,
	strays = [],
	exact,
	unseen,
}: StatusReport): readonly string[] {
	if (taps.length + resources.length + strays.length === 0) return [];
	const counted = (all: readonly { readonly drift: readonly unknown[] }[], differs: string) => {
		const wrong = all.filter(({ drift }) => drift.length > 0).length;
		const right = all.length - wrong;
		return wrong === 0 ? "ok" : `${right} ok, ${wrong} ${differs}`;
	};
	if (unseen !== undefined) return taps.length === 0 ? [] : [count(taps.length, "tap")];
	const ofTaps = `${count(taps.length, "tap")}: ${counted(taps, "drifted")}`;
	if (exact === undefined) return taps.length === 0 ? [] : [ofTaps];
	const objects = `${count(resources.length, "object")}: ${counted(resources, "not as applied")}`;
	return [
		[ofTaps, objects, ...(strays.length > 0 ? [count(strays.length, "stray")] : [])].join("; "),
	];
}

const forWhom = (taps: readonly string[]): string =>
	taps.length > FEW ? `for ${taps.length} taps` : `for ${taps.join(", ")}`;

/** A key consists of a kind and names: `address:tap0:10.0.0.1/8` is printed as `address tap0 10.0.0.1/8`. */
function subject(kind: string, key: string): string {
	const names = key.slice(key.indexOf(":") + 1);
	return `${kind} ${names.replace(":", " ")}`;
}
