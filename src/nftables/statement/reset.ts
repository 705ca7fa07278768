import { NFT_EXTHDR_OP_TCPOPT } from "../../uapi/nf_tables_const.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { ResetJson } from "../json/statement.js";
import type { Listed } from "../tree/listed.js";
import type { Exthdr } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { Statement } from "../tree/statement.js";

export function parseReset(at: Cursor, parser: Parser): Statement {
	const option = parser.expression(at);
	if (option.kind !== "exthdr" || option.header.op !== NFT_EXTHDR_OP_TCPOPT)
		return fail(at, "only a TCP option can be reset");
	const { header } = option;
	return {
		name: "reset",
		path: at.path,
		evaluate: (evaluation) => void evaluation.evaluate(option),
		emit: (emitter) =>
			emitter.add("exthdr", { NFTA_EXTHDR_TYPE: header.type, NFTA_EXTHDR_OP: header.op }),
	};
}

export const listReset = (node: Exthdr): Listed =>
	({
		effect: true,
		complete() {},
		print: (printer) =>
			node.header.name === `${node.header.type}`
				? { reset: printer.node(node) as ResetJson["reset"] }
				: { reset: { "tcp option": { name: node.header.name } } },
	}) satisfies Listed;
