/** The composition root: one host, one network namespace, the engine with its kinds over the real kernel. */
import { Engine, type RequestOutcome } from "../engine/engine.js";
import { commitGroup, type GroupOutcome, type GroupRequest } from "../engine/group.js";
import { StateDirectory } from "../engine/journal/directory.js";
import { Journal, linksOf, type PendingDeletes } from "../engine/journal/journal.js";
import { HostLock } from "../engine/journal/lock.js";
import type {
	ConfirmReport,
	DownReport,
	PlanReport,
	RecoverReport,
	StatusReport,
	UpReport,
} from "../engine/report.js";
import type { Kernel } from "../kernel/kernel.js";
import { LinuxKernel } from "../kernel/linux.js";
import { readFlags, readIndex, readLinks } from "../kernel/read.js";
import { kinds, wantedTaps } from "../kinds/index.js";
import { missingUplink } from "../kinds/uplink.js";
import type {
	ConfirmableNetworks,
	ConfirmState,
	DownOptions,
	PlanOptions,
	StatusOptions,
	UpOptions,
	Which,
} from "../service/networks.js";
import type { Spec } from "../spec/model.js";
import { monotonic, sinceBoot } from "../sys/clock.js";
import { enterNamespace } from "../sys/namespace.js";
import { isAlive, processId, threadId } from "../sys/process.js";
import { IFF_LOWER_UP } from "../uapi/if.js";

export const DEFAULT_STATE_DIR = "/run/umlnet-nl";
const DEFAULT_TIMEOUT = 30_000;
// Looking for dead processes' pools reads all taps there are: not on the way of every guest.
const SWEEP_MS = 1_000;

export interface HostOptions {
	/** A network namespace by name or path; the calling thread moves there for good. Default: where it is. */
	readonly netns?: string | undefined;
	/** Where the journal is kept. Default: UMLNET_STATE_DIR, else /run/umlnet-nl. */
	readonly stateDir?: string | undefined;
	/** How long to wait for the lock, in milliseconds. */
	readonly timeout?: number | undefined;
}

/** Names this thread: each has its own transactions, and its own view of which are done. */
const owner = `${processId()}-${threadId()}`;

/** How a group ended, and what is left to do of its transactions. */
export interface Committed {
	readonly outcomes: ReadonlyMap<number, GroupOutcome>;
	readonly leaving: readonly PendingDeletes[];
}

/** A host in one network namespace. Every call takes the lock, and first ends what a killed process left. */
export class Host implements ConfirmableNetworks {
	readonly #kernel: Kernel;
	readonly #directory: StateDirectory;
	readonly #lock: HostLock;
	readonly #journal: Journal;
	readonly #engine: Engine;
	readonly #timeout: number;
	/** What of ours somebody else is deleting, and what they have deleted. */
	readonly #leaving = new Set<string>();
	readonly #gone = new Set<string>();
	#swept = Number.NEGATIVE_INFINITY;

	/** Enter the namespace on this thread. @throws KernelError, UmlnetError */
	static open(options: HostOptions = {}): Host {
		if (options.netns !== undefined) enterNamespace(options.netns);
		return new Host(new LinuxKernel(), options);
	}

	constructor(kernel: Kernel, options: HostOptions = {}) {
		// A variable that is empty is as good as none.
		const stateDir = options.stateDir ?? (process.env.UMLNET_STATE_DIR || DEFAULT_STATE_DIR);
		this.#kernel = kernel;
		this.#directory = new StateDirectory(stateDir, kernel.identity);
		this.#lock = new HostLock(this.#directory);
		this.#journal = new Journal(this.#directory);
		this.#engine = new Engine(kernel, this.#journal, kinds, readLinkIndex, {
			owner,
			isAbandoned: (transaction) => this.#isAbandoned(transaction),
			now: sinceBoot,
		});
		this.#timeout = options.timeout ?? DEFAULT_TIMEOUT;
	}

	/**
	 * Bring up all taps of the spec, or none. With `confirmWithin`, in milliseconds, it is rolled back by whoever
	 * comes after that, unless `confirm` came first; that somebody comes is the caller's to see to.
	 */
	up(spec: Spec, options: UpOptions = {}): Promise<UpReport> {
		return this.#locked(() => {
			const requests = [{ id: 0, taps: wantedTaps(spec) }];
			const report = only(this.#engine.up(requests, options.confirmWithin));
			if (options.prune !== true) return report;
			const pruned = only(this.#engine.down([{ id: 0, taps: this.#others(spec) }]));
			return {
				...report,
				changed: report.changed || pruned.changed,
				steps: [...report.steps, ...pruned.steps],
			};
		});
	}

	/** Take down taps, all or none; what is not up is passed over. `confirmWithin` as for `up`. */
	down(which: Which, options: DownOptions = {}): Promise<DownReport> {
		return this.#locked(() => {
			const requests = [{ id: 0, taps: this.#names(which) }];
			return only(this.#engine.down(requests, false, options.confirmWithin));
		});
	}

	/** Keep what waits to be confirmed. @throws NotConfirmedError when it comes too late, ConflictError when there is nothing */
	confirm(): Promise<ConfirmReport> {
		return this.#locked(() => this.#engine.confirm(), false);
	}

	/** Roll back what waits to be confirmed, now, if it is this transaction. @throws RollbackError */
	async rollBack(transaction: string): Promise<void> {
		await this.#locked(() => this.#engine.rollBack(transaction), false);
	}

	/** How a provisional transaction stands. */
	async confirmState(transaction: string): Promise<ConfirmState> {
		return this.#reading(() => {
			const { unfinished, confirmOutcome } = this.#journal;
			if (unfinished?.transaction === transaction)
				return this.#engine.provisional === undefined ? "expired" : "waiting";
			if (confirmOutcome?.transaction !== transaction) return "unknown";
			return confirmOutcome.confirmed ? "confirmed" : "rolledBack";
		});
	}

	/** When what a process has not brought to its end is to be undone, in milliseconds from now; undefined if nothing is. */
	async dueIn(process: string): Promise<number | undefined> {
		return this.#reading(() => {
			const { unfinished } = this.#journal;
			if (!unfinished?.transaction.startsWith(`${process}-`)) return undefined;
			const { provisional } = unfinished;
			return provisional === undefined ? 0 : provisional.deadline - sinceBoot();
		});
	}

	/**
	 * Many requests in as few transactions as their order allows, each with an outcome of its own. Links are not
	 * deleted yet: that takes ~23 ms, most of it without any lock of the kernel's. The caller has the steps of
	 * `leaving` done on another thread, and says so by `left`. `requests` is asked once the lock is ours.
	 */
	commit(requests: () => readonly GroupRequest[]): Promise<Committed> {
		return this.#locked(() => {
			const { pendingDeletes } = this.#journal;
			const before = new Set(pendingDeletes.keys());
			const outcomes = commitGroup(this.#engine, requests(), true);
			const leaving = [...pendingDeletes.values()].filter(
				({ transaction }) => !before.has(transaction),
			);
			for (const { transaction } of leaving) this.#leaving.add(transaction);
			return { outcomes, leaving };
		});
	}

	/** Whether the links of these have gone, with all that was on them. Waits for nobody unless they have. */
	areGone(endings: readonly PendingDeletes[]): boolean {
		const links = endings.flatMap(linksOf);
		if (links.some(({ index }) => this.#kernel.linkName(index) !== undefined)) return false;
		// They are out of the list first; what was on them goes before the lock is free, which this waits for.
		readLinks(
			this.#kernel,
			links.slice(-1).map(({ index }) => index),
		);
		return true;
	}

	/** What was `leaving` is done, or given up by who tried; the next transaction writes it down. */
	left(transaction: string, done: boolean): void {
		this.#leaving.delete(transaction);
		if (done) this.#gone.add(transaction);
	}

	/** Write down what has `left`, if nothing else did it since. */
	async settle(): Promise<void> {
		if (this.#gone.size > 0) await this.#locked(() => {});
	}

	/** Which of these taps of ours a guest still holds open: such a one must not go to the next guest. */
	heldOpen(taps: readonly string[]): ReadonlySet<string> {
		const { state } = this.#journal;
		const indexes = taps.map((name) => state.taps.get(name)?.report.index ?? 0);
		const flags = readFlags(this.#kernel, indexes);
		return new Set(taps.filter((_, i) => ((flags[i] ?? 0) & IFF_LOWER_UP) !== 0));
	}

	/** What `up` would do. Changes nothing. */
	plan(spec: Spec, options: PlanOptions = {}): Promise<PlanReport> {
		return this.#reading(() => {
			const { steps } = this.#engine.planUp([{ id: 0, taps: wantedTaps(spec) }]);
			if (options.prune !== true) return { steps };
			return { steps: [...steps, ...this.#engine.planDown(this.#others(spec)).steps] };
		});
	}

	/** What `down` would do. Changes nothing. */
	planDown(which: Which): Promise<PlanReport> {
		return this.#reading(() => this.#engine.planDown(this.#names(which)));
	}

	/** What exists that is ours, and where it drifted; with `verify` whether it is exactly as applied. */
	status(taps?: readonly string[], options: StatusOptions = {}): Promise<StatusReport> {
		return this.#reading(() => this.#engine.status(taps, options));
	}

	/** Finish or undo what a killed process left half done. */
	recover(): Promise<RecoverReport> {
		return this.#locked(() => {
			const report = this.#engine.recover();
			this.#swept = Number.NEGATIVE_INFINITY;
			this.#sweep();
			return report;
		}, false);
	}

	/**
	 * Let go of everything; where nothing of ours is left, of the state directory too.
	 * @throws what keeps it from that: all that was asked for is done all the same, and everything let go of
	 */
	close(): void {
		try {
			this.#tidy();
		} finally {
			this.#journal.close();
			this.#lock.close();
			this.#directory.close();
			this.#kernel.close();
		}
	}

	#tidy(): void {
		if (!this.#directory.isThere() || !this.#lock.tryAcquire()) return;
		this.#journal.refresh();
		if (this.#journal.isEmpty) this.#directory.remove();
		this.#lock.release();
	}

	async #locked<T>(body: () => T, recover = true): Promise<T> {
		await this.#lock.acquire(this.#timeout);
		try {
			this.#journal.refresh();
			this.#writeGone();
			if (recover && this.#engine.unfinished !== undefined) this.#engine.recover();
			if (recover) this.#sweep();
			return body();
		} finally {
			this.#lock.release();
		}
	}

	#writeGone(): void {
		for (const transaction of this.#gone)
			if (this.#journal.pendingDeletes.has(transaction)) this.#journal.end(transaction);
		this.#gone.clear();
	}

	/** Whether nobody is about to finish a transaction: its process has died, or it is ours and was given up. */
	#isAbandoned(transaction: string): boolean {
		if (transaction.startsWith(`${owner}-`)) return !this.#leaving.has(transaction);
		return !isAlive(transaction);
	}

	/** Parked taps of a process that has died serve nobody: they go as one group. */
	#sweep(): void {
		const now = monotonic();
		if (now - this.#swept < SWEEP_MS) return;
		this.#swept = now;
		const orphans = [...this.#journal.state.taps.values()]
			.map(({ report }) => report)
			.filter(({ mode, pool }) => mode === "parked" && pool !== undefined && !isAlive(pool));
		if (orphans.length > 0) this.#engine.down([{ id: 0, taps: orphans.map(({ name }) => name) }]);
	}

	/** Under the lock as well, so that no transaction is seen half done; but nothing is created for it. */
	async #reading<T>(body: () => T): Promise<T> {
		if (!this.#directory.isThere()) {
			this.#journal.refresh();
			return body();
		}
		return this.#locked(body, false);
	}

	#names(which: Which): readonly string[] {
		if ("taps" in which) return which.taps;
		if ("spec" in which) return Object.keys(which.spec.taps);
		return [...this.#journal.state.taps.keys()];
	}

	/** What is ours and not in the spec; a running process's pool is its own affair. */
	#others(spec: Spec): string[] {
		return [...this.#journal.state.taps.values()]
			.map(({ report }) => report)
			.filter(({ name, pool }) => pool === undefined && !Object.hasOwn(spec.taps, name))
			.map(({ name }) => name);
	}
}

function readLinkIndex(kernel: Kernel, name: string): number {
	const index = readIndex(kernel, name);
	if (index === undefined) throw missingUplink(name);
	return index;
}

function only<R>(outcomes: ReadonlyMap<number, RequestOutcome<R>>): R {
	const outcome = outcomes.get(0) as RequestOutcome<R>;
	if ("error" in outcome) throw outcome.error;
	return outcome.report;
}
