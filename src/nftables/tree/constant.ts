import type { Datatype } from "../fact/datatype.js";
import type { Order } from "../fact/value.js";
import type { Node, Value } from "./node.js";
/** Whether the value is known without a packet. A lookup in a map counts as known, because its data is. */
export function isConstant(node: Node): boolean {
	switch (node.kind) {
		case "value":
		case "verdict":
		case "set":
		case "set reference":
		case "catchall":
		case "prefix":
		case "range":
		case "map":
		case "mapping":
			return true;
		case "elem":
			return isConstant(node.key);
		case "concat":
			return node.parts.every(isConstant);
		default:
			return false;
	}
}

/** Whether the node stands for one value and not for several. */
export function isSingle(node: Node): boolean {
	switch (node.kind) {
		case "value":
		case "verdict":
		case "catchall":
			return true;
		case "elem":
			return isSingle(node.key);
		case "mapping":
			return isSingle(node.key);
		case "concat":
			return node.parts.every(isSingle);
		default:
			return false;
	}
}

/** A constant. */
export const value = (
	path: string,
	datatype: Datatype,
	order: Order | undefined,
	bits: number,
	number: bigint,
): Value => ({ kind: "value", path, datatype, order, bits, value: number });
