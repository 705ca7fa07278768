import { concatBytes, fromText, textLength, toBytes } from "./value.js";

/**
 * libnftnl's userdata: records of one byte type, one byte length, which the kernel keeps and does not read.
 * `nft list ruleset` needs them to show comments and what a set's key was written as.
 */
export type Record = readonly [type: number, payload: Uint8Array];

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

export function* records(bytes: Uint8Array): Generator<Record> {
	for (let at = 0; at + 2 <= bytes.length; ) {
		const [type = 0, length = 0] = bytes.subarray(at, at + 2);
		yield [type, bytes.subarray(at + 2, at + 2 + length)];
		at += 2 + length;
	}
}

// Types of the record of a comment: the same in tables, chains, rules, objects and elements.
export const COMMENT = 0;
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
export const ELEMENT_FLAGS = 1;
/** The interval that starts here has no end element: it reaches the largest value. */
export const INTERVAL_OPEN = 1;
