import type { In } from "../../netlink/codec.js";
import type { dataAttrs } from "../../uapi/nf_tables_data.js";
import { isInteger } from "../fact/datatype.js";
import { byteLength, concatBytes, type Order, padded, toBytes } from "../fact/value.js";
import { fail } from "../json/error.js";
import { isSingle } from "./constant.js";
import { bounds } from "./interval.js";
import type { Concat, Node } from "./node.js";

type Data = In<typeof dataAttrs>;

/** The bytes of a constant, in its own byte order or another. @throws NftError */
export const bytesOf = (node: Node, order: Order | undefined = node.order): Uint8Array =>
	node.kind === "value"
		? toBytes(node.value, order ?? "host", byteLength(node.bits))
		: fail(node, `a ${node.kind} is not a single value`);

const padTo = (bytes: Uint8Array, length: number): Uint8Array => {
	const out = new Uint8Array(length);
	out.set(bytes);
	return out;
};

type End = "low" | "high";

/** One field of a concatenated key or of concatenated data, at the low or the high end of its range. */
function field(part: Node, end: End, ranges: boolean): Uint8Array {
	const length = padded(part.bits) / 8;
	if (part.kind === "range") {
		const at = part[end];
		return padTo(bytesOf(at, ranges && isInteger(at.datatype) ? "big" : at.order), length);
	}
	if (part.kind === "prefix") {
		const [low, high] = bounds({ ...part });
		const bytes = byteLength(part.bits);
		return padTo(toBytes(end === "low" ? low : high, "big", bytes), length);
	}
	return padTo(bytesOf(part, ranges && isInteger(part.datatype) ? "big" : part.order), length);
}

/** The fields of a concatenation, each padded to a whole register of 32 bits. */
export const fieldsOf = (node: Concat, end: End, ranges: boolean): Uint8Array =>
	concatBytes(...node.parts.map((part) => field(part, end, ranges)));

function rangeData(node: Node): Uint8Array {
	const [low, high] = bounds(node);
	const order = node.kind === "range" ? node.low.order : node.order;
	const length = padded(node.kind === "range" ? node.low.bits : node.bits) / 8;
	const bytes = byteLength(node.kind === "range" ? node.low.bits : node.bits);
	return concatBytes(...[low, high].map((v) => padTo(toBytes(v, order ?? "big", bytes), length)));
}

/** The data that a map has for a key. */
export function dataOf(node: Node): Data {
	switch (node.kind) {
		case "verdict":
			return {
				NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: node.code, NFTA_VERDICT_CHAIN: node.chain },
			};
		case "range":
		case "prefix":
			return { NFTA_DATA_VALUE: rangeData(node) };
		case "concat":
			if (isSingle(node)) return { NFTA_DATA_VALUE: fieldsOf(node, "low", false) };
			return {
				NFTA_DATA_VALUE: concatBytes(fieldsOf(node, "low", false), fieldsOf(node, "high", false)),
			};
		default:
			return { NFTA_DATA_VALUE: bytesOf(node) };
	}
}

/** The name of an object, which is stored as bytes like every string constant. */
export function objectName(node: Node): string {
	const bytes = bytesOf(node);
	const nul = bytes.indexOf(0);
	return new TextDecoder().decode(nul < 0 ? bytes : bytes.subarray(0, nul));
}
