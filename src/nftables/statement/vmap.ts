import { lookup, parseMap, readKey } from "../expression/map.js";
import { verdict } from "../fact/datatype.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { StatementJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import { VERDICT } from "../tree/emitter.js";
import type { Statement } from "../tree/evaluation.js";
import type { Node } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData, Reading } from "../tree/reading.js";

function parseVmap(at: Cursor, parser: Parser): Statement {
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

function listVmap(data: ReadData<"lookup">, reading: Reading): Listed | undefined {
	if (data.NFTA_LOOKUP_DREG !== VERDICT) return undefined;
	const { key, set } = readKey(data, reading);
	const node = lookup(key, set);
	return {
		effect: false,
		key: node.key,
		complete: (completion) => void completion.complete(node),
		print: (printer) => printer.node(node) as StatementJson,
	};
}

/** A verdict looked up in a map. */
export const vmap: StatementDefinition = {
	parse: { vmap: parseVmap },
	list: { lookup: listVmap },
};
