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

/** The part of several steps that could not be done and can still be done. */
export interface Residual {
	/** The labels of the steps that failed. */
	readonly labels: readonly string[];
	/**
	 * The steps for the next attempt. If anything failed these are all steps, in this order, because what was done may
	 * depend on what was not: of two IPv4 addresses in a subnet the first one is primary. Empty if nothing failed.
	 */
	readonly steps: readonly StepRecord[];
}
const NOTHING: Residual = { labels: [], steps: [] };

/** Undo steps, the last one first. @returns what could not be undone */
export function undo(kernel: Kernel, done: readonly PlannedStep[]): Residual {
	const residual = revert(
		kernel,
		done.map(({ label, undo }) => ({ label, actions: undo })),
	);
	// This comes after the links were deleted as a group, because closing a tap that still exists waits for a grace
	// period each time.
	for (const step of done) release(kernel, step.do);
	return residual;
}

/** Run undo actions, those of the last step first. @returns what could not be undone */
export const revert = (kernel: Kernel, steps: readonly StepRecord[]): Residual =>
	attemptAll(kernel, steps.toReversed());

/**
 * Run all actions of all steps. What is already gone or already restored counts as done. A failure does not keep the
 * others from running.
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
 * Which actions run together: messages of nf_tables are one batch, and links that are deleted share the kernel's
 * waiting time. All others run one by one, because each may depend on the one before: an address that is added after
 * another one of its subnet, because it was refused at first, would not be the primary one.
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
 * Run a group of actions. Each one that failed, or was in a batch with one that was refused, is run again on its own.
 * @returns the actions that failed again
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

/** Whether the link that an action changes still exists: nothing can be given back to a deleted link. */
function isPossible(kernel: Kernel, action: Action): boolean {
	try {
		if (action.via === "sysctl") return readSetting(kernel, action.path) !== undefined;
		return linksOf(action).every((link) => kernel.linkName(link) !== undefined);
	} catch (error) {
		// It is unknown whether the link exists, so the action is tried again.
		if (error instanceof UmlnetError) return true;
		throw error;
	}
}

/** The labels of steps, each once. */
export const labelsOf = (steps: readonly StepRecord[]): string[] => [
	...new Set(steps.map(({ label }) => label)),
];

/** Whether an action that failed can still be done: it is not done already, and the object that it changes exists. */
export const isLeft = (kernel: Kernel, action: Action, error: Error): boolean =>
	!isAlreadySo(action, error) && isPossible(kernel, action);

/** The errnos with which the kernel says that an object to delete does not exist. */
const NOT_THERE = new Set(["ENODEV", "ENOENT", "ESRCH", "EADDRNOTAVAIL"]);

/**
 * Whether the error says that the object is as it should be: one to delete does not exist, one to create does. If an
 * object to create is "not found", something that it needs is missing.
 */
export const isAlreadySo = (action: Action, error: Error): boolean =>
	error instanceof KernelError &&
	(deletes(action) ? NOT_THERE.has(error.errno) : error.errno === "EEXIST");
