/** What can be asked of the networks of one network namespace, whoever is asked: types alone. */
import type {
	ConfirmReport,
	DownReport,
	PlanReport,
	RecoverReport,
	StatusReport,
	UpReport,
} from "../engine/report.js";
import type { Spec } from "../spec/model.js";

/** Which taps are meant: those of these names, those that a spec names, or all of ours. */
export type Which<S = Spec> =
	| { readonly taps: readonly string[] }
	| { readonly spec: S }
	| { readonly all: true };

export interface PlanOptions {
	/** Also take down what is ours and not in the spec. */
	readonly prune?: boolean;
}

export interface StatusOptions {
	/** Also compare everything with what was applied, exactly. */
	readonly verify?: boolean;
}

export interface RecoverOptions {
	/** Also take away what carries our marks and is not in the journal: that was lost, with all that it described. */
	readonly strays?: boolean;
	/**
	 * Also forget what can still not be undone or given back, instead of an error: of these taps and networks, or all where
	 * the list is empty.
	 */
	readonly giveUp?: readonly string[] | undefined;
}

/**
 * The networks of a namespace. Every change is one transaction; before it, what a killed process did not finish is
 * undone or finished.
 */
export interface Networks {
	/** Bring up all taps of the spec, or none. Idempotent. @throws UmlnetError */
	up(spec: Spec): Promise<UpReport>;
	/** Take down taps, all or none; what is not up is passed over. @throws UmlnetError */
	down(which: Which): Promise<DownReport>;
	/** What `up` would do, step by step. Changes nothing. @throws UmlnetError */
	plan(spec: Spec, options?: PlanOptions): Promise<PlanReport>;
	/** What `down` would do, step by step. Changes nothing. @throws UmlnetError */
	planDown(which: Which): Promise<PlanReport>;
	/**
	 * What is ours, and where the host drifted from what was asked. Without names the report says in `strays` what else
	 * carries our marks, with `verify` in `exact` whether everything is exactly as applied. @throws UmlnetError
	 */
	status(taps?: readonly string[], options?: StatusOptions): Promise<StatusReport>;
	/** Undo or finish what a killed process did not finish. @throws RollbackError; with `strays` as `down` */
	recover(options?: RecoverOptions): Promise<RecoverReport>;
	/**
	 * Keep what waits to be confirmed.
	 * @throws NotConfirmedError when that comes too late, ConflictError when there is nothing to confirm
	 */
	confirm(): Promise<ConfirmReport>;
}

/** `prune` is a transaction of its own, and only one transaction at a time can be provisional. */
export type UpOptions =
	| { readonly prune?: boolean; readonly confirmWithin?: undefined }
	| { readonly prune?: false; readonly confirmWithin: number };

export interface ConfirmOptions {
	/** Make it provisional: it is rolled back unless it is confirmed within so many milliseconds. */
	readonly confirmWithin?: number;
}

/**
 * How a provisional transaction stands; `expired`: its time is over, and it is still to be rolled back; `orphaned`: so it
 * is, for its journal is gone and nobody can confirm it any more.
 */
export type ConfirmState =
	| "waiting"
	| "expired"
	| "orphaned"
	| "confirmed"
	| "rolledBack"
	| "unknown";

/** Networks whose changes can be made to stand only if they are confirmed in time. */
export interface ConfirmableNetworks extends Networks {
	/**
	 * With `confirmWithin`, in milliseconds, the change is provisional. When its time is over, whoever calls next rolls it
	 * back; the caller has to see to it that somebody does.
	 */
	up(spec: Spec, options?: UpOptions): Promise<UpReport>;
	down(which: Which, options?: ConfirmOptions): Promise<DownReport>;
	/** Roll back what waits to be confirmed, now, if it is this transaction. @throws RollbackError */
	rollBack(transaction: string): Promise<void>;
	/** How a provisional transaction stands. */
	confirmState(transaction: string): Promise<ConfirmState>;
	/** When what a process has not brought to its end is to be undone, in milliseconds from now; undefined if nothing is. */
	dueIn(process: string): Promise<number | undefined>;
}
