import type { Host } from "../host/host.js";

// So long after it was confirmed, by whichever process, the caller's process is not kept alive for it any more.
const POLL_MS = 200;

/**
 * Sees to it that a provisional change of this engine is rolled back when nobody confirms it in time. Its methods are
 * called only while the engine does nothing else; `onDue` is called when `check` is to be called.
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

	/** This transaction waits to be confirmed. */
	start(transaction: string): void {
		this.#transaction = transaction;
		this.#checkLater();
	}

	/** Roll it back if its time is over. What cannot be had for that now, as the lock, is tried again. */
	async check(): Promise<void> {
		this.#isDue = false;
		if (this.#transaction === undefined) return;
		try {
			const state = await this.#host.confirmState(this.#transaction);
			if (state !== "waiting") await this.end();
		} catch {
			// Whoever comes next rolls it back, this engine or another process: it is in the journal.
		}
		if (this.#transaction !== undefined) this.#checkLater();
	}

	/** Nobody waits for it any longer: roll it back unless it was confirmed. @throws RollbackError, LockError */
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
