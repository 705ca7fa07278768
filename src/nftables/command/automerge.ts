import { catchalls, type Interval, intervalsOf, ranged, sorted } from "../tree/interval.js";
import type { Item } from "../tree/node.js";

/**
 * The intervals of a set that merges them (`auto-merge`), while a document changes them. What the kernel is told is
 * the difference in the end: it refuses to delete what the same transaction has put in place of something else.
 */
export class Merging {
	readonly #original: readonly Item[];
	#held: readonly Item[];
	/** Whether the document has a place at which the kernel is told. */
	isSent = false;

	/** @param original the elements that are there, as they were read */
	constructor(original: readonly Item[]) {
		this.#original = original;
		this.#held = this.#original;
	}
	add(given: readonly Item[]): void {
		this.#held = [...absorb(this.#held, given), ...catchalls(given)];
	}
	/** Answers what is no part of any interval. */
	remove(given: readonly Item[]): readonly Item[] {
		const { left, missing } = cutOut(this.#held, given);
		this.#held = left;
		return missing;
	}
	/** All of them are removed at once; nothing is told of what was changed before. */
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

/** What overlaps or touches becomes one, which is what the last given says. */
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

/** What is left when intervals are taken out of others. */
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
