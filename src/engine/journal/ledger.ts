import { deletedLink, type Identity } from "../../kernel/action.js";
import type { Delta, State } from "../state.js";
import type { ProvisionalRecord, ResidualRecord, StepRecord } from "./record.js";

/** A transaction that can still be undone: it is under way, its process was killed, or not all of it could be undone. */
export interface Unfinished {
	readonly transaction: string;
	/** What the user asked for: `up tap0`. */
	readonly command: string;
	/** What undoes it, in the order of the steps. */
	readonly undo: readonly StepRecord[];
	/** All its steps are done, and it waits to be confirmed. */
	readonly provisional?: ProvisionalRecord;
}

/** How a provisional transaction ended, and what had been asked for. */
export interface ConfirmOutcome {
	readonly transaction: string;
	readonly command: string;
	/** False where it was rolled back. */
	readonly confirmed: boolean;
}

/** A committed transaction some of whose links are still to be deleted: that cannot be undone, only finished. */
export interface PendingDeletes {
	readonly transaction: string;
	readonly command: string;
	/** Each deletes a link. */
	readonly steps: readonly StepRecord[];
}

/** The links that are to be deleted. */
export const linksOf = ({ steps }: PendingDeletes): Identity[] =>
	steps.flatMap(({ actions }) => actions.flatMap((action) => deletedLink(action) ?? []));

/** What transactions need of a journal: what is so, what is open, and where to write what happens. */
export interface Ledger {
	readonly state: State;
	/** The open transaction. Until it is committed or undone no other may begin. */
	readonly unfinished: Unfinished | undefined;
	/** Of the last provisional transaction. It outlives the file, for the process that waits for it must learn it. */
	readonly confirmOutcome: ConfirmOutcome | undefined;
	/**
	 * A transaction that was open in a journal that somebody removed, and that another has taken the place of: only this
	 * process can still undo it.
	 */
	readonly orphan: Unfinished | undefined;
	/** By transaction. To run them twice, or in two processes at once, does no harm. */
	readonly pendingDeletes: ReadonlyMap<string, PendingDeletes>;

	/** Write down how to undo what is about to be done. @throws UmlnetError ERR_JOURNAL, as all that write */
	begin(transaction: string, command: string, undo: readonly StepRecord[]): void;
	/** The open transaction stands, but it will be rolled back at the deadline unless somebody confirms it. */
	provisional(record: ProvisionalRecord): void;
	/** The open transaction was not confirmed in time: from now on it is one to undo. */
	expire(transaction: string): void;
	/** The open transaction stands. Where deletes are pending they will be run, whoever does it; others may begin. */
	commit(transaction: string, delta: Delta, pending?: readonly StepRecord[]): void;
	/** The pending deletes of a transaction have been run. */
	end(transaction: string): void;
	/** The open transaction was undone. */
	abort(transaction: string): void;
	/** `orphan` was undone. */
	orphanUndone(): void;
	/** By transaction. What could not be undone or given back; nothing waits for it. */
	readonly residuals: ReadonlyMap<string, ResidualRecord>;
	/** Remember what is left of a transaction instead of what was before; without steps, forget it. */
	keepResidual(residual: ResidualRecord): void;
}
