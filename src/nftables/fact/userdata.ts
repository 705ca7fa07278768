import { concatBytes, fromText, textLength, toBytes } from "./value.js";

/**
 * libnftnl's userdata: records of one byte type, one byte length, which the kernel keeps and does not read.
 * `nft list ruleset` needs them to show comments and what a set's key was written as.
 */
export type Record = readonly [type: number, payload: Uint8Array];

/** The bytes of a record. */
export function record(type: number, payload: Uint8Array): Uint8Array {
	return concatBytes(Uint8Array.of(type, payload.length), payload);
}
/** Numbers are in host order. */
export const u32 = (type: number, value: number): Uint8Array =>
	record(type, toBytes(BigInt(value >>> 0), "host", 4));

/** A string with its NUL. */
export const text = (type: number, string: string): Uint8Array =>
	record(type, toBytes(fromText(string), "host", textLength(string) + 1));

/** Longest comment that fits: a record's length is one byte. */
export const MAX_COMMENT = 128;

/** The records of userdata, in their order. */
export function* records(bytes: Uint8Array): Generator<Record> {
	for (let at = 0; at + 2 <= bytes.length; ) {
		const [type = 0, length = 0] = bytes.subarray(at, at + 2);
		yield [type, bytes.subarray(at + 2, at + 2 + length)];
		at += 2 + length;
	}
}

/** The type of a comment's record: the same in tables, chains, rules, objects and elements. */
export const COMMENT = 0;
/** The types of a set's records: enum nftnl_udata_set_types. */
export const SET = {
	KEY_BYTEORDER: 0,
	DATA_BYTEORDER: 1,
	MERGE_ELEMENTS: 2,
	KEY_TYPEOF: 3,
	DATA_TYPEOF: 4,
	EXPR: 5,
	DATA_INTERVAL: 6,
	COMMENT: 7,
} as const;
/** The type of the record with an element's flags. */
export const ELEMENT_FLAGS = 1;
/** The interval that starts here has no end element: it reaches the largest value. */
export const INTERVAL_OPEN = 1;

const decoder = new TextDecoder();
/** The member `comment` of a listing. Without a comment there is no member. */
export function commentOf(
	userdata: Uint8Array | undefined,
	type: number = COMMENT,
): { readonly comment?: string } {
	for (const [found, text] of userdata === undefined ? [] : records(userdata))
		if (found === type) return { comment: decoder.decode(text.subarray(0, -1)) };
	return {};
}
