import { closeSync, fstatSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { monotonic } from "../../sys/clock.js";
import { tryLock, unlock } from "../../sys/file.js";
import { LockError } from "../error.js";
import type { StateDirectory } from "./directory.js";

// About as long as the shortest transaction takes.
const RETRY_MS = 1;

/**
 * The lock of a namespace, fair among processes. It is two locks: a process that waits for the lock holds the
 * turnstile meanwhile, so that one which has just released the lock and wants it again comes after it. The kernel
 * releases both when a process is killed.
 */
export class HostLock {
	readonly #directory: StateDirectory;
	#turnstile: number | undefined;
	#lock: number | undefined;

	constructor(directory: StateDirectory) {
		this.#directory = directory;
	}

	/** @throws LockError when it could not be had within so many milliseconds */
	async acquire(milliseconds: number): Promise<void> {
		const deadline = monotonic() + milliseconds;
		for (;;) {
			this.#turnstile ??= this.#directory.openFile("turn", true);
			await this.#take(this.#turnstile, deadline);
			try {
				this.#lock ??= this.#directory.openFile("lock", true);
				await this.#take(this.#lock, deadline);
			} finally {
				if (this.#turnstile !== undefined) unlock(this.#turnstile);
			}
			if (this.#isCurrent(this.#lock)) return;
			// The last tap of the host went down meanwhile, and the directory was removed: wait for the lock of the new one.
			this.close();
		}
	}

	/** Take the lock only if nobody has it and nobody waits. */
	tryAcquire(): boolean {
		// Somebody removed the directory: the lock is another by now.
		if (this.#lock !== undefined && !this.#isCurrent(this.#lock)) this.close();
		this.#turnstile ??= this.#directory.openFile("turn", true);
		if (!tryLock(this.#turnstile)) return false;
		this.#lock ??= this.#directory.openFile("lock", true);
		const taken = tryLock(this.#lock);
		unlock(this.#turnstile);
		return taken && this.#isCurrent(this.#lock);
	}

	release(): void {
		if (this.#lock !== undefined) unlock(this.#lock);
	}

	close(): void {
		for (const fd of [this.#lock, this.#turnstile]) if (fd !== undefined) closeSync(fd);
		this.#lock = undefined;
		this.#turnstile = undefined;
	}

	/**
	 * Polled rather than waited for in flock(2): a thread that sleeps there cannot be interrupted when its time is up,
	 * and keeps the process from ending.
	 */
	async #take(fd: number, deadline: number): Promise<void> {
		while (!tryLock(fd)) {
			if (deadline <= monotonic())
				throw new LockError("another umlnet-nl holds the lock of this network namespace", {
					hint: `wait for it, or allow more time with --timeout; holders: fuser ${this.#directory.path}/lock`,
				});
			await setTimeout(RETRY_MS);
		}
	}

	/** Whether the file still has its name: other processes could not find the lock of a file that was removed. */
	#isCurrent(fd: number): boolean {
		return fstatSync(fd).nlink > 0;
	}
}
