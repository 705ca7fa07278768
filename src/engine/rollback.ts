import { type Action, isAtomic, release } from "../kernel/action.js";
import { execute } from "../kernel/execute.js";
import type { Kernel } from "../kernel/kernel.js";
import { KernelError } from "../sys/error.js";
import type { StepRecord } from "./journal/record.js";
import type { PlannedStep } from "./kind.js";

/** Undo steps, the last first. @returns the labels of those whose undo failed */
export function undo(kernel: Kernel, done: readonly PlannedStep[]): string[] {
	const residual = revert(
		kernel,
		done.map(({ label, undo }) => ({ label, actions: undo })),
	);
	// After the links were deleted as a group: to close a tap that still exists costs a grace period for each.
	for (const step of done) release(kernel, step.do);
	return residual;
}

/**
 * Run undo actions, those of the last step first. What is already gone, or already back, counts as undone;
 * one failure does not keep the rest from being undone.
 * @returns the labels of the steps whose undo failed
 */
export function revert(kernel: Kernel, steps: readonly StepRecord[]): string[] {
	const labels: string[] = [];
	const actions: Action[] = [];
	for (const { label, actions: undo } of steps.toReversed())
		for (const action of undo) {
			actions.push(action);
			labels.push(label);
		}
	const residual = new Set<string>();
	for (let at = 0; at < actions.length; ) {
		const failures = execute(kernel, actions.slice(at));
		for (const [i, failure] of failures.entries())
			if (failure !== undefined && !isAlreadySo(failure)) residual.add(labels[at + i] as string);
		// A batch was refused because of some of its messages: the actions with none of those are tried one by one.
		const refused = failures.some((failure) => failure !== undefined);
		for (const [i, failure] of failures.entries()) {
			const action = actions[at + i] as Action;
			if (!refused || failure !== undefined || !isAtomic(action)) continue;
			const [again] = execute(kernel, [action]);
			if (again !== undefined && !isAlreadySo(again)) residual.add(labels[at + i] as string);
		}
		at += failures.length;
	}
	return [...residual];
}

const ALREADY = new Set(["ENODEV", "ENOENT", "ESRCH", "EADDRNOTAVAIL", "EEXIST"]);

/** Whether an error says that what was to be made or taken away is so already. */
export const isAlreadySo = (error: Error): boolean =>
	error instanceof KernelError && ALREADY.has(error.errno);
