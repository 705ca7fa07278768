import { unknownExpression } from "../json/unknown.js";
import { listCounter } from "../statement/counter.js";
import { listCtCount } from "../statement/ct-count.js";
import { listLast } from "../statement/last.js";
import { listLimit } from "../statement/limit.js";
import { listQuota } from "../statement/quota.js";
import { constantStatement, type Listed } from "../tree/listed.js";
import type { StatefulExpr } from "../tree/reading.js";

/** The statement of an element, of a set or of a dynamic update. */
export function readStateful(expr: StatefulExpr): Listed {
	switch (expr.NFTA_EXPR_NAME) {
		case "counter":
			return listCounter(expr.NFTA_EXPR_DATA ?? {});
		case "connlimit":
			return listCtCount(expr.NFTA_EXPR_DATA ?? {});
		case "last":
			return listLast(expr.NFTA_EXPR_DATA ?? {});
		case "limit":
			return listLimit(expr.NFTA_EXPR_DATA ?? {});
		case "quota":
			return listQuota(expr.NFTA_EXPR_DATA ?? {});
		default:
			return constantStatement(() => unknownExpression(expr));
	}
}
