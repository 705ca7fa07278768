import { UmlnetError } from "../../sys/error.js";
import { type Delta, State } from "../state.js";
import type { BatchOf } from "./action-record.js";
import type { StateDirectory } from "./directory.js";
import { type FlawOf, JournalFile } from "./journal-file.js";
import type { ConfirmOutcome, Ledger, PendingDeletes, Unfinished } from "./ledger.js";
import type { JournalRecord, ProvisionalRecord, ResidualRecord, StepRecord } from "./record.js";

/**
 * The file that says what is ours in a namespace and which transaction is under way. It is appended to while the lock
 * is held; `refresh` reads what other processes have written.
 */
export class Journal implements Ledger {
	state = new State();
	unfinished: Unfinished | undefined;
	confirmOutcome: ConfirmOutcome | undefined;
	readonly pendingDeletes = new Map<string, PendingDeletes>();
	orphan: Unfinished | undefined;
	/** How provisional transactions ended, as far as this process has seen. */
	readonly #outcomes = new Map<string, boolean>();
	readonly residuals = new Map<string, ResidualRecord>();
	readonly #file: JournalFile;
	/** While the open transaction is provisional: the state without it. */
	#before: State | undefined;

	/** `flawOf` checks each record that is read; `batchOf` knows the tables that records name. */
	constructor(
		directory: StateDirectory,
		flawOf: FlawOf = () => undefined,
		batchOf: BatchOf = () => undefined,
	) {
		this.#file = new JournalFile(directory, flawOf, batchOf);
	}

	/**
	 * Read what other processes have written. The lock must be held. If somebody has removed the file although it was not
	 * empty, what we know of it is written again, unless none of that exists (`stands`) any more.
	 * @throws UmlnetError ERR_JOURNAL
	 */
	refresh(stands: (state: State) => boolean = () => true): void {
		if (this.#file.read(this.#take)) return;
		this.readReplaced();
		const isOpen = this.unfinished !== undefined || this.residuals.size > 0;
		const isLost = !this.isEmpty && (isOpen || stands(this.state));
		const known = isLost ? this.#records() : [];
		const { unfinished } = this;
		this.#reset();
		this.#file.read(this.#take);
		if (this.#file.hasRecords) {
			const isKnown = [this.unfinished?.transaction, ...this.#outcomes.keys()];
			if (unfinished !== undefined && !isKnown.includes(unfinished.transaction))
				this.orphan = unfinished;
		} else if (known.length > 0 && this.#file.rewrite(known)) known.forEach(this.#fold);
	}

	/** Read the end of a file that was replaced or removed, which says how a provisional transaction ended. */
	readReplaced(): void {
		this.#file.readReplaced(this.#take);
	}

	/** Whether a provisional transaction was confirmed; undefined if that is not decided yet, or was not seen. */
	outcomeOf(transaction: string): boolean | undefined {
		return this.#outcomes.get(transaction);
	}

	orphanUndone(): void {
		if (this.orphan !== undefined) this.#decide(this.orphan, false);
		this.orphan = undefined;
	}

	begin(transaction: string, command: string, undo: readonly StepRecord[]): void {
		// Beginning another transaction would lose the undo of the unfinished one.
		if (this.unfinished !== undefined)
			throw new UmlnetError("ERR_JOURNAL", `${this.unfinished.command} is still half done`, {
				hint: "umlnet-nl recover finishes it",
			});
		this.#append({ begin: { transaction, command, steps: undo } });
	}

	provisional(record: ProvisionalRecord): void {
		this.#append({ provisional: record });
	}

	expire(transaction: string): void {
		this.#append({ expire: { transaction } });
	}

	commit(transaction: string, delta: Delta, pending: readonly StepRecord[] = []): void {
		if (pending.length > 0) this.#append({ commit: { transaction, steps: pending, delta } });
		else this.#end(transaction, delta);
	}

	end(transaction: string): void {
		this.#end(transaction);
	}

	abort(transaction: string): void {
		this.#append({ abort: { transaction } });
	}

	keepResidual(residual: ResidualRecord): void {
		this.#append({ residual });
	}

	/** Whether every transaction has ended. */
	get isSettled(): boolean {
		return this.unfinished === undefined && this.pendingDeletes.size === 0;
	}

	/** Whether nothing is ours and nothing is unfinished, so that the file can be removed. */
	get isEmpty(): boolean {
		const { taps, entries } = this.state;
		return this.isSettled && this.residuals.size === 0 && taps.size === 0 && entries.size === 0;
	}

	remove(): void {
		this.#file.remove();
		this.#reset();
	}

	close(): void {
		this.#reset();
	}

	#end(transaction: string, delta?: Delta): void {
		this.#append({ end: { transaction, delta } });
		// A rewritten file contains only the state, so the undo of an unfinished transaction would be lost.
		if (this.unfinished === undefined && this.#file.isWorthRewriting) this.#rewrite();
	}

	#append(record: JournalRecord): void {
		this.#file.append(record);
		this.#fold(record);
	}

	#rewrite(): void {
		this.#file.rewrite(this.#records());
	}

	/**
	 * The state as one record, followed by what is pending or unfinished, instead of all the records that led to them.
	 */
	#records(): JournalRecord[] {
		const records: JournalRecord[] = [{ checkpoint: (this.#before ?? this.state).toDelta() }];
		for (const { transaction, command, steps } of this.pendingDeletes.values())
			records.push(
				{ begin: { transaction, command, steps: [] } },
				{ commit: { transaction, steps, delta: { put: [], drop: [], up: [], down: [] } } },
			);
		for (const residual of this.residuals.values()) records.push({ residual });
		if (this.unfinished === undefined) return records;
		const { transaction, command, undo, provisional } = this.unfinished;
		records.push({ begin: { transaction, command, steps: undo } });
		if (provisional !== undefined) records.push({ provisional });
		return records;
	}

	#reset(): void {
		this.#file.close();
		this.state = new State();
		this.unfinished = undefined;
		this.#before = undefined;
		this.pendingDeletes.clear();
		this.residuals.clear();
	}

	#take = (record: JournalRecord): boolean => {
		if (!this.#follows(record)) return false;
		this.#fold(record);
		return true;
	};

	/** Whether a record can occur here: a transaction is committed or undone before the next one begins. */
	#follows(record: JournalRecord): boolean {
		if ("checkpoint" in record) return this.#file.isAtStart;
		if ("residual" in record) return true;
		if ("begin" in record) return this.unfinished === undefined;
		const isProvisional = this.unfinished?.provisional !== undefined;
		const isOpen = transactionOf(record) === this.unfinished?.transaction;
		if ("provisional" in record) return isOpen && !isProvisional;
		if ("expire" in record) return isOpen && isProvisional;
		if ("abort" in record) return isOpen && !isProvisional;
		return isOpen || ("end" in record && this.pendingDeletes.has(record.end.transaction));
	}

	#fold = (record: JournalRecord): void => {
		if ("begin" in record) {
			const { transaction, command, steps } = record.begin;
			this.unfinished = { transaction, command, undo: steps };
		} else if ("provisional" in record) this.#wait(record.provisional);
		else if ("expire" in record) this.#settle(false);
		else if ("commit" in record) {
			const { transaction, steps, delta } = record.commit;
			const command = this.unfinished?.command ?? "";
			this.#close(delta);
			this.pendingDeletes.set(transaction, { transaction, command, steps });
		} else if ("end" in record) {
			const { transaction, delta } = record.end;
			if (!this.pendingDeletes.delete(transaction)) this.#close(delta);
			else if (delta !== undefined) this.state.apply(delta);
		} else if ("abort" in record) this.unfinished = undefined;
		else if ("residual" in record) this.#keep(record.residual);
		else this.state.apply(record.checkpoint);
	};

	#keep(residual: ResidualRecord): void {
		if (residual.steps.length > 0) this.residuals.set(residual.transaction, residual);
		else this.residuals.delete(residual.transaction);
	}

	/** The open transaction is committed. */
	#close(delta: Delta | undefined): void {
		if (this.unfinished?.provisional !== undefined) this.#settle(true);
		if (delta !== undefined) this.state.apply(delta);
		this.unfinished = undefined;
	}

	/** The open transaction waits to be confirmed. */
	#wait(provisional: ProvisionalRecord): void {
		if (this.unfinished === undefined) return;
		this.unfinished = { ...this.unfinished, provisional };
		this.#before = this.state;
		this.state = this.state.with(provisional.delta);
	}

	#decide({ transaction, command }: Unfinished, confirmed: boolean): void {
		this.confirmOutcome = { transaction, command, confirmed };
		this.#outcomes.set(transaction, confirmed);
	}

	/** The open transaction is no longer provisional: it is confirmed, or has to be undone. */
	#settle(confirmed: boolean): void {
		if (this.unfinished === undefined) return;
		const { transaction, command, undo } = this.unfinished;
		this.#decide(this.unfinished, confirmed);
		this.unfinished = { transaction, command, undo };
		if (!confirmed && this.#before !== undefined) this.state = this.#before;
		this.#before = undefined;
	}
}

const transactionOf = (record: JournalRecord): string | undefined =>
	(Object.values(record) as { readonly transaction: string }[])[0]?.transaction;
