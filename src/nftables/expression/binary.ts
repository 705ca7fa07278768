import {
	NFT_BITWISE_AND,
	NFT_BITWISE_LSHIFT,
	NFT_BITWISE_MASK_XOR,
	NFT_BITWISE_OR,
	NFT_BITWISE_RSHIFT,
	NFT_BITWISE_XOR,
} from "../../uapi/nf_tables_const.js";
import { integer, isInteger, isString } from "../fact/datatype.js";
import { bitmask, byteLength, toBytes } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import { isConstant, value } from "../tree/constant.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import { type Binary, type Node, type Operator, unevaluated } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { Printer } from "../tree/printer.js";
import { completeBinary, readBitwise } from "./binary-listing.js";

/** The longest chain of operations. The kernel has no chains; it gets one mask and one xor. */
const MAX_CHAIN = 16;

const parseBinary =
	(op: Operator) =>
	(at: Cursor, parser: Parser): Binary => {
		const [first, second, ...rest] = at.list().map((operand) => parser.expression(operand));
		if (first === undefined || second === undefined) throw at.fail(`${op} takes two operands`);
		const join = (left: Node, right: Node): Binary => ({
			kind: "binary",
			path: at.path,
			...unevaluated,
			op,
			left,
			right,
		});
		return rest.reduce<Binary>(join, join(first, second));
	};

const isShift = (op: Operator): boolean => op === "<<" || op === ">>";

function evaluateBinary(node: Binary, evaluation: Evaluation): Node {
	const { op } = node;
	const expected = evaluation.expected.bits;
	node.left = evaluation.evaluate(node.left);
	if (isShift(op))
		evaluation.expect({
			datatype: integer,
			order: node.left.order,
			bits: Math.max(expected, node.left.bits),
		});
	node.right = evaluation.evaluate(node.right);
	if (isConstant(node.left) && !isConstant(node.right))
		[node.left, node.right] = [node.right, node.left];
	const { left, right } = node;
	if (!isInteger(left.datatype) && !isString(left.datatype))
		fail(node, `${op} is not defined for a ${left.datatype.name}`);
	if (isInteger(left.datatype) !== isInteger(right.datatype))
		fail(node, `${op} of a ${left.datatype.name} and a ${right.datatype.name}`);
	for (const operand of [left, right])
		if (isConstant(operand) && operand.kind !== "value" && operand.kind !== "map")
			fail(operand, `${op} is not defined for a ${operand.kind}`);
	const result = isShift(op) ? evaluateShift(node, evaluation) : evaluateBitwise(node, evaluation);
	checkChain(result);
	return result;
}

function checkChain(node: Node): void {
	let length = 0;
	for (let at = node; at.kind === "binary"; at = at.left)
		if (++length >= MAX_CHAIN) fail(node, `more than ${MAX_CHAIN} operations in a row`);
}

function evaluateShift(node: Binary, evaluation: Evaluation): Node {
	const { left, right } = node;
	if (right.kind !== "value") return fail(right, "a shift is by a constant number of bits");
	const bits = Math.max(evaluation.statementBits, left.bits);
	// The kernel refuses a shift by zero, and nft leaves it out.
	if (right.value === 0n) return left;
	if (right.value >= BigInt(bits)) fail(right, `a shift by ${right.value} of ${bits} bits`);
	node.left = evaluation.inOrder(left, "host");
	right.order = "host";
	node.datatype = integer;
	node.order = "host";
	node.bits = bits;
	return fold(node, evaluation);
}

function evaluateBitwise(node: Binary, evaluation: Evaluation): Node {
	const wider = evaluation.statementBits > node.left.bits;
	if (wider) node.left = evaluation.inOrder(node.left, "host");
	const { left } = node;
	node.datatype = wider ? integer : left.datatype;
	node.order = wider ? "host" : left.order;
	node.bits = wider ? evaluation.statementBits : left.bits;
	if (node.order !== undefined) node.right = evaluation.inOrder(node.right, node.order);
	return fold(node, evaluation);
}

/** Evaluate an operation on two constants. */
function fold(node: Binary, evaluation: Evaluation): Node {
	const { left, right, bits } = node;
	if (left.kind !== "value" || right.kind !== "value") return node;
	const result = value(
		node.path,
		node.datatype,
		node.order,
		bits,
		apply(node.op, left.value, right.value, bits),
	);
	return evaluation.evaluate(result);
}
function apply(op: Operator, a: bigint, b: bigint, bits: number): bigint {
	const mask = bitmask(bits);
	switch (op) {
		case "&":
			return a & b & mask;
		case "|":
			return (a | b) & mask;
		case "^":
			return (a ^ b) & mask;
		case "<<":
			return (a << b) & mask;
		case ">>":
			return (a & mask) >> b;
	}
}

function loadBinary(node: Binary, emitter: Emitter, to: Register): void {
	if (isShift(node.op)) loadShift(node, emitter, to);
	else if (node.right.kind === "value") loadMask(node, emitter, to);
	else loadBoolean(node, emitter, to);
}

function loadShift({ op, left, right, bits }: Binary, emitter: Emitter, to: Register): void {
	emitter.load(left, to);
	const by = right.kind === "value" ? right.value : fail(right, "a shift is by a constant");
	emitter.add("bitwise", {
		NFTA_BITWISE_SREG: registerNumber(to),
		NFTA_BITWISE_DREG: registerNumber(to),
		NFTA_BITWISE_OP: op === "<<" ? NFT_BITWISE_LSHIFT : NFT_BITWISE_RSHIFT,
		NFTA_BITWISE_LEN: byteLength(bits),
		NFTA_BITWISE_DATA: { NFTA_DATA_VALUE: toBytes(by, "host", 4) },
	});
}

/** A chain such as `x & a | b ^ c …` is one mask and one xor: (x & mask) ^ xor. */
function loadMask(node: Binary, emitter: Emitter, to: Register): void {
	const chain: Binary[] = [];
	let at: Node = node;
	while (at.kind === "binary" && at.right.kind === "value" && !isShift(at.op)) {
		chain.push(at);
		at = at.left;
	}
	emitter.load(at, to);
	const all = bitmask(node.bits);
	let mask = all;
	let xor = 0n;
	for (const { op, right } of chain.reverse()) {
		const operand = right.kind === "value" ? right.value : 0n;
		const keep = op === "&" ? operand : op === "|" ? all & ~operand : all;
		xor = (op === "&" ? 0n : operand) ^ (xor & keep);
		mask &= keep;
	}
	const length = byteLength(node.bits);
	const data = (number: bigint) => ({
		NFTA_DATA_VALUE: toBytes(number, node.order ?? "host", length),
	});
	emitter.add("bitwise", {
		NFTA_BITWISE_SREG: registerNumber(to),
		NFTA_BITWISE_DREG: registerNumber(to),
		NFTA_BITWISE_OP: NFT_BITWISE_MASK_XOR,
		NFTA_BITWISE_LEN: length,
		NFTA_BITWISE_MASK: data(mask),
		NFTA_BITWISE_XOR: data(xor),
	});
}

/** Both operands come from the packet, which takes Linux 6.13. */
function loadBoolean({ op, left, right, bits }: Binary, emitter: Emitter, to: Register): void {
	emitter.load(left, to);
	const operand = emitter.source(right);
	const ops = { "&": NFT_BITWISE_AND, "|": NFT_BITWISE_OR, "^": NFT_BITWISE_XOR } as const;
	emitter.add("bitwise", {
		NFTA_BITWISE_SREG: registerNumber(to),
		NFTA_BITWISE_DREG: registerNumber(to),
		NFTA_BITWISE_OP: ops[op as keyof typeof ops],
		NFTA_BITWISE_LEN: byteLength(bits),
		NFTA_BITWISE_SREG2: registerNumber(operand),
	});
}

/** `a | b | c` is one operation with three operands. */
function operands(op: Binary["op"], node: Node, printer: Printer): Expression[] {
	if (node.kind !== "binary" || node.op !== op) return [printer.node(node)];
	return [...operands(op, node.left, printer), ...operands(op, node.right, printer)];
}
function printBinary(node: Binary, printer: Printer): Expression {
	return { [node.op]: operands(node.op, node, printer) } as unknown as Expression;
}

/** Bitwise operations. More than two operands are combined from the left. */
export const binary = {
	parse: {
		"|": parseBinary("|"),
		"^": parseBinary("^"),
		"&": parseBinary("&"),
		">>": parseBinary(">>"),
		"<<": parseBinary("<<"),
	},
	read: { bitwise: readBitwise },
	nodes: {
		binary: {
			evaluate: evaluateBinary,
			load: loadBinary,
			complete: completeBinary,
			print: printBinary,
		},
	},
} satisfies ExpressionDefinition;
