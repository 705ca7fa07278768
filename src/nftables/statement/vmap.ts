import { parseMap } from "../expression/map.js";
import { verdict } from "../fact/datatype.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { StatementJson } from "../json/statement.js";
import { VERDICT } from "../tree/emitter.js";
import type { Listed } from "../tree/listed.js";
import type { MapLookup, Node } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { Statement } from "../tree/statement.js";

export function parseVmap(at: Cursor, parser: Parser): Statement {
	let node: Node = parseMap(at, parser);
	return {
		name: "vmap",
		path: at.path,
		evaluate(evaluation) {
			evaluation.expectType(verdict);
			node = evaluation.evaluate(node);
			if (node.datatype !== verdict) fail(node, `a map of ${node.datatype.name} has no verdicts`);
		},
		emit: (emitter) => emitter.load(node, VERDICT),
	};
}

export function listVmap(node: MapLookup): Listed {
	return {
		effect: false,
		key: node.key,
		complete: (completion) => void completion.complete(node),
		print: (printer) => printer.node(node) as StatementJson,
	};
}
