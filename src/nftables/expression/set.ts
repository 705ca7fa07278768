import { NFT_SET_CONCAT, NFT_SET_CONSTANT, NFT_SET_INTERVAL } from "../../uapi/nf_tables_const.js";
import { compatible, invalid } from "../fact/datatype.js";
import { MAX_COMMENT } from "../fact/userdata.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression, ItemJson } from "../json/expression.js";
import type { Completion } from "../tree/completion.js";
import { isSingle } from "../tree/constant.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import type { Evaluation } from "../tree/evaluation.js";
import { statementsOf } from "../tree/listed.js";
import type { Element, Mapping, Node, SetLiteral, SetName, SetReference } from "../tree/node.js";
import { type Item, unevaluated } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { Printer } from "../tree/printer.js";
import { elementOf, isAnonymous, isDataMap, isMap } from "../tree/set.js";
import { checkElement, elementFlags, expandData } from "./set-declaration.js";

/** Parse the elements of a set, or the name of an existing one. */
export function parseSet(at: Cursor, parser: Parser): Node {
	if (!at.isArray) {
		const node = parser.expression(at);
		return node.kind === "set name" ? node : setOf(at, [elementOfKey(node)]);
	}
	return setOf(
		at,
		at.list().map((item) => parseItem(item, parser)),
	);
}
const setOf = (at: Cursor, items: Item[]): SetLiteral => ({
	kind: "set",
	path: at.path,
	...unevaluated,
	items,
	flags: 0,
	intervals: false,
});

/** An element that has only a key, unless the key is an element already. */
export const elementOfKey = (key: Node): Element =>
	key.kind === "elem" ? key : { kind: "elem", path: key.path, ...unevaluated, key, statements: [] };

function parseItem(at: Cursor, parser: Parser): Item {
	if (!at.isArray) return elementOfKey(parser.expression(at));
	const [left, right, more] = at.list();
	if (left === undefined || right === undefined || more !== undefined)
		throw at.fail("an element of a map is a key and its data");
	const key = elementOfKey(parser.expression(left));
	const data = parser.expression(right);
	return { kind: "mapping", path: at.path, ...unevaluated, key, data };
}

function parseElem(at: Cursor, parser: Parser): Element {
	const stateful = parser.stateful as readonly [];
	const json = at.fields(["val"], ["timeout", "expires", "comment", ...stateful]);
	const seconds = (given: Cursor | undefined): bigint | undefined =>
		given === undefined ? undefined : given.bigint(0n, 2n ** 53n) * 1000n;
	const timeout = seconds(json.timeout);
	const expires = seconds(json.expires);
	const comment = json.comment?.string();
	if (comment !== undefined && Buffer.byteLength(comment) > MAX_COMMENT)
		throw at.fail(`a comment has at most ${MAX_COMMENT} bytes`);
	// In the order of the document, which is that of the set's declaration.
	const statements = Object.keys(json)
		.filter((name) => parser.stateful.includes(name))
		.map((name) => parser.statement(at.pick(name)));
	return {
		kind: "elem",
		path: at.path,
		...unevaluated,
		key: parser.expression(json.val),
		statements,
		...(timeout !== undefined && { timeout }),
		...(expires !== undefined && { expires }),
		...(comment !== undefined && { comment }),
	};
}

function evaluateSetName(node: SetName, evaluation: Evaluation): Node {
	const set = evaluation.ruleset.findSet(node.name, node.path);
	const { datatype, order, bits } = set.key;
	return evaluateSetReference(
		{ kind: "set reference", path: node.path, datatype, order, bits, set },
		evaluation,
	);
}
function evaluateSetReference(node: SetReference, evaluation: Evaluation): SetReference {
	evaluation.expectType(node.set.key.datatype, node.set.key.bits);
	evaluation.expected.key = node.set.key;
	return node;
}

function evaluateSet(node: SetLiteral, evaluation: Evaluation): SetLiteral {
	const items: Item[] = [];
	for (const item of node.items) items.push(...evaluateItem(item, node, evaluation));
	node.items = items;
	if (((evaluation.set?.flags ?? 0) & NFT_SET_CONCAT) !== 0) node.flags |= NFT_SET_CONCAT;
	node.flags |= NFT_SET_CONSTANT;
	node.datatype = evaluation.expected.datatype ?? invalid;
	node.bits = evaluation.expected.bits;
	return node;
}

/** Evaluate an element. A set inside the set is replaced by its elements. */
function evaluateItem(item: Item, within: SetLiteral, evaluation: Evaluation): readonly Item[] {
	const result = evaluation.evaluate(item);
	if (result.kind !== "elem" && result.kind !== "mapping") return fail(item, "expected an element");
	const { key } = elementOf(result);
	if (key.kind === "set reference") fail(item, "a set cannot contain another by reference");
	if (key.kind === "set") {
		within.flags |= key.flags;
		if (result.kind === "elem") return key.items;
		return key.items.map((each) => ({ ...result, key: elementOf(each) }));
	}
	checkElement(result);
	within.flags |= elementFlags(result);
	return [result];
}

function evaluateElement(node: Element, evaluation: Evaluation): Element {
	const { set } = evaluation;
	if (set !== undefined) {
		evaluation.expectLike(set.key);
		evaluation.expected.key = set.key;
	}
	node.key = evaluation.evaluate(node.key);
	if (set !== undefined) {
		const interval = isAnonymous(set) || (set.flags & NFT_SET_INTERVAL) !== 0;
		if (!interval && !isSingle(node.key) && node.key.kind !== "set")
			fail(node, "ranges and prefixes need the set's flag interval");
		if (node.key.kind !== "catchall" && !compatible(set.key.datatype, node.key.datatype))
			fail(node, `a ${node.key.datatype.name} in a set of ${set.key.datatype.name}`);
	}
	const { datatype, bits } = node.key;
	return Object.assign(node, { datatype, bits });
}

function evaluateMapping(node: Mapping, evaluation: Evaluation): Mapping {
	const { set } = evaluation;
	if (set === undefined || !isMap(set)) return fail(node, "only a map has data for its keys");
	evaluation.expectType(set.key.datatype, set.key.bits);
	node.key = evaluateElement(node.key, evaluation);
	const { data } = set;
	if (data === undefined) return fail(node, "the map has no data");
	const declared = !isAnonymous(set) && set.dataIsInterval;
	evaluation.expect({
		datatype: data.datatype,
		order: data.order,
		bits: declared ? data.bits / 2 : data.bits,
	});
	// The type does not say how wide the integers in it are.
	if (data.kind === "concat") evaluation.expected.key = data;
	node.data = evaluation.evaluate(node.data);
	if (isAnonymous(set) && hasRange(node.data)) set.dataIsInterval = true;
	if (declared) expandData(node);
	if (!set.dataIsInterval && !isSingle(node.data)) fail(node, "the data of this map is one value");
	if (isDataMap(set) && !compatible(data.datatype, node.data.datatype))
		fail(node, `a ${node.data.datatype.name} in a map to ${data.datatype.name}`);
	return node;
}
const hasRange = (data: Node): boolean =>
	data.kind === "concat"
		? data.parts.some(hasRange)
		: data.kind === "range" || data.kind === "prefix";

/** Print an element of a set, or a pair of a map. */
export function printItem(item: Node, printer: Printer): ItemJson {
	if (item.kind !== "mapping") return printer.node(item);
	return [printer.node(item.key), printer.node(item.data)];
}

/** An element that has only a key is printed as that key. */
function printElement(node: Element, printer: Printer): Expression {
	const val = printer.node(node.key);
	const { timeout, expires, comment } = node;
	const statements = statementsOf(node);
	const plain = timeout === undefined && expires === undefined && comment === undefined;
	if (plain && statements.length === 0) return val;
	return {
		elem: {
			...Object.assign({}, ...statements.map((statement) => statement.print(printer))),
			val,
			...(timeout && { timeout: Number(timeout / 1000n) }),
			...(expires && { expires: Number(expires / 1000n) }),
			...(comment !== undefined && { comment }),
		},
	} as Expression;
}

function printReference({ set }: SetReference, printer: Printer): Expression {
	if (!isAnonymous(set)) return `@${set.name}`;
	return { set: (set.elements?.items ?? []).map((item) => printItem(item, printer)) } as Expression;
}

function completeElement(node: Element, completion: Completion): Node {
	completion.inKey = true;
	node.key = completion.complete(node.key);
	completion.inKey = false;
	return node;
}

/** A set by its name or as a literal, and what it consists of. */
export const set = {
	parse: { set: parseSet, elem: parseElem },
	nodes: {
		"set name": { evaluate: evaluateSetName },
		"set reference": { evaluate: evaluateSetReference, print: printReference },
		set: {
			evaluate: evaluateSet,
			print: (node, printer) => ({ set: node.items.map((item) => printItem(item, printer)) }),
		},
		elem: {
			evaluate: evaluateElement,
			load: (node, emitter, to) => emitter.load(node.key, to),
			complete: completeElement,
			print: printElement,
		},
		catchall: {
			evaluate: (node, { set }) => Object.assign(node, { bits: set?.key.bits ?? 0 }),
			print: () => "*",
		},
		mapping: { evaluate: evaluateMapping },
	},
} satisfies ExpressionDefinition;
