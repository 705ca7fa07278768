import type { Action } from "../kernel/action.js";
import type { HostPort, Kernel } from "../kernel/kernel.js";
import type { Link } from "../kernel/read.js";
import type { UmlnetError } from "../sys/error.js";
import type { Count, Difference } from "./report.js";

/**
 * The order in which objects are created. They are removed in the reverse order, so filters go first and links last.
 * Until `persist` has run, the taps of a killed process are deleted with it; everything else is undone from the
 * journal.
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

/** A change and its inverse, as data. `undo` is harmless if `do` never ran, or ran only in part. */
export interface Step {
	/** The text that people read in `plan` and in errors: `create tap tap0`. */
	readonly label: string;
	readonly phase: Phase;
	/** How `plan` marks the step: it creates something (+) or deletes it (-). Without this it changes something (~). */
	readonly effect?: Effect | undefined;
	readonly do: Action;
	/** The actions in the order in which they must run. Empty if the undo of another step also undoes this one. */
	readonly undo: readonly Action[];
	/** The step removes something. If that is gone already, the step counts as done. */
	readonly removes?: true | undefined;
	/**
	 * The step gives something back to others. If the kernel keeps refusing it, the report lists a loss and the rest is
	 * done nevertheless.
	 */
	readonly bestEffort?: true | undefined;
	/** What the user can do if the kernel refuses the step, by the name of the errno. */
	readonly advice?: Readonly<Record<string, string>> | undefined;
	/** What to report if the kernel says that the object exists already, which means that it belongs to somebody else. */
	readonly conflict?: StepConflict | undefined;
	/** The part of the kernel that it needs and that may be missing: `nf_tables of bridges (CONFIG_NF_TABLES_BRIDGE)`. */
	readonly unsupported?: string | undefined;
}

/** Something that could not be given back to others, or something of ours that is missing and so cannot be removed. */
export interface Loss {
	/** `address 10.0.0.1/24`, `default route`, `tap0`. */
	readonly subject: string;
	/** Set if it was ours, so that nobody has lost anything. */
	readonly ours?: true | undefined;
	/** `eth1 is gone`, or the kernel's refusal. */
	readonly reason: string;
}

/** Something that will not work on this host in its present state, although it was asked for. */
export interface Warning {
	/** A stable code: `WARN_` and what it is about. */
	readonly code: string;
	/** What will not work and why, for the person who asked for it. */
	readonly message: string;
}

/** The parts of a ConflictError that only the kind of the step knows. */
export interface StepConflict {
	/** The thing of which there can be only one: `link br0`. */
	readonly subject: string;
	/** What is there: `one that is not ours`. */
	readonly found: string;
	/** What was wanted in its place: `a new bridge br0`. */
	readonly wanted: string;
	/** How to inspect it, and what to do about it. */
	readonly hint: string;
	/** The name of the link in the way, whose mark may say to whom it belongs. */
	readonly link?: string | undefined;
}

/** A step of a plan, and where it comes from. */
export interface PlannedStep extends Step {
	/** The place in the spec that the step comes from. */
	readonly path: string;
	/** The request that the step belongs to; undefined if several requests of the transaction need it. */
	readonly requestId: number | undefined;
}

/** What a kind may ask about the rest of the plan, about our state and about the host while it resolves a resource. */
export interface PlanContext {
	readonly kernel: Kernel;
	/** The state directory, which marks on objects name. */
	readonly place: string | undefined;
	/** The interface index of a link: one that this transaction creates, one of ours, or another one of the host. */
	indexOf(link: string): number;
	/** Whether the link with this index was ours and is being deleted by another thread or process. */
	isBeingDeleted(index: number): boolean;
	/** The result of `read`, which is called once for the whole plan, because several kinds may need the same fact. */
	once<T>(fact: string, read: () => T): T;
	/** Whether nothing is configured on this link yet: this transaction creates it, or takes it from a pool. */
	isBlank(link: string): boolean;
	/** The `Made` of the resource with this key, existing or planned; undefined if no such resource is ours. */
	made(key: string): unknown;
	/** Whether the resource with this key is used by a tap outside this transaction, or wanted by this transaction. */
	isWanted(key: string): boolean;
	/** The taps outside this transaction that use the resource with this key. */
	others(key: string): readonly string[];
}

/** What `read` finds, which is asked once for all that need the same fact. */
export type Once = <T>(fact: string, read: () => T) => T;

/** An object that carries our mark but is not in the journal. */
export interface Stray<Made> {
	/** A description with the names of links: `link tap0, alias umlnet-nl lab`. */
	readonly what: string;
	/** As much of `Made` as removing it needs. */
	readonly made: Made;
	/** Set if it only has a name like ours. It is reported, but never removed. */
	readonly foreign?: true;
}
/** Where strays are looked for: in the kernel, and among all of its links, which are read once. */
export interface StrayLook {
	readonly kernel: Kernel;
	readonly links: readonly Link[];
	/**
	 * The state directory whose journal was lost; undefined for the default one. Objects that belong to other state
	 * directories are not strays.
	 */
	readonly place: string | undefined;
}

/**
 * One kind of object on the host. The engine knows only this interface. `Want` is what the spec asks for. `Made` adds
 * what is needed to undo, remove or recognise the object later: chosen ids, and the values that were replaced. Both are
 * plain JSON, because `Made` is stored in the journal.
 */
export interface Kind<Want, Made extends Want> {
	readonly kind: string;
	/** The key that identifies the object in the kernel. Two wants with the same key must agree. */
	key(want: Want): string;
	/** Look up what only the host knows. @throws ConflictError, SpecError */
	resolve(want: Want, context: PlanContext): Made;
	/**
	 * Check all resources of this kind that one transaction creates, if one look-up serves all of them. The result has an
	 * error, or undefined, for each of `made` in its order. Reads the kernel.
	 */
	validateAll?(made: readonly Made[], context: PlanContext): readonly (UmlnetError | undefined)[];
	/**
	 * What will not work on this host in its present state. Called once, when the object is planned to be created. Reads
	 * the kernel.
	 */
	warnings?(made: Made, context: PlanContext): readonly Warning[];
	/** The steps that create an object which does not exist. Pure. */
	create(made: Made): readonly Step[];
	/**
	 * The steps that remove it. Pure, unless it gives back things that others may have changed since: then it reads the
	 * kernel.
	 */
	remove(made: Made, context: PlanContext): readonly Step[];
	/** What removing it cannot give back to others at present. Reads the kernel. */
	losses?(made: Made, context: PlanContext): readonly Loss[];
	/**
	 * What an existing resource becomes if it is wanted with `want`. Without this method the fields of `want` replace
	 * those of `made`.
	 * @throws ConflictError, SpecError
	 */
	reconcile?(made: Made, want: Want, context: PlanContext): Made;
	/** The differences between the host and what was made; empty if there are none. Reads the kernel. */
	drift(made: Made, kernel: Kernel): readonly Difference[];
	/**
	 * The steps from the present state of the host to `next`: a repair if `next` is `made`, otherwise what the spec asks
	 * for now. Reads the kernel. @throws ConflictError if the object cannot be changed in place
	 */
	change(made: Made, next: Made, kernel: Kernel): readonly Step[];
	/**
	 * Every difference between the host and what was applied, whether it can be repaired or not. Without this method:
	 * `drift`. Reads the kernel.
	 */
	verify?(made: Made, kernel: Kernel): readonly Difference[];
	/** What was dropped because of it or of others for the same link, by reason. `once` as of PlanContext. Reads. */
	drops?(made: Made, kernel: Kernel, once: Once): Readonly<Record<string, Count>>;
	/**
	 * Whether a value can be a `Made` of this kind. It comes from the journal, which an older version or somebody else
	 * may have written.
	 */
	isMade(made: unknown): boolean;
	/**
	 * Objects that carry our mark and are not among `made`, which has all that should exist. Reads all objects of this
	 * type.
	 */
	strays?(made: readonly Made[], look: StrayLook): readonly Stray<Made>[];
	/**
	 * The ports of the host whose tracked connections must be forgotten when it is made, removed or changed, because the
	 * kernel would continue each connection as it began.
	 */
	ports?(made: Made): readonly HostPort[];
	/** The key of the resource whose removal also removes this one: an address is deleted with its link. */
	parentKey?(made: Made): string | undefined;
	/**
	 * The kind whose settings the kernel resets when a resource of this kind is removed. The engine reapplies them where
	 * they are still needed.
	 */
	readonly resets?: string;
	/** The steps that set it again, whatever the present state, after the removal of a kind that resets it. */
	reapply?(made: Made, kernel: Kernel): readonly Step[];
	/**
	 * The kind of the resources that are made otherwise where one of this kind is. When one is removed, those that remain
	 * are reconciled.
	 */
	readonly decides?: string;
	/** A change may forbid flows that were accepted before. They are looked for and deleted. */
	readonly governsFlows?: true;
	/** Whether nothing is configured on the link that was made: a parked tap has no settings of a guest. */
	isBlank?(made: Made): boolean;
}

/** A want of some kind, with the place in the spec that it comes from. */
export interface Resource {
	readonly kind: string;
	readonly want: unknown;
	readonly path: string;
	/** Set if an existing object is used as it is: nothing is created, verified or changed for this resource. */
	readonly ifPresent?: true;
}

// biome-ignore lint/suspicious/noExplicitAny: a map of kinds whose wants differ; each kind checks its own
export type AnyKind = Kind<any, any>;

/** The key of every kind that makes a link. `made.index` is the index of the link. No two links have the same name. */
export const linkKey = (name: string): string => `link:${name}`;

/** All kinds, by name. */
export type Kinds = ReadonlyMap<string, AnyKind>;

/** The kind with this name. */
export function kindOf(kinds: Kinds, name: string): AnyKind {
	const kind = kinds.get(name);
	if (kind === undefined) throw new Error(`no kind ${name}`);
	return kind;
}
