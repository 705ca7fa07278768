import type { Kernel } from "../kernel/kernel.js";
import { readAllLinks } from "../kernel/read.js";
import { KernelError } from "../sys/error.js";
import { type Ledger, linksOf } from "./journal/ledger.js";
import type { Kinds } from "./kind.js";
import { type Plan, planDown } from "./plan.js";
import { type Delta, type Entry, State } from "./state.js";

/** An object that carries our marks and no tap of ours stands for, as if it were in the journal. */
export interface StrayEntry extends Entry {
	/** In words. */
	readonly what: string;
	/** It has but our name. */
	readonly foreign: boolean;
}

/** How a kernel without nf_tables says so, and one that does not let us see them. */
const UNSEEN = new Set(["EPERM", "EACCES", "EOPNOTSUPP", "EPROTONOSUPPORT", "EAFNOSUPPORT"]);

export interface StrayOptions {
	/** The state directory of this journal. */
	readonly place?: string | undefined;
	/** Without the sorts of things that the kernel does not show. */
	readonly asFarAsSeen?: boolean;
}

/** What carries our marks on this host and is in no journal that is known. @throws KernelError */
export function strays(
	kinds: Kinds,
	kernel: Kernel,
	{ state: { entries }, unfinished, pendingDeletes }: Ledger,
	{ place, asFarAsSeen = false }: StrayOptions = {},
): readonly StrayEntry[] {
	// What a killed process left half done is for `recover`.
	if (unfinished !== undefined && unfinished.provisional === undefined) return [];
	const going = new Set([...pendingDeletes.values()].flatMap(linksOf).map(({ index }) => index));
	const links = readAllLinks(kernel).filter(({ ifi_index }) => !going.has(ifi_index));
	const look = { kernel, links, place };
	return [...kinds.values()].flatMap((kind) => {
		const known = [...entries.values()].filter((entry) => entry.kind === kind.kind);
		const find = () =>
			kind.strays?.(
				known.map(({ made }) => made),
				look,
			) ?? [];
		return (asFarAsSeen ? seen(find) : find()).map(({ what, made, foreign = false }) => {
			return { what, foreign, kind: kind.kind, key: kind.key(made), made, path: "" };
		});
	});
}

function seen<T>(find: () => readonly T[]): readonly T[] {
	try {
		return find();
	} catch (error) {
		if (error instanceof KernelError && UNSEEN.has(error.errno)) return [];
		throw error;
	}
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
	const keys = new Set(found.map(({ key }) => key));
	const tap = { report: { ...report, ...details }, keys: [...keys] };
	// A stray can have the key of what the journal says is there, and is not: it has another number.
	const others = [...state.taps.values()].map((one) => {
		return { ...one, keys: one.keys.filter((key) => !keys.has(key)) };
	});
	const all = new State();
	const put = [...state.entries.values(), ...found];
	all.apply({ put, drop: [], up: [...others, tap], down: [] });
	const plan = planDown(kinds, kernel, all, [{ id: 0, taps: [NOBODY] }]);
	return { ...plan, delta: NO_CHANGE };
}
