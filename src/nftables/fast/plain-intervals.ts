import { Writer } from "../../netlink/bytes.js";
import { NLA_HDRLEN } from "../../uapi/netlink.js";
import { setElementsAttrs } from "../../uapi/nf_tables.js";
import { NFT_SET_ELEM_INTERVAL_END } from "../../uapi/nf_tables_const.js";
import { parseQuad } from "../fact/address.js";
import { ipv4Addr } from "../fact/datatype.js";
import { MAX_LIST_BYTES } from "../fact/element-list.js";
import type { SetDeclaration } from "../tree/node.js";
import { hasEndElements, isMap } from "../tree/set.js";
import { putAddress } from "./plain-elements.js";

// This file exists for speed alone: without it intervals would be evaluated, sorted and encoded in the ordinary way,
// with the same result.

const LAST = 0xffffffff;

/** The first and the last address of each element, in the order of the document. */
interface Intervals {
	readonly low: Float64Array;
	readonly high: Float64Array;
}

/** Whether the set contains intervals of addresses and nothing else. */
const isPlain = (set: SetDeclaration): boolean =>
	hasEndElements(set) &&
	!isMap(set) &&
	!set.automerge &&
	set.statements.length === 0 &&
	set.key.datatype === ipv4Addr;

/**
 * Encode addresses, prefixes and ranges of addresses, as in blocklists, while they are read, in lists that fit into a
 * message. Returns `undefined` if any element is something else, is wrong or overlaps with another: then all are
 * evaluated in the ordinary way.
 * @param first whether the set is empty so far
 */
export function encodePlainIntervals(
	set: SetDeclaration,
	json: readonly unknown[],
	first: boolean,
): readonly Uint8Array[] | undefined {
	const intervals = isPlain(set) ? readIntervals(json) : undefined;
	const order = intervals && orderOf(intervals);
	if (intervals === undefined || order === undefined) return undefined;
	const lists = new Lists();
	for (const at of order) {
		const low = intervals.low[at] as number;
		// Intervals are half open, so the values below the first one need an end element without a start.
		if (first && at === order[0] && low !== 0) lists.add(0, true);
		lists.add(low, false);
		lists.add((intervals.high[at] as number) + 1, true);
	}
	return lists.finish();
}

function readIntervals(json: readonly unknown[]): Intervals | undefined {
	const low = new Float64Array(json.length);
	const high = new Float64Array(json.length);
	for (let i = 0; i < json.length; i++) {
		const ends = endsOf(json[i]);
		if (ends === undefined) return undefined;
		[low[i], high[i]] = ends;
	}
	return { low, high };
}

/** The first and the last address of an element; `undefined` if it is not plain. */
type Ends = readonly [low: number, high: number] | undefined;

const quad = (json: unknown): number | undefined =>
	typeof json === "string" ? parseQuad(json) : undefined;

function endsOf(json: unknown): Ends {
	if (typeof json !== "object" || json === null) {
		const only = quad(json);
		return between(only, only);
	}
	if (Object.keys(json).length !== 1) return undefined;
	const { range, prefix } = json as { readonly range?: unknown; readonly prefix?: unknown };
	if (Array.isArray(range) && range.length === 2) return between(quad(range[0]), quad(range[1]));
	return prefixEnds(prefix);
}

function prefixEnds(prefix: unknown): Ends {
	if (typeof prefix !== "object" || prefix === null) return undefined;
	if (Object.keys(prefix).length !== 2) return undefined;
	const { addr, len } = prefix as { readonly addr?: unknown; readonly len?: unknown };
	const low = quad(addr);
	const isLength = typeof len === "number" && Number.isInteger(len) && len >= 0 && len <= 32;
	if (low === undefined || !isLength) return undefined;
	const size = 2 ** (32 - len);
	return low % size === 0 ? between(low, low + size - 1) : undefined;
}

/** An interval up to the last address has no end element, and its start has a flag for that, so it is not plain. */
const between = (low: number | undefined, high: number | undefined): Ends =>
	low === undefined || high === undefined || high < low || high === LAST ? undefined : [low, high];

/** The order of the intervals, as positions; `undefined` if any two overlap. */
function orderOf({ low, high }: Intervals): readonly number[] | undefined {
	const order = Array.from(low.keys());
	const isSorted = order.every((i) => i === 0 || (low[i - 1] as number) < (low[i] as number));
	if (!isSorted) order.sort((a, b) => (low[a] as number) - (low[b] as number));
	let last = -1;
	for (const at of order) {
		if ((low[at] as number) <= last) return undefined;
		last = high[at] as number;
	}
	return order;
}

/** The encoded element of the address zero, and the offset of the address in it. */
function element(flags?: number): Uint8Array {
	const writer = new Writer();
	const key = { NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: new Uint8Array(4) } };
	setElementsAttrs.write(writer, [{ ...key, NFTA_SET_ELEM_FLAGS: flags }]);
	return writer.finish();
}
/** The key is behind the headers of the element, of its key and of the key's value. */
const KEY = 3 * NLA_HDRLEN;

/** Start and end elements in lists that fit into a message. */
class Lists {
	readonly #beginning = element();
	readonly #end = element(NFT_SET_ELEM_INTERVAL_END);
	readonly #lists: Uint8Array[] = [];
	#list = new Uint8Array(MAX_LIST_BYTES);
	#length = 0;

	add(address: number, isEnd: boolean): void {
		const bytes = isEnd ? this.#end : this.#beginning;
		if (this.#length + bytes.length > MAX_LIST_BYTES) this.#next();
		this.#list.set(bytes, this.#length);
		putAddress(this.#list, this.#length + KEY, address);
		this.#length += bytes.length;
	}
	#next(): void {
		this.#lists.push(this.#list.subarray(0, this.#length));
		this.#list = new Uint8Array(MAX_LIST_BYTES);
		this.#length = 0;
	}
	finish(): readonly Uint8Array[] {
		if (this.#length > 0) this.#next();
		return this.#lists;
	}
}
