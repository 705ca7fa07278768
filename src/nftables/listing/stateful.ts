import { unknownExpression } from "../json/unknown.js";
import { statefulListers } from "../statement/index.js";
import type { Listed } from "../tree/completion.js";
import { constantStatement } from "../tree/listed.js";
import type { ListedStateful } from "../tree/reading.js";

/** List the statement of an element, of a set or of a dynamic update. */
export function listStateful(expr: ListedStateful): Listed {
	const list = statefulListers[`${expr.NFTA_EXPR_NAME}`];
	if (list === undefined) return constantStatement(() => unknownExpression(expr));
	return list(expr.NFTA_EXPR_DATA ?? {});
}
