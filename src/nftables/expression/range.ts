import { isInteger } from "../fact/datatype.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import type { Completion } from "../tree/completion.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Node, Range, Value } from "../tree/node.js";
import { unevaluated } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { Printer } from "../tree/printer.js";

function parseRange(at: Cursor, parser: Parser): Range {
	const [low, high, more] = at.list();
	if (low === undefined || high === undefined || more !== undefined)
		throw at.fail("a range has two ends");
	return {
		kind: "range",
		path: at.path,
		...unevaluated,
		low: parser.expression(low),
		high: parser.expression(high),
	};
}

function end(node: Node, evaluation: Evaluation): Value {
	const at = evaluation.evaluate(node);
	if (at.kind !== "value" || !isInteger(at.datatype))
		return fail(node, "the ends of a range are constant numbers");
	return at;
}

/** Evaluate both ends, without checking which one is larger. */
function evaluateEnds(node: Range, evaluation: Evaluation): readonly [Value, Value] {
	const low = end(node.low, evaluation);
	const high = end(node.high, evaluation);
	node.low = low;
	node.high = high;
	return [low, high];
}

function evaluateRange(node: Range, evaluation: Evaluation): Node {
	const [low, high] = evaluateEnds(node, evaluation);
	if (low.value > high.value) fail(node, `the range ${low.value}-${high.value} is empty`);
	if (low.value === high.value) return low;
	const { datatype, order, bits } = low;
	return { ...node, datatype, order, bits };
}

function completeRange(node: Range, completion: Completion): Node {
	node.low = completion.complete(node.low);
	node.high = completion.complete(node.high);
	return node;
}

function printRange(node: Range, { withNumbers }: Printer): Expression {
	return { range: [withNumbers.node(node.low), withNumbers.node(node.high)] };
}

/** All values from one to another, both included. */
export const range = {
	parse: { range: parseRange },
	nodes: { range: { evaluate: evaluateRange, complete: completeRange, print: printRange } },
} satisfies ExpressionDefinition;
