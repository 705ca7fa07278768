import { encodeRecord } from "../../engine/journal/fast/record-writer.js";
import { frame } from "../../engine/journal/frame.js";
import type { Ledger, PendingDeletes } from "../../engine/journal/ledger.js";
import type { JournalRecord, ResidualRecord, StepRecord } from "../../engine/journal/record.js";
import { type Delta, State } from "../../engine/state.js";

/** A journal without a file. Records are encoded as for a real one, and then dropped. */
export class NullJournal implements Ledger {
	readonly state = new State();
	readonly unfinished = undefined;
	readonly confirmOutcome = undefined;
	readonly orphan = undefined;
	readonly pendingDeletes = new Map<string, PendingDeletes>();
	readonly residuals = new Map<string, ResidualRecord>();

	begin(transaction: string, command: string, steps: readonly StepRecord[]): void {
		encode({ begin: { transaction, command, steps } });
	}
	commit(transaction: string, delta: Delta, steps: readonly StepRecord[] = []): void {
		if (steps.length > 0) encode({ commit: { transaction, steps, delta } });
		else encode({ end: { transaction, delta } });
		this.state.apply(delta);
	}
	end(transaction: string): void {
		encode({ end: { transaction } });
	}
	abort(): void {}
	orphanUndone(): void {}
	provisional(): void {}
	expire(): void {}
	keepResidual(): void {}
}

function encode(record: JournalRecord): void {
	frame(encodeRecord(record), 0);
}
