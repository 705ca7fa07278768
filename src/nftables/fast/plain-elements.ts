import { Writer } from "../../netlink/bytes.js";
import { type AnyMessage, NLA_F_NESTED } from "../../netlink/schema.js";
import { NLA_HDRLEN } from "../../uapi/netlink.js";
import { NFT_MSG_NEWSETELEM, setElemListAttrs } from "../../uapi/nf_tables.js";
import { parseImmediate } from "../expression/immediate.js";
import { parseQuad } from "../fact/address.js";
import { ipv4Addr, isBitmask, isInteger } from "../fact/datatype.js";
import { MAX_LIST_BYTES } from "../fact/element-list.js";
import { byteLength } from "../fact/value.js";
import { Cursor } from "../json/cursor.js";
import { bytesOf } from "../tree/data.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { SetDeclaration } from "../tree/node.js";
import { isInterval, isMap } from "../tree/set.js";

// This file exists for speed alone: without it elements would be evaluated one by one, with the same result.

/** Whether a number of a fixed width fully describes an element of this set. */
const isPlain = (set: SetDeclaration): boolean =>
	!isInterval(set) &&
	!isMap(set) &&
	set.statements.length === 0 &&
	set.key.kind !== "concat" &&
	isInteger(set.key.datatype) &&
	!isBitmask(set.key.datatype);

/** An encoded list with one element with this key, and the offset of the key in it. */
function layout(key: Uint8Array): { readonly bytes: Uint8Array; readonly offset: number } {
	const encoded = (value: Uint8Array): Uint8Array => {
		const writer = new Writer();
		const elements = [{ NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: value } }];
		setElemListAttrs.write(writer, { NFTA_SET_ELEM_LIST_ELEMENTS: elements });
		return writer.finish().subarray(NLA_HDRLEN);
	};
	const bytes = encoded(key);
	const other = encoded(key.map((byte) => ~byte));
	return { bytes, offset: bytes.findIndex((byte, i) => byte !== other[i]) };
}

/**
 * Encode elements that have only a key, as most elements of large sets, while they are read, in lists that fit into a
 * message. Returns `undefined` if any element has more or is wrong: then all are evaluated in the ordinary way.
 */
export function encodePlain(
	set: SetDeclaration,
	json: readonly unknown[],
	evaluation: Evaluation,
): readonly Uint8Array[] | undefined {
	if (!isPlain(set)) return undefined;
	const length = byteLength(set.key.bits);
	const { bytes, offset } = layout(new Uint8Array(length));
	const isAddress = set.key.datatype === ipv4Addr;
	const each = Math.floor(MAX_LIST_BYTES / bytes.length);
	const lists: Uint8Array[] = [];
	for (let from = 0; from < json.length; from += each) {
		const count = Math.min(each, json.length - from);
		const list = new Uint8Array(count * bytes.length);
		for (let i = 0; i < count; i++) {
			const at = i * bytes.length;
			list.set(bytes, at);
			// An address in its usual notation is written as a number, without a node in between.
			const one = json[from + i];
			const quad = isAddress && typeof one === "string" ? parseQuad(one) : undefined;
			if (quad !== undefined) {
				putAddress(list, at + offset, quad);
				continue;
			}
			const key = encodeKey(set, one, evaluation);
			if (key === undefined) return undefined;
			list.set(key, at + offset);
		}
		lists.push(list);
	}
	return lists;
}

/** Write an address as four bytes in network order. */
export function putAddress(bytes: Uint8Array, at: number, address: number): void {
	bytes[at] = address >>> 24;
	bytes[at + 1] = address >>> 16;
	bytes[at + 2] = address >>> 8;
	bytes[at + 3] = address;
}

function encodeKey(
	{ key }: SetDeclaration,
	json: unknown,
	evaluation: Evaluation,
): Uint8Array | undefined {
	if (typeof json !== "string" && typeof json !== "number") return undefined;
	try {
		const node = parseImmediate(new Cursor(json));
		if (node.kind !== "symbol") return undefined;
		evaluation.expectLike(key);
		const value = evaluation.evaluate(node);
		if (value.kind !== "value" || value.bits !== key.bits) return undefined;
		return bytesOf(value);
	} catch {
		// The ordinary evaluation reports which element is wrong.
		return undefined;
	}
}

/** NFT_MSG_NEWSETELEM with elements that are already encoded. */
export const newElements = (of: {
	readonly nfgen_family: number;
	readonly NFTA_SET_ELEM_LIST_TABLE: string;
	readonly NFTA_SET_ELEM_LIST_SET: string;
	readonly NFTA_SET_ELEM_LIST_SET_ID: number | undefined;
}): AnyMessage => ({
	...(NFT_MSG_NEWSETELEM as unknown as AnyMessage),
	write(w, list: Uint8Array) {
		NFT_MSG_NEWSETELEM.write(w, of);
		const [type] = setElemListAttrs.parts.NFTA_SET_ELEM_LIST_ELEMENTS ?? [0];
		const at = w.beginAttr(type | NLA_F_NESTED);
		w.append(list);
		w.endAttr(at);
	},
});
