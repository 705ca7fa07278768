/** What cannot be known of a packet, and what was assumed of it on one way. */
export interface Assumption {
	/** What it depends on: `limit rate 3/second of rule 9`. */
	readonly on: string;
	/** What was assumed, in words. */
	readonly answer: string;
}

/** A way that was followed to its end. */
export interface Explored<T> {
	readonly assumptions: readonly Assumption[];
	readonly result: T;
}

/** The answers of one way. What was answered once is answered the same on the rest of the way. */
export class Choices {
	readonly #taken: readonly number[];
	readonly #made: { readonly on: string; readonly options: readonly string[]; at: number }[] = [];

	/** @param taken which options were taken so far; from there on the first of each question */
	constructor(taken: readonly number[] = []) {
		this.#taken = taken;
	}

	/** Which of the options holds: the first is what a lone packet meets on an idle host. */
	choose(on: string, options: readonly [string, ...string[]]): number {
		const known = this.#made.find((one) => one.on === on);
		if (known !== undefined) return known.at;
		const at = this.#taken[this.#made.length] ?? 0;
		this.#made.push({ on, options, at });
		return at;
	}

	get assumptions(): Assumption[] {
		return this.#made.map(({ on, options, at }) => ({ on, answer: options[at] ?? "" }));
	}

	/** The answers of the next way: the last question whose options are not exhausted gets the next one. */
	next(): readonly number[] | undefined {
		for (let i = this.#made.length - 1; i >= 0; i--) {
			const { at, options } = this.#made[i] as { at: number; options: readonly string[] };
			if (at + 1 < options.length) return [...this.#made.slice(0, i).map((one) => one.at), at + 1];
		}
		return undefined;
	}
}

/** So many ways are followed; rulesets that ask more questions are told of with those. */
const MOST_WAYS = 128;

/** Follow every way that the answers to what cannot be known open, the likeliest first. */
export function explore<T>(
	follow: (choices: Choices) => T,
	most = MOST_WAYS,
): { readonly ways: readonly [Explored<T>, ...Explored<T>[]]; readonly isComplete: boolean } {
	const ways: Explored<T>[] = [];
	let taken: readonly number[] | undefined = [];
	while (taken !== undefined && ways.length < most) {
		const choices: Choices = new Choices(taken);
		const result = follow(choices);
		ways.push({ assumptions: choices.assumptions, result });
		taken = choices.next();
	}
	return {
		ways: ways as unknown as [Explored<T>, ...Explored<T>[]],
		isComplete: taken === undefined,
	};
}
