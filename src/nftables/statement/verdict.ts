import { NFT_CONTINUE } from "../../uapi/nf_tables_const.js";
import {
	parseVerdict as parseNode,
	printVerdict,
	type VerdictName,
} from "../expression/verdict.js";
import type { Cursor } from "../json/cursor.js";
import type { StatementJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import { VERDICT } from "../tree/emitter.js";
import type { Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";
import { dataNode, type ReadData } from "../tree/reading.js";

const parseVerdict =
	(name: VerdictName) =>
	(at: Cursor): Statement => {
		const node = parseNode(name)(at);
		return {
			name,
			path: at.path,
			terminal: node.code !== NFT_CONTINUE,
			evaluate() {},
			emit: (emitter) => emitter.load(node, VERDICT),
		};
	};

function listVerdict(data: ReadData<"immediate">): Listed | undefined {
	const node = dataNode(data.NFTA_IMMEDIATE_DATA);
	if (node.kind !== "verdict") return undefined;
	return constantStatement(() => printVerdict(node) as StatementJson);
}

/** A verdict on the packet. */
export const verdict: StatementDefinition = {
	parse: {
		accept: parseVerdict("accept"),
		drop: parseVerdict("drop"),
		continue: parseVerdict("continue"),
		return: parseVerdict("return"),
		jump: parseVerdict("jump"),
		goto: parseVerdict("goto"),
	},
	list: { immediate: listVerdict },
};
