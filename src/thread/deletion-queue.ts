import { Worker } from "node:worker_threads";
import type { PendingDeletes } from "../engine/journal/ledger.js";
import { unpackError } from "../service/errors.js";
import type { DeleterResult } from "./deleter.js";

// For most of a delete the kernel waits for RCU grace periods without its lock (netdev_run_todo, net/core/dev.c), so
// a second thread can use that time.
const DELETERS = 2;
// Deleting fifty links takes as long as deleting one, and many times as long as this wait for others to join.
const BATCH_MS = 1;
const CHECK_MS = 1;

type Resolve = (error: Error | undefined) => void;
interface Batch {
	readonly deletes: readonly PendingDeletes[];
	/** Of the promise for each of them. */
	readonly resolve: readonly Resolve[];
}
interface Deleter {
	readonly thread: Worker;
	batch: Batch | undefined;
}

/**
 * Deletes links on threads of their own. Deletes that arrive within a moment, or while all threads are busy, go as
 * one batch. A delete is done as soon as its links are seen to be gone, which is before the kernel returns from it.
 */
export class DeletionQueue {
	readonly #netns: string | undefined;
	/** Whether all links of these transactions are gone, and all that was on them. */
	readonly #areDeleted: (deletes: readonly PendingDeletes[]) => boolean;
	readonly #deleters: Deleter[] = [];
	/** Batches at work whose promises are not resolved yet. */
	readonly #unresolved = new Set<Batch>();
	#waiting: { readonly pending: PendingDeletes; readonly resolve: Resolve }[] = [];
	#batchTimer: NodeJS.Timeout | undefined;
	#checkTimer: NodeJS.Timeout | undefined;

	constructor(
		netns: string | undefined,
		areDeleted: (deletes: readonly PendingDeletes[]) => boolean,
	) {
		this.#netns = netns;
		this.#areDeleted = areDeleted;
	}

	/** Resolves when the links are gone, or with the reason why they are not. Never rejects. */
	delete(pending: PendingDeletes): Promise<Error | undefined> {
		return new Promise((resolve) => {
			this.#waiting.push({ pending, resolve });
			this.#batchTimer ??= setTimeout(() => this.#startBatch(), BATCH_MS);
		});
	}

	/** Resolve the deletes whose links are gone by now. */
	check(): void {
		for (const batch of this.#unresolved)
			if (this.#areDeleted(batch.deletes)) this.#resolve(batch, []);
	}

	/** Resolves when the threads have ended. */
	async close(): Promise<void> {
		await Promise.all(this.#deleters.map(({ thread }) => thread.terminate()));
	}

	/** Give all that waits to an idle thread; without one it waits until a thread is done. */
	#startBatch(): void {
		this.#batchTimer = undefined;
		if (this.#waiting.length === 0) return;
		const idle = this.#deleters.find(({ batch }) => batch === undefined);
		const deleter = idle ?? (this.#deleters.length < DELETERS ? this.#startDeleter() : undefined);
		if (deleter === undefined) return;
		const deletes = this.#waiting.map(({ pending }) => pending);
		const batch = { deletes, resolve: this.#waiting.map(({ resolve }) => resolve) };
		this.#waiting = [];
		deleter.batch = batch;
		this.#unresolved.add(batch);
		deleter.thread.postMessage(deletes);
		this.#checkTimer ??= setInterval(() => this.check(), CHECK_MS);
	}

	#startDeleter(): Deleter {
		const thread = new Worker(new URL("./deleter.js", import.meta.url), {
			workerData: { netns: this.#netns },
		});
		const deleter: Deleter = { thread, batch: undefined };
		thread.on("message", (result: DeleterResult) =>
			this.#finishBatch(
				deleter,
				result.map((error) => error && unpackError(error)),
			),
		);
		thread.once("error", (error) => {
			this.#deleters.splice(this.#deleters.indexOf(deleter), 1);
			this.#finishBatch(deleter, deleter.batch?.deletes.map(() => error) ?? []);
		});
		thread.unref();
		this.#deleters.push(deleter);
		return deleter;
	}

	#finishBatch(deleter: Deleter, errors: readonly (Error | undefined)[]): void {
		const { batch } = deleter;
		deleter.batch = undefined;
		if (batch !== undefined) this.#resolve(batch, errors);
		this.#startBatch();
	}

	#resolve(batch: Batch, errors: readonly (Error | undefined)[]): void {
		if (!this.#unresolved.delete(batch)) return;
		for (const [i, resolve] of batch.resolve.entries()) resolve(errors[i]);
		if (this.#unresolved.size > 0) return;
		clearInterval(this.#checkTimer);
		this.#checkTimer = undefined;
	}
}
