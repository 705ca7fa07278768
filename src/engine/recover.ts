import { deletedLink } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { KernelError } from "../sys/error.js";
import { RollbackError } from "./error.js";
import type { Ledger, PendingDeletes, Unfinished } from "./journal/ledger.js";
import type { StepRecord } from "./journal/record.js";
import { finish } from "./pending-deletes.js";
import type { RecoverReport } from "./report.js";
import { revert } from "./rollback.js";
import { reportOfRecord } from "./step-report.js";

/**
 * Undo what a killed process did not finish, and run the deletes that were pending when it died. Touches nothing
 * whose identity is not the one written down. May itself be killed and run again.
 * `unfinished` is the transaction to undo, `pending` are the deletes that no living process is about to run.
 * @throws RollbackError naming what could not be undone or finished
 */
export function recover(
	kernel: Kernel,
	journal: Ledger,
	unfinished: Unfinished | undefined,
	pending: readonly PendingDeletes[],
): RecoverReport {
	const undone = unfinished?.undo.toReversed() ?? [];
	if (unfinished !== undefined) {
		// Half undone it must not be confirmed any more, whoever goes on with it.
		if (unfinished.provisional !== undefined) journal.expire(unfinished.transaction);
		const residual = revert(kernel, unfinished.undo);
		if (residual.length > 0) throw new RollbackError(residual, { step: unfinished.command });
		journal.abort(unfinished.transaction);
	}
	for (const one of pending) end(kernel, journal, one);
	const residual = [unfinished?.undo ?? [], ...pending.map(({ steps }) => steps)].flatMap((steps) =>
		unproven(kernel, steps),
	);
	const commands = [...(unfinished ? [unfinished] : []), ...pending].map(({ command }) => command);
	if (commands.length === 0) return { outcome: "nothing", steps: [], residual: [] };
	return {
		outcome: unfinished === undefined ? "finished" : "undone",
		transaction: commands.join("; "),
		steps: [...undone, ...pending.flatMap(({ steps }) => steps)].map(reportOfRecord),
		residual,
	};
}

/** Undo a transaction that is in no journal any more. @throws RollbackError naming what could not be undone */
export function undoOrphan(kernel: Kernel, journal: Ledger, { undo, command }: Unfinished): void {
	const residual = revert(kernel, undo);
	if (residual.length > 0)
		throw new RollbackError(residual, {
			step: command,
			hint: "its journal was removed: umlnet-nl recover --strays takes away what carries our marks",
		});
	journal.orphanUndone();
}

/** Links that stand yet where ours was to be deleted: whoever changed name and mark has them, or has made them. */
const unproven = (kernel: Kernel, steps: readonly StepRecord[]): string[] =>
	steps.flatMap(({ label, actions }) =>
		actions.flatMap((action) => {
			const link = deletedLink(action);
			const name = link && nameNow(kernel, link.index);
			return name === undefined ? [] : [`link ${name}, which has the number of: ${label}`];
		}),
	);

/** All is done that could be: that somebody's name cannot be had is no failure any more. */
function nameNow(kernel: Kernel, index: number): string | undefined {
	try {
		return kernel.linkName(index);
	} catch (error) {
		if (error instanceof KernelError) return `number ${index}`;
		throw error;
	}
}

function end(kernel: Kernel, journal: Ledger, pending: PendingDeletes): void {
	try {
		finish(kernel, journal, pending);
	} catch (error) {
		if (error instanceof RollbackError) error.step = pending.command;
		throw error;
	}
}
