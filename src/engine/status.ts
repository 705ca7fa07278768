import type { Kernel } from "../kernel/kernel.js";
import type { NetworkInput } from "../spec/input.js";
import type { Ledger } from "./journal/ledger.js";
import { type Kinds, kindOf, type Once } from "./kind.js";
import type { Count, Difference, StatusReport, TapStatus } from "./report.js";
import type { Entry, NetworkEntry, State } from "./state.js";
import { ours, strays } from "./strays.js";
import { verify } from "./verify.js";

export interface StatusOptions {
	/** Only the taps with these names. */
	readonly taps?: readonly string[] | undefined;
	/** Whether to tell if everything is exactly as applied. */
	readonly verify?: boolean | undefined;
	/** Whether to tell only what was made, without looking at the host. */
	readonly remembered?: boolean | undefined;
	/** The state directory of the journal. */
	readonly place?: string | undefined;
}

/**
 * What is ours and where it differs from what was made. `unfinished` is as in the report. Reads the kernel object by
 * object.
 */
export function statusReport(
	kinds: Kinds,
	kernel: Kernel,
	journal: Ledger,
	unfinished: string | undefined,
	{ taps: names, verify: isExact = false, remembered = false, place }: StatusOptions,
): StatusReport {
	if (remembered)
		return reportOf(
			journal.state,
			names ?? [...journal.state.taps.keys()],
			() => [],
			() => undefined,
		);
	const look = (entry: Entry): readonly Difference[] =>
		isExact ? verify(kinds, kernel, entry) : kindOf(kinds, entry.kind).drift(entry.made, kernel);
	const { state } = journal;
	const found = new Map<string, unknown>();
	const once: Once = (fact, read) => {
		if (!found.has(fact)) found.set(fact, read());
		return found.get(fact) as ReturnType<typeof read>;
	};
	const drops = ({ kind, made }: Entry) => kindOf(kinds, kind).drops?.(made, kernel, once);
	const report = { ...reportOf(state, names ?? [...state.taps.keys()], look, drops), unfinished };
	const strayed =
		names === undefined ? strays(kinds, kernel, journal, { place, asFarAsSeen: !isExact }) : [];
	if (!isExact) return { ...report, strays: ours(strayed).map(({ what }) => what) };
	const exact =
		report.resources.every(({ drift }) => drift.length === 0) &&
		strayed.length === 0 &&
		unfinished === undefined &&
		(names ?? []).every((name) => report.taps.some((tap) => tap.name === name));
	return { ...report, strays: strayed.map(({ what }) => what), exact };
}

function reportOf(
	state: State,
	names: readonly string[],
	look: (entry: Entry) => readonly Difference[],
	dropsOf: (entry: Entry) => Readonly<Record<string, Count>> | undefined,
): Pick<StatusReport, "taps" | "resources" | "networks"> {
	const driftOf = (key: string): readonly Difference[] => {
		const entry = state.entries.get(key);
		return entry === undefined ? [] : look(entry);
	};
	const taps = names.flatMap((name): TapStatus[] => {
		const tap = state.taps.get(name);
		if (tap === undefined) return [];
		const drops = tap.keys.flatMap((key) => {
			const entry = state.entries.get(key);
			const counts = entry && dropsOf(entry);
			return counts === undefined ? [] : [counts];
		});
		const counted = drops.length > 0 && { drops: sum(drops) };
		return [{ ...tap.report, ...counted, drift: tap.keys.flatMap(driftOf) }];
	});
	const keys = new Set(names.flatMap((name) => state.taps.get(name)?.keys ?? []));
	const resources = [...keys].flatMap((key) => {
		const entry = state.entries.get(key);
		if (entry === undefined) return [];
		return [{ kind: entry.kind, key, taps: [...state.users(key)], drift: look(entry) }];
	});
	return { taps, resources, networks: networksOf(state, taps) };
}

/** The networks of these taps, as a spec would have them. */
function networksOf(state: State, taps: readonly TapStatus[]): StatusReport["networks"] {
	const names = new Set(taps.map(({ network }) => network));
	const known = [...names].flatMap((name) => {
		const network = state.networks.get(name);
		if (network === undefined) return [];
		// Its pool belongs to the process that keeps it.
		const { name: _, pool: __, ...spec } = network as NetworkEntry & { readonly pool?: unknown };
		return [[name, spec as unknown as NetworkInput] as const];
	});
	return Object.fromEntries(known);
}

/** Several tables drop packets of one tap for one reason. */
function sum(all: readonly Readonly<Record<string, Count>>[]): Record<string, Count> {
	const total: Record<string, Count> = {};
	for (const counts of all)
		for (const [reason, { packets, bytes }] of Object.entries(counts)) {
			const known = total[reason] ?? { packets: 0, bytes: 0 };
			total[reason] = { packets: known.packets + packets, bytes: known.bytes + bytes };
		}
	return total;
}
