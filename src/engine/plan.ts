import type { Kernel } from "../kernel/kernel.js";
import { UmlnetError } from "../sys/error.js";
import { ConflictError, SpecError } from "./error.js";
import {
	type Kinds,
	kindOf,
	linkKey,
	PHASES,
	type Resource,
	type Step,
	type Surroundings,
} from "./kind.js";
import type { TapReport } from "./report.js";
import { same } from "./same.js";
import type { Delta, Entry, State } from "./state.js";

/** A tap as it is wanted: what will be told of it, and every object it needs. */
export interface WantedTap {
	readonly report: Omit<TapReport, "index">;
	readonly resources: readonly Resource[];
}

/** What stands or falls as one: the taps of one request. A group commit has several. */
export interface Unit {
	readonly id: number;
	readonly taps: readonly WantedTap[];
}

/** A step of a plan and which unit it belongs to: undefined where several of the transaction need it. */
export interface PlannedStep extends Step {
	readonly path: string;
	readonly unit: number | undefined;
}

/** All that a transaction will do, its undo included, before anything is done. */
export interface Plan {
	/** Undone in reverse when one fails. */
	readonly steps: readonly PlannedStep[];
	/** Run last, when all else stands: what cannot be undone. */
	readonly final: readonly PlannedStep[];
	readonly delta: Delta;
	readonly unitOf: ReadonlyMap<string, number>;
	/** The units that want a resource, by its key. */
	readonly wanted: ReadonlyMap<string, { readonly units: readonly number[] }>;
	/**
	 * Where all units of one of these sets fail, everything is undone, and each can be tried on its own: what
	 * only they share, or took away, or what others lean on, cannot be told apart any more.
	 */
	readonly bonds: readonly (readonly number[])[];
}

/** What a plan must know of the host beside our state. */
export interface Sight {
	/** The index of a link of the host. @throws SpecError when there is none */
	readLinkIndex(name: string): number;
	/** Whether what others stand on, too, need not be looked at, by its key. */
	isTrusted(key: string): boolean;
	/** Whether the link of this index was ours, and somebody is deleting it. */
	isLeaving(index: number): boolean;
}

interface Target extends Resource {
	readonly key: string;
	/** Each once. */
	readonly units: number[];
}

/**
 * Every object the units need, once, and the keys of those of each tap.
 * @throws SpecError when two of them want different things of it
 */
function targets(kinds: Kinds, units: readonly Unit[]) {
	const wanted = new Map<string, Target>();
	const keysOf = new Map<WantedTap, readonly string[]>();
	for (const { id, taps } of units)
		for (const tap of taps) {
			const keys = tap.resources.map(({ kind, want }) => kindOf(kinds, kind).key(want));
			keysOf.set(tap, keys);
			for (const [i, key] of keys.entries()) {
				const { kind, want, path } = tap.resources[i] as Resource;
				const known = wanted.get(key);
				if (known === undefined) wanted.set(key, { kind, want, path, key, units: [id] });
				else if (!same(known.want, want)) throw wantedInTwoWays(key, path, known.path);
				else if (known.units.at(-1) !== id) known.units.push(id);
			}
		}
	return { wanted, keysOf };
}

const wantedInTwoWays = (key: string, path: string, other: string): SpecError =>
	new SpecError([{ path, message: `${key} is wanted in two different ways, see ${other}` }]);

/** A step, where it comes from and whose it is. Written out: a spread of steps of many shapes is ten times as slow. */
const placed = (
	{ label, phase, do: action, undo, removes, advice }: Step,
	path: string,
	unit: number | undefined,
): PlannedStep => ({ label, phase, do: action, undo, removes, advice, path, unit });

class Planner {
	readonly #kinds: Kinds;
	readonly #kernel: Kernel;
	readonly #state: State;
	/** Entries as they will be; what is made anew in this transaction. */
	readonly entries = new Map<string, Entry>();
	readonly fresh = new Set<string>();
	readonly #unit = new Map<string, number | undefined>();
	readonly steps: PlannedStep[] = [];
	readonly removals: PlannedStep[] = [];
	readonly #indexes = new Map<string, number>();
	readonly #around: Surroundings;
	readonly #isTrusted: (key: string) => boolean;

	/** `ours`: the taps the plan is about. */
	constructor(
		kinds: Kinds,
		kernel: Kernel,
		state: State,
		ours: ReadonlyMap<string, unknown>,
		{ readLinkIndex, isTrusted, isLeaving }: Sight,
	) {
		this.#isTrusted = (key) => state.users(key).size > ours.size && isTrusted(key);
		this.#kinds = kinds;
		this.#kernel = kernel;
		this.#state = state;
		this.#around = {
			kernel,
			indexOf: (link) => {
				const known = this.#indexes.get(link) ?? indexOf(this.#own(linkKey(link)));
				const index = known ?? readLinkIndex(link);
				this.#indexes.set(link, index);
				return index;
			},
			made: (key) => this.#own(key)?.made,
			isLeaving,
			isBlank: (link) => this.#isBlank(linkKey(link)),
			others: (key) => [...state.users(key)].filter((name) => !ours.has(name)),
		};
	}

	#own(key: string): Entry | undefined {
		return this.entries.get(key) ?? this.#state.entries.get(key);
	}

	#isBlank(key: string): boolean {
		const entry = this.#state.entries.get(key);
		if (entry === undefined) return this.fresh.has(key);
		return kindOf(this.#kinds, entry.kind).isBlank?.(entry.made) ?? false;
	}

	/** Make what is not there, repair or change what is. */
	bring({ kind: name, want, path, key, units }: Target): void {
		const kind = kindOf(this.#kinds, name);
		const unit = sole(units);
		const known = this.#state.entries.get(key);
		const add = (steps: readonly Step[]) => {
			for (const step of steps) this.steps.push(placed(step, path, unit));
		};
		if (known === undefined) {
			const made = at(path, () => kind.resolve(want, this.#around));
			const parent = kind.within?.(made);
			this.entries.set(key, { kind: name, key, made, path });
			this.fresh.add(key);
			this.#unit.set(key, unit);
			// What a link of the same unit takes along needs no undo of its own.
			const goes =
				parent !== undefined && this.fresh.has(parent) && this.#unit.get(parent) === unit;
			add(goes ? kind.create(made).map((step) => ({ ...step, undo: [] })) : kind.create(made));
			return;
		}
		if (known.kind !== name)
			throw new ConflictError(key.replace(":", " "), `our ${known.kind}`, `a ${name}`, { path });
		const laidOver = { ...(known.made as object), ...(want as object) };
		if (kind.renew === undefined && same(laidOver, known.made) && this.#isTrusted(key)) {
			this.entries.set(key, known);
			return;
		}
		const next = at(path, () => kind.renew?.(known.made, want, this.#around) ?? laidOver);
		this.entries.set(key, { kind: name, key, made: next, path });
		add(at(path, () => kind.change(known.made, next, this.#kernel)));
	}

	/** Take away what no tap needs any more, the last made first. */
	release(keys: readonly string[], unitOf: (key: string) => number | undefined): void {
		const going = new Set(keys);
		for (const key of keys.toReversed()) {
			const entry = this.#state.entries.get(key);
			if (entry === undefined) continue;
			const kind = kindOf(this.#kinds, entry.kind);
			const parent = kind.within?.(entry.made);
			if (parent !== undefined && going.has(parent)) continue;
			const steps = kind.remove(entry.made);
			const unit = unitOf(key);
			for (const step of steps)
				this.removals.push(placed({ ...step, removes: true }, entry.path, unit));
			if (kind.wipes !== undefined && steps.length > 0) this.#setAgain(kind.wipes, going, unit);
		}
	}

	/** What stays of a kind and is wiped by the removal of another. */
	#setAgain(wiped: string, going: ReadonlySet<string>, unit: number | undefined): void {
		const standing = new Map([...this.#state.entries, ...this.entries]);
		for (const { kind, key, made, path } of standing.values()) {
			if (kind !== wiped || going.has(key)) continue;
			const steps = kindOf(this.#kinds, kind).again?.(made) ?? [];
			for (const step of steps) this.removals.push(placed(step, path, unit));
		}
	}
}

/** @throws what a kind throws, with the place in the spec that asked for it */
function at<T>(path: string, ask: () => T): T {
	try {
		return ask();
	} catch (error) {
		if (error instanceof SpecError)
			throw new SpecError(
				error.issues.map((issue) => ({ ...issue, path })),
				{ cause: error, hint: error.hint },
			);
		if (error instanceof UmlnetError) error.path ??= path;
		throw error;
	}
}

const ranks = new Map(PHASES.map((phase, i) => [phase, i]));
const rank = (step: Step): number => ranks.get(step.phase) as number;
const irreversible = (step: Step): boolean => step.do.via === "unlink";

/** Creation in the order of the phases, then removal in the reverse; what cannot be undone comes last. */
function order(
	creations: readonly PlannedStep[],
	removals: readonly PlannedStep[],
): Pick<Plan, "steps" | "final"> {
	const up = creations.toSorted((a, b) => rank(a) - rank(b));
	const down = removals.toSorted((a, b) => rank(b) - rank(a));
	const all = [
		...up.filter((step) => step.phase !== "persist"),
		...down,
		...up.filter((step) => step.phase === "persist"),
	];
	return { steps: all.filter((step) => !irreversible(step)), final: all.filter(irreversible) };
}

/**
 * The plan that brings the taps up. Looks up only what the taps name, and of what others need as well only what
 * is not trusted to be as it was made.
 * @throws ConflictError, SpecError, KernelError
 */
export function planUp(
	kinds: Kinds,
	kernel: Kernel,
	state: State,
	units: readonly Unit[],
	sight: Sight,
): Plan {
	const taps = units.flatMap((unit) => unit.taps);
	const unitOf = new Map(
		units.flatMap((unit) => unit.taps.map(({ report }) => [report.name, unit.id] as const)),
	);
	const planner = new Planner(kinds, kernel, state, unitOf, sight);
	const { wanted, keysOf } = targets(kinds, units);
	for (const target of wanted.values()) planner.bring(target);
	const drop = abandoned(state, unitOf, wanted);
	planner.release(drop, (key) => unitOfAll(state.users(key), unitOf));
	const up = taps.map((tap) => ({
		report: { ...tap.report, index: indexOf(planner.entries.get(linkKey(tap.report.name))) ?? 0 },
		keys: keysOf.get(tap) ?? [],
	}));
	const put = [...planner.entries.values()].filter(
		(entry) => !same(entry, state.entries.get(entry.key)),
	);
	const changed = up.filter((tap) => !same(tap, state.taps.get(tap.report.name)));
	const bonds = [...wanted.values()]
		.filter(({ kind, units }) => units.length > 1 || kindOf(kinds, kind).wipes !== undefined)
		.map((target) => target.units);
	return {
		...order(planner.steps, planner.removals),
		delta: { put, drop, up: changed, down: [] },
		unitOf,
		wanted,
		bonds: [...bonds, ...(drop.length > 0 ? each(unitOf) : []), [...unitOf.values()]],
	};
}

/** What these taps stood on and want no longer, and nobody else stands on. */
function abandoned(
	state: State,
	taps: ReadonlyMap<string, unknown>,
	wanted: ReadonlyMap<string, unknown>,
): string[] {
	const left = new Set<string>();
	// Each once: what a network shares has as many users as there are guests.
	for (const name of taps.keys())
		for (const key of state.taps.get(name)?.keys ?? []) if (!wanted.has(key)) left.add(key);
	return [...left].filter((key) => {
		const users = state.users(key);
		return users.size <= taps.size && [...users].every((user) => taps.has(user));
	});
}

/**
 * The plan that takes taps down, and with the last tap of a network what stood for the network. Pure.
 * `units` are the names of the taps of each request; names of taps that are not up are passed over.
 */
export function planDown(
	kinds: Kinds,
	kernel: Kernel,
	state: State,
	units: readonly { readonly id: number; readonly taps: readonly string[] }[],
): Plan {
	const unitOf = new Map<string, number>();
	const left = new Map<string, number>();
	const owners = new Map<string, number | undefined>();
	for (const { id, taps } of units)
		for (const name of taps) {
			if (unitOf.has(name) || !state.taps.has(name)) continue;
			unitOf.set(name, id);
			for (const key of state.taps.get(name)?.keys ?? []) {
				left.set(key, (left.get(key) ?? state.users(key).size) - 1);
				owners.set(key, owners.has(key) && owners.get(key) !== id ? undefined : id);
			}
		}
	const drop = [...left].filter(([, users]) => users === 0).map(([key]) => key);
	const planner = new Planner(kinds, kernel, state, unitOf, BLIND);
	planner.release(drop, (key) => owners.get(key));
	return {
		...order([], planner.removals),
		delta: { put: [], drop, up: [], down: [...unitOf.keys()] },
		unitOf,
		wanted: new Map(),
		bonds: each(unitOf),
	};
}

/** Who takes down looks at nothing. */
const BLIND: Sight = {
	readLinkIndex(name) {
		throw new ConflictError(`link ${name}`, "nothing", "a link");
	},
	isTrusted: () => false,
	isLeaving: () => false,
};

/** Every unit by itself. */
const each = (unitOf: ReadonlyMap<string, number>): (readonly number[])[] =>
	[...unitOf.values()].map((unit) => [unit]);

/** The unit of these taps, if it is one. */
const unitOfAll = (
	taps: ReadonlySet<string>,
	unitOf: ReadonlyMap<string, number>,
): number | undefined => sole([...new Set([...taps].flatMap((tap) => unitOf.get(tap) ?? []))]);

const sole = (units: readonly number[]): number | undefined =>
	units.length === 1 ? units[0] : undefined;

const indexOf = (entry: Entry | undefined): number | undefined =>
	(entry?.made as { index: number } | undefined)?.index;
