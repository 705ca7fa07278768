import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import type { UmlnetError } from "../sys/error.js";

/**
 * The order in which things come to be; they go in the reverse order, so filters go first and links last.
 * Everything before `persist` dies with a killed process or is undone from the journal.
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

/** A change and its inverse, as data. `undo` is harmless when `do` never ran, or ran only in part. */
export interface Step {
	/** What a person reads in `plan` and in an error: `create tap tap0`. */
	readonly label: string;
	readonly phase: Phase;
	readonly do: Action;
	/** In the order in which they must run. Empty where the undo of another step takes this one along. */
	readonly undo: readonly Action[];
	/** It takes away what was made: where that is gone already, it is done. */
	readonly removes?: true | undefined;
	/** What to do about it when the kernel refuses, by the name of the errno. */
	readonly advice?: Readonly<Record<string, string>> | undefined;
}

/** Answers to what a resource must know of others while it is resolved. */
export interface Surroundings {
	readonly kernel: Kernel;
	/** The interface index of a link: one that this transaction makes, one of ours, or one of the host's. */
	indexOf(link: string): number;
	/** Whether the link of this index was ours, and somebody is deleting it. */
	isLeaving(index: number): boolean;
	/** Whether nothing is set on that link: this transaction makes it, or takes it out of a pool. */
	isBlank(link: string): boolean;
	/** What was made of the resource of this key, or is about to be; undefined when none is ours. */
	made(key: string): unknown;
	/** The taps of other requests because of which a resource of ours stands, by its key. */
	others(key: string): readonly string[];
}

/**
 * One kind of host object; all that the engine knows of it is in the one file that exports this.
 * `Want` is what the spec asks for, `Made` adds all that must be known to undo, remove or recognise it later:
 * chosen ids, the values it replaces. Both are plain JSON: `Made` is kept in the journal.
 */
export interface Kind<Want, Made extends Want> {
	readonly kind: string;
	/** The kernel-side name; two wants with one key must agree. */
	key(want: Want): string;
	/** Look up what only the host knows. @throws ConflictError, SpecError */
	resolve(want: Want, around: Surroundings): Made;
	/**
	 * Why any of all those that a transaction makes anew cannot be, each in its place: for what is looked up for
	 * all of them at once. Reads.
	 */
	refusals?(made: readonly Made[], around: Surroundings): readonly (UmlnetError | undefined)[];
	/** Steps that make it where nothing is. Pure. */
	create(made: Made): readonly Step[];
	/** Steps that take it away. Pure. */
	remove(made: Made): readonly Step[];
	/**
	 * What was made, as it is wanted now. Without it: what is wanted laid over what was made.
	 * @throws ConflictError, SpecError
	 */
	renew?(made: Made, want: Want, around: Surroundings): Made;
	/** What the host has instead of what was made, in words; empty when all is as made. Reads. */
	drift(made: Made, kernel: Kernel): readonly string[];
	/**
	 * Steps from whatever the host has now to `next`: a repair when `next` is `made`, else what the spec now
	 * asks for. Reads. @throws ConflictError when that cannot be done in place
	 */
	change(made: Made, next: Made, kernel: Kernel): readonly Step[];
	/** Where the host is not exactly as applied, repairable or not. Without it: what drifted. Reads. */
	verify?(made: Made, kernel: Kernel): readonly string[];
	/** What carries our mark and is none of these, which are all there should be. Reads all of its sort. */
	strays?(made: readonly Made[], kernel: Kernel): readonly string[];
	/** The key of the resource whose removal takes this one along: an address goes with its link. */
	within?(made: Made): string | undefined;
	/** Another kind, whose settings are lost with the removal of this one; what stays of it is set again. */
	readonly wipes?: string;
	/** Steps that set it whatever is there, after somebody wiped it. Pure. */
	again?(made: Made): readonly Step[];
	/** Whether the link it made has nothing set on it. */
	isBlank?(made: Made): boolean;
}

/** A want of some kind, with the place in the spec it comes from. */
export interface Resource {
	readonly kind: string;
	readonly want: unknown;
	readonly path: string;
	/** Only kept where it stands already: neither looked at nor made for this. */
	readonly keep?: true;
}

// biome-ignore lint/suspicious/noExplicitAny: kinds of all shapes side by side; each checks its own
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
