import * as nft from "../../uapi/nf_tables_const.js";
import { NFT_META_TIME_DAY, NFT_META_TIME_HOUR } from "../../uapi/nf_tables_const.js";
import { booleanType, ctState, isBitmask, isInteger, isString } from "../fact/datatype.js";
import { byteLength, prefixMask, toBytes } from "../fact/value.js";
import { fail } from "../json/error.js";
import type { RelationJson } from "../json/statement.js";
import { isConstant, isSingle } from "../tree/constant.js";
import { bytesOf } from "../tree/data.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation, Statement } from "../tree/evaluation.js";
import {
	type Element,
	type Node,
	type Prefix,
	type Relational,
	type SetLiteral,
	unevaluated,
	type Value,
} from "../tree/node.js";
import { learn } from "../tree/protocol-context.js";
import { isInterval } from "../tree/set.js";
import { isAddressOfAnyVersion } from "./ct.js";
import { askPresence } from "./fib.js";
import { completeRelation } from "./relational-listing.js";
import { declareAnonymous } from "./set-declaration.js";
import { transfer } from "./transfer.js";
/** A comparison, from the document or inserted. */
export function comparison(path: string, op: RelationJson, left: Node, right: Node): Statement {
	if (left.kind === "fib" && right.datatype === booleanType) askPresence(left);
	const relational: Relational = { kind: "relational", path, ...unevaluated, op, left, right };
	return {
		name: "match",
		path,
		match: relational,
		evaluate(evaluation) {
			evaluation.expect({});
			evaluateRelational(relational, evaluation);
		},
		emit: (emitter) => emitRelational(relational, emitter),
	};
}

const isAnyOf = (op: RelationJson): boolean => op === "==" || op === "in";

function evaluateRelational(node: Relational, evaluation: Evaluation): void {
	if (node.right.kind === "set name") node.right = evaluation.evaluate(node.right);
	node.left = evaluation.evaluate(node.left);
	const { expected } = evaluation;
	const isPlain = node.right.kind === "symbol" && saysNothing(node.left);
	if (node.right.kind === "range" && isTimeOfDay(node.left)) crossMidnight(node, evaluation);
	else node.right = evaluation.evaluate(node.right);
	if (isPlain && isNumber(node.right)) node.variable = { value: node.right, expected };
	checkTypes(node);
	if (node.op === "==" || node.op === "!=" || node.op === "in") unwrapSingle(node);
	if (isAnyOf(node.op)) learnFrom(node, evaluation);
	if (node.op === "!") checkNegation(node);
	if (isAnyOf(node.op) || node.op === "!=" || node.op === "!") orderEquality(node, evaluation);
	else orderInequality(node, evaluation);
	const constants =
		node.right.kind === "set reference" && (node.right.set.flags & nft.NFT_SET_ANONYMOUS) !== 0
			? (node.right.set.elements ?? node.right)
			: node.right;
	node.left = transfer(node.left, constants, evaluation, (right) => {
		node.right = right;
	});
}

/** Whether a comparison of this node tells nothing about the packet's headers, and its value is compared as it is. */
const saysNothing = (node: Node): boolean =>
	(node.kind === "payload" || node.kind === "meta" || node.kind === "ct") && !node.isProtocol;

const isNumber = (node: Node): node is Value =>
	node.kind === "value" && isInteger(node.datatype) && !isBitmask(node.datatype);

const isTimeOfDay = (node: Node): boolean =>
	node.kind === "meta" && (node.key === NFT_META_TIME_HOUR || node.key === NFT_META_TIME_DAY);

/** Times are stored in UTC, so one range of local time may be the complement of a range in UTC. */
function crossMidnight(node: Relational, evaluation: Evaluation): void {
	const range = node.right;
	if (range.kind !== "range") return;
	range.low = evaluation.evaluate(range.low);
	range.high = evaluation.evaluate(range.high);
	const { low, high } = range;
	if (low.kind === "value" && high.kind === "value" && low.value > high.value) {
		[range.low, range.high] = [high, low];
		if (isAnyOf(node.op)) node.op = "!=";
		else if (node.op === "!=") node.op = "==";
	}
	node.right = evaluation.evaluate(range);
}

function checkTypes({ left, right }: Relational): void {
	if (!isConstant(right) || right.kind === "map") fail(right, "the right side must be constant");
	if (isConstant(left)) fail(left, "the left side must come from the packet");
	if (left.datatype.id !== right.datatype.id)
		fail(right, `a ${right.datatype.name} compared with a ${left.datatype.name}`);
	const isSecmark =
		(left.kind === "meta" && left.key === nft.NFT_META_SECMARK) ||
		(left.kind === "ct" && left.key === nft.NFT_CT_SECMARK);
	if (isSecmark) fail(right, "a secmark cannot be compared with a constant");
}

/** A set of one value, range or prefix is compared without a set. */
function unwrapSingle(node: Relational): void {
	const { left, right } = node;
	if (left.kind === "concat" || right.kind !== "set" || right.items.length !== 1) return;
	const [item] = right.items as [Element];
	const plain = item.kind === "elem" && item.statements.length === 0;
	if (plain && ["value", "range", "prefix"].includes(item.key.kind)) node.right = item.key;
	const flags = isBitmask(node.right.datatype) && node.right.datatype.id !== ctState.id;
	if (node.op === "in" && flags) node.op = "==";
}

/** Learn from a comparison which header follows. */
function learnFrom({ left, right }: Relational, { protocols }: Evaluation): void {
	if (right.kind === "value") learn(protocols, left, Number(right.value));
	else if (right.kind === "set") {
		for (const item of right.items)
			if (item.kind === "elem" && item.key.kind === "value")
				learn(protocols, left, Number(item.key.value));
	} else if (right.kind === "set reference" && left.kind === "meta") learn(protocols, left, 0);
}

function checkNegation({ left, right }: Relational): void {
	if (left.kind === "binary") fail(left, "a mask cannot be negated");
	if (right.kind !== "value" || !isBitmask(right.datatype))
		fail(right, "only flags can be negated; did you mean !=?");
}

function orderEquality(node: Relational, evaluation: Evaluation): void {
	const { left, right } = node;
	switch (right.kind) {
		case "range":
			node.left = evaluation.inOrder(left, "big");
			right.low = evaluation.inOrder(right.low, "big");
			right.high = evaluation.inOrder(right.high, "big");
			return;
		case "prefix":
			if (left.order !== undefined) right.address = evaluation.inOrder(right.address, left.order);
			return;
		case "value":
			if (left.order !== undefined) node.right = evaluation.inOrder(right, left.order);
			return;
		case "set":
			node.right = declare(left, right, evaluation);
			break;
		case "set reference":
			break;
		default:
			fail(right, `a ${right.kind} cannot be compared; put it into a set`);
	}
	orderLookup(node, evaluation);
}

function declare(left: Node, literal: SetLiteral, evaluation: Evaluation): Node {
	if (literal.items.length === 0) fail(literal, "the set is empty");
	const set = declareAnonymous(evaluation, "__set%d", left, literal, literal.flags);
	const { path, datatype, order, bits } = literal;
	return { kind: "set reference", path, datatype, order, bits, set };
}

function orderLookup(node: Relational, evaluation: Evaluation): void {
	if (node.right.kind !== "set reference") return;
	if (isAddressOfAnyVersion(node.left))
		fail(node.left, "say whether it is an ip or an ip6 address");
	if (isInterval(node.right.set)) node.left = evaluation.inOrder(node.left, "big");
}

function orderInequality(node: Relational, evaluation: Evaluation): void {
	if (node.left.kind === "concat") fail(node.left, `a concatenation has no order for ${node.op}`);
	if (!isSingle(node.right)) fail(node.right, `${node.op} compares with one value`);
	node.left = evaluation.inOrder(node.left, "big");
	node.right = evaluation.inOrder(node.right, "big");
}

const compareOps: Readonly<Record<RelationJson, number>> = {
	"==": nft.NFT_CMP_EQ,
	in: nft.NFT_CMP_EQ,
	"!=": nft.NFT_CMP_NEQ,
	"<": nft.NFT_CMP_LT,
	">": nft.NFT_CMP_GT,
	"<=": nft.NFT_CMP_LTE,
	">=": nft.NFT_CMP_GTE,
	"!": nft.NFT_CMP_EQ,
};

function emitRelational(node: Relational, emitter: Emitter): void {
	const { op, left, right } = node;
	switch (right.kind) {
		case "range":
			emitRange(node, emitter);
			return;
		case "set reference":
			emitter.with(left, (from) =>
				emitter.add("lookup", {
					NFTA_LOOKUP_SREG: registerNumber(from),
					NFTA_LOOKUP_SET: right.set.name,
					NFTA_LOOKUP_SET_ID: right.set.id,
					NFTA_LOOKUP_FLAGS: op === "!=" ? nft.NFT_LOOKUP_F_INV : undefined,
				}),
			);
			return;
		case "prefix":
			emitPrefix(node, right, emitter);
			return;
		default:
			if ((op === "in" || op === "!") && isBitmask(right.datatype)) emitFlags(node, emitter);
			else emitter.with(left, (from) => emitConstant(node, from, emitter));
	}
}

function emitConstant({ op, right, variable }: Relational, from: Register, emitter: Emitter) {
	const bytes = bytesOf(right);
	compare(emitter, from, op, bytes);
	// Only if the match was not merged with a neighbour.
	if (variable !== undefined && variable.value === right)
		emitter.variables.push({ ...variable, path: right.path, bytes });
}

function compare(emitter: Emitter, from: Register, op: RelationJson, bytes: Uint8Array): void {
	emitter.add("cmp", {
		NFTA_CMP_SREG: registerNumber(from),
		NFTA_CMP_OP: compareOps[op],
		NFTA_CMP_DATA: { NFTA_DATA_VALUE: bytes },
	});
}

function emitRange({ op, left, right }: Relational, emitter: Emitter): void {
	if (right.kind !== "range") return;
	emitter.with(left, (from) =>
		emitter.add("range", {
			NFTA_RANGE_SREG: registerNumber(from),
			NFTA_RANGE_OP: compareOps[op],
			NFTA_RANGE_FROM_DATA: { NFTA_DATA_VALUE: bytesOf(right.low) },
			NFTA_RANGE_TO_DATA: { NFTA_DATA_VALUE: bytesOf(right.high) },
		}),
	);
}

function mask(emitter: Emitter, from: Register, bytes: Uint8Array): void {
	emitter.add("bitwise", {
		NFTA_BITWISE_SREG: registerNumber(from),
		NFTA_BITWISE_DREG: registerNumber(from),
		NFTA_BITWISE_LEN: bytes.length,
		NFTA_BITWISE_MASK: { NFTA_DATA_VALUE: bytes },
		NFTA_BITWISE_XOR: { NFTA_DATA_VALUE: new Uint8Array(bytes.length) },
	});
}

/** The whole bytes of a prefix are compared directly; the rest needs a mask. */
function emitPrefix({ op, left }: Relational, prefix: Prefix, emitter: Emitter): void {
	const bytes = bytesOf(prefix.address);
	const length = byteLength(prefix.length);
	const whole = prefix.order === "big" && prefix.length > 0 && prefix.length % 8 === 0;
	if (whole || isString(left.datatype)) {
		left.bits = prefix.length;
		emitter.with(left, (from) => compare(emitter, from, op, bytes.slice(0, length)));
		return;
	}
	emitter.with(left, (from) => {
		const netmask = prefixMask(prefix.bits, prefix.length);
		mask(emitter, from, toBytes(netmask, prefix.order ?? "host", byteLength(prefix.bits)));
		compare(emitter, from, op, bytes);
	});
}

/** `in` holds if any of the flags is set, `!` if none is. A mask that the document gives is compared as it is. */
function emitFlags({ op, left, right }: Relational, emitter: Emitter): void {
	const flags = bytesOf(right);
	emitter.with(left, (from) => {
		if (left.kind === "binary") {
			compare(emitter, from, "==", flags);
			return;
		}
		mask(emitter, from, flags);
		compare(emitter, from, op === "!" ? "==" : "!=", new Uint8Array(flags.length));
	});
}

/** The comparison in a match. */
export const relational = {
	nodes: {
		relational: {
			evaluate: (node) => fail(node, "a comparison is not a value"),
			complete: completeRelation,
		},
	},
} satisfies ExpressionDefinition;
