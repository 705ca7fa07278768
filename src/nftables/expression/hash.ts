import { NFT_HASH_JENKINS, NFT_HASH_SYM } from "../../uapi/nf_tables_const.js";
import { integer } from "../fact/datatype.js";
import { byteLength } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import type { Expression } from "../json/expression.js";
import type { Completion } from "../tree/completion.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Hash, Node } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { Printer } from "../tree/printer.js";
import { PATH, type ReadData, type Reading } from "../tree/reading.js";
import { adoptType, expectNumber } from "./numgen.js";

const common = { kind: "hash", datatype: integer, order: "host", bits: 32 } as const;

function parseJhash(at: Cursor, parser: Parser): Hash {
	const json = at.fields(["expr", "mod"], ["offset", "seed"]);
	return {
		...common,
		path: at.path,
		type: NFT_HASH_JENKINS,
		modulus: json.mod.u32(),
		offset: json.offset?.u32() ?? 0,
		seed: json.seed?.u32(),
		source: parser.expression(json.expr),
	};
}

function parseSymhash(at: Cursor): Hash {
	const json = at.fields(["mod"], ["offset"]);
	return {
		...common,
		path: at.path,
		type: NFT_HASH_SYM,
		modulus: json.mod.u32(),
		offset: json.offset?.u32() ?? 0,
		seed: undefined,
	};
}

function evaluateHash(node: Hash, evaluation: Evaluation): Node {
	adoptType(node, evaluation);
	evaluation.expectType(undefined);
	if (node.source !== undefined) node.source = evaluation.evaluate(node.source);
	return expectNumber(node, evaluation);
}

function loadHash(node: Hash, emitter: Emitter, to: Register): void {
	const { source } = node;
	const from = source === undefined ? undefined : emitter.source(source);
	emitter.add("hash", {
		NFTA_HASH_SREG: from === undefined ? undefined : registerNumber(from),
		NFTA_HASH_LEN: source === undefined ? undefined : byteLength(source.bits),
		NFTA_HASH_DREG: registerNumber(to),
		NFTA_HASH_MODULUS: node.modulus,
		NFTA_HASH_SEED: node.seed,
		NFTA_HASH_OFFSET: node.offset,
		NFTA_HASH_TYPE: node.type,
	});
}

/** Read a hash. */
export function readHash(data: ReadData<"hash">, reading: Reading): void {
	const { NFTA_HASH_TYPE: type = NFT_HASH_JENKINS, NFTA_HASH_LEN: length = 0 } = data;
	reading.store(data.NFTA_HASH_DREG, {
		...common,
		path: PATH,
		type,
		modulus: data.NFTA_HASH_MODULUS ?? 0,
		offset: data.NFTA_HASH_OFFSET ?? 0,
		seed: data.NFTA_HASH_SEED,
		...(type !== NFT_HASH_SYM && { source: reading.load(data.NFTA_HASH_SREG, length * 8) }),
	});
}
function printHash(node: Hash, printer: Printer): Expression {
	const { modulus, offset, seed, source } = node;
	const numbers = {
		mod: modulus,
		...(seed !== undefined && { seed }),
		...(offset !== 0 && { offset }),
	};
	if (source === undefined) return { symhash: numbers };
	return { jhash: { ...numbers, expr: printer.node(source) } };
}

function completeHash(node: Hash, completion: Completion): Node {
	if (node.source !== undefined) node.source = completion.complete(node.source);
	return node;
}

/** A number that is the same for equal values of an expression, or for both directions of a connection. */
export const hash = {
	parse: { jhash: parseJhash, symhash: parseSymhash },
	read: { hash: readHash },
	nodes: {
		hash: { evaluate: evaluateHash, load: loadHash, complete: completeHash, print: printHash },
	},
} satisfies ExpressionDefinition;
