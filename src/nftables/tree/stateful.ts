import type { In } from "../../netlink/codec.js";
import type { statefulExpr } from "../../uapi/nf_tables_expr.js";
export type StatefulExpr = In<typeof statefulExpr>;

/** What an element or a set knows of its statements: they are expressions that the kernel keeps a state of. */
export interface Stateful {
	/** Its name in JSON. */
	readonly name: string;
	readonly path: string;
	/** The expression; without it the statement has no state, and can only stand in a rule. */
	stateful?(): StatefulExpr;
}
