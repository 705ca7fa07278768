import type { Cursor } from "../json/cursor.js";
import type { Listed } from "../tree/listed.js";
import { constantStatement } from "../tree/listed.js";
import type { Statement } from "../tree/statement.js";

export function parseNotrack(at: Cursor): Statement {
	if (!at.isNull) throw at.fail("notrack takes null");
	return {
		name: "notrack",
		path: at.path,
		evaluate() {},
		emit: (emitter) => void emitter.expressions.push({ NFTA_EXPR_NAME: "notrack" }),
	};
}

export const listNotrack = (): Listed => constantStatement(() => ({ notrack: null }));
