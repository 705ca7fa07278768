import {
	type Action,
	deletes,
	isAtomic,
	isIrreversible,
	linksOf,
	release,
	runTogether,
} from "../kernel/action.js";
import { execute } from "../kernel/execute.js";
import type { Kernel } from "../kernel/kernel.js";
import { readSetting } from "../kernel/read.js";
import { KernelError, UmlnetError } from "../sys/error.js";
import type { StepRecord } from "./journal/record.js";
import type { PlannedStep } from "./kind.js";

/** What could not be done of several steps, and can still be done. */
export interface Residual {
	/** The labels of the steps that failed. */
	readonly labels: readonly string[];
	/**
	 * What to run when it is tried again: all of it, in this order, for what has been done may depend on what has not: of
	 * two IPv4 addresses of a subnet the one that comes first is primary. Empty where nothing failed.
	 */
	readonly steps: readonly StepRecord[];
}
const NOTHING: Residual = { labels: [], steps: [] };

/** Undo steps, the last first. @returns what could not be undone */
export function undo(kernel: Kernel, done: readonly PlannedStep[]): Residual {
	const residual = revert(
		kernel,
		done.map(({ label, undo }) => ({ label, actions: undo })),
	);
	// After the links were deleted as a group: to close a tap that still exists costs a grace period for each.
	for (const step of done) release(kernel, step.do);
	return residual;
}

/** Run undo actions, those of the last step first. @returns what could not be undone */
export const revert = (kernel: Kernel, steps: readonly StepRecord[]): Residual =>
	attemptAll(kernel, steps.toReversed());

/**
 * Run all actions of all steps. What is already gone, or already back, counts as done; one failure does not keep the
 * rest from being run.
 */
export function attemptAll(kernel: Kernel, steps: readonly StepRecord[]): Residual {
	const failed = new Set(
		groupsOf(steps).flatMap((group) =>
			attempt(kernel, group).filter((action) => isPossible(kernel, action)),
		),
	);
	if (failed.size === 0) return NOTHING;
	const isLeftOf = ({ actions }: StepRecord): boolean => actions.some((one) => failed.has(one));
	return { labels: labelsOf(steps.filter(isLeftOf)), steps };
}

/**
 * What goes together: messages of nf_tables are a batch, and links that are deleted share what the kernel waits for. All
 * else goes one by one, for each may be the ground of the next: an address that came after another of its subnet, because
 * that was refused once, would be the primary one.
 */
function groupsOf(steps: readonly StepRecord[]): Action[][] {
	const groups: Action[][] = [];
	for (const action of steps.flatMap(({ actions }) => actions)) {
		const [first] = groups.at(-1) ?? [];
		if (first !== undefined && isShared(action) && runTogether(first, action))
			groups.at(-1)?.push(action);
		else groups.push([action]);
	}
	return groups;
}
const isShared = (action: Action): boolean => isAtomic(action) || isIrreversible(action);

/**
 * Run a group of actions, and once more on its own each that failed, or that was in a batch with one that was refused.
 * @returns those that failed again
 */
function attempt(kernel: Kernel, group: readonly Action[]): Action[] {
	const failures = execute(kernel, group);
	const refused = failures.some((failure) => failure !== undefined);
	return group.filter((action, i) => {
		const failure = failures[i];
		const again =
			failure === undefined ? refused && isAtomic(action) : !isAlreadySo(action, failure);
		const error = again ? execute(kernel, [action])[0] : undefined;
		return error !== undefined && !isAlreadySo(action, error);
	});
}

/** Whether what an action changes still exists: nothing can be given back to a link that is gone. */
function isPossible(kernel: Kernel, action: Action): boolean {
	try {
		if (action.via === "sysctl") return readSetting(kernel, action.path) !== undefined;
		return linksOf(action).every((link) => kernel.linkName(link) !== undefined);
	} catch (error) {
		// It is tried again, as nothing says that the link is gone.
		if (error instanceof UmlnetError) return true;
		throw error;
	}
}

/** The labels of steps, each once. */
export const labelsOf = (steps: readonly StepRecord[]): string[] => [
	...new Set(steps.map(({ label }) => label)),
];

/** Whether an action that failed can still be done: neither is it done already, nor is what it changes gone. */
export const isLeft = (kernel: Kernel, action: Action, error: Error): boolean =>
	!isAlreadySo(action, error) && isPossible(kernel, action);

/** What the kernel answers that has looked for an object to delete and found none. */
const NOT_THERE = new Set(["ENODEV", "ENOENT", "ESRCH", "EADDRNOTAVAIL"]);

/**
 * Whether the kernel says of the very object that it is as it was to become: one to delete is not there, one to make is.
 * To what is made, not being found says something else: what it needs is missing.
 */
export const isAlreadySo = (action: Action, error: Error): boolean =>
	error instanceof KernelError &&
	(deletes(action) ? NOT_THERE.has(error.errno) : error.errno === "EEXIST");
