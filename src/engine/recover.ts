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

/** What has to be recovered. */
export interface Recovery {
	/** The transaction to undo. */
	readonly unfinished?: Unfinished | undefined;
	/** The pending deletes that no living process is going to run. */
	readonly pending?: readonly PendingDeletes[];
	/** What earlier transactions could not undo or give back, to be tried again. */
	readonly residuals?: readonly ResidualRecord[];
}

/**
 * Undo what a killed process left unfinished, run the deletes that were pending when it died, and try again what could
 * not be undone before. Objects whose identity differs from the recorded one are not touched. It may be killed itself
 * and run again. What still cannot be undone is remembered, and no other transaction waits for it.
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
	// A transaction that is half undone must not be confirmed any more, whoever continues the undo.
	if (unfinished.provisional !== undefined) journal.expire(transaction);
	const { labels, steps } = revert(kernel, unfinished.undo);
	if (steps.length > 0) journal.keepResidual({ transaction, command, names: [], steps });
	journal.abort(transaction);
	return labels;
}

/** Links that cannot be deleted stay pending. Whoever needs their names tries again. */
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

/** Undo a transaction that is in no journal any more. @throws RollbackError that names what could not be undone */
export function undoOrphan(kernel: Kernel, journal: Ledger, { undo, command }: Unfinished): void {
	const { labels } = revert(kernel, undo);
	if (labels.length > 0)
		throw new RollbackError(labels, {
			step: command,
			hint: "its journal was removed: umlnet-nl recover --strays removes what umlnet-nl has marked as its own",
		});
	journal.orphanUndone();
}

/**
 * Links that exist at the index of one of ours and do not have its name and mark: somebody has changed those, or has
 * made the link.
 */
const unproven = (kernel: Kernel, steps: readonly StepRecord[]): string[] =>
	steps.flatMap(({ label, actions }) =>
		actions.flatMap((action) => {
			const link = deletedLink(action);
			const name = link && nameNow(kernel, link.index);
			return name === undefined
				? []
				: [`link ${name}, which has taken the place of the one in: ${label}`];
		}),
	);

/** Everything possible is done, so a link whose name cannot be read is no failure. */
function nameNow(kernel: Kernel, index: number): string | undefined {
	try {
		return kernel.linkName(index);
	} catch (error) {
		if (error instanceof UmlnetError) return `interface index ${index}`;
		throw error;
	}
}
