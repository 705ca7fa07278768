import { closeSync, fstatSync, mkdirSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { tryLock, unlock, lock as waitForLock } from "../sys/file.js";
import { LockError } from "./error.js";

/**
 * The lock of a namespace, fair among processes. Whoever waits for the lock holds the turnstile meanwhile;
 * whoever has just let go and wants it again queues behind the turnstile. The kernel frees both at kill -9.
 */
export class HostLock {
	readonly #directory: string;
	#turnstile: number | undefined;
	#lock: number | undefined;

	constructor(directory: string) {
		this.#directory = directory;
	}

	/** @throws LockError when `milliseconds` go by first */
	async acquire(milliseconds: number): Promise<void> {
		const deadline = performance.now() + milliseconds;
		for (;;) {
			this.#turnstile ??= this.#open("turn");
			await this.#take(this.#turnstile, deadline);
			try {
				this.#lock ??= this.#open("lock");
				await this.#take(this.#lock, deadline);
			} finally {
				if (this.#turnstile !== undefined) unlock(this.#turnstile);
			}
			if (this.#isCurrent(this.#lock)) return;
			// The last tap of the host went down meanwhile and the directory with it: queue at the new one.
			this.close();
		}
	}

	/** Take the lock only if nobody has it and nobody waits. */
	tryAcquire(): boolean {
		this.#turnstile ??= this.#open("turn");
		if (!tryLock(this.#turnstile)) return false;
		this.#lock ??= this.#open("lock");
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

	#open(name: string): number {
		const path = join(this.#directory, name);
		try {
			return openSync(path, "a", 0o600);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
			mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
			return openSync(path, "a", 0o600);
		}
	}

	async #take(fd: number, deadline: number): Promise<void> {
		if (tryLock(fd)) return;
		const waiting = waitForLock(fd);
		const left = Math.max(0, deadline - performance.now());
		let timer: NodeJS.Timeout | undefined;
		const expired = new Promise<"expired">((resolve) => {
			timer = setTimeout(resolve, left, "expired");
		});
		const outcome = await Promise.race([waiting, expired]).finally(() => clearTimeout(timer));
		if (outcome !== "expired") return;
		this.#abandon(fd, waiting);
		throw new LockError("another umlnet-nl holds the lock of this network namespace", {
			hint: `wait for it, or allow more time with --timeout; holders: fuser ${this.#directory}/lock`,
		});
	}

	/** A pool thread still waits on this descriptor; it is closed when that ends, and never used again. */
	#abandon(fd: number, waiting: Promise<void>): void {
		if (fd === this.#lock) this.#lock = undefined;
		else this.#turnstile = undefined;
		waiting.then(
			() => closeSync(fd),
			() => closeSync(fd),
		);
	}

	#isCurrent(fd: number | undefined): boolean {
		if (fd === undefined) return false;
		try {
			return statSync(join(this.#directory, "lock")).ino === fstatSync(fd).ino;
		} catch {
			return false;
		}
	}
}
