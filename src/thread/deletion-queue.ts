import { Worker } from "node:worker_threads";
import type { PendingDeletes } from "../engine/journal/ledger.js";
import { unpackError } from "../service/errors.js";
import type { DeleterResult } from "./deleter.js";

// Most of the time of a delete the kernel waits for RCU grace periods without its lock (netdev_run_todo,
// net/core/dev.c), so a second thread can use that time.
const DELETERS = 2;
// A delete of fifty links takes as long as a delete of one, and much longer than this wait for more to join.
const BATCH_MS = 1;
const CHECK_MS = 1;

type Resolve = (error: Error | undefined) => void;
interface Batch {
	readonly deletes: readonly PendingDeletes[];
	/** Resolves the promises of these deletes. */
	readonly resolve: readonly Resolve[];
}
interface Deleter {
	readonly thread: Worker;
	batch: Batch | undefined;
}

/**
 * Deletes links on separate threads. Deletes that are requested within a moment, or while all threads are busy, become
 * one batch. A delete counts as done as soon as its links are gone, which is before the system call returns.
 */
export class DeletionQueue {
	readonly #netns: string | undefined;
	/** Whether all links of these transactions, and everything on them, are gone. */
	readonly #areDeleted: (deletes: readonly PendingDeletes[]) => boolean;
	readonly #deleters: Deleter[] = [];
	/** The batches in progress whose promises are not resolved yet. */
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

	/** Resolves when the links are gone, or with the error that kept them from being deleted. Never rejects. */
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

	/** Give everything that waits to an idle thread. If there is none, it waits for the next one. */
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
