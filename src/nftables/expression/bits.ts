import { integer } from "../fact/datatype.js";
import { bitmask, byteLength } from "../fact/value.js";
import { value } from "../tree/constant.js";
import type { Evaluation } from "../tree/evaluation.js";
import { binary, type Exthdr, type Node, type Payload } from "../tree/node.js";

/** Whether a field begins and ends on a byte boundary. */
export const isByteAligned = ({ offset, bits }: { offset: number; bits: number }): boolean =>
	offset % 8 === 0 && bits % 8 === 0;

/** How far the field is from the low end of the bytes that contain it, and how many other bits those bytes have. */
export function placement(bits: number, offset: number): { shift: number; extra: number } {
	const rounded = (bits + 7) & ~7;
	let shift = rounded - ((offset % 8) + bits);
	let extra = 0;
	for (; shift < 0; shift += 8) extra += 8;
	return { shift, extra };
}

/** A field that does not consist of whole bytes is loaded with its neighbours, masked and shifted. */
export function maskField(node: Payload | Exthdr, evaluation: Evaluation): Node {
	if (evaluation.statement?.writesPayload === true) return node;
	const { path, bits, datatype } = node;
	const { shift, extra } = placement(bits, node.offset);
	const width = bits + shift;
	const mask = value(path, integer, "host", width, bitmask(bits) << BigInt(shift));
	const masked = binary("&", node, mask, { path, datatype, order: node.order, bits: width });
	node.bits += extra;
	if (shift === 0) return masked;
	const used = evaluation.expected.key !== undefined || evaluation.statementBits > 0;
	const convert = used && byteLength(width) > 1;
	const source: Node = convert
		? { kind: "byteorder", path, datatype, order: "host", bits: width, op: "ntoh", arg: masked }
		: masked;
	const by = value(path, integer, "host", 8, BigInt(shift));
	return binary(">>", source, by, {
		path,
		datatype,
		order: convert ? "host" : node.order,
		bits: width,
	});
}
