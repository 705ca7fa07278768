import type { In } from "../../netlink/schema.js";
import type { statefulExpr } from "../../uapi/nf_tables_expr.js";
import type { Emitter } from "./emitter.js";
import type { Evaluation } from "./evaluation.js";
import type { Relational } from "./node.js";

export type StatefulExpr = In<typeof statefulExpr>;

/** A statement of a rule between JSON and the kernel. */
export interface Statement {
	/** Its name in JSON. */
	readonly name: string;
	readonly path: string;
	/** Nothing may follow it. */
	terminal?: boolean;
	/** A match: rules are reduced by looking at these. */
	match?: Relational;
	/** Writes to a header, whose own sub-byte fields are then not masked but rewritten. */
	readonly writesPayload?: boolean;
	/** Give every expression its type and insert what must be checked first. */
	evaluate(evaluation: Evaluation): void;
	emit(emitter: Emitter): void;
	/** A statement with a state may stand in a set element, a set declaration or a dynamic set update. */
	stateful?(): StatefulExpr;
}
