import { closeSync, openSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StateDirectory } from "../../src/engine/journal/directory.js";
import { HostLock } from "../../src/engine/journal/lock.js";
import { tryLock } from "../../src/sys/file.js";

/** Wait until a condition is true. @throws if it is not within ten seconds */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
	const deadline = performance.now() + 10_000;
	while (!(await condition())) {
		if (performance.now() > deadline) throw new Error(`never came true: ${condition}`);
		await sleep(2);
	}
}

/** Holds the lock of a namespace like another process, so that an engine that begins something must wait. */
export class Contention implements Disposable {
	readonly #directory: string;
	readonly #lock: HostLock;

	private constructor(directory: string) {
		this.#directory = directory;
		this.#lock = new HostLock(new StateDirectory(dirname(directory), basename(directory)));
	}

	static async on(directory: string | undefined): Promise<Contention> {
		if (directory === undefined) throw new Error("there is no lock yet");
		const contention = new Contention(directory);
		await contention.#lock.acquire(600_000);
		return contention;
	}

	/** Wait until an engine has begun something: whoever waits for the lock holds the turnstile. */
	async felt(): Promise<void> {
		await until(() => {
			const fd = openSync(join(this.#directory, "turn"), "a");
			const free = tryLock(fd);
			closeSync(fd);
			return !free;
		});
	}

	[Symbol.dispose](): void {
		this.#lock.close();
	}
}
