import type { In } from "../../netlink/codec.js";
import type { statefulExpr as schema } from "../../uapi/nf_tables_expr.js";
import { fail } from "../json/error.js";
/** An expression with a state, in the form that the kernel takes. */
export type StatefulExpr = In<typeof schema>;

/** A statement that an element or a set may have: an expression for which the kernel keeps a state. */
export interface Stateful {
	/** Its name in JSON. */
	readonly name: string;
	readonly path: string;
	/** The expression. Without it the statement has no state and can only be part of a rule. */
	stateful?(): StatefulExpr;
}

/** The expression of a statement that must have a state. @throws NftError */
export const statefulExpr = (statement: Stateful): StatefulExpr =>
	statement.stateful?.() ?? fail(statement, `${statement.name} has no state`);
