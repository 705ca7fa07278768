import { catchalls, type Interval, intervalsOf, ranged, sorted } from "../tree/interval.js";
import type { Item } from "../tree/node.js";

/**
 * Tracks the intervals of a set with `auto-merge` while a document changes them. The kernel is sent only the difference
 * at the end, because it refuses to delete an element that the same transaction has added.
 */
export class Merging {
	readonly #original: readonly Item[];
	#held: readonly Item[];
	/** Whether the document has a command at which the difference is sent. */
	isSent = false;

	/** @param original the elements that the set has in the kernel */
	constructor(original: readonly Item[]) {
		this.#original = original;
		this.#held = this.#original;
	}
	add(given: readonly Item[]): void {
		this.#held = [...absorb(this.#held, given), ...catchalls(given)];
	}
	/** Remove intervals. Returns those that are not part of any interval. */
	remove(given: readonly Item[]): readonly Item[] {
		const { left, missing } = cutOut(this.#held, given);
		this.#held = left;
		return missing;
	}
	/** All elements are flushed: earlier changes need not be sent. */
	forget(): void {
		this.#held = this.#original;
	}
	get removed(): readonly Item[] {
		const held = new Set(this.#held);
		return this.#original.filter((item) => !held.has(item));
	}
	get added(): readonly Item[] {
		const original = new Set(this.#original);
		return this.#held.filter((item) => !original.has(item));
	}
}

const isWithin = (inner: Interval, outer: Interval): boolean =>
	outer.low <= inner.low && inner.high <= outer.high;

/** Merge intervals that overlap or touch. The merged one has the properties of the last one given. */
function absorb(held: readonly Item[], given: readonly Item[]): Item[] {
	const there = new Set(intervalsOf(held));
	const out: Item[] = [];
	let run: Interval[] = [];
	let high = -1n;
	const end = (): void => {
		const last = run.findLast((interval) => !there.has(interval));
		const [first] = run;
		if (last === undefined || first === undefined) {
			out.push(...run.map(({ item }) => item));
			return;
		}
		const whole = { item: last.item, low: first.low, high };
		const same = run.find((interval) => there.has(interval) && isWithin(whole, interval));
		out.push(same?.item ?? ranged(whole));
	};
	for (const interval of sorted([...there, ...intervalsOf(given)])) {
		if (run.length > 0 && interval.low > high + 1n) {
			end();
			run = [];
			high = -1n;
		}
		run.push(interval);
		if (interval.high > high) high = interval.high;
	}
	end();
	return [...out, ...catchalls(held)];
}

/** The parts of intervals that remain when others are taken out of them. */
function cutOut(held: readonly Item[], given: readonly Item[]) {
	const cuts = intervalsOf(given);
	const left: Item[] = [];
	const missing: Item[] = [];
	let next = 0;
	for (const whole of intervalsOf(held)) {
		const { item } = whole;
		const pieces: Interval[] = [];
		let { low } = whole;
		for (; next < cuts.length; next++) {
			const cut = cuts[next] as Interval;
			if (cut.low > whole.high) break;
			if (!isWithin(cut, { ...whole, low })) missing.push(cut.item);
			else {
				if (cut.low > low) pieces.push({ item, low, high: cut.low - 1n });
				low = cut.high + 1n;
			}
		}
		if (low === whole.low) left.push(item);
		else {
			if (low <= whole.high) pieces.push({ item, low, high: whole.high });
			left.push(...pieces.map(ranged));
		}
	}
	missing.push(...cuts.slice(next).map(({ item }) => item), ...catchalls(given));
	return { left: [...left, ...catchalls(held)], missing };
}
