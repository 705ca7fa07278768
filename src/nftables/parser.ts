import type { Cursor } from "./cursor.js";
import type { Node } from "./node.js";
import type { Statement } from "./statement.js";

/** How the parser of one expression or statement reads those inside it. */
export interface Parser {
	expression(at: Cursor): Node;
	statement(at: Cursor): Statement;
}
export type ExpressionParser = (at: Cursor, parser: Parser) => Node;
export type StatementParser = (at: Cursor, parser: Parser) => Statement;
