import { Writer } from "../../netlink/bytes.js";
import type { AttrSet } from "../../netlink/schema.js";
import { NLA_HDRLEN } from "../../uapi/netlink.js";
import { setElemAttrs } from "../../uapi/nf_tables.js";
import { NFT_SET_ELEM_INTERVAL_END } from "../../uapi/nf_tables_const.js";
import { dataAttrs } from "../../uapi/nf_tables_data.js";
import { NFTA_LIST_ELEM } from "../../uapi/nf_tables_expr.js";
import { ipv4Addr, isBitmask, isInteger } from "../fact/datatype.js";
import { byteLength, HOST_IS_LITTLE } from "../fact/value.js";
import type { Expression, ItemJson } from "../json/expression.js";
import { value } from "../tree/constant.js";
import type { ListedSet, PrintElements } from "../tree/listed.js";
import type { Value } from "../tree/node.js";
import type { Printer } from "../tree/printer.js";
import { PATH, range } from "../tree/reading.js";
import { isInterval, isMap } from "../tree/set.js";

// This file exists for speed alone: without it elements would be read one by one, with the same result.

/**
 * The elements of a set of numbers (addresses, ports, marks) or of intervals of numbers, from the kernel's lists.
 * Returns `undefined` if any element has more than its key: then all are read in the ordinary way. Large sets consist
 * of such elements (`npm run bench:nft`).
 */
export function readPlain(set: ListedSet, lists: readonly Uint8Array[]): PrintElements | undefined {
	const points = isNumeric(set) ? readPoints(set, lists) : undefined;
	return points && ((printer) => print(points, set, printer));
}

const isNumeric = (set: ListedSet): boolean =>
	!isMap(set) &&
	set.key.kind !== "concat" &&
	set.key.bits > 0 &&
	set.key.bits <= 32 &&
	isInteger(set.key.datatype) &&
	!isBitmask(set.key.datatype);

/** The key is behind the headers of the element, of its key and of the key's value. */
const KEY = 3 * NLA_HDRLEN;
const numbered = ({ parts }: AttrSet<unknown, never>, name: string): number =>
	parts[name]?.[0] ?? 0;

/** The bytes of an element as the kernel sends it, with a key of zero. The kernel does not set NLA_F_NESTED. */
function shapeOf(length: number, isEnd: boolean): Uint8Array {
	const w = new Writer();
	const element = w.beginAttr(NFTA_LIST_ELEM);
	const key = w.beginAttr(numbered(setElemAttrs, "NFTA_SET_ELEM_KEY"));
	const value = w.beginAttr(numbered(dataAttrs, "NFTA_DATA_VALUE"));
	w.reserve(length);
	for (const begun of [value, key]) w.endAttr(begun);
	if (isEnd) {
		const flags = w.beginAttr(numbered(setElemAttrs, "NFTA_SET_ELEM_FLAGS"));
		w.u32(NFT_SET_ELEM_INTERVAL_END, false);
		w.endAttr(flags);
	}
	w.endAttr(element);
	return w.finish();
}
function fits(list: Uint8Array, at: number, shape: Uint8Array, length: number): boolean {
	if (at + shape.length > list.length) return false;
	for (let i = 0; i < shape.length; i++)
		if ((i < KEY || i >= KEY + length) && list[at + i] !== shape[i]) return false;
	return true;
}

/**
 * Each element as twice its number, plus one if it starts an interval, sorted. At the same number an end comes before a
 * start.
 */
type Points = Float64Array;
const begins = (point: number): boolean => point % 2 === 1;
const numberAt = (point: number): number => Math.floor(point / 2);

function readPoints(set: ListedSet, lists: readonly Uint8Array[]): Points | undefined {
	const length = byteLength(set.key.bits);
	const beginning = shapeOf(length, false);
	const end = shapeOf(length, true);
	// The kernel compares intervals bytewise, whatever their type, so they are sorted that way.
	const isLittle = HOST_IS_LITTLE && set.key.order === "host" && !isInterval(set);
	const bytes = lists.reduce((sum, list) => sum + list.length, 0);
	const points = new Float64Array(Math.floor(bytes / beginning.length));
	let count = 0;
	for (const list of lists) {
		for (let at = 0; at < list.length; ) {
			const isBeginning = fits(list, at, beginning, length);
			if (!isBeginning && !fits(list, at, end, length)) return undefined;
			let number = 0;
			for (let i = 0; i < length; i++)
				number = number * 256 + (list[at + KEY + (isLittle ? length - 1 - i : i)] as number);
			points[count++] = 2 * number + Number(isBeginning);
			at += isBeginning ? beginning.length : end.length;
		}
	}
	return points.subarray(0, count).sort();
}

function print(points: Points, set: ListedSet, printer: Printer): ItemJson[] {
	const { datatype, order } = set.key;
	const bits = 8 * byteLength(set.key.bits);
	const node = (number: number): Value => value(PATH, datatype, order, bits, BigInt(number));
	const one = datatype === ipv4Addr ? address : (number: number) => printer.node(node(number));
	const between =
		datatype === ipv4Addr
			? addresses
			: (low: number, high: number) => printer.node(range(node(low), node(high)));
	const items: ItemJson[] = [];
	if (!isInterval(set)) {
		for (const point of points) items.push(one(numberAt(point)));
		return items;
	}
	for (let i = 0; i < points.length; i++) {
		const point = points[i] as number;
		if (!begins(point)) continue;
		const low = numberAt(point);
		const next = points[i + 1];
		const high = (next === undefined ? 2 ** set.key.bits : numberAt(next)) - 1;
		items.push(low === high ? one(low) : between(low, high));
	}
	return items;
}

const address = (n: number): string =>
	`${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
/** A range that covers exactly one prefix is listed as that prefix. */
function addresses(low: number, high: number): Expression {
	const host = (low ^ high) >>> 0;
	const isPrefix = (host & (host + 1)) === 0 && (low & host) === 0;
	if (isPrefix) return { prefix: { addr: address(low), len: Math.clz32(host) } };
	return { range: [address(low), address(high)] };
}
