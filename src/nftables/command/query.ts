import { parseSet } from "../expression/set.js";
import { evaluateElements } from "../expression/set-declaration.js";
import { families } from "../fact/family.js";
import { objectTypes } from "../fact/object.js";
import type { Cursor } from "../json/cursor.js";
import { Evaluation } from "../tree/evaluation.js";
import type { SetDeclaration } from "../tree/node.js";
import { type Compilation, parseHandle, parseName, type TableHandle } from "./command.js";
import { type ElementAttrs, encodeElements } from "./element-encoding.js";
import { rulesetOf } from "./rule.js";

type Listable =
	| "ruleset"
	| "table"
	| "tables"
	| "chain"
	| "chains"
	| "set"
	| "sets"
	| "flowtable"
	| "flowtables"
	| "object"
	| "objects"
	| "rules"
	| "element";

/** A command that changes no rules: `list`, or `reset`, which also sets counts to zero. */
export interface Query {
	readonly path: string;
	readonly reset: boolean;
	readonly about: Listable;
	/** The word in the document, `counters`. */
	readonly word: string;
	/** NFPROTO_*; 0 means all families. */
	readonly family: number;
	readonly table?: string | undefined;
	readonly name?: string | undefined;
	/** NFT_OBJECT_* */
	readonly objectType?: number;
	readonly chain?: string | undefined;
	readonly handle?: bigint | undefined;
	/** The elements that were asked for. */
	readonly elements?: { readonly set: SetDeclaration; readonly keys: readonly ElementAttrs[] };
}

/**
 * How the word of a query is read: which type of object it is about, and whether it is one object by name or all in a
 * scope.
 */
type Shape = readonly [about: Listable, one: boolean, objectType?: number];
const objects = Object.entries(objectTypes).flatMap(([word, type]): [string, Shape][] => [
	[word, ["object", true, type]],
	[`${word}s`, ["objects", false, type]],
]);
const sets = ["set", "map", "meter"].flatMap((word): [string, Shape][] => [
	[word, ["set", true]],
	[`${word}s`, ["sets", false]],
]);
const listed: ReadonlyMap<string, Shape> = new Map<string, Shape>([
	["ruleset", ["ruleset", false]],
	["tables", ["tables", false]],
	["chain", ["chain", true]],
	["chains", ["chains", false]],
	["flowtable", ["flowtable", true]],
	["flowtables", ["flowtables", false]],
	...sets,
	...objects,
]);
/** What has counts that the kernel can set to zero. */
const resettable: readonly string[] = ["counter", "counters", "quota", "quotas", "set", "map"];

const scope = (at: Cursor): Partial<Record<"family" | "table", Cursor>> =>
	at.isNull ? {} : at.fields([], ["family", "table"]);
const scopeOf = (json: Partial<Record<"family" | "table", Cursor>>, at: Cursor) => {
	if (json.table !== undefined && json.family === undefined)
		throw at.fail("a table is named with its family");
	return {
		family: json.family?.oneOf(families) ?? 0,
		table: json.table && parseName(json.table),
	};
};

/** Read a query: its body has one member, which says what it asks for. */
export function parseQuery(
	body: Cursor,
	operation: "list" | "reset",
	compilation: Compilation,
): Query {
	const [word, at] = body.only();
	const reset = operation === "reset";
	const common = { path: at.path, reset, word };
	if (word === "table" && !reset) {
		const { family, name } = at.fields(["family", "name"]);
		return { ...common, about: "table", family: family.oneOf(families), table: parseName(name) };
	}
	if (reset && (word === "rule" || word === "rules"))
		return { ...common, about: "rules", ...parseRules(at, word) };
	if (reset && word === "element")
		return { ...common, about: "element", ...parseElement(at, compilation) };
	const shape = reset && !resettable.includes(word) ? undefined : listed.get(word);
	if (shape === undefined) throw body.unsupported(`${operation} of unknown "${word}"`);
	const [about, one, objectType] = shape;
	const more = { ...common, about, ...(objectType !== undefined && { objectType }) };
	if (!one) return { ...more, ...scopeOf(scope(at), at) };
	const json = at.fields(["family", "table", "name"]);
	return { ...more, ...parseHandle(json), name: parseName(json.name) };
}

function parseRules(at: Cursor, word: "rule" | "rules") {
	if (word === "rule") {
		const json = at.fields(["family", "table", "chain", "handle"]);
		return {
			...parseHandle(json),
			chain: parseName(json.chain),
			handle: json.handle.bigint(),
		};
	}
	const json: Partial<Record<"family" | "table" | "chain", Cursor>> = at.isNull
		? {}
		: at.fields([], ["family", "table", "chain"]);
	if (json.chain !== undefined && json.table === undefined)
		throw at.fail("a chain is named with its table");
	return { ...scopeOf(json, at), chain: json.chain && parseName(json.chain) };
}

function parseElement(at: Cursor, compilation: Compilation) {
	const json = at.fields(["family", "table", "name", "elem"]);
	const handle: TableHandle = parseHandle(json);
	const name = parseName(json.name);
	const set = compilation.findSet(handle, name, json.name.path);
	const evaluation = new Evaluation(rulesetOf(handle, compilation), handle.family);
	const literal = evaluateElements(set, parseSet(json.elem, compilation.parser), evaluation);
	return {
		...handle,
		name,
		elements: { set, keys: [...encodeElements(set, literal.items, false)] },
	};
}
