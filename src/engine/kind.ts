import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import type { Link } from "../kernel/read.js";
import type { UmlnetError } from "../sys/error.js";
import type { Difference } from "./report.js";

/**
 * The order in which objects are created; they are removed in the reverse order, so filters go first and links last.
 * Until `persist` has run, the taps of a killed process vanish with it; all else is undone from the journal.
 */
export const PHASES = [
	"link",
	"tap",
	"configure",
	"address",
	"route",
	"option",
	"filter",
	"persist",
] as const;
export type Phase = (typeof PHASES)[number];

export type Effect = "create" | "delete";

/** A change and its inverse, as data. `undo` is harmless when `do` never ran, or ran only in part. */
export interface Step {
	/** What a person reads in `plan` and in an error: `create tap tap0`. */
	readonly label: string;
	readonly phase: Phase;
	/** What `plan` marks it with: it creates something (+), or deletes it (-). Otherwise it changes something (~). */
	readonly effect?: Effect | undefined;
	readonly do: Action;
	/** In the order in which they must run. Empty where the undo of another step undoes this one as well. */
	readonly undo: readonly Action[];
	/** It removes something: where that is gone already, the step counts as done. */
	readonly removes?: true | undefined;
	/**
	 * It gives something back to others: where it is refused again and again, the report names a
	 * loss, and the rest is done all the same.
	 */
	readonly bestEffort?: true | undefined;
	/** What to do about it when the kernel refuses, by the name of the errno. */
	readonly advice?: Readonly<Record<string, string>> | undefined;
	/** What to tell when the kernel says that what this step makes is there already, and so somebody else's. */
	readonly conflict?: StepConflict | undefined;
}

/** What others had and did not get back; or what was ours and is not there to be taken away. */
export interface Loss {
	/** `address 10.0.0.1/24`, `default route`, `tap0`. */
	readonly subject: string;
	/** It was ours: nobody has lost anything. */
	readonly ours?: true | undefined;
	/** `eth1 is gone`, or the kernel's refusal. */
	readonly reason: string;
}

/** Something that will not work as it was asked for, as the host is now. */
export interface Warning {
	/** Stable: `WARN_` and what it is about. */
	readonly code: string;
	/** What will not work, and why, in words for who asked for it. */
	readonly message: string;
}

/** The parts of a ConflictError that only the kind of a step knows. */
export interface StepConflict {
	/** Of what there can be only one: `link br0`. */
	readonly subject: string;
	/** What is there: `one that is not ours`. */
	readonly found: string;
	/** What was wanted in its place: `a new bridge br0`. */
	readonly wanted: string;
	/** How to see it, and what to do about it. */
	readonly hint: string;
	/** The name of the link that is in the way: it may say itself whose it is. */
	readonly link?: string | undefined;
}

/** A step of a plan, with where it comes from. */
export interface PlannedStep extends Step {
	/** The place in the spec that asked for it. */
	readonly path: string;
	/** The request that it is for; undefined where several requests of the transaction need it. */
	readonly requestId: number | undefined;
}

/** What a kind may ask about the rest of the plan, our state and the host while a resource is resolved. */
export interface PlanContext {
	readonly kernel: Kernel;
	/** The state directory that remembers what is made. */
	readonly place: string | undefined;
	/** The interface index of a link: one that this transaction makes, one of ours, or one of the host's. */
	indexOf(link: string): number;
	/** Whether the link of this index was ours, and its deletion is under way on another thread or process. */
	isBeingDeleted(index: number): boolean;
	/** What `read` finds, which is asked once for the whole plan: two kinds may need the same fact. */
	once<T>(fact: string, read: () => T): T;
	/** Whether nothing is set on that link yet: this transaction creates it, or takes it out of a pool. */
	isBlank(link: string): boolean;
	/** The `Made` of the resource of this key, standing or planned; undefined where no such resource is ours. */
	made(key: string): unknown;
	/** Whether a tap that this transaction is not about uses the resource of this key, or this transaction wants it. */
	isWanted(key: string): boolean;
	/** The taps that use the resource of this key and that this transaction is not about. */
	others(key: string): readonly string[];
}

/** Something that carries our mark and is not in the journal. */
export interface Stray<Made> {
	/** In words, with the names of links: `link tap0, alias umlnet-nl lab`. */
	readonly what: string;
	/** As much of what was made as its removal takes. */
	readonly made: Made;
	/** It has but our name: it is told to who asks exactly, and never removed. */
	readonly foreign?: true;
}
/** Where strays are looked for: in the kernel, and among all of its links, which are read once. */
export interface StrayLook {
	readonly kernel: Kernel;
	readonly links: readonly Link[];
	/** The state directory that nothing is known in; undefined for the usual one. What others remember is no stray. */
	readonly place: string | undefined;
}

/**
 * One kind of host object. The engine knows of it only what is in this interface.
 * `Want` is what the spec asks for. `Made` adds what must be known to undo, remove or recognise it later: chosen ids,
 * the values that it replaces. Both are plain JSON: `Made` is kept in the journal.
 */
export interface Kind<Want, Made extends Want> {
	readonly kind: string;
	/** The kernel-side name; two wants with one key must agree. */
	key(want: Want): string;
	/** Look up what only the host knows. @throws ConflictError, SpecError */
	resolve(want: Want, context: PlanContext): Made;
	/**
	 * Check all resources of this kind that one transaction creates, together: for checks that cost one look-up for all
	 * of them. The results stand in the order of `made`: an error, or undefined where nothing is wrong. Reads.
	 */
	validateAll?(made: readonly Made[], context: PlanContext): readonly (UmlnetError | undefined)[];
	/** What will not work of it as the host is: asked once, when it is planned to be created. Reads. */
	warnings?(made: Made, context: PlanContext): readonly Warning[];
	/** Steps that create it where it is not. Pure. */
	create(made: Made): readonly Step[];
	/** Steps that remove it. Pure, unless it gives back what others may have changed since: then it reads. */
	remove(made: Made, context: PlanContext): readonly Step[];
	/** What its removal cannot give back to others, as the host is now. Reads. */
	losses?(made: Made, context: PlanContext): readonly Loss[];
	/**
	 * What an existing resource becomes when it is wanted with `want`. Without this method: the fields of `want`
	 * replace those of `made`.
	 * @throws ConflictError, SpecError
	 */
	reconcile?(made: Made, want: Want, context: PlanContext): Made;
	/** What the host has instead of what was made; empty when all is as made. Reads. */
	drift(made: Made, kernel: Kernel): readonly Difference[];
	/**
	 * Steps from whatever the host has now to `next`: a repair when `next` is `made`, else what the spec now
	 * asks for. Reads. @throws ConflictError when that cannot be done in place
	 */
	change(made: Made, next: Made, kernel: Kernel): readonly Step[];
	/** Where the host is not exactly as applied, repairable or not. Without it: what drifted. Reads. */
	verify?(made: Made, kernel: Kernel): readonly Difference[];
	/**
	 * Whether a value can be something that this kind made: it comes from the journal, written by an older version, or by
	 * somebody else.
	 */
	isMade(made: unknown): boolean;
	/** Objects that carry our mark and are none of `made`, which are all there should be. Reads all objects of its sort. */
	strays?(made: readonly Made[], look: StrayLook): readonly Stray<Made>[];
	/** The key of the resource whose removal removes this one as well: an address goes with its link. */
	parentKey?(made: Made): string | undefined;
	/** The kind whose settings the kernel resets when this one is removed; the engine reapplies those that stay. */
	readonly resets?: string;
	/** Steps that set it once more, whatever is there, after the removal of a kind that resets it. */
	reapply?(made: Made, kernel: Kernel): readonly Step[];
	/** Whether the link that this made has nothing set on it: a parked tap has no settings of a guest. */
	isBlank?(made: Made): boolean;
}

/** A want of some kind, with the place in the spec it comes from. */
export interface Resource {
	readonly kind: string;
	readonly want: unknown;
	readonly path: string;
	/** It is used if it is there already, as it is: nothing is created, verified or changed for this. */
	readonly ifPresent?: true;
}

// biome-ignore lint/suspicious/noExplicitAny: a map of kinds whose wants differ; each kind checks its own
export type AnyKind = Kind<any, any>;

/** The key of every kind that makes a link; its `made.index` is the link's. No two links share a name. */
export const linkKey = (name: string): string => `link:${name}`;

/** All kinds, by name. */
export type Kinds = ReadonlyMap<string, AnyKind>;

/** The kind of that name. */
export function kindOf(kinds: Kinds, name: string): AnyKind {
	const kind = kinds.get(name);
	if (kind === undefined) throw new Error(`no kind ${name}`);
	return kind;
}
