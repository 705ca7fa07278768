import { isInteger } from "../fact/datatype.js";
import { bitmask, prefixMask } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Node, Prefix, Range } from "../tree/node.js";
import { unevaluated } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";

export function parsePrefix(at: Cursor, parser: Parser): Prefix {
	const { addr, len } = at.fields(["addr", "len"]);
	return {
		kind: "prefix",
		path: at.path,
		...unevaluated,
		address: parser.expression(addr),
		length: len.integer(0, 512),
	};
}

export function evaluatePrefix(node: Prefix, evaluation: Evaluation): Node {
	const address = evaluation.evaluate(node.address);
	if (address.kind !== "value" || !isInteger(address.datatype))
		return fail(node, "only a constant address has a prefix");
	if (node.length > address.bits)
		fail(node, `/${node.length} does not fit a ${address.datatype.name} of ${address.bits} bits`);
	address.value &= prefixMask(address.bits, node.length);
	const { datatype, order, bits } = address;
	return { ...node, datatype, order, bits, address };
}

/** Where an address is written instead of compared, a prefix means every address it covers. */
export function prefixToRange(node: Prefix): Range {
	const { path, datatype, order, bits, address } = node;
	if (address.kind !== "value" || !isInteger(datatype))
		return fail(node, "only a constant address can be a prefix here");
	const low = { ...address };
	const high = { ...address, value: address.value | bitmask(bits - node.length) };
	return { kind: "range", path, datatype, order, bits, low, high };
}
