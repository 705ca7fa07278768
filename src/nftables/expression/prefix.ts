import { isInteger } from "../fact/datatype.js";
import { bitmask, lowestBit, prefixMask } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Node, Prefix, Range } from "../tree/node.js";
import { unevaluated } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";

function parsePrefix(at: Cursor, parser: Parser): Prefix {
	const { addr, len } = at.fields(["addr", "len"]);
	return {
		kind: "prefix",
		path: at.path,
		...unevaluated,
		address: parser.expression(addr),
		length: len.integer(0, 512),
	};
}

function evaluatePrefix(node: Prefix, evaluation: Evaluation): Node {
	const address = evaluation.evaluate(node.address);
	if (address.kind !== "value" || !isInteger(address.datatype))
		return fail(node, "only a constant address has a prefix");
	if (node.length > address.bits)
		fail(node, `/${node.length} does not fit a ${address.datatype.name} of ${address.bits} bits`);
	address.value &= prefixMask(address.bits, node.length);
	const { datatype, order, bits } = address;
	return { ...node, datatype, order, bits, address };
}

/** Where an address is assigned and not compared, a prefix means all addresses that it covers. */
export function prefixToRange(node: Prefix): Range {
	const { path, datatype, order, bits, address } = node;
	if (address.kind !== "value" || !isInteger(datatype))
		return fail(node, "only a constant address can be a prefix here");
	const low = { ...address };
	const high = { ...address, value: address.value | bitmask(bits - node.length) };
	return { kind: "range", path, datatype, order, bits, low, high };
}

/** A range that covers exactly one prefix is listed as that prefix. */
export function rangeToPrefix(node: Range): Node {
	const { low, high, bits } = node;
	if (low.kind !== "value" || high.kind !== "value") return node;
	const host = low.value ^ high.value;
	const length = bits - host.toString(2).replace(/^0$/, "").length;
	if (host !== bitmask(bits - length)) return node;
	const lowest = lowestBit(low.value);
	if (lowest !== undefined && lowest < bits - length) return node;
	return { ...node, kind: "prefix", address: low, length };
}

/** A network: an address and the number of its significant bits. */
export const prefix = {
	parse: { prefix: parsePrefix },
	nodes: {
		prefix: {
			evaluate: evaluatePrefix,
			complete: (node, completion) =>
				Object.assign(node, { address: completion.complete(node.address) }),
			print: (node, printer) => ({
				prefix: { addr: printer.node(node.address), len: node.length },
			}),
		},
	},
} satisfies ExpressionDefinition;
