import type { Action } from "../../kernel/action.js";
import { decode } from "../../proto/protobuf.js";
import { UmlnetError } from "../../sys/error.js";
import type { Effect } from "../kind.js";
import type { Delta, Entry, TapEntry } from "../state.js";
import { type BatchOf, readAction, type WireAction } from "./action-record.js";

/** A list of actions with a label, as the journal stores it: the undo of a step, or a pending delete. */
export interface StepRecord {
	readonly label: string;
	/** The effect of the step itself and not of its undo. */
	readonly effect?: Effect | undefined;
	readonly actions: readonly Action[];
}

/** A transaction that is rolled back unless somebody confirms it. */
export interface ProvisionalRecord {
	readonly transaction: string;
	/** When it is rolled back, in milliseconds since boot. */
	readonly deadline: number;
	/** The deletes that become pending when it is confirmed. */
	readonly steps: readonly StepRecord[];
	readonly delta: Delta;
}

/** What could not be undone or given back of a transaction that has ended. */
export interface ResidualRecord {
	readonly transaction: string;
	/** The command of the user: `down tap0`. */
	readonly command: string;
	/** The names of the taps and networks that it was about. */
	readonly names: readonly string[];
	/** What remains to be done, in this order. Without steps nothing does. */
	readonly steps: readonly StepRecord[];
}

/** One record of the journal. */
export type JournalRecord =
	| { readonly begin: { transaction: string; command: string; steps: readonly StepRecord[] } }
	| { readonly commit: { transaction: string; steps: readonly StepRecord[]; delta: Delta } }
	| { readonly provisional: ProvisionalRecord }
	| { readonly expire: { transaction: string } }
	| { readonly end: { transaction: string; delta?: Delta | undefined } }
	| { readonly abort: { transaction: string } }
	| { readonly residual: ResidualRecord }
	| { readonly checkpoint: Delta };

/** @throws UmlnetError ERR_JOURNAL if the bytes are not such a record */
export function decodeRecord(bytes: Uint8Array, batchOf: BatchOf = () => undefined): JournalRecord {
	try {
		return fromWire(decode("Record", bytes), batchOf);
	} catch (cause) {
		throw new UmlnetError("ERR_JOURNAL", "the journal holds a record that cannot be read", {
			cause,
		});
	}
}

// biome-ignore lint/suspicious/noExplicitAny: what came off the disk; every field is checked by use below
function fromWire(wire: any, batchOf: BatchOf): JournalRecord {
	const readStep = (step: WireStep): StepRecord => stepOf(step, batchOf);
	if (wire.begin) return { begin: { ...wire.begin, steps: wire.begin.steps.map(readStep) } };
	if (wire.commit)
		return {
			commit: {
				...wire.commit,
				steps: wire.commit.steps.map(readStep),
				delta: readDelta(wire.commit.delta),
			},
		};
	if (wire.provisional) {
		const { transaction, deadline, steps, delta } = wire.provisional;
		return {
			provisional: { transaction, deadline, steps: steps.map(readStep), delta: readDelta(delta) },
		};
	}
	if (wire.expire) return { expire: wire.expire };
	if (wire.end) {
		const { transaction, delta } = wire.end;
		return { end: { transaction, delta: delta && readDelta(delta) } };
	}
	if (wire.residual)
		return { residual: { ...wire.residual, steps: wire.residual.steps.map(readStep) } };
	if (wire.checkpoint) return { checkpoint: readDelta(wire.checkpoint) };
	if (wire.abort) return { abort: wire.abort };
	throw new Error("an empty record");
}

interface WireStep {
	label: string;
	actions: WireAction[];
	effect?: number;
}
/** The effect of a step, by its number in the journal. The number 0, for a change, is not stored. */
export const EFFECTS: readonly (Effect | undefined)[] = [undefined, "create", "delete"];

const stepOf = ({ label, actions, effect = 0 }: WireStep, batchOf: BatchOf): StepRecord => ({
	label,
	effect: EFFECTS[effect],
	actions: actions.map((action) => readAction(action, batchOf)),
});

const readDelta = (delta: {
	put: { kind: string; key: string; made: string; path: string }[];
	drop: string[];
	up: { report: string; keys: string[] }[];
	down: string[];
	networks?: { name: string; spec: string }[];
}): Delta => ({
	put: delta.put.map((entry): Entry => ({ ...entry, made: JSON.parse(entry.made) })),
	drop: delta.drop,
	up: delta.up.map(({ report, keys }): TapEntry => ({ report: JSON.parse(report), keys })),
	down: delta.down,
	networks: delta.networks?.map(({ name, spec }) => ({ ...JSON.parse(spec), name })),
});
