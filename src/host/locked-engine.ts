import { Engine } from "../engine/engine.js";
import { RollbackError } from "../engine/error.js";
import { StateDirectory } from "../engine/journal/directory.js";
import { Journal } from "../engine/journal/journal.js";
import { HostLock } from "../engine/journal/lock.js";
import { placeOf } from "../engine/journal/place.js";
import type { RecoverReport } from "../engine/report.js";
import type { State } from "../engine/state.js";
import type { Kernel } from "../kernel/kernel.js";
import { readIndex } from "../kernel/read.js";
import { whoseLink } from "../kinds/elsewhere.js";
import { forbiddenFlows } from "../kinds/forbidden-flows.js";
import { kinds } from "../kinds/index.js";
import { flawOf } from "../kinds/permitted.js";
import { batchOf } from "../kinds/table.js";
import { missingUplink } from "../kinds/uplink.js";
import type { RecoverOptions } from "../service/networks.js";
import { monotonic, sinceBoot } from "../sys/clock.js";
import { UmlnetError } from "../sys/error.js";
import { isAlive, processId, threadId } from "../sys/process.js";
import { DeferredDeletes } from "./deferred-deletes.js";

// Finding the pools of dead processes means looking at all taps, which is too much to do for every guest.
const SWEEP_MS = 1_000;

/** The network namespace of this thread, as a file that all processes in it share. */
const NAMESPACE = "/proc/thread-self/ns/net";

/** Identifies this thread in the names of its transactions, of which it finishes only one at a time. */
const owner = `${processId()}-${threadId()}`;

/** The engine of one namespace with its journal. It can only be used while the lock of both is held. */
export class LockedEngine {
	readonly kernel: Kernel;
	readonly journal: Journal;
	readonly engine: Engine;
	readonly deletes = new DeferredDeletes();
	/** The name of the state directory in the marks. */
	readonly place: string;
	/** Where the journal is kept. */
	readonly stateDir: string;
	readonly #directory: StateDirectory;
	readonly #lock: HostLock;
	readonly #timeout: number;
	#sweptAt = Number.NEGATIVE_INFINITY;

	/** `timeout` is how long to wait for the lock, in milliseconds. */
	constructor(kernel: Kernel, stateDir: string, timeout: number) {
		this.kernel = kernel;
		this.stateDir = stateDir;
		this.#directory = new StateDirectory(stateDir, kernel.identity);
		this.#lock = new HostLock(this.#directory, NAMESPACE);
		const place = placeOf(stateDir);
		this.place = place;
		this.#timeout = timeout;
		this.journal = new Journal(this.#directory, flawOf, batchOf);
		this.engine = new Engine(kernel, this.journal, kinds, readLinkIndex, {
			owner,
			isAbandoned: (transaction) => this.#isAbandoned(transaction),
			now: sinceBoot,
			place,
			forbids: forbiddenFlows,
			whose: (link) => whoseLink(kernel, link, place),
		});
	}

	/**
	 * Run something while the lock is held and the journal is up to date. Unless `recover` is false, whatever a killed
	 * process left unfinished is undone or finished first. @throws LockError
	 */
	async run<T>(body: () => T, recover = true): Promise<T> {
		await this.#lock.acquire(this.#timeout);
		try {
			this.journal.refresh(this.#stands);
			this.deletes.record(this.journal);
			if (recover && this.engine.isInterrupted) this.engine.resume();
			if (recover) this.#trySweep();
			return body();
		} finally {
			this.#lock.release();
		}
	}

	/** Run something that changes nothing. It takes the lock, too, but creates no state directory for that. */
	async read<T>(body: () => T): Promise<T> {
		if (!this.#knowsMore()) {
			this.journal.refresh();
			return body();
		}
		return this.run(body, false);
	}

	/** Whether there is a state directory, or should be one because somebody removed it although it was not empty. */
	#knowsMore(): boolean {
		if (this.#directory.isThere()) return true;
		this.journal.readReplaced();
		return !this.journal.isEmpty;
	}

	/** Whether this process may read the journal. */
	get isReadable(): boolean {
		return this.#directory.isReadable();
	}

	/** Whether any tap of a state still exists. If not, somebody removed them all without this journal. */
	#stands = ({ taps }: State): boolean =>
		[...taps.values()].some(({ report }) => this.kernel.linkName(report.index) !== undefined);

	/** Undo or finish what a killed process left unfinished. @throws RollbackError */
	recover({ strays = false, giveUp }: RecoverOptions): Promise<RecoverReport> {
		return this.run(() => {
			const report = giveUp === undefined ? this.engine.recover() : this.#giveUp(giveUp);
			this.#sweptAt = Number.NEGATIVE_INFINITY;
			this.#sweep();
			if (!strays) return report;
			const { steps, residual, ...removed } = this.engine.removeStrays();
			return {
				...report,
				...removed,
				steps: [...report.steps, ...steps],
				residual: [...report.residual, ...residual],
			};
		}, false);
	}

	/** Recover what can be recovered, and forget the rest. */
	#giveUp(names: readonly string[]): RecoverReport {
		let report: RecoverReport = { outcome: "nothing", steps: [], residual: [] };
		try {
			report = this.engine.recover();
		} catch (error) {
			if (!(error instanceof RollbackError)) throw error;
		}
		return { ...report, givenUp: this.engine.giveUp(names) };
	}

	/**
	 * Close everything, and remove the state directory if nothing is ours any more.
	 * @throws what kept it from doing so; everything is closed nevertheless
	 */
	close(): void {
		try {
			this.#removeIfEmpty();
		} finally {
			this.journal.close();
			this.#lock.close();
			this.#directory.close();
			this.kernel.close();
		}
	}

	#removeIfEmpty(): void {
		if (!this.isReadable || !this.#knowsMore() || !this.#lock.tryAcquire()) return;
		this.journal.refresh(this.#stands);
		if (this.journal.isEmpty) this.#directory.remove();
		this.#lock.release();
	}

	/** Whether nobody is going to finish a transaction: its process has died, or this thread has given it up. */
	#isAbandoned(transaction: string): boolean {
		if (transaction.startsWith(`${owner}-`)) return !this.deletes.isDeleting(transaction);
		return !isAlive(transaction);
	}

	/** A request must not fail because of what dead processes left, which is tried again later. */
	#trySweep(): void {
		try {
			this.#sweep();
		} catch (error) {
			if (!(error instanceof UmlnetError)) throw error;
		}
	}

	/** Take down the idle taps in pools of processes that have died: nobody will ever use them. */
	#sweep(): void {
		const now = monotonic();
		if (now - this.#sweptAt < SWEEP_MS) return;
		this.#sweptAt = now;
		const orphans = [...this.journal.state.taps.values()]
			.map(({ report }) => report)
			.filter(({ mode, pool }) => mode === "parked" && pool !== undefined && !isAlive(pool));
		if (orphans.length > 0) this.engine.down([{ id: 0, taps: orphans.map(({ name }) => name) }]);
	}
}

/** The index of a link of the host. @throws SpecError if there is none */
function readLinkIndex(kernel: Kernel, name: string): number {
	const index = readIndex(kernel, name);
	if (index === undefined) throw missingUplink(name);
	return index;
}
