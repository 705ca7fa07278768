/** Something unknown about a packet, and what was assumed about it on one path. */
export interface Assumption {
	/** What is unknown: `limit rate 3/second of rule 9`. */
	readonly on: string;
	/** The assumption in words. */
	readonly answer: string;
}

/** A path that was followed to its end. */
export interface Explored<T> {
	readonly assumptions: readonly Assumption[];
	readonly result: T;
}

/** The answers on one path. The same question has the same answer on the rest of the path. */
export class Choices {
	readonly #taken: readonly number[];
	readonly #made: { readonly on: string; readonly options: readonly string[]; at: number }[] = [];

	/** @param taken the options taken so far; later questions get their first option */
	constructor(taken: readonly number[] = []) {
		this.#taken = taken;
	}

	/** Choose one of the options. The first is what a single packet meets on an idle host. */
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

	/** The answers of the next path: the last question with options left gets its next one. */
	next(): readonly number[] | undefined {
		for (let i = this.#made.length - 1; i >= 0; i--) {
			const { at, options } = this.#made[i] as { at: number; options: readonly string[] };
			if (at + 1 < options.length) return [...this.#made.slice(0, i).map((one) => one.at), at + 1];
		}
		return undefined;
	}
}

/** How many paths are followed at most. Rulesets with more questions are reported with those. */
const MOST_WAYS = 128;

/** Follow every path that the answers to unknown questions open, the most likely one first. */
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
