import { NFT_CONTINUE } from "../../uapi/nf_tables_const.js";
import {
	parseVerdict as parseNode,
	printVerdict,
	type VerdictName,
} from "../expression/verdict.js";
import type { Cursor } from "../json/cursor.js";
import type { StatementJson } from "../json/statement.js";
import { VERDICT } from "../tree/emitter.js";
import type { Listed } from "../tree/listed.js";
import { constantStatement } from "../tree/listed.js";
import type { Verdict } from "../tree/node.js";
import type { Statement } from "../tree/statement.js";

export const parseVerdict =
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

export const listVerdict = (node: Verdict): Listed =>
	constantStatement(() => printVerdict(node) as StatementJson);
