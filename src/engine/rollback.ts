import { type Action, isAtomic, linkOf, release } from "../kernel/action.js";
import { execute } from "../kernel/execute.js";
import type { Kernel } from "../kernel/kernel.js";
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
	const todo = steps.flatMap(({ label, actions }) => actions.map((action) => ({ label, action })));
	const failed = new Set<number>();
	for (let at = 0; at < todo.length; ) {
		const failures = execute(
			kernel,
			todo.slice(at).map(({ action }) => action),
		);
		// A batch was refused because of some of its messages: the actions with none of those are tried one by one.
		const refused = failures.some((failure) => failure !== undefined);
		for (const [i, failure] of failures.entries()) {
			const { action } = todo[at + i] as { action: Action };
			const error =
				failure === undefined && refused && isAtomic(action)
					? execute(kernel, [action])[0]
					: failure;
			if (error !== undefined && !isAlreadySo(error)) failed.add(at + i);
		}
		at += failures.length;
	}
	const residual = todo.filter(({ action }, i) => failed.has(i) && isPossible(kernel, action));
	if (residual.length === 0) return NOTHING;
	return { labels: [...new Set(residual.map(({ label }) => label))], steps };
}

/** Whether the object of an action still exists: nothing can be given back to a link that is gone. */
function isPossible(kernel: Kernel, action: Action): boolean {
	const link = linkOf(action);
	if (link === undefined) return true;
	try {
		return kernel.linkName(link) !== undefined;
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

const ALREADY = new Set(["ENODEV", "ENOENT", "ESRCH", "EADDRNOTAVAIL", "EEXIST"]);

/** Whether an error says that what was to be made or taken away is so already. */
export const isAlreadySo = (error: Error): boolean =>
	error instanceof KernelError && ALREADY.has(error.errno);
