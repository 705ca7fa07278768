import type { Kernel } from "../kernel/kernel.js";
import { readAllLinks } from "../kernel/read.js";
import { type Ledger, linksOf } from "./journal/ledger.js";
import type { Kinds } from "./kind.js";
import { type Plan, planDown } from "./plan.js";
import type { Delta, Entry, State } from "./state.js";

/** An object that carries our marks and no tap of ours stands for, as if it were in the journal. */
export interface StrayEntry extends Entry {
	/** In words. */
	readonly what: string;
	/** It has but our name. */
	readonly foreign: boolean;
}

/** What carries our marks on this host and is not in the journal. @throws KernelError */
export function strays(
	kinds: Kinds,
	kernel: Kernel,
	{ state: { entries }, unfinished, pendingDeletes }: Ledger,
): readonly StrayEntry[] {
	// What a killed process left half done is for `recover`.
	if (unfinished !== undefined && unfinished.provisional === undefined) return [];
	const going = new Set([...pendingDeletes.values()].flatMap(linksOf).map(({ index }) => index));
	const links = readAllLinks(kernel).filter(({ ifi_index }) => !going.has(ifi_index));
	const look = { kernel, links };
	return [...kinds.values()].flatMap((kind) => {
		const known = [...entries.values()].filter((entry) => entry.kind === kind.kind);
		const found = kind.strays?.(
			known.map(({ made }) => made),
			look,
		);
		return (found ?? []).map(({ what, made, foreign = false }) => {
			return { what, foreign, kind: kind.kind, key: kind.key(made), made, path: "" };
		});
	});
}

/** Those that can be taken away. */
export const ours = (found: readonly StrayEntry[]): StrayEntry[] =>
	found.filter(({ foreign }) => !foreign);

/** No tap is called so: its name is none that a spec can have. */
const NOBODY = "*";
const NO_CHANGE: Delta = { put: [], drop: [], up: [], down: [] };

/** The plan that takes strays away: as if one tap stood for all of them, and that was taken down. */
export function planRemoval(
	kinds: Kinds,
	kernel: Kernel,
	state: State,
	found: readonly StrayEntry[],
): Plan {
	const report = { name: NOBODY, index: 0, network: NOBODY, mode: "host-only" } as const;
	const details = { multiQueue: false, vnetHdr: false, addresses: [], guest: { addresses: [] } };
	const tap = { report: { ...report, ...details }, keys: found.map(({ key }) => key) };
	const known = state.with({ put: found, drop: [], up: [tap], down: [] });
	const plan = planDown(kinds, kernel, known, [{ id: 0, taps: [NOBODY] }]);
	return { ...plan, delta: NO_CHANGE };
}
