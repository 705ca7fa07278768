import { seed } from "../seed.js";

/** Pseudo-random numbers that are the same for the same seed (mulberry32). */
export class Dice {
	readonly seed: number;
	#state: number;

	constructor(from = seed) {
		this.seed = from;
		this.#state = from >>> 0;
	}

	/** An integer from 0 up to, but not including, `below`. */
	next(below: number): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let t = this.#state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) % below;
	}

	/** One of several values. */
	pick<T>(values: readonly T[]): T {
		if (values.length === 0) throw new Error("nothing to pick from");
		return values[this.next(values.length)] as T;
	}
}
