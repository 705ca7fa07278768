import type { Cursor } from "../json/cursor.js";
import type { Statement } from "./evaluation.js";
import type { Node } from "./node.js";
import type { Place, PlaceSet } from "./place.js";

/** How the parser of an expression or statement parses those inside it. */
export interface Parser {
	/** The places at which the parsed expressions stand. */
	readonly places: PlaceSet;
	/** The names of the statements that an element may have. */
	readonly stateful: readonly string[];
	expression(at: Cursor): Node;
	statement(at: Cursor): Statement;
	/** The parser for expressions that also stand at this place. */
	within(place: Place): Parser;
}
/** Parses the body of an expression, which is the value of its only member. */
export type ExpressionParser = (at: Cursor, parser: Parser) => Node;
/** The same for a statement. */
export type StatementParser = (at: Cursor, parser: Parser) => Statement;
