import type { Cursor } from "../json/cursor.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";

function parseNotrack(at: Cursor): Statement {
	if (!at.isNull) throw at.fail("notrack takes null");
	return {
		name: "notrack",
		path: at.path,
		evaluate() {},
		emit: (emitter) => void emitter.expressions.push({ NFTA_EXPR_NAME: "notrack" }),
	};
}

const listNotrack = (): Listed => constantStatement(() => ({ notrack: null }));

/** Excludes the packet from connection tracking. */
export const notrack: StatementDefinition = {
	parse: { notrack: parseNotrack },
	list: { notrack: listNotrack },
};
