import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";

/** A change and its inverse, as data. `undo` is harmless when `do` never ran, or ran only in part. */
export interface Step {
	/** What a person reads in `plan` and in an error: `create tap tap0`. */
	readonly label: string;
	/** Where in the spec this comes from, `taps.tap0`. */
	readonly path: string;
	readonly do: Action;
	readonly undo?: readonly Action[];
}

/** Answers to what a resource must know of others while it is resolved. */
export interface Surroundings {
	readonly kernel: Kernel;
	/** The interface index of a link: one that this transaction makes, one of ours, or one of the host's. */
	indexOf(link: string, path: string): number;
}

/**
 * One kind of host object; all that the engine knows of it is in the one file that exports this.
 * `Want` is what the spec asks for, `Made` adds all that must be known to undo, remove or recognise it later:
 * chosen ids, the values it replaces. Both are plain JSON: `Made` is kept in the journal.
 */
export interface Kind<Want, Made> {
	readonly kind: string;
	/** The kernel-side name; two wants with one key must agree. */
	key(want: Want): string;
	/** Look up what only the host knows. @throws ConflictError when something foreign is in the way */
	resolve(want: Want, around: Surroundings): Made;
	/** Steps that make it where nothing is. Pure. */
	create(made: Made): readonly Step[];
	/** Whether what was made satisfies the want as it stands. Pure. */
	satisfies(made: Made, want: Want): boolean;
	/** What the host has instead of what was made, in words; nothing when all is as made. Reads. */
	drift(made: Made, kernel: Kernel): readonly string[];
	/** Steps that bring it back to what was made, or on to `next`, from whatever the host has now. */
	change(made: Made, next: Made, kernel: Kernel): readonly Step[];
	/** Steps that take it away. Pure. */
	remove(made: Made): readonly Step[];
	/** The key of the resource whose removal takes this one along: an address goes with its link. */
	within?(made: Made): string | undefined;
}

/** A want of some kind, with the place in the spec it comes from. */
export interface Resource<Want = unknown> {
	readonly kind: string;
	readonly want: Want;
	readonly path: string;
}
