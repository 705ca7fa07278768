import type { Kernel } from "../kernel/kernel.js";
import { readStatistics } from "../kernel/read.js";
import type { NetworkInput } from "../spec/input.js";
import type { Ledger } from "./journal/ledger.js";
import { type Kinds, kindOf, type Once } from "./kind.js";
import type { Count, Difference, StatusReport, TapStatus, Traffic } from "./report.js";
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
		return reportOf(journal.state, names ?? [...journal.state.taps.keys()], () => [], {
			drops: () => undefined,
			traffic: new Map(),
		});
	const look = (entry: Entry): readonly Difference[] =>
		isExact ? verify(kinds, kernel, entry) : kindOf(kinds, entry.kind).drift(entry.made, kernel);
	const { state } = journal;
	const found = new Map<string, unknown>();
	const once: Once = (fact, read) => {
		if (!found.has(fact)) found.set(fact, read());
		return found.get(fact) as ReturnType<typeof read>;
	};
	const drops = ({ kind, made }: Entry) => kindOf(kinds, kind).drops?.(made, kernel, once);
	const asked = names ?? [...state.taps.keys()];
	const traffic = trafficOf(kernel, state, asked);
	const report = { ...reportOf(state, asked, look, { drops, traffic }), unfinished };
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

/**
 * How much went through taps, by their names. What the host receives by a tap is what its guest sends. A link of another
 * name with that index may be somebody else's.
 */
function trafficOf(
	kernel: Kernel,
	state: State,
	names: readonly string[],
): ReadonlyMap<string, Traffic> {
	const taps = names.flatMap((name) => state.taps.get(name)?.report ?? []);
	const there = taps.filter(({ name, index }) => kernel.linkName(index) === name);
	const statistics = readStatistics(
		kernel,
		there.map(({ index }) => index),
	);
	return new Map(
		there.flatMap(({ name }, i): [string, Traffic][] => {
			const told = statistics[i];
			if (told === undefined) return [];
			const download = { packets: Number(told.tx_packets), bytes: Number(told.tx_bytes) };
			const upload = { packets: Number(told.rx_packets), bytes: Number(told.rx_bytes) };
			return [[name, { download, upload }]];
		}),
	);
}

/** What the kernel has counted. */
interface Counted {
	readonly drops: (entry: Entry) => Readonly<Record<string, Count>> | undefined;
	/** By the names of taps. */
	readonly traffic: ReadonlyMap<string, Traffic>;
}

function reportOf(
	state: State,
	names: readonly string[],
	look: (entry: Entry) => readonly Difference[],
	{ drops: dropsOf, traffic }: Counted,
): Pick<StatusReport, "taps" | "resources" | "networks"> {
	// What taps share, such as a table of ours, is looked at once for all of them.
	const looked = new Map<string, readonly Difference[]>();
	const driftOf = (key: string): readonly Difference[] => {
		const entry = state.entries.get(key);
		const drift = looked.get(key) ?? (entry === undefined ? [] : look(entry));
		looked.set(key, drift);
		return drift;
	};
	const taps = names.flatMap((name): TapStatus[] => {
		const tap = state.taps.get(name);
		if (tap === undefined) return [];
		const drops = tap.keys.flatMap((key) => {
			const entry = state.entries.get(key);
			const counts = entry && dropsOf(entry);
			return counts === undefined ? [] : [counts];
		});
		const told = traffic.get(name);
		const counted = {
			...(told && { traffic: told }),
			...(drops.length > 0 && { drops: sum(drops) }),
		};
		return [{ ...tap.report, ...counted, drift: tap.keys.flatMap(driftOf) }];
	});
	const keys = new Set(names.flatMap((name) => state.taps.get(name)?.keys ?? []));
	const resources = [...keys].flatMap((key) => {
		const entry = state.entries.get(key);
		if (entry === undefined) return [];
		return [{ kind: entry.kind, key, taps: [...state.users(key)], drift: driftOf(key) }];
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
