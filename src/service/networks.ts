/** The interface of the networks of one network namespace, whoever implements it. This file has types only. */
import type { NetworkInput, SpecInput, TapInput } from "../spec/input.js";
import type { DoctorReport, WhyQuery, WhyReport } from "./diagnosis.js";
import type {
	CollectReport,
	ConfirmReport,
	DownReport,
	PlanReport,
	RecoverReport,
	StatusReport,
	TapReport,
	UpReport,
} from "./reports.js";

/** Which taps are meant: those with these names, those that a spec names, or all of ours. */
export type Which<Network extends string = string, Used extends string = string> =
	| { readonly taps: readonly string[] }
	| { readonly spec: SpecInput<Network, Used> }
	| { readonly all: true };

/** How a change is made provisional: it stands only if `confirm` is called, by this process or another. */
export interface ConfirmOptions {
	/**
	 * The time in milliseconds within which `confirm` must be called; otherwise the change is rolled back. Until then
	 * nothing else can be changed.
	 */
	readonly confirmWithin?: number | undefined;
}

/** A TCP connection by its two addresses as text, as in SSH_CONNECTION of ssh(1). */
export interface Connection {
	/** The address on this host. */
	readonly local: string;
	/** The address at the other end. */
	readonly remote: string;
}

/** Options of every change. */
export interface ChangeOptions extends ConfirmOptions {
	/**
	 * A connection that the change must not cut, such as the one over which the user has logged in. A change that deletes
	 * a link which it runs over, or its addresses, or makes such a link a port of a bridge or removes it from one, is
	 * refused with ConnectionError.
	 */
	readonly sparing?: Connection | undefined;
}

/** Options of `up`. */
export interface UpOptions extends ChangeOptions {
	/** Also take down, in the same transaction, what is ours and not in the spec. Taps of pools are left alone. */
	readonly prune?: boolean | undefined;
}

/** Options of `plan`. */
export interface PlanOptions {
	/** Also take down what is ours and not in the spec, as `up` does with `prune`. */
	readonly prune?: boolean | undefined;
}

/** Options of `status`. */
export interface StatusOptions {
	/** Also compare every setting of every object with what was applied. */
	readonly verify?: boolean | undefined;
	/** Tell only what was made, without looking at the host: nothing has drifted then, and nothing is a stray. */
	readonly remembered?: boolean | undefined;
}

/** Options of `recover`. */
export interface RecoverOptions {
	/** Also delete the objects that carry our marks but are not in the journal, because the journal was lost. */
	readonly strays?: boolean | undefined;
	/**
	 * Also forget what still cannot be undone or given back, instead of throwing an error: of these taps and networks, or
	 * of all if the list is empty.
	 */
	readonly giveUp?: readonly string[] | undefined;
}

/** A guest that does not care about the name of its tap. */
export interface GuestInput<Network extends string = string, Used extends string = string> {
	/** The name of its network. */
	readonly network: string extends Used ? Used : NoInfer<Network>;
	/** Networks as in a spec; the network above is one of them. */
	readonly networks: Readonly<Record<Network, NetworkInput>>;
	/** The tap as in a spec, without the settings that all taps of the pool share. */
	readonly tap?:
		| Omit<TapInput, "network" | "owner" | "group" | "vnetHdr" | "multiQueue">
		| undefined;
}

/**
 * The networks of a network namespace. Every change is one transaction: afterwards the host has all of it, or is
 * exactly as it was. Before a change, whatever a killed process left unfinished is undone or finished.
 *
 * Every method may reject with KernelError (ERR_KERNEL, ERR_PERMISSION: the kernel refused), LockError (another process
 * held the lock for longer than `timeout`) and UmlnetError. Methods that change something may also reject with
 * ProvisionalError (another change waits to be confirmed) and RollbackError (a change failed and could be undone only
 * in part).
 */
export interface Networks {
	/**
	 * Bring up all taps of the spec, or none. What is already up is left as it is; what differs is changed.
	 * @throws SpecError with every issue of the spec; ConflictError if an object that is not ours is in the way
	 */
	up<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options?: UpOptions,
	): Promise<UpReport>;

	/**
	 * Take down taps, all or none, and with the last tap of a network everything that was made for it. Taps that are not
	 * up are ignored. @throws SpecError; ConflictError if an object that is not ours depends on one that is to be deleted
	 */
	down<Network extends string, Used extends string>(
		which: Which<Network, Used>,
		options?: ChangeOptions,
	): Promise<DownReport>;

	/** What `up` would do, step by step. Changes nothing. @throws as `up`, if that can be known beforehand */
	plan<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options?: PlanOptions,
	): Promise<PlanReport>;

	/** What `down` would do, step by step. Changes nothing. @throws as `down`, if that can be known beforehand */
	planDown<Network extends string, Used extends string>(
		which: Which<Network, Used>,
	): Promise<PlanReport>;

	/**
	 * What is ours, and where the host has drifted from what was applied. Without names, `strays` in the report lists
	 * other objects that carry our marks; with `verify`, `exact` tells whether everything is exactly as applied. Changes
	 * nothing.
	 */
	status(taps?: readonly string[], options?: StatusOptions): Promise<StatusReport>;

	/**
	 * A tap for a guest that does not care about its name, from the pool of its network or of the engine, where most of
	 * the work is done already. @throws SpecError; UmlnetError ERR_USAGE if there is no pool
	 */
	take<Network extends string, Used extends string>(
		guest: GuestInput<Network, Used>,
	): Promise<TapReport>;

	/**
	 * Keep the change that waits to be confirmed, whichever process made it.
	 * @throws NotConfirmedError if it is too late, ConflictError if there is nothing to confirm
	 */
	confirm(): Promise<ConfirmReport>;

	/**
	 * Undo or finish what a killed process left unfinished, which every `up` and `down` also does first. Also try again
	 * to undo or give back what could not be before.
	 * @throws RollbackError that names what still cannot be, unless it is given up; with `strays` as `down`
	 */
	recover(options?: RecoverOptions): Promise<RecoverReport>;

	/**
	 * What is wrong with the host, or with the connection of a guest; any tap may be asked about, not only ours. What may
	 * not be read is reported, and everything else is checked nevertheless. Changes nothing.
	 */
	doctor(tap?: string): Promise<DoctorReport>;

	/**
	 * The path of one packet through this host, and of its answer: what stops it, and the command that repairs it.
	 * Changes nothing. @throws AddressError
	 */
	why(query: WhyQuery): Promise<WhyReport>;
}

/**
 * How a provisional transaction stands. `expired`: its time is over and it still has to be rolled back. `orphaned`: the
 * same, but its journal is gone, so nobody can confirm it any more.
 */
export type ConfirmState =
	| "waiting"
	| "expired"
	| "orphaned"
	| "confirmed"
	| "rolledBack"
	| "unknown";

/** Networks whose taps can live as long as a process, if somebody reports when the process has ended. */
export interface BindableNetworks extends Networks {
	/**
	 * Bring up taps that are not up, for as long as a process lives (sys/process.ts). Taps left by a process that has
	 * ended are made anew. @throws ConflictError if a tap of the spec is up and belongs to somebody
	 */
	upFor<Network extends string, Used extends string>(
		process: string,
		spec: SpecInput<Network, Used>,
	): Promise<UpReport>;
	/** Take down everything that is up for this process. */
	downFor(process: string): Promise<DownReport>;
	/** Remove what nobody needs any more; with `dryRun`, only report it. */
	collect(options?: { readonly dryRun?: boolean | undefined }): Promise<CollectReport>;
	/**
	 * A descriptor of a tap, opened as its guest would open it. The caller closes it. For a tap with several queues each
	 * descriptor is another queue. @throws KernelError, ConflictError if it is not the reported tap any more
	 */
	openTap(tap: TapReport): number;
}

/**
 * Networks that roll back nothing by themselves: when the time of a provisional change is over, the next call rolls it
 * back. Whoever makes such a change must make sure that there is one.
 */
export interface ConfirmableNetworks extends Networks {
	/** Roll back this transaction now, if it still waits to be confirmed. @throws RollbackError */
	rollBack(transaction: string): Promise<void>;
	/** How a provisional transaction stands. */
	confirmState(transaction: string): Promise<ConfirmState>;
	/** In how many milliseconds the unfinished transaction of a process is to be undone; undefined if it has none. */
	dueIn(process: string): Promise<number | undefined>;
}
