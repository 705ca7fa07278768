import {
	NFT_BITWISE_AND,
	NFT_BITWISE_LSHIFT,
	NFT_BITWISE_MASK_XOR,
	NFT_BITWISE_OR,
	NFT_BITWISE_RSHIFT,
	NFT_BITWISE_XOR,
} from "../../uapi/nf_tables_const.js";
import { integer } from "../fact/datatype.js";
import { bitmask } from "../fact/value.js";
import type { Completion } from "../tree/completion.js";
import type { Binary, Node, Relational, Value } from "../tree/node.js";
import { binary, type Item, type Operator, unevaluated } from "../tree/node.js";
import { constant, type ReadData, type Reading, UnlistableError } from "../tree/reading.js";
import { isAnonymous } from "../tree/set.js";
import { setType } from "../tree/typing.js";
import { trimExthdr } from "./exthdr-listing.js";
import { completePayload, killDependency, trim, trimRaw } from "./payload-listing.js";
import { matchPayload } from "./payload-match.js";

/** Shift constants to where the field that a mask selected begins. */
function shiftConstants(node: Node, shift: number, bits: number): void {
	switch (node.kind) {
		case "value":
			node.value >>= BigInt(shift);
			node.bits = bits;
			break;
		case "range":
			shiftConstants(node.low, shift, bits);
			shiftConstants(node.high, shift, bits);
			break;
		case "prefix":
			shiftConstants(node.address, shift, bits);
			break;
		case "elem":
			shiftConstants(node.key, shift, bits);
			break;
		case "set reference":
			if (isAnonymous(node.set))
				for (const item of node.set.elements?.items ?? []) shiftItem(item, shift, bits);
			break;
	}
}
const shiftItem = (item: Item, shift: number, bits: number): void =>
	shiftConstants(item.kind === "mapping" ? item.key : item, shift, bits);

/**
 * A mask that selects a header field is listed as that field. `right` are the constants that the masked value is
 * compared with or looked up among. Returns the field, or `undefined` if the mask was written in the rule.
 */
export function dropMask(
	{ left, right: mask }: Binary,
	right: Node | undefined,
	relation: Relational | undefined,
	completion: Completion,
): Node | undefined {
	if (mask.kind !== "value") return undefined;
	if (left.kind === "exthdr") {
		const [field, shift] = trimExthdr(left, mask) ?? [];
		if (field === undefined || shift === undefined) return undefined;
		if (right !== undefined) {
			shiftConstants(right, shift, field.bits);
			setType(right, field.datatype, field.order);
		}
		return field;
	}
	if (left.kind !== "payload") return undefined;
	const shift = trim(left, mask, completion.context);
	if (shift !== undefined) {
		if (right !== undefined) shiftConstants(right, shift, left.bits);
		if (relation !== undefined) matchPayload(Object.assign(relation, { left }), left, completion);
		else {
			completePayload(left, completion);
			if (right !== undefined) setType(right, left.datatype, left.order);
			killDependency(left, completion);
		}
		return left;
	}
	if (right?.kind !== "value") return undefined;
	const rawShift = trimRaw(left, mask);
	if (rawShift === undefined) return undefined;
	right.value >>= BigInt(rawShift);
	return left;
}

const isShift = ({ op }: Binary): boolean => op === "<<" || op === ">>";

/** Complete an operation: a mask that selects a field becomes the field. */
export function completeBinary(node: Binary, completion: Completion): Node {
	const field = shiftedField(node, completion);
	if (field !== undefined) return field;
	node.left = completion.complete(node.left);
	const { left, right } = node;
	if (isShift(node)) setType(right, integer, "host");
	else setType(right, left.datatype, right.bits > left.bits ? "host" : left.order);
	if (node.op === "&" && completion.inKey && left.kind === "payload" && right.kind === "value")
		return dropMask(node, right, undefined, completion) ?? node;
	node.right = completion.complete(right);
	if (isShift(node)) Object.assign(node, { datatype: integer, order: "host" });
	else Object.assign(node, { datatype: node.left.datatype, order: node.left.order });
	return node;
}

/** `(field & mask) >> n` is how a field of less than a byte is read as a number. */
function shiftedField(node: Binary, completion: Completion): Node | undefined {
	if (node.op !== ">>") return undefined;
	if (node.left.kind === "byteorder") node.left = node.left.arg;
	const { left } = node;
	if (left.kind !== "binary" || left.op !== "&") return undefined;
	if (left.left.kind !== "exthdr" && left.left.kind !== "payload") return undefined;
	left.left = completion.complete(left.left);
	setType(node.right, integer, "host");
	node.right = completion.complete(node.right);
	return dropMask(left, node.right as Value, undefined, completion) ?? left;
}

const registerOperators: Readonly<Record<number, Operator>> = {
	[NFT_BITWISE_XOR]: "^",
	[NFT_BITWISE_AND]: "&",
	[NFT_BITWISE_OR]: "|",
};

/** Read the kernel's bitwise expression as the operations that it stands for. */
export function readBitwise(data: ReadData<"bitwise">, reading: Reading): void {
	const left = reading.load(data.NFTA_BITWISE_SREG);
	reading.store(data.NFTA_BITWISE_DREG, operation(data, left, reading));
}

function operation(data: ReadData<"bitwise">, left: Node, reading: Reading): Node {
	const { NFTA_BITWISE_OP: op = NFT_BITWISE_MASK_XOR } = data;
	switch (op) {
		case NFT_BITWISE_MASK_XOR:
			return maskXor(data, left);
		case NFT_BITWISE_LSHIFT:
		case NFT_BITWISE_RSHIFT: {
			const by = constant(data.NFTA_BITWISE_DATA?.NFTA_DATA_VALUE);
			const bits = (data.NFTA_BITWISE_LEN ?? 0) * 8;
			const shift = op === NFT_BITWISE_LSHIFT ? "<<" : ">>";
			// A shifted value is in host order, and so are the constants it is looked up among.
			const like = { ...left, datatype: integer, order: "host", bits } as const;
			return binary(shift, left, { ...by, order: "host" }, like);
		}
		default: {
			const operator = registerOperators[op];
			if (operator === undefined) throw new UnlistableError(`bitwise operation ${op}`);
			return binary(operator, left, reading.load(data.NFTA_BITWISE_SREG2));
		}
	}
}

/** `(left & mask) ^ xor`: find out which of "and", "or" and "exclusive or" were written. */
function maskXor(data: ReadData<"bitwise">, left: Node): Node {
	const mask = constant(data.NFTA_BITWISE_MASK?.NFTA_DATA_VALUE);
	const xor = constant(data.NFTA_BITWISE_XOR?.NFTA_DATA_VALUE);
	let m = mask.value;
	let x = xor.value;
	const or = (m & x) ^ x;
	x &= m;
	m |= or;
	let node = left;
	const like = { ...left, ...unevaluated, bits: left.bits };
	const add = (op: Operator, value: bigint): void => {
		node = binary(op, node, { ...mask, value } satisfies Value, like);
	};
	if (m !== bitmask(mask.bits) || mask.bits < left.bits) add("&", m);
	if (x !== 0n) add("^", x);
	if (or !== 0n) add("|", or);
	return node;
}

/** `a | b | c` as a list of three. */
export function listOf(node: Node): Node {
	const items: Node[] = [];
	const collect = (at: Node): void => {
		if (at.kind !== "binary" || at.op !== "|") items.push(at);
		else for (const side of [at.left, at.right]) collect(side);
	};
	collect(node);
	return items.length === 1 ? node : { ...node, kind: "list", items };
}
