import { NFT_SET_CONCAT, NFT_SET_INTERVAL, NFT_SET_MAP } from "../../uapi/nf_tables_const.js";
import { compatible, integer, verdict } from "../fact/datatype.js";
import { registers } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import type { Completion } from "../tree/completion.js";
import { isConstant, value } from "../tree/constant.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber, VERDICT } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import { toIntervals } from "../tree/interval.js";
import {
	clone,
	type MapLookup,
	type Node,
	type SetDeclaration,
	type SetLiteral,
	type SetReference,
	unevaluated,
} from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { Printer } from "../tree/printer.js";
import { PATH, type ReadData, type Reading } from "../tree/reading.js";
import { isDataMap, isMap } from "../tree/set.js";
import { dropMask } from "./binary-listing.js";
import { concatKey } from "./concat.js";
import { isAddressOfAnyVersion } from "./ct.js";
import { adoptElementFlags, declareAnonymous } from "./set-declaration.js";
import { transfer } from "./transfer.js";

/** Parse a lookup, `map` or `vmap`. */
export function parseMap(at: Cursor, parser: Parser): MapLookup {
	const json = at.fields(["key", "data"]);
	return {
		kind: "map",
		path: at.path,
		...unevaluated,
		key: parser.within("key").expression(json.key),
		mappings: parser.expression(json.data),
	};
}

/** Evaluate the key of a lookup, which must come from the packet. */
export function evaluateKey(node: MapLookup, evaluation: Evaluation): void {
	if (isAddressOfAnyVersion(node.key)) fail(node.key, "say whether it is an ip or an ip6 address");
	evaluation.expectType(undefined);
	node.key = evaluation.evaluate(node.key);
	if (isConstant(node.key)) fail(node.key, "the key of a map must come from the packet");
}

/** A set as a node. What is looked up in it has the type of its key. */
export function referenceTo(set: SetDeclaration, path: string): SetReference {
	const { datatype, order, bits } = set.key;
	return { kind: "set reference", path, datatype, order, bits, set };
}

/** The type of the key of a map literal. */
export function keyOf(evaluation: Evaluation, path: string): Node {
	const { key, datatype, order, bits } = evaluation.expected;
	if (key?.kind === "concat") return clone(key);
	if (datatype === undefined) return fail({ path }, "nothing says what the key is");
	return value(path, datatype, order, bits, 0n);
}

/** Evaluate the elements of a map literal after it is declared. */
export function evaluateMappings(
	set: SetDeclaration,
	literal: SetLiteral,
	evaluation: Evaluation,
): SetLiteral {
	const { set: outer } = evaluation;
	evaluation.set = set;
	const elements = evaluation.evaluate(literal);
	evaluation.set = outer;
	if (elements.kind !== "set") return fail(literal, "expected the elements of a map");
	if ((elements.flags & (NFT_SET_INTERVAL | NFT_SET_CONCAT)) === NFT_SET_INTERVAL)
		toIntervals(set, elements);
	set.elements = elements;
	return elements;
}

/** Evaluate a lookup. A map literal is declared. */
export function evaluateMap(node: MapLookup, evaluation: Evaluation): Node {
	const target = evaluation.expected;
	evaluateKey(node, evaluation);
	evaluation.statementBits = 0;
	if (node.mappings.kind === "set") declareMap(node, node.mappings, target, evaluation);
	else if (node.mappings.kind === "set name") node.mappings = evaluation.evaluate(node.mappings);
	const reference = node.mappings;
	if (reference.kind !== "set reference" || !isMap(reference.set) || !isDataMap(reference.set))
		return fail(reference, "this is not a map");
	finishLookup(node, reference.set, evaluation);
	return node;
}

/** Give the key the type of the map and, if ranges are looked up, network byte order. */
export function finishLookup(node: MapLookup, set: SetDeclaration, evaluation: Evaluation): void {
	if (!compatible(set.key.datatype, node.key.datatype))
		fail(node, `a ${node.key.datatype.name} looked up in a map of ${set.key.datatype.name}`);
	if (set.data !== undefined)
		Object.assign(node, {
			datatype: set.data.datatype,
			order: set.data.order,
			bits: set.data.bits,
		});
	if ((set.flags & NFT_SET_INTERVAL) !== 0) node.key = evaluation.inOrder(node.key, "big");
}

function declareMap(
	node: MapLookup,
	literal: SetLiteral,
	target: Evaluation["expected"],
	evaluation: Evaluation,
): void {
	if (target.datatype === undefined) fail(node, "nothing says what the map's data is");
	const key = keyOf(evaluation, node.path);
	const order = target.datatype === integer ? target.order : target.datatype.order;
	const data: Node =
		target.datatype === verdict
			? { kind: "verdict", path: node.path, datatype: verdict, order: undefined, bits: 0, code: 0 }
			: value(node.path, target.datatype, order, target.bits, 0n);
	const set = declareAnonymous(evaluation, "__map%d", key, literal, NFT_SET_MAP | literal.flags, {
		data,
	});
	const elements = evaluateMappings(set, literal, evaluation);
	// If a shift was moved into the constants, they keep the order of the key.
	evaluation.expectLike(set.key);
	node.key = transfer(node.key, elements, evaluation);
	adoptElementFlags(set, elements, node.key);
	set.key.bits = evaluation.expected.bits;
	node.mappings = referenceTo(set, literal.path);
}

function loadMap(node: MapLookup, emitter: Emitter, to: Register): void {
	const { mappings, key } = node;
	if (mappings.kind !== "set reference") fail(mappings, "this is not a map");
	const lookup = (from: Register): void =>
		emitter.add("lookup", {
			NFTA_LOOKUP_SREG: registerNumber(from),
			NFTA_LOOKUP_DREG: registerNumber(to),
			NFTA_LOOKUP_SET: mappings.set.name,
			NFTA_LOOKUP_SET_ID: mappings.set.id,
		});
	if (to === VERDICT) {
		emitter.with(key, lookup);
		return;
	}
	// The key may need more registers than the data that replaces it there.
	emitter.take(key.kind === "concat" ? registers(key.bits) : 0, () => emitter.load(key, to));
	lookup(to);
}

/** A lookup of a key in a map. */
export function lookup(key: Node, set: SetDeclaration): MapLookup {
	const { datatype, order, bits } = set.data ?? set.key;
	const mappings = referenceTo(set, PATH);
	return { kind: "map", path: PATH, datatype, order, bits, key, mappings };
}

function printMap(node: MapLookup, printer: Printer): Expression {
	const body = { key: printer.node(node.key), data: printer.node(node.mappings) };
	const isVerdict =
		node.mappings.kind === "set reference" && node.mappings.set.data?.datatype === verdict;
	return (isVerdict ? { vmap: body } : { map: body }) as Expression;
}

/** Read which key is looked up, and in which set. */
export function readKey(data: ReadData<"lookup">, reading: Reading) {
	const declared = reading.set(data.NFTA_LOOKUP_SET);
	const key = reading.load(data.NFTA_LOOKUP_SREG, declared.key.bits);
	// nft cannot record every expression in an anonymous set, so the key that is looked up describes it.
	const set =
		key.kind === "concat" ? (declared.readBy?.(concatKey(key.parts)) ?? declared) : declared;
	return { key, set };
}

function readLookup(data: ReadData<"lookup">, reading: Reading): void {
	const { key, set } = readKey(data, reading);
	reading.store(data.NFTA_LOOKUP_DREG, lookup(key, set));
}

function completeMap(node: MapLookup, completion: Completion): Node {
	const { key } = node;
	if (key.kind === "binary" && key.op === "&" && key.left.kind === "payload")
		node.key = dropMask(key, node.mappings, undefined, completion) ?? key;
	node.key = completion.complete(node.key);
	return node;
}

/** The data that a map has for a key from the packet. */
export const map = {
	parse: { map: parseMap },
	read: { lookup: readLookup },
	nodes: { map: { evaluate: evaluateMap, load: loadMap, complete: completeMap, print: printMap } },
} satisfies ExpressionDefinition;
