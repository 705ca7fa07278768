import type { Sink } from "./sink.js";

// Until then nobody wonders; from then on often enough to be seen moving.
const FIRST_MS = 1_000;
const AGAIN_MS = 200;

const ERASE = "\r\x1b[K";

/**
 * One line on a terminal for what takes over a second, gone when that ends. The engine works synchronously, so that no
 * timer fires meanwhile: it tells of each request to the kernel. While it waits for the lock timers do fire.
 */
export class Progress {
	readonly #sink: Sink;
	readonly #now: () => number;
	readonly #begun: number;
	readonly #timer: ReturnType<typeof setInterval>;
	#next: number;
	#requests = 0;
	#isShown = false;
	/** Asked for when the first line is due, for to ask may load what a terminal takes. */
	#isTerminal: boolean | undefined;

	/** `now`: milliseconds of a clock that nobody sets. */
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

	/** The kernel is about to be asked for something. */
	request = (): void => {
		this.#requests++;
		this.#show(() => `at work: ${this.#requests} requests to the kernel`);
	};

	/** Something else is about to be written there. */
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
