import { NFT_NAME_MAXLEN, NFT_SET_OBJECT } from "../../uapi/nf_tables_const.js";
import { evaluateArgument } from "../argument.js";
import type { Cursor } from "../cursor.js";
import { objectName } from "../element.js";
import { type Emitter, registerNumber } from "../emitter.js";
import { type Evaluation, fail } from "../evaluation.js";
import {
	evaluateKey,
	evaluateMappings,
	finishLookup,
	keyOf,
	referenceTo,
} from "../expression/map.js";
import { string } from "../fact/datatype.js";
import type { Expression } from "../json.js";
import { type MapLookup, type Node, value } from "../node.js";
import type { Parser } from "../parser.js";
import { adoptElementFlags, declareAnonymous } from "../set.js";
import type { Statement } from "../statement.js";

/** A named object: by its name, or by what a map has for a key. */
export type ObjectReferenceJson = string | { readonly map: Expression };

const target = { datatype: string, bits: NFT_NAME_MAXLEN * 8, order: "host" } as const;

/** A statement that uses a named object of that type, NFT_OBJECT_*. */
export function objectReference(name: string, type: number, at: Cursor, parser: Parser): Statement {
	return referenceNode(name, type, at.path, parser.expression(at));
}

export function referenceNode(name: string, type: number, path: string, given: Node): Statement {
	let node = given;
	return {
		name,
		path,
		evaluate(evaluation) {
			if (node.kind === "map") evaluateObjectMap(node, type, evaluation);
			else {
				node = evaluateArgument(node, target, evaluation);
				if (node.kind !== "value") fail(node, "the name of an object is constant");
			}
		},
		emit: (emitter) => emit(node, type, emitter),
	};
}

function evaluateObjectMap(node: MapLookup, objectType: number, evaluation: Evaluation): void {
	evaluateKey(node, evaluation);
	if (node.mappings.kind === "set") {
		const literal = node.mappings;
		const { datatype, order, bits } = keyOf(evaluation, node.path);
		const key = value(node.path, datatype, order, bits, 0n);
		const flags = NFT_SET_OBJECT | literal.flags;
		const set = declareAnonymous(evaluation, "__objmap%d", key, literal, flags, { objectType });
		adoptElementFlags(set, evaluateMappings(set, literal, evaluation), node.key);
		node.mappings = referenceTo(set, literal.path);
	} else if (node.mappings.kind === "set name") node.mappings = evaluation.evaluate(node.mappings);
	const { mappings } = node;
	if (mappings.kind !== "set reference" || (mappings.set.flags & NFT_SET_OBJECT) === 0)
		fail(mappings, "this is no map of objects");
	finishLookup(node, mappings.set, evaluation);
}

function emit(node: Node, type: number, emitter: Emitter): void {
	if (node.kind !== "map") {
		emitter.add("objref", {
			NFTA_OBJREF_IMM_TYPE: type,
			NFTA_OBJREF_IMM_NAME: objectName(node),
		});
		return;
	}
	const { mappings } = node;
	if (mappings.kind !== "set reference") fail(mappings, "this is no map of objects");
	emitter.add("objref", {
		NFTA_OBJREF_SET_SREG: registerNumber(emitter.source(node.key)),
		NFTA_OBJREF_SET_NAME: mappings.set.name,
		NFTA_OBJREF_SET_ID: mappings.set.id,
	});
}
