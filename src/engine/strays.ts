import type { Kernel } from "../kernel/kernel.js";
import { readAllLinks } from "../kernel/read.js";
import { KernelError } from "../sys/error.js";
import { type Ledger, linksOf } from "./journal/ledger.js";
import type { Kinds } from "./kind.js";
import { type Plan, planDown } from "./plan.js";
import { type Delta, type Entry, State } from "./state.js";

/** An object that carries our mark and belongs to no tap of ours, in the form of an entry of the journal. */
export interface StrayEntry extends Entry {
	/** A description. */
	readonly what: string;
	/** Whether it only has a name like ours. */
	readonly foreign: boolean;
}

/** The errnos of a kernel that has no nf_tables, or does not let us see them. */
const UNSEEN = new Set(["EPERM", "EACCES", "EOPNOTSUPP", "EPROTONOSUPPORT", "EAFNOSUPPORT"]);

/** What is known to be ours. */
type Remembered = Pick<Ledger, "state" | "unfinished" | "pendingDeletes">;

export interface StrayOptions {
	/** The state directory of this journal. */
	readonly place?: string | undefined;
	/** Leave out types of objects that the kernel does not let us see. */
	readonly asFarAsSeen?: boolean;
}

/** Objects of this host that carry our marks and are in no known journal. @throws KernelError */
export function strays(
	kinds: Kinds,
	kernel: Kernel,
	{ state: { entries }, unfinished, pendingDeletes }: Remembered,
	{ place, asFarAsSeen = false }: StrayOptions = {},
): readonly StrayEntry[] {
	// What a killed process left half done is handled by `recover`.
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

/** The strays that can be removed. */
export const ours = (found: readonly StrayEntry[]): StrayEntry[] =>
	found.filter(({ foreign }) => !foreign);

/** No tap has this name, because it is not valid in a spec. */
const NOBODY = "*";
const NO_CHANGE: Delta = { put: [], drop: [], up: [], down: [] };

/** The plan that removes strays, as if they all belonged to one tap that is taken down. */
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
	// A stray may have the key of an entry in the journal whose object is missing. Its index differs.
	const others = [...state.taps.values()].map((one) => {
		return { ...one, keys: one.keys.filter((key) => !keys.has(key)) };
	});
	const all = new State();
	const put = [...state.entries.values(), ...found];
	all.apply({ put, drop: [], up: [...others, tap], down: [] });
	const plan = planDown(kinds, kernel, all, [{ id: 0, taps: [NOBODY] }]);
	return { ...plan, delta: NO_CHANGE };
}
