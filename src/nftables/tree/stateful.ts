import type { In } from "../../netlink/codec.js";
import type { statefulExpr as schema } from "../../uapi/nf_tables_expr.js";
import { fail } from "../json/error.js";
/** An expression with a state, as the kernel takes it. */
export type StatefulExpr = In<typeof schema>;

/** What an element or a set knows of its statements: they are expressions that the kernel keeps a state of. */
export interface Stateful {
	/** Its name in JSON. */
	readonly name: string;
	readonly path: string;
	/** The expression; without it the statement has no state, and can only stand in a rule. */
	stateful?(): StatefulExpr;
}

/** The expression of a statement that must have a state. @throws NftError */
export const statefulExpr = (statement: Stateful): StatefulExpr =>
	statement.stateful?.() ?? fail(statement, `${statement.name} has no state`);
