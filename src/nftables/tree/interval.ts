import { isString } from "../fact/datatype.js";
import { bitmask, byteLength, swapOrder } from "../fact/value.js";
import { fail } from "../json/error.js";
import { value } from "./constant.js";
import type { Element, Item, Node, Range, SetDeclaration, SetLiteral, Value } from "./node.js";
import { elementOf, isDataMap } from "./set.js";

/** An element with its first and its last value. */
export interface Interval {
	readonly item: Item;
	low: bigint;
	high: bigint;
}

const number = (node: Node): bigint =>
	node.kind === "value" ? node.value : fail(node, "expected a constant");

/** The first and the last value of a key. The kernel compares bytewise, so strings count as big endian numbers. */
export function bounds(key: Node): readonly [low: bigint, high: bigint] {
	const ordered = (v: bigint): bigint =>
		isString(key.datatype) ? swapOrder(v, byteLength(key.bits)) : v;
	switch (key.kind) {
		case "value":
			return [ordered(key.value), ordered(key.value)];
		case "range":
			return [number(key.low), number(key.high)];
		case "prefix": {
			const low = ordered(number(key.address));
			return [low, low | bitmask(key.bits - key.length)];
		}
		default:
			return fail(key, `a ${key.kind} is not an interval`);
	}
}

function intervalOf(item: Item): Interval {
	const [low, high] = bounds(elementOf(item).key);
	return { item, low, high };
}

/** Make every key a range and sort them. Ranges that overlap are merged if the set asks for it. */
export function toIntervals(set: SetDeclaration, literal: SetLiteral): void {
	if (literal.intervals) return;
	const intervals = intervalsOf(literal.items);
	const merged = set.automerge && !isDataMap(set) ? merge(intervals) : intervals;
	if (!set.automerge) rejectOverlap(merged);
	literal.items = [...merged.map(ranged), ...catchalls(literal.items)];
	literal.intervals = true;
}

function merge(intervals: readonly Interval[]): Interval[] {
	const merged: Interval[] = [];
	for (const interval of intervals) {
		const last = merged.at(-1);
		if (last === undefined || interval.low > last.high + 1n) merged.push(interval);
		else if (interval.high > last.high) last.high = interval.high;
	}
	return merged;
}

function rejectOverlap(intervals: readonly Interval[]): void {
	let last: Interval | undefined;
	for (const interval of intervals) {
		const same = last?.low === interval.low && last.high === interval.high;
		if (last !== undefined && !same && interval.low <= last.high)
			fail(interval.item, "overlaps with another interval of the set");
		last = interval;
	}
}

/** The element with the range from its first to its last value. */
export function ranged({ item, low, high }: Interval): Item {
	const element = elementOf(item);
	const { path, datatype, order, bits } = element.key;
	const end = (v: bigint): Value => value(path, datatype, order, bits, v);
	const key: Range = { kind: "range", path, datatype, order, bits, low: end(low), high: end(high) };
	const ranged: Element = { ...element, key };
	return item.kind === "mapping" ? { ...item, key: ranged } : ranged;
}

const isCatchall = (item: Item): boolean => elementOf(item).key.kind === "catchall";

/** The catch-all elements, which are not intervals. */
export const catchalls = (items: readonly Item[]): Item[] => items.filter(isCatchall);

/** Sort by the first value. */
export const sorted = (intervals: readonly Interval[]): Interval[] =>
	intervals.toSorted((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0));

/** The elements as intervals, sorted. */
export const intervalsOf = (items: readonly Item[]): Interval[] =>
	sorted(items.filter((item) => !isCatchall(item)).map(intervalOf));
