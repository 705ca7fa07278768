import { Worker } from "node:worker_threads";
import type { PendingDeletes } from "../engine/journal/journal.js";
import { unpackError } from "../service/errors.js";
import type { Reaped } from "./deleter.js";

// Each sits in a delete for 20 ms and more, of which 15 without the kernel's lock: two take turns.
const REAPERS = 2;
// A twentieth of what deleting takes, and it takes as long for one link as for fifty.
const GATHER_MS = 1;
const LOOK_MS = 1;

interface Lot {
	readonly endings: readonly PendingDeletes[];
	readonly tell: readonly ((error: Error | undefined) => void)[];
}
interface Reaper {
	readonly thread: Worker;
	lot: Lot | undefined;
}

/**
 * Deletes links on threads of their own. What comes within a moment, or while all threads are at work, goes as
 * one. A transaction has ended as soon as its links are seen to be gone.
 */
export class Deletion {
	readonly #netns: string | undefined;
	/** Whether all links of these transactions, and all that was on them, have gone. */
	readonly #areGone: (endings: readonly PendingDeletes[]) => boolean;
	readonly #reapers: Reaper[] = [];
	/** Those whose end nobody has seen yet. */
	readonly #unseen = new Set<Lot>();
	#waiting: { ending: PendingDeletes; tell: (error: Error | undefined) => void }[] = [];
	#timer: NodeJS.Timeout | undefined;
	#looking: NodeJS.Timeout | undefined;

	constructor(netns: string | undefined, areGone: (endings: readonly PendingDeletes[]) => boolean) {
		this.#netns = netns;
		this.#areGone = areGone;
	}

	/** Resolves when the links have gone, or with why they have not. Never rejects. */
	end(ending: PendingDeletes): Promise<Error | undefined> {
		return new Promise((tell) => {
			this.#waiting.push({ ending, tell });
			this.#timer ??= setTimeout(() => this.#begin(), GATHER_MS);
		});
	}

	/** See what has gone meanwhile. */
	look(): void {
		for (const lot of this.#unseen) if (this.#areGone(lot.endings)) this.#tell(lot, []);
	}

	/** Resolves when the threads have gone. */
	async close(): Promise<void> {
		await Promise.all(this.#reapers.map(({ thread }) => thread.terminate()));
	}

	#begin(): void {
		this.#timer = undefined;
		if (this.#waiting.length === 0) return;
		const idle = this.#reapers.find(({ lot }) => lot === undefined);
		const reaper = idle ?? (this.#reapers.length < REAPERS ? this.#start() : undefined);
		if (reaper === undefined) return;
		const endings = this.#waiting.map(({ ending }) => ending);
		const lot = { endings, tell: this.#waiting.map(({ tell }) => tell) };
		this.#waiting = [];
		reaper.lot = lot;
		this.#unseen.add(lot);
		reaper.thread.postMessage(endings);
		this.#looking ??= setInterval(() => this.look(), LOOK_MS);
	}

	#start(): Reaper {
		const thread = new Worker(new URL("./deleter.js", import.meta.url), {
			workerData: { netns: this.#netns },
		});
		const reaper: Reaper = { thread, lot: undefined };
		thread.on("message", (reaped: Reaped) => this.#done(reaper, reaped));
		const lost = (error: Error): void => {
			this.#reapers.splice(this.#reapers.indexOf(reaper), 1);
			this.#done(reaper, undefined, error);
		};
		thread.once("error", lost);
		thread.unref();
		this.#reapers.push(reaper);
		return reaper;
	}

	/** A thread has come back, or broken down. */
	#done(reaper: Reaper, reaped: Reaped | undefined, lost?: Error): void {
		const { lot } = reaper;
		reaper.lot = undefined;
		if (lot !== undefined)
			this.#tell(
				lot,
				reaped?.map((error) => error && unpackError(error)) ?? lot.endings.map(() => lost),
			);
		this.#begin();
	}

	#tell(lot: Lot, errors: readonly (Error | undefined)[]): void {
		if (!this.#unseen.delete(lot)) return;
		for (const [i, tell] of lot.tell.entries()) tell(errors[i]);
		if (this.#unseen.size > 0) return;
		clearInterval(this.#looking);
		this.#looking = undefined;
	}
}
