/** What can be asked of the networks of one network namespace, whoever is asked: types alone. */
import type { NetworkInput, SpecInput, TapInput } from "../spec/input.js";
import type {
	ConfirmReport,
	DownReport,
	PlanReport,
	RecoverReport,
	StatusReport,
	TapReport,
	UpReport,
} from "./reports.js";

/** Which taps are meant: those of these names, those that a spec names, or all of ours. */
export type Which<Network extends string = string, Used extends string = string> =
	| { readonly taps: readonly string[] }
	| { readonly spec: SpecInput<Network, Used> }
	| { readonly all: true };

/** How a change is made to stand only if it is confirmed: by `confirm`, of whichever process. */
export interface ConfirmOptions {
	/** Milliseconds, within which it is to be confirmed: otherwise it is rolled back. Meanwhile nothing else can be changed. */
	readonly confirmWithin?: number | undefined;
}

/** How `up` is done. */
export interface UpOptions extends ConfirmOptions {
	/** Also take down, in the same transaction, what is ours and not in the spec. Taps of pools are left alone. */
	readonly prune?: boolean | undefined;
}

/** What is planned. */
export interface PlanOptions {
	/** Also take down what is ours and not in the spec, as `up` does with `prune`. */
	readonly prune?: boolean | undefined;
}

/** How closely is looked. */
export interface StatusOptions {
	/** Also compare everything with what was applied, exactly. */
	readonly verify?: boolean | undefined;
}

/** What is recovered beside what a killed process left half done. */
export interface RecoverOptions {
	/** Also take away what carries our marks and is not in the journal: that was lost, with all that it described. */
	readonly strays?: boolean | undefined;
	/**
	 * Also forget what can still not be undone or given back, instead of an error: of these taps and networks, or all where
	 * the list is empty.
	 */
	readonly giveUp?: readonly string[] | undefined;
}

/** A guest whose tap may have any name. */
export interface GuestInput<Network extends string = string, Used extends string = string> {
	/** The name of its network. */
	readonly network: string extends Used ? Used : NoInfer<Network>;
	/** Networks as in a spec, that one among them. */
	readonly networks: Readonly<Record<Network, NetworkInput>>;
	/** Its tap as in a spec, without what is the same for all taps of the pool. */
	readonly tap?:
		| Omit<TapInput, "network" | "owner" | "group" | "vnetHdr" | "multiQueue">
		| undefined;
}

/**
 * The networks of a namespace. Every change is one transaction: the host ends up with all of it, or exactly as it was.
 * Before it, what a killed process did not finish is undone or finished.
 *
 * Every method may reject with KernelError (ERR_KERNEL, ERR_PERMISSION: the kernel refused), LockError (another process
 * is at work, for longer than `timeout`) and UmlnetError; those that change something also with ProvisionalError (another
 * change waits to be confirmed) and RollbackError (a change failed, and what was begun could not all be undone).
 */
export interface Networks {
	/**
	 * Bring up all taps of the spec, or none. What is up already stays untouched, what differs is changed.
	 * @throws SpecError with every issue of the spec; ConflictError when something of others is in the way
	 */
	up<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options?: UpOptions,
	): Promise<UpReport>;

	/**
	 * Take down taps, all or none, and with the last tap of a network all that was made for it. What is not up is passed
	 * over. @throws SpecError; ConflictError when something of others stands on what is to go
	 */
	down<Network extends string, Used extends string>(
		which: Which<Network, Used>,
		options?: ConfirmOptions,
	): Promise<DownReport>;

	/** What `up` would do, step by step. Changes nothing. @throws as `up`, as far as that can be told beforehand */
	plan<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options?: PlanOptions,
	): Promise<PlanReport>;

	/** What `down` would do, step by step. Changes nothing. @throws as `down`, as far as that can be told beforehand */
	planDown<Network extends string, Used extends string>(
		which: Which<Network, Used>,
	): Promise<PlanReport>;

	/**
	 * What is ours, and where the host drifted from what was asked. Without names the report says in `strays` what else
	 * carries our marks; with `verify` it says in `exact` whether everything is exactly as applied. Changes nothing.
	 */
	status(taps?: readonly string[], options?: StatusOptions): Promise<StatusReport>;

	/**
	 * A tap for a guest that may have any name: out of the pool of its network or of the engine, so that most of it is
	 * there already. @throws SpecError; UmlnetError ERR_USAGE where there is no pool
	 */
	take<Network extends string, Used extends string>(
		guest: GuestInput<Network, Used>,
	): Promise<TapReport>;

	/**
	 * Keep what waits to be confirmed, whichever process has applied it.
	 * @throws NotConfirmedError when that comes too late, ConflictError when there is nothing to confirm
	 */
	confirm(): Promise<ConfirmReport>;

	/**
	 * Undo or finish what a killed process did not finish: every `up` and `down` does so first anyway. Also try again what
	 * could not be undone or given back before.
	 * @throws RollbackError naming what still cannot be, unless it is given up; with `strays` as `down`
	 */
	recover(options?: RecoverOptions): Promise<RecoverReport>;
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

/**
 * Networks that roll back nothing by themselves: when the time of a provisional change is over, whoever calls next does.
 * Who makes such a change here has to see to it that somebody does.
 */
export interface ConfirmableNetworks extends Networks {
	/** Roll back what waits to be confirmed, now, if it is this transaction. @throws RollbackError */
	rollBack(transaction: string): Promise<void>;
	/** How a provisional transaction stands. */
	confirmState(transaction: string): Promise<ConfirmState>;
	/** When what a process has not brought to its end is to be undone, in milliseconds from now; undefined if nothing is. */
	dueIn(process: string): Promise<number | undefined>;
}
