import { NFT_EXTHDR_OP_TCPOPT } from "../../uapi/nf_tables_const.js";
import { exthdrOf } from "../expression/exthdr-listing.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { ResetJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData } from "../tree/reading.js";

function parseReset(at: Cursor, parser: Parser): Statement {
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

/** An option without source or destination register is overwritten with NOPs. */
function listReset(data: ReadData<"exthdr">): Listed | undefined {
	if (data.NFTA_EXTHDR_DREG !== undefined || data.NFTA_EXTHDR_SREG !== undefined) return undefined;
	const node = exthdrOf(data);
	return {
		effect: true,
		complete() {},
		print: (printer) =>
			node.header.name === `${node.header.type}`
				? { reset: printer.node(node) as ResetJson["reset"] }
				: { reset: { "tcp option": { name: node.header.name } } },
	};
}

/** Overwrites a TCP option with NOPs. */
export const reset: StatementDefinition = {
	parse: { reset: parseReset },
	list: { exthdr: listReset },
};
