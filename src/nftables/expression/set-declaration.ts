import {
	NFT_NAME_MAXLEN,
	NFT_SET_ANONYMOUS,
	NFT_SET_CONCAT,
	NFT_SET_EXPR,
	NFT_SET_INTERVAL,
	NFT_SET_OBJECT,
	NFT_SET_TIMEOUT,
} from "../../uapi/nf_tables_const.js";
import { concatOf, type Datatype, integer, string, verdict } from "../fact/datatype.js";
import { byteLength, padded } from "../fact/value.js";
import { fail } from "../json/error.js";
import { isConstant, isSingle, value } from "../tree/constant.js";
import type { Evaluation } from "../tree/evaluation.js";
import { toIntervals } from "../tree/interval.js";
import type { Concat, Item, Mapping, Node, SetDeclaration, SetLiteral } from "../tree/node.js";
import { elementOf, isAnonymous, isDataMap, isInterval } from "../tree/set.js";
import { MAX_BITS } from "./concat.js";

/** Compute the width of a declared concatenation from the widths of its parts. */
function measure(concat: Concat): void {
	const types: Datatype[] = [];
	concat.fields = [];
	for (const part of concat.parts) {
		if (part.kind === "payload" && part.datatype.id === integer.id)
			part.datatype = { ...part.datatype, size: part.bits, order: part.order };
		if (part.bits === 0) fail(part, `a ${part.datatype.name} has no fixed width`);
		types.push(part.datatype);
		concat.fields.push(byteLength(part.bits));
		concat.bits += padded(part.bits);
	}
	concat.datatype = concatOf(types);
	if (concat.bits > MAX_BITS)
		fail(concat, `${concat.bits} bits are more than the ${MAX_BITS} a key may have`);
}

function checkKey(set: SetDeclaration): void {
	const { key } = set;
	if (key.kind === "concat" && key.bits === 0) measure(key);
	if (key.bits === 0)
		fail(key, `${key.datatype.name} has no fixed width; use typeof an expression`);
	if (isInterval(set) && key.kind === "concat") {
		set.fields = key.fields;
		set.flags |= NFT_SET_CONCAT;
		set.automerge = false;
	}
	if (!isAnonymous(set) || key.kind !== "concat") return;
	for (const item of set.elements?.items ?? []) {
		const { key: at } = item.kind === "mapping" ? item.key : item;
		if (at.kind !== "concat" && at.kind !== "catchall") fail(at, "expected a concatenation");
	}
}

function checkData(set: SetDeclaration): void {
	if ((set.flags & NFT_SET_OBJECT) !== 0)
		set.data = value(set.path, string, "host", NFT_NAME_MAXLEN * 8, 0n);
	if (!isDataMap(set)) return;
	const { data } = set;
	if (data === undefined) fail(set, "a map needs the type of its data");
	if (data.kind === "concat" && data.bits === 0) measure(data);
	if (set.dataIsInterval) data.bits *= 2;
	if (data.bits === 0 && data.datatype !== verdict)
		fail(data, `${data.datatype.name} has no fixed width; use typeof an expression`);
}

/** Check a declaration and derive its other properties. */
export function evaluateDeclaration(set: SetDeclaration): void {
	if (set.automerge && !isInterval(set)) fail(set, "auto-merge needs the flag interval");
	checkKey(set);
	checkData(set);
	if (set.timeout !== undefined) set.flags |= NFT_SET_TIMEOUT;
	if (set.statements.length > 1) set.flags |= NFT_SET_EXPR;
	if (isAnonymous(set) && set.elements !== undefined) sortIntervals(set, set.elements);
}

function sortIntervals(set: SetDeclaration, literal: SetLiteral): void {
	const wanted = literal.flags | (isAnonymous(set) ? 0 : set.flags & NFT_SET_INTERVAL);
	if ((wanted & NFT_SET_INTERVAL) !== 0 && ((literal.flags | set.flags) & NFT_SET_CONCAT) === 0)
		toIntervals(set, literal);
}

/** Evaluate the elements of a declared set. */
export function evaluateElements(
	set: SetDeclaration,
	literal: Node,
	evaluation: Evaluation,
): SetLiteral {
	evaluation.set = set;
	evaluation.expectLike(set.key);
	const elements = evaluation.evaluate(literal);
	if (elements.kind !== "set") return fail(literal, "expected elements");
	if (!isInterval(set) && (elements.flags & NFT_SET_INTERVAL) !== 0)
		fail(literal, "ranges and prefixes need the set's flag interval");
	sortIntervals(set, elements);
	evaluation.set = undefined;
	return elements;
}

/** Declare the set that replaces a literal in a rule. */
export function declareAnonymous(
	evaluation: Evaluation,
	name: "__set%d" | "__map%d" | "__objmap%d",
	key: Node,
	elements: SetLiteral,
	flags: number,
	more: { readonly data?: Node; readonly objectType?: number } = {},
): SetDeclaration {
	const { ruleset, family } = evaluation;
	const set: SetDeclaration = {
		path: elements.path,
		family,
		table: "",
		name,
		id: 0,
		flags: flags | NFT_SET_ANONYMOUS,
		key,
		elements,
		dataIsInterval: false,
		automerge: (flags & NFT_SET_INTERVAL) !== 0,
		statements: [],
		fields: [],
		...more,
	};
	evaluateDeclaration(set);
	ruleset.declare(set);
	return set;
}

/** Adopt the properties of an anonymous map that only its evaluated elements tell. */
export function adoptElementFlags(set: SetDeclaration, literal: SetLiteral, key: Node): void {
	set.flags |= literal.flags;
	if (isInterval(set) && key.kind === "concat") set.fields = key.fields;
	if (set.dataIsInterval && set.data !== undefined) {
		set.data.bits *= 2;
		for (const item of literal.items) if (item.kind === "mapping") expandData(item);
	}
}

/** A single value among ranges becomes a range: the kernel needs both ends. */
export function expandData(mapping: Mapping): void {
	const both = (node: Node): Node =>
		node.kind === "value" ? { ...node, kind: "range", low: node, high: node } : node;
	const { data } = mapping;
	if (data.kind === "concat") data.parts = data.parts.map(both);
	else mapping.data = both(data);
}

/** An element must be a constant. @throws NftError */
export function checkElement(item: Item): void {
	if (!isConstant(item)) fail(item, "an element of a set must be constant");
}

/** The flags that an element requires of its set. */
export function elementFlags(item: Item): number {
	if (isSingle(item)) return 0;
	const concat = elementOf(item).key.kind === "concat" ? NFT_SET_CONCAT : 0;
	return NFT_SET_INTERVAL | concat;
}
