import { NF_ACCEPT, NF_DROP } from "../../uapi/netfilter.js";
import {
	NFT_BREAK,
	NFT_CONTINUE,
	NFT_GOTO,
	NFT_JUMP,
	NFT_NAME_MAXLEN,
	NFT_RETURN,
} from "../../uapi/nf_tables_const.js";
import { verdict as verdictType } from "../fact/datatype.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import { dataOf } from "../tree/data.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import type { Emitter, Register } from "../tree/emitter.js";
import { registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Verdict } from "../tree/node.js";

const codes = {
	accept: NF_ACCEPT,
	drop: NF_DROP,
	continue: NFT_CONTINUE,
	break: NFT_BREAK,
	return: NFT_RETURN,
	jump: NFT_JUMP,
	goto: NFT_GOTO,
} as const;
/** The name of a verdict in nft. */
export type VerdictName = keyof typeof codes;

/** Parse the body of a verdict. */
export const parseVerdict =
	(name: VerdictName) =>
	(at: Cursor): Verdict => {
		const common = {
			kind: "verdict",
			path: at.path,
			datatype: verdictType,
			order: undefined,
			bits: 0,
			code: codes[name],
		} as const;
		if (name === "jump" || name === "goto") {
			const chain = at.fields(["target"]).target.string();
			if (chain === "" || chain.length >= NFT_NAME_MAXLEN)
				throw at.fail(`the name of a chain has 1 to ${NFT_NAME_MAXLEN - 1} bytes`);
			return { ...common, chain };
		}
		if (!at.isNull) throw at.fail("a verdict of this name takes null");
		return common;
	};

function evaluateVerdict(node: Verdict, evaluation: Evaluation): Verdict {
	const { datatype } = evaluation.expected;
	if (datatype !== undefined && datatype !== verdictType) fail(node, `expected a ${datatype.name}`);
	return node;
}

function loadVerdict(node: Verdict, emitter: Emitter, to: Register): void {
	emitter.add("immediate", {
		NFTA_IMMEDIATE_DREG: registerNumber(to),
		NFTA_IMMEDIATE_DATA: dataOf(node),
	});
}

/** Print a verdict. */
export function printVerdict({ code, chain }: Verdict): Expression {
	const name = Object.entries(codes).find(([, number]) => number === code)?.[0] ?? "queue";
	return { [name]: chain === undefined ? null : { target: chain } } as unknown as Expression;
}

/** A verdict, as the data of a map. */
export const verdict = {
	parse: {
		accept: parseVerdict("accept"),
		drop: parseVerdict("drop"),
		continue: parseVerdict("continue"),
		return: parseVerdict("return"),
		jump: parseVerdict("jump"),
		goto: parseVerdict("goto"),
	},
	nodes: { verdict: { evaluate: evaluateVerdict, load: loadVerdict, print: printVerdict } },
} satisfies ExpressionDefinition;
