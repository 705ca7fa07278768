import { prefixToRange } from "../expression/prefix.js";
import { compatible, type Datatype, integer, ipv4Addr, isInteger, mark } from "../fact/datatype.js";
import type { Order } from "../fact/value.js";
import { fail } from "../json/error.js";
import { isConstant } from "../tree/constant.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Node } from "../tree/node.js";

/** What a statement writes to: its type, width and byte order. */
export interface Target {
	readonly datatype: Datatype;
	readonly bits: number;
	readonly order: Order | undefined;
}

/** Evaluate the value that a statement writes. */
export function evaluateArgument(node: Node, target: Target, evaluation: Evaluation): Node {
	evaluation.expect(target);
	return checkArgument(evaluation.evaluate(node), target, evaluation);
}

/** Check that an evaluated value can be written, and convert it. */
export function checkArgument(node: Node, target: Target, evaluation: Evaluation): Node {
	const { datatype, bits, order } = target;
	const isRaw = node.kind === "payload" && node.datatype.id === integer.id;
	if (isRaw && (!isInteger(datatype) || node.bits !== bits))
		fail(node, `a field of ${node.bits} bits where a ${datatype.name} is written`);
	if (!compatible(datatype, node.datatype))
		fail(node, `a ${node.datatype.name} where a ${datatype.name} is written`);
	const isMark = datatype === mark && isInteger(node.datatype);
	if (isMark && !isConstant(node))
		return order === undefined ? node : evaluation.inOrder(node, order);
	switch (node.kind) {
		case "set":
		case "set reference":
			return fail(node, "a set has no one value to write");
		case "rt":
			return order === undefined ? node : evaluation.inOrder(node, order);
		case "prefix":
			return prefixToRange(node);
		case "numgen":
			return datatype === ipv4Addr ? evaluation.inOrder(node, "big") : node;
		default:
			return node;
	}
}

/** Reject a range where one value is needed. @throws NftError */
export function rejectRange(node: Node): Node {
	return node.kind === "range" ? fail(node, "a range cannot be written here") : node;
}
