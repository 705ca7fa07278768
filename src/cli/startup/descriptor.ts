import { fstatSync, writeSync } from "node:fs";
import type { Sink } from "../sink.js";

const DEV_NULL = 0x103; // Documentation/admin-guide/devices.txt: major 1, minor 3.

/**
 * Standard output or error without Node's streams, which take long to load (docs/performance.md). Like those on Linux
 * it writes synchronously. The streams are loaded only for a terminal, and for a full pipe that somebody has made
 * non-blocking.
 */
export class Descriptor implements Sink {
	readonly #fd: 1 | 2;
	readonly #onError: (error: NodeJS.ErrnoException) => void;
	#stream: NodeJS.WriteStream | undefined;
	#isBroken = false;

	/** `onError` is called once, for the first error. Nothing is written after it. */
	constructor(fd: 1 | 2, onError: (error: NodeJS.ErrnoException) => void) {
		this.#fd = fd;
		this.#onError = onError;
	}

	/** Whether writing has failed, so that nothing more can be written. */
	get isBroken(): boolean {
		return this.#isBroken;
	}

	write(text: string): void {
		const bytes = Buffer.from(text);
		for (let done = 0; done < bytes.length && !this.#isBroken; ) {
			if (this.#stream !== undefined) return void this.#stream.write(bytes.subarray(done));
			try {
				done += writeSync(this.#fd, bytes, done);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code === "EAGAIN")
					this.#stream = this.#standard.on("error", (later) => this.#break(later));
				else this.#break(error as NodeJS.ErrnoException);
			}
		}
	}

	get isTTY(): boolean {
		const stats = fstatSync(this.#fd);
		// /dev/null is a character device, too, and `isTTY` would load the streams for it.
		return stats.isCharacterDevice() && stats.rdev !== DEV_NULL && this.#standard.isTTY === true;
	}

	get columns(): number | undefined {
		return this.isTTY ? this.#standard.columns : undefined;
	}

	get #standard(): NodeJS.WriteStream {
		return this.#fd === 1 ? process.stdout : process.stderr;
	}

	#break(error: NodeJS.ErrnoException): void {
		if (this.#isBroken) return;
		this.#isBroken = true;
		this.#onError(error);
	}
}
