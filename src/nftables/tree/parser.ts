import type { Cursor } from "../json/cursor.js";
import type { Node } from "./node.js";
import type { Place } from "./place.js";
import type { Statement } from "./statement.js";

/** How the parser of one expression or statement reads those inside it. */
export interface Parser {
	/** PLACE: where what it reads stands. */
	readonly places: number;
	expression(at: Cursor): Node;
	statement(at: Cursor): Statement;
	/** The parser of what stands at that place as well. */
	within(place: Place): Parser;
}
export type ExpressionParser = (at: Cursor, parser: Parser) => Node;
export type StatementParser = (at: Cursor, parser: Parser) => Statement;
