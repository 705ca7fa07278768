import type { Host } from "../host/host.js";

// How long the caller's process stays alive, at most, after another process has confirmed the change.
const POLL_MS = 200;

/**
 * Makes sure that a provisional change of this engine is rolled back if nobody confirms it in time. Call its methods
 * only while the engine does nothing else. It calls `onDue` when `check` should be called.
 */
export class ProvisionalWatch {
	readonly #host: Host;
	readonly #onDue: () => void;
	#transaction: string | undefined;
	#isDue = false;

	constructor(host: Host, onDue: () => void) {
		this.#host = host;
		this.#onDue = onDue;
	}

	get isDue(): boolean {
		return this.#isDue;
	}

	/** Whether a change waits to be confirmed. */
	get isWaiting(): boolean {
		return this.#transaction !== undefined;
	}

	/** Watch this transaction, which waits to be confirmed. */
	start(transaction: string): void {
		this.#transaction = transaction;
		this.#checkLater();
	}

	/**
	 * Roll the change back if its time is over. If that is impossible now, because another process holds the lock, it is
	 * tried again later.
	 */
	async check(): Promise<void> {
		this.#isDue = false;
		if (this.#transaction === undefined) return;
		try {
			const state = await this.#host.confirmState(this.#transaction);
			if (state !== "waiting") await this.end();
		} catch {
			// The change is in the journal, so whoever comes next rolls it back, this engine or another process.
		}
		if (this.#transaction !== undefined) this.#checkLater();
	}

	/** Stop watching: roll the change back, unless it was confirmed. @throws RollbackError, LockError */
	async end(): Promise<void> {
		const transaction = this.#transaction;
		if (transaction === undefined) return;
		await this.#host.rollBack(transaction);
		this.#transaction = undefined;
	}

	#checkLater(): void {
		setTimeout(() => {
			this.#isDue = true;
			this.#onDue();
		}, POLL_MS);
	}
}
