import { NFT_NAME_MAXLEN, NFT_SET_OBJECT } from "../../uapi/nf_tables_const.js";
import {
	evaluateKey,
	evaluateMappings,
	finishLookup,
	keyOf,
	lookup,
	referenceTo,
} from "../expression/map.js";
import { adoptElementFlags, declareAnonymous } from "../expression/set-declaration.js";
import { string } from "../fact/datatype.js";
import { nameOf } from "../fact/name.js";
import { objectTypes } from "../fact/object.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { StatementJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import { value } from "../tree/constant.js";
import { objectName } from "../tree/data.js";
import type { StatementDefinition } from "../tree/definition.js";
import { type Emitter, registerNumber } from "../tree/emitter.js";
import type { Evaluation, Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";
import type { MapLookup, Node } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData, Reading } from "../tree/reading.js";
import { evaluateArgument } from "./argument.js";

const target = { datatype: string, bits: NFT_NAME_MAXLEN * 8, order: "host" } as const;

/** A statement that uses a named object of this type, NFT_OBJECT_*. */
export function objectReference(name: string, type: number, at: Cursor, parser: Parser): Statement {
	return referenceNode(name, type, at.path, parser.within("written").expression(at));
}

/** A statement that uses the object which a node names. */
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
		fail(mappings, "this is not a map of objects");
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
	if (mappings.kind !== "set reference") fail(mappings, "this is not a map of objects");
	emitter.add("objref", {
		NFTA_OBJREF_SET_SREG: registerNumber(emitter.source(node.key)),
		NFTA_OBJREF_SET_NAME: mappings.set.name,
		NFTA_OBJREF_SET_ID: mappings.set.id,
	});
}

/** List the use of an object. The statement does not always have the name of the object's type. */
function listObjectReference(data: ReadData<"objref">, reading: Reading): Listed {
	const { NFTA_OBJREF_IMM_NAME: constant, NFTA_OBJREF_SET_NAME: name } = data;
	if (constant !== undefined) {
		const type = nameOf(objectTypes, data.NFTA_OBJREF_IMM_TYPE as 1) ?? "unknown";
		return constantStatement(() => ({ [type]: constant }) as unknown as StatementJson);
	}
	const set = reading.set(name);
	const type = nameOf(objectTypes, set.objectType as 1) ?? "unknown";
	const key = reading.load(data.NFTA_OBJREF_SET_SREG, set.key.bits);
	const node = lookup(key, set);
	return {
		effect: true,
		complete: (completion) => void completion.complete(node),
		print: (printer) => ({ [type]: printer.node(node) }) as unknown as StatementJson,
	};
}

/** The use of a named object. The document says which statement it is. */
export const objref: StatementDefinition = {
	list: { objref: listObjectReference },
};
