import { type Datatype, isBitmask, isString } from "../fact/datatype.js";
import { byteLength, fromText, type Order, swapOrder, toBytes } from "../fact/value.js";
import type { Completion } from "../tree/completion.js";
import { binary, type Concat, type Node, type Value, value } from "../tree/node.js";
import { isInterval } from "../tree/set.js";

const STAR = 0x2a;

/** Say what a node is; its parts are the same. */
export function setType(node: Node, datatype: Datatype, order: Order | undefined): void {
	switch (node.kind) {
		case "prefix":
			setType(node.address, datatype, order);
			break;
		case "range":
			setType(node.low, datatype, order);
			setType(node.high, datatype, order);
			break;
		case "elem":
			setType(node.key, datatype, order);
			break;
		case "mapping":
			setType(node.key, datatype, order);
			break;
		case "set reference":
			for (const item of node.set.name.startsWith("__") ? (node.set.elements?.items ?? []) : [])
				setType(item, datatype, order);
			break;
		default:
			node.datatype = datatype;
			node.order = order;
	}
}

/** A constant whose type is known by now. */
export function completeValue(node: Value, { set }: Completion): Node {
	const ranges = set !== undefined && isInterval(set);
	if (node.order === "host" && !ranges) node.value = swapOrder(node.value, byteLength(node.bits));
	if (isString(node.datatype)) return completeString(node);
	return isBitmask(node.datatype) ? flags(node) : node;
}

const decoder = new TextDecoder();
/** A string without its NUL is the beginning of what it matches. */
function completeString(node: Value): Value {
	const bytes = toBytes(node.value, "host", byteLength(node.bits));
	const end = bytes.indexOf(0);
	const text = decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
	if (end < 0) return stringValue(node, `${text}*`);
	return text.charCodeAt(text.length - 1) === STAR
		? stringValue(node, `${text.slice(0, -1)}\\*`)
		: node;
}
export function stringValue({ path, datatype }: Node, text: string): Value {
	const bits = (Buffer.byteLength(text) + 1) * 8;
	return value(path, datatype, "host", bits, fromText(text));
}

/** Several flags are the sum of each. */
export function flags(node: Value): Node {
	let sum: Node | undefined;
	for (let bit = 1n; bit <= node.value; bit <<= 1n) {
		if ((node.value & bit) === 0n) continue;
		const flag: Value = { ...node, value: bit };
		sum = sum === undefined ? flag : binary("|", sum, flag, flag);
	}
	return sum ?? node;
}

/** A concatenation: what its type says its parts are goes before what they are by themselves. */
export function completeConcat(node: Concat, completion: Completion): Node {
	const { inKey } = completion;
	completion.inKey = true;
	const { fields } = node.datatype;
	for (const [i, part] of node.parts.entries()) {
		const field = fields?.[i];
		if (field !== undefined) setType(part, field, field.order);
		node.parts[i] = completion.complete(part);
	}
	completion.inKey = inKey;
	return node;
}
