import {
	NFT_CMP_EQ,
	NFT_CMP_GT,
	NFT_CMP_GTE,
	NFT_CMP_LT,
	NFT_CMP_LTE,
	NFT_CMP_NEQ,
	NFT_LOOKUP_F_INV,
	NFT_RANGE_NEQ,
} from "../../uapi/nf_tables_const.js";
import { readKey, referenceTo } from "../expression/map.js";
import { listedMatch } from "../expression/payload-match.js";
import { comparison } from "../expression/relational.js";
import { relation } from "../expression/relational-listing.js";
import { isString } from "../fact/datatype.js";
import { bitmask, padded } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import type { RelationJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import type { Node, Relational, Value } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import {
	constant,
	PATH,
	type ReadData,
	type Reading,
	range,
	UnlistableError,
} from "../tree/reading.js";

const relations: Readonly<Record<RelationJson, RelationJson>> = {
	"==": "==",
	"!=": "!=",
	"<": "<",
	">": ">",
	"<=": "<=",
	">=": ">=",
	in: "in",
	"!": "!",
};

function parseMatch(at: Cursor, parser: Parser): Statement {
	const json = at.fields(["op", "left", "right"]);
	const op = json.op.oneOf(relations);
	return comparison(at.path, op, parser.expression(json.left), parser.expression(json.right));
}

const comparisons: Readonly<Record<number, RelationJson>> = {
	[NFT_CMP_EQ]: "==",
	[NFT_CMP_NEQ]: "!=",
	[NFT_CMP_LT]: "<",
	[NFT_CMP_LTE]: "<=",
	[NFT_CMP_GT]: ">",
	[NFT_CMP_GTE]: ">=",
};

function listCmp(data: ReadData<"cmp">, reading: Reading): Listed {
	const right = constant(data.NFTA_CMP_DATA?.NFTA_DATA_VALUE);
	const op = comparisons[data.NFTA_CMP_OP ?? NFT_CMP_EQ] ?? "==";
	const left = reading.load(data.NFTA_CMP_SREG);
	return listedMatch(compare(op, left, right, data, reading));
}

function compare(
	op: RelationJson,
	left: Node,
	right: Value,
	data: ReadData<"cmp">,
	reading: Reading,
): Relational {
	if (left.bits > right.bits && !isString(left.datatype)) {
		const value = right.value << BigInt(left.bits - right.bits);
		const address: Value = { ...right, value, bits: left.bits };
		return relation(op, left, { ...right, kind: "prefix", address, length: right.bits });
	}
	if (left.bits === 0 || left.bits >= right.bits) return relation(op, left, right);
	if (left.kind === "fib") return relation(op, left, withoutPadding(right, left.bits));
	const concat = reading.load(data.NFTA_CMP_SREG, right.bits);
	const parts = concat.kind === "concat" ? concat.parts : [];
	let rest = right.bits;
	const values = parts.map((part): Value => {
		rest -= padded(part.bits);
		const value = right.value >> BigInt(rest + padded(part.bits) - part.bits);
		return { ...right, bits: part.bits, value: value & bitmask(part.bits) };
	});
	return relation(op, concat, { ...concat, kind: "concat", parts: values, fields: [] });
}

/** nft 1.0 compares the whole register with a presence, of which the kernel sets one byte and clears the rest. */
function withoutPadding(right: Value, bits: number): Value {
	const padding = BigInt(right.bits - bits);
	if ((right.value & bitmask(right.bits - bits)) !== 0n)
		throw new UnlistableError("more is compared than was looked up");
	return { ...right, bits, value: right.value >> padding };
}

function listRange(data: ReadData<"range">, reading: Reading): Listed {
	const low = constant(data.NFTA_RANGE_FROM_DATA?.NFTA_DATA_VALUE);
	const high = constant(data.NFTA_RANGE_TO_DATA?.NFTA_DATA_VALUE);
	const op = data.NFTA_RANGE_OP === NFT_RANGE_NEQ ? "!=" : "==";
	return listedMatch(relation(op, reading.load(data.NFTA_RANGE_SREG), range(low, high)));
}

/** A lookup without destination register: whether the key is in the set. */
function listLookup(data: ReadData<"lookup">, reading: Reading): Listed | undefined {
	if (data.NFTA_LOOKUP_DREG !== undefined) return undefined;
	const { key, set } = readKey(data, reading);
	const inverted = ((data.NFTA_LOOKUP_FLAGS ?? 0) & NFT_LOOKUP_F_INV) !== 0;
	return listedMatch(relation(inverted ? "!=" : "==", key, referenceTo(set, PATH)));
}

/** A comparison. If it does not hold for a packet, the rest of the rule is skipped. */
export const match: StatementDefinition = {
	parse: { match: parseMatch },
	list: { cmp: listCmp, range: listRange, lookup: listLookup },
};
