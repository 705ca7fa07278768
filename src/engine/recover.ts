import { deletedLink } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { UmlnetError } from "../sys/error.js";
import { RollbackError } from "./error.js";
import type { Ledger, PendingDeletes, Unfinished } from "./journal/ledger.js";
import type { ResidualRecord, StepRecord } from "./journal/record.js";
import { finish } from "./pending-deletes.js";
import type { RecoverReport } from "./report.js";
import { attemptAll, revert } from "./rollback.js";
import { reportOfRecord } from "./step-report.js";

/** What there is to recover. */
export interface Recovery {
	/** The transaction to undo. */
	readonly unfinished?: Unfinished | undefined;
	/** The deletes that no living process is about to run. */
	readonly pending?: readonly PendingDeletes[];
	/** What could not be undone or given back by earlier transactions, to be tried again. */
	readonly residuals?: readonly ResidualRecord[];
}

/**
 * Undo what a killed process did not finish, run the deletes that were pending when it died, and try again what
 * could not be undone before. Touches nothing whose identity is not the one written down. May itself be killed and run
 * again. What cannot be undone now either is remembered, and no other transaction waits for it.
 * @returns what was done, and the labels of what still cannot be
 */
export function recover(
	kernel: Kernel,
	journal: Ledger,
	{ unfinished, pending = [], residuals = [] }: Recovery,
): { readonly report: RecoverReport; readonly residual: readonly string[] } {
	const residual: string[] = [];
	if (unfinished !== undefined) residual.push(...undoUnfinished(kernel, journal, unfinished));
	for (const one of pending) residual.push(...deletePending(kernel, journal, one));
	for (const one of residuals) residual.push(...tryAgain(kernel, journal, one));
	const ended = [...(unfinished ? [unfinished] : []), ...pending, ...residuals];
	if (ended.length === 0)
		return { report: { outcome: "nothing", steps: [], residual: [] }, residual };
	const steps = [
		...(unfinished?.undo.toReversed() ?? []),
		...[...pending, ...residuals].flatMap((one) => one.steps),
	];
	const report: RecoverReport = {
		outcome: unfinished === undefined && residuals.length === 0 ? "finished" : "undone",
		transaction: ended.map(({ command }) => command).join("; "),
		steps: steps.map(reportOfRecord),
		residual: unproven(kernel, steps),
	};
	return { report, residual };
}

function undoUnfinished(
	kernel: Kernel,
	journal: Ledger,
	unfinished: Unfinished,
): readonly string[] {
	const { transaction, command } = unfinished;
	// Half undone it must not be confirmed any more, whoever goes on with it.
	if (unfinished.provisional !== undefined) journal.expire(transaction);
	const { labels, steps } = revert(kernel, unfinished.undo);
	if (steps.length > 0) journal.keepResidual({ transaction, command, names: [], steps });
	journal.abort(transaction);
	return labels;
}

/** What cannot be deleted stays pending: whoever needs the name of the link tries again. */
function deletePending(
	kernel: Kernel,
	journal: Ledger,
	pending: PendingDeletes,
): readonly string[] {
	try {
		finish(kernel, journal, pending);
		return [];
	} catch (error) {
		if (error instanceof RollbackError) return error.residual;
		throw error;
	}
}

function tryAgain(kernel: Kernel, journal: Ledger, residual: ResidualRecord): readonly string[] {
	const { labels, steps } = attemptAll(kernel, residual.steps);
	if (steps.length === 0) journal.keepResidual({ ...residual, steps });
	return labels;
}

/** Undo a transaction that is in no journal any more. @throws RollbackError naming what could not be undone */
export function undoOrphan(kernel: Kernel, journal: Ledger, { undo, command }: Unfinished): void {
	const { labels } = revert(kernel, undo);
	if (labels.length > 0)
		throw new RollbackError(labels, {
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
		if (error instanceof UmlnetError) return `number ${index}`;
		throw error;
	}
}
