import type { Out } from "../../netlink/schema.js";
import type { setAttrs, setElemAttrs } from "../../uapi/nf_tables.js";
import {
	NFT_REG32_SIZE,
	NFT_SET_CONCAT,
	NFT_SET_ELEM_CATCHALL,
	NFT_SET_ELEM_INTERVAL_END,
	NFT_SET_INTERVAL,
} from "../../uapi/nf_tables_const.js";

type Attrs = Out<typeof setAttrs>;
/** An element as the kernel tells of it. */
export type Element = Out<typeof setElemAttrs>;

const NONE = new Uint8Array();
const keyOf = ({ NFTA_SET_ELEM_KEY: key }: Element): Uint8Array => key?.NFTA_DATA_VALUE ?? NONE;
const has = ({ NFTA_SET_ELEM_FLAGS: flags = 0 }: Element, flag: number): boolean =>
	(flags & flag) !== 0;
const isEnd = (element: Element): boolean => has(element, NFT_SET_ELEM_INTERVAL_END);

/** Bytes as the key of a Map. */
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** The elements of a set, indexed for look-ups: a hash, ranges, or ranges of several fields. */
export class ElementIndex {
	readonly #attrs: Attrs;
	readonly #read: () => readonly Element[];
	#find: ((key: Uint8Array) => Element | undefined) | undefined;
	#all: readonly Element[] | undefined;

	constructor(attrs: Attrs, read: () => readonly Element[]) {
		this.#attrs = attrs;
		this.#read = read;
	}

	get all(): readonly Element[] {
		this.#all ??= this.#read();
		return this.#all;
	}

	/** The element that contains a key: nft_set_do_lookup(), or the catch-all element. */
	find(key: Uint8Array): Element | undefined {
		if (this.#find === undefined) {
			const find = this.#finder();
			const catchall = this.all.find((element) => has(element, NFT_SET_ELEM_CATCHALL));
			this.#find = (wanted) => find(wanted) ?? catchall;
		}
		return this.#find(key);
	}

	#finder(): (key: Uint8Array) => Element | undefined {
		const elements = this.all.filter((element) => !has(element, NFT_SET_ELEM_CATCHALL));
		const { NFTA_SET_FLAGS: flags = 0, NFTA_SET_DESC: desc } = this.#attrs;
		if ((flags & NFT_SET_INTERVAL) === 0) {
			const byKey = new Map(elements.map((element) => [text(keyOf(element)), element]));
			return (key) => byKey.get(text(key));
		}
		const fields = desc?.NFTA_SET_DESC_CONCAT?.map(({ NFTA_SET_FIELD_LEN: length = 0 }) => length);
		if ((flags & NFT_SET_CONCAT) !== 0 && fields !== undefined)
			return (key) => elements.find((element) => isWithin(element, key, fields));
		return rangeFinder(elements);
	}
}

/** Whether every field of a key is in the range of the element, as in pipapo. */
function isWithin(element: Element, key: Uint8Array, fields: readonly number[]): boolean {
	const low = keyOf(element);
	const high = element.NFTA_SET_ELEM_KEY_END?.NFTA_DATA_VALUE ?? low;
	let at = 0;
	for (const length of fields) {
		const part = key.subarray(at, at + length);
		if (Buffer.compare(part, low.subarray(at, at + length)) < 0) return false;
		if (Buffer.compare(part, high.subarray(at, at + length)) > 0) return false;
		at += Math.ceil(length / NFT_REG32_SIZE) * NFT_REG32_SIZE;
	}
	return true;
}

/** Each element begins a range, or ends the one before it, as in rbtree. */
function rangeFinder(elements: readonly Element[]): (key: Uint8Array) => Element | undefined {
	// The next range may begin where one ends.
	const sorted = elements.toSorted(
		(a, b) => Buffer.compare(keyOf(a), keyOf(b)) || Number(isEnd(b)) - Number(isEnd(a)),
	);
	return (key) => {
		let [from, to] = [0, sorted.length];
		while (from < to) {
			const middle = (from + to) >> 1;
			if (Buffer.compare(keyOf(sorted[middle] as Element), key) <= 0) from = middle + 1;
			else to = middle;
		}
		const found = sorted[from - 1];
		return found === undefined || isEnd(found) ? undefined : found;
	};
}
