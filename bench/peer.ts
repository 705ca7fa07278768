import { CONTENDER, range } from "./guest.js";
import type { LinePeer } from "./line.js";

/** Somebody who can give guests their network. All times are nanoseconds, measured beside the work. */
export interface Peer {
	/** The guests `first`.. one after the other; the time of each. */
	up(first: number, count: number): Promise<readonly number[]>;
	/** Remove what one `up` or `fill` of the same numbers has made, all at once where the peer can. */
	down(first: number, count: number): Promise<number>;
	/** `up`, as fast as the peer can when nobody looks at the clock. */
	fill(first: number, count: number): Promise<void>;
	/** `guests` guests up and down again, `window` at a time. */
	churn(guests: number, window: number): Promise<number>;
	close(): Promise<void>;
}

/**
 * A peer that lives in one process and clocks itself. Its lines:
 *
 *     up FIRST COUNT         ok NS...   the guests one after the other, the time of each
 *     down FIRST COUNT       ok NS      what the same `up` has made, as one
 *     churn GUESTS WINDOW    ok NS      WINDOW guests up, the same down, until there were GUESTS
 *     parallel GUESTS WINDOW ok NS      WINDOW callers at once, each one guest up and down after the other
 *     contend COUNT WINDOW   ok NS...   COUNT guests up, 2 ms apart, beside a `churn` that never ends; then down
 *     crowd COUNT WINDOW     ok NS...   the same beside a `parallel` that never ends
 *     delay GUESTS WINDOW    ok NS...   ours: during a `churn`, how late the caller's event loop was, each time
 *     parts GUESTS WINDOW    ok NS...   ours: of a `churn`, a guest's share of what the engine's thread does (parts.ts)
 */
export class InProcess implements Peer {
	readonly #peer: LinePeer;

	constructor(peer: LinePeer) {
		this.#peer = peer;
	}

	get pid(): number {
		return this.#peer.pid;
	}

	up(first: number, count: number): Promise<readonly number[]> {
		return this.#peer.ask("up", first, count);
	}

	async down(first: number, count: number): Promise<number> {
		return sum(await this.#peer.ask("down", first, count));
	}

	async fill(first: number, count: number): Promise<void> {
		await this.up(first, count);
	}

	async churn(guests: number, window: number): Promise<number> {
		return sum(await this.#peer.ask("churn", guests, window));
	}

	async parallel(guests: number, window: number): Promise<number> {
		return sum(await this.#peer.ask("parallel", guests, window));
	}

	contend(count: number, window: number): Promise<readonly number[]> {
		return this.#peer.ask("contend", count, window);
	}

	crowd(count: number, window: number): Promise<readonly number[]> {
		return this.#peer.ask("crowd", count, window);
	}

	delay(guests: number, window: number): Promise<readonly number[]> {
		return this.#peer.ask("delay", guests, window);
	}

	parts(guests: number, window: number): Promise<readonly number[]> {
		return this.#peer.ask("parts", guests, window);
	}

	close(): Promise<void> {
		return this.#peer.close();
	}
}

/** What a peer made of whole processes runs: a command is one line of words. */
export interface Commands {
	/** Done once before the guests are asked for, unclocked: files and namespaces they need. */
	prepare?(numbers: readonly number[]): void;
	up(i: number): readonly string[];
	down(i: number): readonly string[];
	/** All of them by one command, where that can be said. */
	upAll?(numbers: readonly number[]): readonly string[];
	downAll?(numbers: readonly number[]): readonly string[];
	/** A faster way to the same state. */
	fill?(numbers: readonly number[]): void;
	close?(): void;
}

/** A peer whose every act is a process; `exec` (peers/exec.c) starts it, waits for it and has the clock. */
export class Processes implements Peer {
	readonly #commands: Commands;
	readonly #exec: LinePeer;

	constructor(commands: Commands, exec: LinePeer) {
		this.#commands = commands;
		this.#exec = exec;
	}

	async up(first: number, count: number): Promise<readonly number[]> {
		const numbers = range(first, count);
		const times: number[] = [];
		for (const i of numbers) {
			this.#commands.prepare?.([i]);
			times.push(await this.#run(this.#commands.up(i)));
		}
		return times;
	}

	async down(first: number, count: number): Promise<number> {
		const numbers = range(first, count);
		if (this.#commands.downAll !== undefined) {
			this.#commands.prepare?.(numbers);
			return this.#run(this.#commands.downAll(numbers));
		}
		let total = 0;
		for (const i of numbers) total += await this.#run(this.#commands.down(i));
		return total;
	}

	async fill(first: number, count: number): Promise<void> {
		if (this.#commands.fill === undefined) await this.upAll(first, count);
		else this.#commands.fill(range(first, count));
	}

	/** All by one command where the peer has one. */
	async upAll(first: number, count: number): Promise<number> {
		if (this.#commands.upAll === undefined) return sum(await this.up(first, count));
		const numbers = range(first, count);
		this.#commands.prepare?.(numbers);
		return this.#run(this.#commands.upAll(numbers));
	}

	async churn(guests: number, window: number): Promise<number> {
		let total = 0;
		for (let done = 0; done < guests; done += window) {
			const count = Math.min(window, guests - done);
			total += await this.upAll(CONTENDER, count);
			total += await this.down(CONTENDER, count);
		}
		return total;
	}

	async close(): Promise<void> {
		await this.#exec.close();
		this.#commands.close?.();
	}

	async #run(command: readonly string[]): Promise<number> {
		return sum(await this.#exec.ask(...command));
	}
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
