import type { Sink } from "./sink.js";

// Nobody wonders before FIRST_MS; afterwards the line changes often enough to show that it is alive.
const FIRST_MS = 1_000;
const AGAIN_MS = 200;

const ERASE = "\r\x1b[K";

/**
 * Shows one line on a terminal while something takes over a second, and erases it at the end. The engine is
 * synchronous, so timers do not fire while it works; instead it reports each request to the kernel. Timers do fire
 * while it waits for the lock.
 */
export class Progress {
	readonly #sink: Sink;
	readonly #now: () => number;
	readonly #begun: number;
	readonly #timer: ReturnType<typeof setInterval>;
	#next: number;
	#requests = 0;
	#isShown = false;
	/** Asked only when the first line is due, because the answer may load Node's streams. */
	#isTerminal: boolean | undefined;

	/** `now` is a monotonic clock in milliseconds. */
	constructor(sink: Sink, now: () => number = () => performance.now()) {
		this.#sink = sink;
		this.#now = now;
		this.#begun = now();
		this.#next = this.#begun + FIRST_MS;
		this.#timer = setInterval(() => {
			this.#show(() => "waiting for another umlnet-nl to finish");
		}, AGAIN_MS);
		this.#timer.unref();
	}

	/** Called before each request to the kernel. */
	request = (): void => {
		this.#requests++;
		this.#show(() => `at work: ${this.#requests} requests to the kernel`);
	};

	/** Erase the line, because other output is about to be written there. */
	erase(): void {
		if (this.#isShown) this.#sink.write(ERASE);
		this.#isShown = false;
	}

	end(): void {
		clearInterval(this.#timer);
		this.#next = Number.POSITIVE_INFINITY;
		this.erase();
	}

	#show(what: () => string): void {
		const now = this.#now();
		if (now < this.#next) return;
		this.#next = now + AGAIN_MS;
		this.#isTerminal ??= this.#sink.isTTY;
		if (!this.#isTerminal) return;
		this.#sink.write(`${ERASE}${what()}, ${Math.floor((now - this.#begun) / 1_000)} s`);
		this.#isShown = true;
	}
}
