import type { Cursor } from "../json/cursor.js";
import type { Statement } from "./evaluation.js";
import type { Node } from "./node.js";
import type { Place, PlaceSet } from "./place.js";

/** How the parser of one expression or statement reads those inside it. */
export interface Parser {
	/** Where what it reads stands. */
	readonly places: PlaceSet;
	/** The names of the statements that an element may have. */
	readonly stateful: readonly string[];
	expression(at: Cursor): Node;
	statement(at: Cursor): Statement;
	/** The parser of what stands at that place as well. */
	within(place: Place): Parser;
}
/** Parses the body of an expression: what its name in JSON has for a value. */
export type ExpressionParser = (at: Cursor, parser: Parser) => Node;
/** The same for a statement. */
export type StatementParser = (at: Cursor, parser: Parser) => Statement;
