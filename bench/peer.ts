import { CONTENDER, range } from "./guest.js";
import type { LinePeer } from "./line.js";

/** A program that can give guests their network. All times are in nanoseconds and measured beside the work. */
export interface Peer {
	/** Bring up `count` guests from `first` on, one after the other. Returns the time of each. */
	up(first: number, count: number): Promise<readonly number[]>;
	/** Remove what one `up` or `fill` of the same numbers has made, all at once if the peer can. */
	down(first: number, count: number): Promise<number>;
	/** The same as `up`, as fast as the peer can without measuring. */
	fill(first: number, count: number): Promise<void>;
	/** Bring `guests` guests up and down again, `window` at a time. */
	churn(guests: number, window: number): Promise<number>;
	close(): Promise<void>;
}

/**
 * A peer that is one process and measures itself. Its lines:
 *
 *     up FIRST COUNT         ok NS...   the guests one after the other, the time of each
 *     down FIRST COUNT       ok NS      the guests of the same `up`, all at once
 *     churn GUESTS WINDOW    ok NS      WINDOW guests up, the same down, until there were GUESTS
 *     parallel GUESTS WINDOW ok NS      WINDOW concurrent callers, each one guest up and down after the other
 *     contend COUNT WINDOW   ok NS...   COUNT guests up, 2 ms apart, beside a `churn` that never ends; then down
 *     crowd COUNT WINDOW     ok NS...   the same beside a `parallel` that never ends
 *     delay GUESTS WINDOW    ok NS...   ours: the delays of the caller's event loop during a `churn`
 *     parts GUESTS WINDOW    ok NS...   ours: a guest's share of the engine thread's work in a `churn` (parts.ts)
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

/** The commands of a peer that consists of processes. A command is one line of words. */
export interface Commands {
	/** Prepares the files and namespaces that the guests need. It is called once and not measured. */
	prepare?(numbers: readonly number[]): void;
	up(i: number): readonly string[];
	down(i: number): readonly string[];
	/** One command for all of them, if the peer has one. */
	upAll?(numbers: readonly number[]): readonly string[];
	downAll?(numbers: readonly number[]): readonly string[];
	/** A faster way to the same state. */
	fill?(numbers: readonly number[]): void;
	close?(): void;
}

/**
 * A peer that starts a process for every action. `exec` (peers/exec.c) starts it, waits for it and measures the time.
 */
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

	/** Bring all guests up, by one command if the peer has one. */
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
