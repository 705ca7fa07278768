/** A transaction that is rolled back at its deadline unless somebody confirms it. */
import type { Kernel } from "../kernel/kernel.js";
import { ConflictError, NotConfirmedError } from "./error.js";
import type { Ledger, Unfinished } from "./journal/ledger.js";
import { finish } from "./pending-deletes.js";
import type { ConfirmReport, ProvisionalReport } from "./report.js";
import type { Delta } from "./state.js";
import { reportOfRecord } from "./step-report.js";

/** The state contains the change already, since the record that made it provisional. */
const NO_CHANGE: Delta = { put: [], drop: [], up: [], down: [] };

/**
 * The open transaction, if it can still be confirmed. `now` returns milliseconds since boot, and is called only if
 * there is one.
 */
export function provisionalReport(
	unfinished: Unfinished | undefined,
	now: () => number,
): ProvisionalReport | undefined {
	if (unfinished?.provisional === undefined) return undefined;
	const { transaction, command, provisional } = unfinished;
	const remaining = (provisional.deadline - now()) / 1000;
	return remaining > 0 ? { transaction, command, remaining } : undefined;
}

/**
 * Make the provisional transaction permanent. If its time is over, `recover` is called to undo it.
 * @throws NotConfirmedError if it is too late, ConflictError if nothing waits to be confirmed, RollbackError
 */
export function confirm(
	kernel: Kernel,
	journal: Ledger,
	now: () => number,
	recover: () => void,
): ConfirmReport {
	const { unfinished, confirmOutcome } = journal;
	if (unfinished?.provisional !== undefined) {
		const { transaction, command, provisional } = unfinished;
		if (provisionalReport(unfinished, now) === undefined) {
			recover();
			throw new NotConfirmedError(command);
		}
		journal.commit(transaction, NO_CHANGE, provisional.steps);
		const pending = journal.pendingDeletes.get(transaction);
		if (pending !== undefined) finish(kernel, journal, pending);
		const steps = provisional.steps.map(reportOfRecord);
		return { changed: true, transaction: command, steps };
	}
	if (confirmOutcome === undefined)
		throw new ConflictError(
			"confirmation",
			"nothing that waits to be confirmed",
			"a provisional change",
			{
				hint: "it was rolled back if its time was over; umlnet-nl status shows what is there",
			},
		);
	const { command, confirmed } = confirmOutcome;
	if (!confirmed) throw new NotConfirmedError(command);
	return { changed: false, transaction: command, steps: [] };
}
