import { closeSync, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { monotonic } from "../../sys/clock.js";
import { tryLock, unlock } from "../../sys/file.js";
import { LockError } from "../error.js";
import type { StateDirectory } from "./directory.js";

// About as long as a short transaction takes.
const RETRY_MS = 1;

/**
 * The lock of a namespace, which is fair among processes. It consists of two locks: a process that waits for the lock
 * holds the turnstile, so a process that has just released the lock and wants it again has to queue. A third lock, on
 * the file of the namespace itself, excludes processes that use another state directory. The kernel releases all of
 * them when a process is killed.
 */
export class HostLock {
	readonly #directory: StateDirectory;
	#turnstile: number | undefined;
	#lock: number | undefined;
	readonly #namespace: string | undefined;
	#namespaceLock: number | undefined;

	/** `namespace` is the file of the network namespace, for which others may use another state directory. */
	constructor(directory: StateDirectory, namespace?: string) {
		this.#directory = directory;
		this.#namespace = namespace;
	}

	/** @throws LockError if it could not be acquired within so many milliseconds */
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
			if (this.#isCurrent(this.#lock)) {
				await this.#takeNamespace(deadline);
				return;
			}
			// The last tap of the host went down in the meantime and the directory was removed, so wait for the lock of the
			// new one.
			this.close();
		}
	}

	/** Take the lock only if nobody has it and nobody waits for it. */
	tryAcquire(): boolean {
		// Somebody has removed the directory, so the lock is another file by now.
		if (this.#lock !== undefined && !this.#isCurrent(this.#lock)) this.close();
		this.#turnstile ??= this.#directory.openFile("turn", true);
		if (!tryLock(this.#turnstile)) return false;
		this.#lock ??= this.#directory.openFile("lock", true);
		const taken = tryLock(this.#lock);
		unlock(this.#turnstile);
		return taken && this.#isCurrent(this.#lock);
	}

	release(): void {
		for (const fd of [this.#namespaceLock, this.#lock]) if (fd !== undefined) unlock(fd);
	}

	close(): void {
		const all = [this.#namespaceLock, this.#lock, this.#turnstile];
		for (const fd of all) if (fd !== undefined) closeSync(fd);
		this.#namespaceLock = undefined;
		this.#lock = undefined;
		this.#turnstile = undefined;
	}

	/**
	 * Polls instead of waiting in flock(2): a thread that sleeps there cannot be interrupted when its time is up, and
	 * keeps the process from ending.
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

	/**
	 * Everybody in the namespace can open its file and lock it, so only holders that could also change the network are
	 * waited for.
	 */
	async #takeNamespace(deadline: number): Promise<void> {
		if (this.#namespace === undefined) return;
		this.#namespaceLock ??= openSync(this.#namespace, "r");
		try {
			while (!tryLock(this.#namespaceLock)) {
				if (!isHeldByPeer(this.#namespaceLock)) return;
				if (deadline <= monotonic())
					throw new LockError(
						"another umlnet-nl, with another state directory, is at work in this network namespace",
						{ hint: "wait for it, or allow more time with --timeout; holders: lslocks" },
					);
				await setTimeout(RETRY_MS);
			}
		} catch (error) {
			if (this.#lock !== undefined) unlock(this.#lock);
			throw error;
		}
	}

	/** Whether the file still has its name: other processes could not find the lock of a file that was removed. */
	#isCurrent(fd: number): boolean {
		return fstatSync(fd).nlink > 0;
	}
}

/**
 * Whether the holder of a lock may be a process of umlnet-nl: it is root's or of our own user. If it cannot be seen, as
 * in another PID namespace, it may be.
 */
function isHeldByPeer(fd: number): boolean {
	const { ino } = fstatSync(fd);
	const lines = readFileSync("/proc/locks", "latin1").split("\n");
	const holders = lines.flatMap((line) => {
		const [, pid] = new RegExp(`^\\d+: FLOCK .* (\\d+) \\S+:${ino} `).exec(line) ?? [];
		return pid === undefined ? [] : [pid];
	});
	return holders.every((pid) => {
		try {
			const { uid } = statSync(`/proc/${pid}`);
			return uid === 0 || uid === process.geteuid?.();
		} catch {
			return true;
		}
	});
}
