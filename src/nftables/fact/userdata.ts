import { concatBytes, fromText, textLength, toBytes } from "./value.js";

/**
 * libnftnl's userdata: records of one byte type, one byte length and a payload, which the kernel stores without
 * reading. `nft list ruleset` needs them for comments, and for the expression that a set's key was declared with.
 */
export type Record = readonly [type: number, payload: Uint8Array];

/** The bytes of a record. */
export function record(type: number, payload: Uint8Array): Uint8Array {
	return concatBytes(Uint8Array.of(type, payload.length), payload);
}
/** A record with a number in host order. */
export const u32 = (type: number, value: number): Uint8Array =>
	record(type, toBytes(BigInt(value >>> 0), "host", 4));

/** A record with a string and its NUL. */
export const text = (type: number, string: string): Uint8Array =>
	record(type, toBytes(fromText(string), "host", textLength(string) + 1));

/** The longest comment that fits: the length of a record is one byte. */
export const MAX_COMMENT = 128;

/** The records of userdata in order. */
export function* records(bytes: Uint8Array): Generator<Record> {
	for (let at = 0; at + 2 <= bytes.length; ) {
		const [type = 0, length = 0] = bytes.subarray(at, at + 2);
		yield [type, bytes.subarray(at + 2, at + 2 + length)];
		at += 2 + length;
	}
}

/** The type of a record with a comment. It is the same for tables, chains, rules, objects and elements. */
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
/** The type of the record with the flags of an element. */
export const ELEMENT_FLAGS = 1;
/** The interval that starts here has no end element, because it reaches the greatest value. */
export const INTERVAL_OPEN = 1;

const decoder = new TextDecoder();
/** The member `comment` of a listing. Without a comment there is no such member. */
export function commentOf(
	userdata: Uint8Array | undefined,
	type: number = COMMENT,
): { readonly comment?: string } {
	for (const [found, text] of userdata === undefined ? [] : records(userdata))
		if (found === type) return { comment: decoder.decode(text.subarray(0, -1)) };
	return {};
}
