import type { Kernel } from "../kernel/kernel.js";
import { SpecError } from "../spec/error.js";
import { UmlnetError } from "../sys/error.js";
import { ConflictError } from "./error.js";
import {
	type Kinds,
	kindOf,
	type Loss,
	linkKey,
	type PlanContext,
	type PlannedStep,
	type Resource,
	type Step,
	type Warning,
} from "./kind.js";
import { isPart, same } from "./same.js";
import type { Entry, State } from "./state.js";

/** What a plan must know of the host in addition to our state. */
export interface HostFacts {
	/** The index of a link of the host. @throws SpecError if there is none */
	readLinkIndex(name: string): number;
	/** Whether the shared object with this key was verified recently, so that it need not be read again. */
	isRecent(key: string): boolean;
	/** Whether the link with this index was ours and is being deleted by another thread or process. */
	isBeingDeleted(index: number): boolean;
	/** The state directory, which marks on objects name. */
	readonly place?: string | undefined;
}

/** A loss and the request that causes it, which is undefined if several do. */
export interface PlannedLoss extends Loss {
	readonly requestId: number | undefined;
}

/** A warning, with the place in the spec and the request that it is about, which is undefined if there are several. */
export interface PlannedWarning extends Warning {
	readonly path: string;
	readonly requestId: number | undefined;
}

/** A wanted resource, once for all requests that want it. */
export interface Target extends Omit<Resource, "ifPresent"> {
	readonly key: string;
	/** Whether all who want it only want to use an existing one. */
	ifPresent: boolean;
	/** The ids of the requests that want it, each once. */
	readonly requestIds: number[];
}

/**
 * The step with its place in the spec and its request; `other` overrides some of its fields. The fields are written
 * out, because V8 spreads objects of many different shapes far more slowly.
 */
const placed = (
	{
		label,
		phase,
		effect,
		do: action,
		undo,
		removes,
		bestEffort,
		advice,
		conflict,
		unsupported,
	}: Step,
	path: string,
	requestId: number | undefined,
	other: Pick<Partial<Step>, "undo" | "removes"> = NOTHING,
): PlannedStep => ({
	label,
	phase,
	effect,
	do: action,
	undo: other.undo ?? undo,
	removes: other.removes ?? removes,
	bestEffort,
	advice,
	conflict,
	unsupported,
	path,
	requestId,
});
const NOTHING = {} as const;
const WITHOUT_UNDO = { undo: [] } as const;
const REMOVAL = { removes: true } as const;

/**
 * Collects the steps of a plan, resource by resource, and answers what a kind asks about other resources. It is a class
 * and not a set of closures for each plan, because the closures would survive V8's collections of young garbage.
 */
export class Planner implements PlanContext {
	readonly kernel: Kernel;
	readonly #kinds: Kinds;
	readonly #state: State;
	readonly #taps: ReadonlyMap<string, number>;
	readonly #facts: HostFacts;
	/** The resources that the transaction wants, by key. */
	readonly #wanted: ReadonlyMap<string, unknown>;
	/** The entries as they will be when the plan is done. */
	readonly entries = new Map<string, Entry>();
	/** The keys of the entries that this transaction creates. */
	readonly created = new Set<string>();
	readonly #requestOf = new Map<string, number | undefined>();
	/** The resources that follow the removal of another one, and the request that removes it, by key. */
	readonly followers = new Map<string, { readonly requestIds: readonly number[] }>();
	readonly steps: PlannedStep[] = [];
	readonly removals: PlannedStep[] = [];
	readonly losses: PlannedLoss[] = [];
	readonly warnings: PlannedWarning[] = [];
	readonly #indexes = new Map<string, number>();
	readonly #found = new Map<string, unknown>();

	/** `taps` are the taps that the plan is about: the id of the request of each, by its name. */
	constructor(
		kinds: Kinds,
		kernel: Kernel,
		state: State,
		taps: ReadonlyMap<string, number>,
		facts: HostFacts,
		wanted: ReadonlyMap<string, unknown> = new Map(),
	) {
		this.#wanted = wanted;
		this.kernel = kernel;
		this.#kinds = kinds;
		this.#state = state;
		this.#taps = taps;
		this.#facts = facts;
	}

	get place(): string | undefined {
		return this.#facts.place;
	}

	indexOf(link: string): number {
		const known = this.#indexes.get(link) ?? linkIndex(this.#own(linkKey(link)));
		const index = known ?? this.#facts.readLinkIndex(link);
		this.#indexes.set(link, index);
		return index;
	}

	once<T>(fact: string, read: () => T): T {
		if (!this.#found.has(fact)) this.#found.set(fact, read());
		return this.#found.get(fact) as T;
	}

	isBeingDeleted(index: number): boolean {
		return this.#facts.isBeingDeleted(index);
	}

	isBlank(link: string): boolean {
		const key = linkKey(link);
		const entry = this.#state.entries.get(key);
		if (entry === undefined) return this.created.has(key);
		return kindOf(this.#kinds, entry.kind).isBlank?.(entry.made) ?? false;
	}

	made(key: string): unknown {
		return this.#own(key)?.made;
	}

	isWanted(key: string): boolean {
		return this.#wanted.has(key) || this.others(key).length > 0;
	}

	others(key: string): string[] {
		return [...this.#state.users(key)].filter((name) => !this.#taps.has(name));
	}

	/** The ids of all requests. */
	get #all(): number[] {
		return [...new Set(this.#taps.values())];
	}

	#own(key: string): Entry | undefined {
		return this.entries.get(key) ?? this.#state.entries.get(key);
	}

	/** Whether other taps use the resource as well, and it was verified recently. */
	#isRecent(key: string): boolean {
		return this.#state.users(key).size > this.#taps.size && this.#facts.isRecent(key);
	}

	/** Plan to create a resource that does not exist, and to repair or change one that does. */
	ensure({ kind: name, want, path, key, ifPresent, requestIds }: Target): void {
		const kind = kindOf(this.#kinds, name);
		const requestId = sole(requestIds);
		const known = this.#state.entries.get(key);
		if (ifPresent && known !== undefined) {
			this.entries.set(key, known);
			return;
		}
		const add = (steps: readonly Step[], other?: typeof WITHOUT_UNDO) => {
			for (const step of steps) this.steps.push(placed(step, path, requestId, other));
		};
		if (known === undefined) {
			const made = withPath(path, () => kind.resolve(want, this));
			const parent = kind.parentKey?.(made);
			this.entries.set(key, { kind: name, key, made, path });
			this.created.add(key);
			this.#requestOf.set(key, requestId);
			for (const warning of kind.warnings?.(made, this) ?? [])
				this.warnings.push({ ...warning, path, requestId });
			// The undo of a link also removes everything on the link. If this resource belongs to another request, though, it
			// may be undone without the link.
			const isOnNewLink =
				parent !== undefined &&
				this.created.has(parent) &&
				this.#requestOf.get(parent) === requestId;
			add(kind.create(made), isOnNewLink ? WITHOUT_UNDO : undefined);
			return;
		}
		if (known.kind !== name)
			throw new ConflictError(key.replace(":", " "), `our ${known.kind}`, `a ${name}`, { path });
		if (isPart(want, known.made) && this.#isRecent(key)) {
			this.entries.set(key, known);
			return;
		}
		const merged = (): unknown => ({ ...(known.made as object), ...(want as object) });
		const next = withPath(path, () => kind.reconcile?.(known.made, want, this) ?? merged());
		this.entries.set(key, { kind: name, key, made: next, path });
		add(withPath(path, () => kind.change(known.made, next, this.kernel)));
	}

	/** Let each kind check all resources of its own that are created. @throws the first error */
	validateNew(): void {
		const byKind = new Map<string, Entry[]>();
		for (const key of this.created) {
			const entry = this.entries.get(key) as Entry;
			if (kindOf(this.#kinds, entry.kind).validateAll === undefined) continue;
			const known = byKind.get(entry.kind);
			if (known === undefined) byKind.set(entry.kind, [entry]);
			else known.push(entry);
		}
		for (const [kind, entries] of byKind) {
			const made = entries.map((entry) => entry.made);
			const errors = kindOf(this.#kinds, kind).validateAll?.(made, this) ?? [];
			for (const [i, error] of errors.entries()) {
				if (error === undefined) continue;
				error.path ??= entries[i]?.path;
				throw error;
			}
		}
	}

	/** Plan to remove what no tap needs any more, in reverse order of creation. */
	release(keys: readonly string[], requestOf: (key: string) => number | undefined): void {
		const going = new Set(keys);
		for (const key of keys.toReversed()) {
			const entry = this.#state.entries.get(key);
			if (entry === undefined) continue;
			const kind = kindOf(this.#kinds, entry.kind);
			const parent = kind.parentKey?.(entry.made);
			if (parent !== undefined && going.has(parent)) continue;
			const steps = kind.remove(entry.made, this);
			const requestId = requestOf(key);
			for (const loss of kind.losses?.(entry.made, this) ?? [])
				this.losses.push({ ...loss, requestId });
			for (const step of steps) this.removals.push(placed(step, entry.path, requestId, REMOVAL));
			if (kind.resets !== undefined && steps.length > 0)
				this.#reapply(kind.resets, going, requestId);
			if (kind.decides !== undefined) this.#reconcileAll(kind.decides, going, requestId);
		}
	}

	/**
	 * Let the remaining resources of a kind follow the removal of one that they depend on. That may fail where others have
	 * removed what they are in, which must not keep us from removing: `up` repairs it.
	 */
	#reconcileAll(name: string, going: ReadonlySet<string>, requestId: number | undefined): void {
		const kind = kindOf(this.#kinds, name);
		for (const entry of this.#state.entries.values()) {
			const { key, made, path } = entry;
			if (entry.kind !== name || going.has(key) || this.entries.has(key)) continue;
			const next: unknown = kind.reconcile?.(made, made, this) ?? made;
			if (same(next, made)) continue;
			this.entries.set(key, { ...entry, made: next });
			this.followers.set(key, { requestIds: requestId === undefined ? this.#all : [requestId] });
			for (const step of kind.change(made, next, this.kernel))
				this.removals.push({ ...placed(step, path, requestId), bestEffort: true });
		}
	}

	/**
	 * Reapply the remaining resources of a kind after the removal of a resource of another kind has reset their settings.
	 */
	#reapply(reset: string, going: ReadonlySet<string>, requestId: number | undefined): void {
		const standing = new Map([...this.#state.entries, ...this.entries]);
		for (const { kind, key, made, path } of standing.values()) {
			if (kind !== reset || going.has(key)) continue;
			const steps = kindOf(this.#kinds, kind).reapply?.(made, this.kernel) ?? [];
			for (const step of steps) this.removals.push(placed(step, path, requestId));
		}
	}
}

/** Call a kind. An error that it throws gets the place in the spec. */
function withPath<T>(path: string, call: () => T): T {
	try {
		return call();
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

/** The id, if there is exactly one. */
const sole = (ids: readonly number[]): number | undefined =>
	ids.length === 1 ? ids[0] : undefined;

/** The index of the link that an entry stands for; undefined if it is no link. */
export const linkIndex = (entry: Entry | undefined): number | undefined =>
	(entry?.made as { index: number } | undefined)?.index;
