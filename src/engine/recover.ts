import { execute } from "../kernel/execute.js";
import type { Kernel } from "../kernel/kernel.js";
import { revert } from "./apply.js";
import { RollbackError } from "./error.js";
import type { Journal } from "./journal.js";
import type { StepRecord } from "./record.js";
import type { RecoverReport } from "./report.js";

/**
 * End what a killed process left half done: undo it, or, where it had come past what can be undone, finish
 * it. Touches nothing whose identity is not the one written down. May itself be killed and run again.
 * @throws RollbackError naming what could not be undone or finished
 */
export function recover(kernel: Kernel, journal: Journal): RecoverReport {
	const { unfinished } = journal;
	if (unfinished === undefined) return { outcome: "nothing", steps: [], residual: [] };
	const { transaction, command, undo, past } = unfinished;
	const steps = past?.steps ?? undo.toReversed();
	const residual = past === undefined ? revert(kernel, undo) : finish(kernel, past.steps);
	if (residual.length > 0) throw new RollbackError(residual, { step: command });
	if (past === undefined) journal.abort(transaction);
	else journal.commit(transaction);
	return {
		outcome: past === undefined ? "undone" : "finished",
		transaction: command,
		steps: steps.map(({ label }) => ({ label, path: "", messages: [] })),
		residual: [],
	};
}

function finish(kernel: Kernel, steps: readonly StepRecord[]): string[] {
	const labels = steps.flatMap(({ label, actions }) => actions.map(() => label));
	const actions = steps.flatMap((step) => step.actions);
	const residual: string[] = [];
	for (let at = 0; at < actions.length; ) {
		const failures = execute(kernel, actions.slice(at));
		for (const [i, failure] of failures.entries())
			if (failure !== undefined) residual.push(labels[at + i] as string);
		at += failures.length;
	}
	return residual;
}
