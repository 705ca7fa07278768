import type { PendingDeletes } from "../engine/journal/ledger.js";
import type { Host } from "../host/host.js";
import { packError } from "../service/errors.js";
import type { DeletionQueue } from "./deletion-queue.js";
import type { Response } from "./messages.js";

/** Transactions that are committed, but whose links other threads are still deleting. */
export class BackgroundDeletes {
	readonly #host: Host;
	readonly #deletions: DeletionQueue;
	readonly #respond: (responses: readonly Response[]) => void;
	readonly #onDeleted: () => void;
	readonly #running = new Set<Promise<void>>();

	/** `onDeleted` is called after each transaction, when its responses have been sent. */
	constructor(
		host: Host,
		deletions: DeletionQueue,
		respond: (responses: readonly Response[]) => void,
		onDeleted: () => void,
	) {
		this.#host = host;
		this.#deletions = deletions;
		this.#respond = respond;
		this.#onDeleted = onDeleted;
	}

	get isEmpty(): boolean {
		return this.#running.size === 0;
	}

	/** Let other threads delete the links, and send the responses of those who wait for it when that is done. */
	deleteLater(deletes: readonly PendingDeletes[], responses: readonly Response[]): void {
		const running = this.#delete(deletes, responses).then(() => {
			this.#running.delete(running);
			this.#onDeleted();
		});
		this.#running.add(running);
	}

	/** Notice which links have been deleted by now. Their responses follow in later turns of the event loop. */
	check(): void {
		this.#deletions.check();
	}

	/** Resolves when everything is deleted and the threads have ended. */
	async close(): Promise<void> {
		await Promise.all(this.#running);
		await this.#deletions.close();
	}

	async #delete(deletes: readonly PendingDeletes[], responses: readonly Response[]): Promise<void> {
		const errors = await Promise.all(
			deletes.map(async (pending) => {
				const error = await this.#deletions.delete(pending);
				this.#host.deleteEnded(pending.transaction, error === undefined);
				return error;
			}),
		);
		const error = errors.find((one) => one !== undefined);
		this.#respond(error ? responses.map(({ id }) => ({ id, error: packError(error) })) : responses);
	}
}
