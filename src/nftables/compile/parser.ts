import { parseExpression } from "../expression/index.js";
import { statefulNames, statementParsers } from "../statement/index.js";
import type { Parser } from "../tree/parser.js";
import { PLACE, type PlaceSet } from "../tree/place.js";

const parsers: Parser[] = [];

/** The parser of expressions at these places. One exists for each combination of places. */
function parserAt(places: PlaceSet): Parser {
	const known = parsers[places];
	if (known !== undefined) return known;
	const parser: Parser = {
		places,
		stateful: statefulNames,
		expression: (at) => parseExpression(at, parser),
		statement(at) {
			const [name, body] = at.only();
			const parse = Object.hasOwn(statementParsers, name) ? statementParsers[name] : undefined;
			if (parse === undefined) throw at.unsupported(`unknown statement "${name}"`);
			return parse(body, parser);
		},
		within: (place) => parserAt(places | PLACE[place]),
	};
	parsers[places] = parser;
	return parser;
}

/** The parser of expressions directly in a rule or a set. */
export const parser = parserAt(0);
