import { deletedLink, type Identity } from "../../kernel/action.js";
import type { Delta, State } from "../state.js";
import type { ProvisionalRecord, ResidualRecord, StepRecord } from "./record.js";

/**
 * A transaction that can still be undone: it is in progress, its process was killed, or it could be undone only in
 * part.
 */
export interface Unfinished {
	readonly transaction: string;
	/** The command of the user: `up tap0`. */
	readonly command: string;
	/** Its undo, in the order of the steps. */
	readonly undo: readonly StepRecord[];
	/** Set if all its steps are done and it waits to be confirmed. */
	readonly provisional?: ProvisionalRecord;
}

/** How a provisional transaction ended, and the command that it came from. */
export interface ConfirmOutcome {
	readonly transaction: string;
	readonly command: string;
	/** False if it was rolled back. */
	readonly confirmed: boolean;
}

/** A committed transaction of which some links still have to be deleted. It cannot be undone, only finished. */
export interface PendingDeletes {
	readonly transaction: string;
	readonly command: string;
	/** Each of these steps deletes a link. */
	readonly steps: readonly StepRecord[];
}

/** The links that are to be deleted. */
export const linksOf = ({ steps }: PendingDeletes): Identity[] =>
	steps.flatMap(({ actions }) => actions.flatMap((action) => deletedLink(action) ?? []));

/** What transactions need of a journal: the state, the open transaction, and methods to write what happens. */
export interface Ledger {
	readonly state: State;
	/** The open transaction. Until it is committed or undone no other one may begin. */
	readonly unfinished: Unfinished | undefined;
	/**
	 * The end of the last provisional transaction. It is remembered even after the file is gone, because another process
	 * may wait for it.
	 */
	readonly confirmOutcome: ConfirmOutcome | undefined;
	/**
	 * A transaction that was open in a journal which somebody has removed and another one has replaced. Only this process
	 * can still undo it.
	 */
	readonly orphan: Unfinished | undefined;
	/** Pending deletes, by transaction. Running them twice, or in two processes at once, is harmless. */
	readonly pendingDeletes: ReadonlyMap<string, PendingDeletes>;

	/** Record how to undo what is about to be done. @throws UmlnetError ERR_JOURNAL, as do all methods that write */
	begin(transaction: string, command: string, undo: readonly StepRecord[]): void;
	/** The open transaction is done, but is rolled back at the deadline unless somebody confirms it. */
	provisional(record: ProvisionalRecord): void;
	/** The open transaction was not confirmed in time, so it has to be undone. */
	expire(transaction: string): void;
	/** Commit the open transaction. Others may begin, even if deletes are pending, which some process will run. */
	commit(transaction: string, delta: Delta, pending?: readonly StepRecord[]): void;
	/** The pending deletes of a transaction are done. */
	end(transaction: string): void;
	/** The open transaction was undone. */
	abort(transaction: string): void;
	/** The transaction in `orphan` was undone. */
	orphanUndone(): void;
	/** What could not be undone or given back, by transaction. No other transaction waits for it. */
	readonly residuals: ReadonlyMap<string, ResidualRecord>;
	/** Replace what is remembered of a transaction by this; without steps, forget it. */
	keepResidual(residual: ResidualRecord): void;
}
