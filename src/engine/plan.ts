import { isIrreversible } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { SpecError } from "../spec/error.js";
import { ConflictError } from "./error.js";
import {
	type Kinds,
	kindOf,
	linkKey,
	PHASES,
	type PlannedStep,
	type Resource,
	type Step,
} from "./kind.js";
import {
	type HostFacts,
	linkIndex,
	type PlannedLoss,
	type PlannedWarning,
	Planner,
	type Target,
} from "./planner.js";
import type { TapReport } from "./report.js";
import { same } from "./same.js";
import type { Delta, NetworkEntry, State } from "./state.js";

/** A tap that is wanted: its report, and every object that it needs. */
export interface WantedTap {
	readonly report: Omit<TapReport, "index">;
	readonly resources: readonly Resource[];
	/** Its network as the spec has it, for later taps. A parked tap has none. */
	readonly network?: NetworkEntry | undefined;
}

/** A request to bring up taps, all or none. A group commit makes one transaction of several requests. */
export interface UpRequest {
	readonly id: number;
	readonly taps: readonly WantedTap[];
}

/** Everything that a transaction will do, including its undo, before anything is done. */
export interface Plan {
	/** If one of them fails, those before it are undone, the last one first. */
	readonly steps: readonly PlannedStep[];
	/** Steps that cannot be undone. They run last, when the transaction is committed. */
	readonly final: readonly PlannedStep[];
	/**
	 * What cannot be given back to others, as is known beforehand: the host no longer has the link that it was taken
	 * from.
	 */
	readonly losses: readonly PlannedLoss[];
	/** What will not work of what is created, on this host in its present state. */
	readonly warnings: readonly PlannedWarning[];
	readonly delta: Delta;
	/** The id of the request that a tap belongs to, by the name of the tap. */
	readonly requestOf: ReadonlyMap<string, number>;
	/** The ids of the requests that want a resource, by its key. */
	readonly wanted: ReadonlyMap<string, { readonly requestIds: readonly number[] }>;
	/**
	 * Sets of ids. If all requests in one of these sets fail, the whole transaction is rolled back, because a shared step
	 * cannot be attributed to one of them. The caller retries each alone.
	 */
	readonly inseparable: readonly (readonly number[])[];
}

/**
 * Every object that the requests need, once, and the keys of the objects of each tap. An object that is only used if it
 * exists is left out if it does not.
 * @throws SpecError if two requests want an object to be different
 */
function targets(kinds: Kinds, state: State, requests: readonly UpRequest[]) {
	const wanted = new Map<string, Target>();
	const keysOf = new Map<WantedTap, readonly string[]>();
	for (const { id, taps } of requests)
		for (const tap of taps) {
			const keys: string[] = [];
			keysOf.set(tap, keys);
			for (const { kind, want, path, ifPresent = false } of tap.resources) {
				const key: string = kindOf(kinds, kind).key(want);
				if (ifPresent && !state.entries.has(key)) continue;
				// Several parts of a network may need one object: a tap uses it once.
				if (!keys.includes(key)) keys.push(key);
				const known = wanted.get(key);
				if (known === undefined)
					wanted.set(key, { kind, want, path, key, ifPresent, requestIds: [id] });
				else if (!same(known.want, want)) throw wantedInTwoWays(key, path, known.path);
				else {
					known.ifPresent &&= ifPresent;
					if (known.requestIds.at(-1) !== id) known.requestIds.push(id);
				}
			}
		}
	return { wanted, keysOf };
}

const wantedInTwoWays = (key: string, path: string, other: string): SpecError =>
	new SpecError([{ path, message: `${key} is wanted in two different ways, see ${other}` }]);

const BACK = PHASES.toReversed();
const irreversible = (step: Step): boolean => isIrreversible(step.do);

/** Creations in the order of the phases, then removals in the reverse order. What cannot be undone comes last. */
function order(
	creations: readonly PlannedStep[],
	removals: readonly PlannedStep[],
): Pick<Plan, "steps" | "final"> {
	const up = PHASES.flatMap((phase) => creations.filter((step) => step.phase === phase));
	const down = BACK.flatMap((phase) => removals.filter((step) => step.phase === phase));
	const all = [
		...up.filter((step) => step.phase !== "persist"),
		...down,
		...up.filter((step) => step.phase === "persist"),
	];
	return { steps: all.filter((step) => !irreversible(step)), final: all.filter(irreversible) };
}

/**
 * The plan that brings the taps up. It looks up only what the taps name and, of the objects that they share with
 * others, only those that were not verified recently. The taps in `prune` go down with it.
 * @throws ConflictError, SpecError, KernelError
 */
export function planUp(
	kinds: Kinds,
	kernel: Kernel,
	state: State,
	requests: readonly UpRequest[],
	facts: HostFacts,
	prune: readonly string[] = [],
): Plan {
	const taps = requests.flatMap((request) => request.taps);
	const requestOf = new Map<string, number>();
	// `prune` comes with a single request, and taking these taps down fails or succeeds together with it.
	for (const name of prune) requestOf.set(name, requests[0]?.id ?? 0);
	for (const { id, taps } of requests)
		for (const { report } of taps) requestOf.set(report.name, id);
	const { wanted, keysOf } = targets(kinds, state, requests);
	const planner = new Planner(kinds, kernel, state, requestOf, facts, wanted);
	for (const target of wanted.values()) planner.ensure(target);
	planner.validateNew();
	const drop = unused(state, requestOf, wanted);
	planner.release(drop, (key) => requestOfAll(state.users(key), requestOf));
	const up = taps.map((tap) => ({
		report: { index: linkIndex(planner.entries.get(linkKey(tap.report.name))) ?? 0, ...tap.report },
		keys: keysOf.get(tap) ?? [],
	}));
	const put = [...planner.entries.values()].filter(
		(entry) => !same(entry, state.entries.get(entry.key)),
	);
	const changed = up.filter((tap) => !same(tap, state.taps.get(tap.report.name)));
	const inseparable = [...wanted.values()]
		.filter(
			({ kind, requestIds }) => requestIds.length > 1 || kindOf(kinds, kind).resets !== undefined,
		)
		.map((target) => target.requestIds);
	return {
		losses: planner.losses,
		warnings: planner.warnings,
		delta: { put, drop, up: changed, down: prune, networks: newNetworks(state, taps) },
		requestOf,
		wanted: planner.followers.size === 0 ? wanted : new Map([...wanted, ...planner.followers]),
		inseparable: [
			...inseparable,
			...(drop.length > 0 ? each(requestOf) : []),
			[...requestOf.values()],
		],
		...order(planner.steps, planner.removals),
	};
}

/** The networks of these taps that are not known, or are known otherwise. Consecutive guests mostly share one object. */
function newNetworks(
	state: State,
	taps: readonly WantedTap[],
): readonly NetworkEntry[] | undefined {
	let networks: Map<string, NetworkEntry> | undefined;
	for (const { network } of taps) {
		if (network === undefined) continue;
		const known = networks?.get(network.name) ?? state.networks.get(network.name);
		if (known === network || same(known, network)) continue;
		networks ??= new Map();
		networks.set(network.name, network);
	}
	return networks && [...networks.values()];
}

/** The keys of the objects that these taps used, do not want any more, and no other tap uses. */
function unused(
	state: State,
	taps: ReadonlyMap<string, unknown>,
	wanted: ReadonlyMap<string, unknown>,
): string[] {
	const unwanted = new Set<string>();
	// A set, because objects that a network shares have as many users as there are guests.
	for (const name of taps.keys())
		for (const key of state.taps.get(name)?.keys ?? []) if (!wanted.has(key)) unwanted.add(key);
	return [...unwanted].filter((key) => {
		const users = state.users(key);
		return users.size <= taps.size && [...users].every((user) => taps.has(user));
	});
}

/**
 * The plan that takes taps down, and with the last tap of a network everything that was made for the network. Pure.
 * Names of taps that are not up are ignored.
 */
export function planDown(
	kinds: Kinds,
	kernel: Kernel,
	state: State,
	requests: readonly { readonly id: number; readonly taps: readonly string[] }[],
): Plan {
	const requestOf = new Map<string, number>();
	/** How many taps will still use each object. */
	const remaining = new Map<string, number>();
	/** The request whose taps used each object; undefined if taps of several requests did. */
	const owners = new Map<string, number | undefined>();
	for (const { id, taps } of requests)
		for (const name of taps) {
			if (requestOf.has(name) || !state.taps.has(name)) continue;
			requestOf.set(name, id);
			for (const key of state.taps.get(name)?.keys ?? []) {
				remaining.set(key, (remaining.get(key) ?? state.users(key).size) - 1);
				owners.set(key, owners.has(key) && owners.get(key) !== id ? undefined : id);
			}
		}
	const drop = [...remaining.keys()].filter((key) => remaining.get(key) === 0);
	const planner = new Planner(kinds, kernel, state, requestOf, NO_LOOKUP);
	planner.release(drop, (key) => owners.get(key));
	return {
		losses: planner.losses,
		warnings: planner.warnings,
		delta: { put: [...planner.entries.values()], drop, up: [], down: [...requestOf.keys()] },
		requestOf,
		wanted: planner.followers,
		inseparable: each(requestOf),
		...order([], planner.removals),
	};
}

/** Taking taps down needs no look-ups: all that it needs is in the state. */
const NO_LOOKUP: HostFacts = {
	readLinkIndex(name) {
		throw new ConflictError(`link ${name}`, "nothing", "a link");
	},
	isRecent: () => false,
	isBeingDeleted: () => false,
};

/** For every request a set with only its id. */
const each = (requestOf: ReadonlyMap<string, number>): (readonly number[])[] =>
	[...requestOf.values()].map((id) => [id]);

/** The id of the request that these taps belong to; undefined if there are several. */
function requestOfAll(
	taps: ReadonlySet<string>,
	requestOf: ReadonlyMap<string, number>,
): number | undefined {
	let all: number | undefined;
	for (const tap of taps) {
		const id = requestOf.get(tap);
		if (id === undefined) continue;
		if (all !== undefined && all !== id) return undefined;
		all = id;
	}
	return all;
}
