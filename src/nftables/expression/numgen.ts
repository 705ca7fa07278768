import { NFT_NG_INCREMENTAL, NFT_NG_RANDOM } from "../../uapi/nf_tables_const.js";
import { integer } from "../fact/datatype.js";
import type { Cursor } from "../json/cursor.js";
import type { Expression } from "../json/expression.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Hash, Node, Numgen } from "../tree/node.js";
import { PATH, type ReadData, type Reading } from "../tree/reading.js";

function parseNumgen(at: Cursor): Numgen {
	const json = at.fields(["mode", "mod"], ["offset"]);
	return {
		kind: "numgen",
		path: at.path,
		datatype: integer,
		order: "host",
		bits: 32,
		mode: json.mode.oneOf({ inc: NFT_NG_INCREMENTAL, random: NFT_NG_RANDOM }),
		modulus: json.mod.u32(),
		offset: json.offset?.u32() ?? 0,
	};
}

/** A 32-bit number takes the type of what it is written to or looked up as. */
export function adoptType(node: Numgen | Hash, { expected }: Evaluation): void {
	if (expected.datatype?.base !== integer || expected.bits !== 32) return;
	node.datatype = expected.datatype;
	node.bits = 32;
}
/** A value beside the number must be in its range. */
export function expectNumber(node: Numgen | Hash, evaluation: Evaluation): Node {
	evaluation.expectLike(node);
	evaluation.expected.max = node.modulus + node.offset - 1;
	return node;
}

function evaluateNumgen(node: Numgen, evaluation: Evaluation): Node {
	adoptType(node, evaluation);
	return expectNumber(node, evaluation);
}

function loadNumgen(node: Numgen, emitter: Emitter, to: Register): void {
	emitter.add("numgen", {
		NFTA_NG_DREG: registerNumber(to),
		NFTA_NG_TYPE: node.mode,
		NFTA_NG_MODULUS: node.modulus,
		NFTA_NG_OFFSET: node.offset,
	});
}

/** Read a generated number. */
export function readNumgen(data: ReadData<"numgen">, reading: Reading): void {
	reading.store(data.NFTA_NG_DREG, {
		kind: "numgen",
		path: PATH,
		datatype: integer,
		order: "host",
		bits: 32,
		mode: data.NFTA_NG_TYPE ?? 0,
		modulus: data.NFTA_NG_MODULUS ?? 0,
		offset: data.NFTA_NG_OFFSET ?? 0,
	});
}
const printNumgen = ({ mode, modulus, offset }: Numgen): Expression => ({
	numgen: { mode: mode === NFT_NG_RANDOM ? "random" : "inc", mod: modulus, offset },
});

/** A number from a range, the next one or a random one. */
export const numgen = {
	parse: { numgen: parseNumgen },
	read: { numgen: readNumgen },
	nodes: { numgen: { evaluate: evaluateNumgen, load: loadNumgen, print: printNumgen } },
} satisfies ExpressionDefinition;
