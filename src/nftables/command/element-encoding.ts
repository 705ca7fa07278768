import type { In } from "../../netlink/schema.js";
import type { setElemAttrs } from "../../uapi/nf_tables.js";
import { NFT_SET_ELEM_CATCHALL, NFT_SET_ELEM_INTERVAL_END } from "../../uapi/nf_tables_const.js";
import type { dataAttrs } from "../../uapi/nf_tables_data.js";
import { isInteger } from "../fact/datatype.js";
import { COMMENT, ELEMENT_FLAGS, INTERVAL_OPEN, text, u32 } from "../fact/userdata.js";
import { bitmask, byteLength, concatBytes, type Order, padded, toBytes } from "../fact/value.js";
import { fail } from "../json/error.js";
import { bounds } from "../tree/interval.js";
import { type Concat, type Element, isSingle, type Mapping, type Node } from "../tree/node.js";
import {
	elementOf,
	hasEndElements,
	isAnonymous,
	isDataMap,
	isInterval,
	type SetDeclaration,
} from "../tree/set.js";
import type { Statement } from "../tree/statement.js";

export type ElementAttrs = In<typeof setElemAttrs>;
export type Data = In<typeof dataAttrs>;

export const bytesOf = (node: Node, order: Order | undefined = node.order): Uint8Array =>
	node.kind === "value"
		? toBytes(node.value, order ?? "host", byteLength(node.bits))
		: fail(node, `a ${node.kind} is no single value`);

const padTo = (bytes: Uint8Array, length: number): Uint8Array => {
	const out = new Uint8Array(length);
	out.set(bytes);
	return out;
};

type End = "low" | "high";
/** One field of a concatenated key or of concatenated data, at the low or the high end of its range. */
function field(part: Node, end: End, ranges: boolean): Uint8Array {
	const length = padded(part.bits) / 8;
	if (part.kind === "range") {
		const at = part[end];
		return padTo(bytesOf(at, ranges && isInteger(at.datatype) ? "big" : at.order), length);
	}
	if (part.kind === "prefix") {
		const [low, high] = bounds({ ...part });
		const bytes = byteLength(part.bits);
		return padTo(toBytes(end === "low" ? low : high, "big", bytes), length);
	}
	return padTo(bytesOf(part, ranges && isInteger(part.datatype) ? "big" : part.order), length);
}
const fieldsOf = (node: Concat, end: End, ranges: boolean): Uint8Array =>
	concatBytes(...node.parts.map((part) => field(part, end, ranges)));

function rangeData(node: Node): Uint8Array {
	const [low, high] = bounds(node);
	const order = node.kind === "range" ? node.low.order : node.order;
	const length = padded(node.kind === "range" ? node.low.bits : node.bits) / 8;
	const bytes = byteLength(node.kind === "range" ? node.low.bits : node.bits);
	return concatBytes(...[low, high].map((v) => padTo(toBytes(v, order ?? "big", bytes), length)));
}

/** What a map gives for a key. */
export function dataOf(node: Node): Data {
	switch (node.kind) {
		case "verdict":
			return {
				NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: node.code, NFTA_VERDICT_CHAIN: node.chain },
			};
		case "range":
		case "prefix":
			return { NFTA_DATA_VALUE: rangeData(node) };
		case "concat":
			if (isSingle(node)) return { NFTA_DATA_VALUE: fieldsOf(node, "low", false) };
			return {
				NFTA_DATA_VALUE: concatBytes(fieldsOf(node, "low", false), fieldsOf(node, "high", false)),
			};
		default:
			return { NFTA_DATA_VALUE: bytesOf(node) };
	}
}

function keyAttrs(set: SetDeclaration, key: Node): ElementAttrs {
	if (key.kind === "catchall") return {};
	if (key.kind !== "concat") return { NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: bytesOf(key) } };
	const ranges = isInterval(set);
	const low = { NFTA_DATA_VALUE: fieldsOf(key, "low", ranges) };
	if (!ranges) return { NFTA_SET_ELEM_KEY: low };
	const high = { NFTA_DATA_VALUE: fieldsOf(key, "high", ranges) };
	return { NFTA_SET_ELEM_KEY: low, NFTA_SET_ELEM_KEY_END: high };
}

/** An element has the statements its set declares; what it does not say is as declared. */
function statementsOf(set: SetDeclaration, { statements }: Element): readonly Statement[] {
	if (set.statements.length === 0 || statements.length === 0) return statements;
	for (const statement of statements)
		if (!set.statements.some(({ name }) => name === statement.name))
			fail(statement, `the set declares no ${statement.name}`);
	return set.statements.map(
		(declared) => statements.find(({ name }) => name === declared.name) ?? declared,
	);
}
function statementAttrs(set: SetDeclaration, element: Element): ElementAttrs {
	const exprs = statementsOf(set, element).map(
		(s) => s.stateful?.() ?? fail(s, `${s.name} has no state`),
	);
	const [only, second] = exprs;
	if (second !== undefined) return { NFTA_SET_ELEM_EXPRESSIONS: exprs };
	return only === undefined ? {} : { NFTA_SET_ELEM_EXPR: only };
}

function userdata({ comment }: Element, open: boolean): Uint8Array | undefined {
	if (comment === undefined && !open) return undefined;
	return concatBytes(
		...(comment === undefined ? [] : [text(COMMENT, comment)]),
		...(open ? [u32(ELEMENT_FLAGS, INTERVAL_OPEN)] : []),
	);
}

const isPlain = ({ key, timeout, expires, comment, statements }: Element): boolean =>
	key.kind !== "catchall" &&
	timeout === undefined &&
	expires === undefined &&
	comment === undefined &&
	statements.length === 0;

function attrsOf(
	set: SetDeclaration,
	item: Element | Mapping,
	key: ElementAttrs,
	open = false,
): ElementAttrs {
	const element = elementOf(item);
	const data = item.kind === "mapping" ? item.data : undefined;
	// Most elements of a large set are a key and nothing else.
	if (data === undefined && !open && isPlain(element)) return key;
	const exprs = statementAttrs(set, element);
	const isCatchall = element.key.kind === "catchall";
	// All of one shape: a literal with members that need not be there makes a slow object of each.
	return {
		NFTA_SET_ELEM_KEY: key.NFTA_SET_ELEM_KEY,
		NFTA_SET_ELEM_KEY_END: key.NFTA_SET_ELEM_KEY_END,
		NFTA_SET_ELEM_DATA: data && isDataMap(set) ? dataOf(data) : undefined,
		NFTA_SET_ELEM_OBJREF: data && !isDataMap(set) ? objectName(data) : undefined,
		NFTA_SET_ELEM_FLAGS: isCatchall ? NFT_SET_ELEM_CATCHALL : undefined,
		NFTA_SET_ELEM_TIMEOUT: element.timeout,
		NFTA_SET_ELEM_EXPIRATION: element.expires,
		NFTA_SET_ELEM_USERDATA: userdata(element, open),
		NFTA_SET_ELEM_EXPR: exprs.NFTA_SET_ELEM_EXPR,
		NFTA_SET_ELEM_EXPRESSIONS: exprs.NFTA_SET_ELEM_EXPRESSIONS,
	};
}

/** The name of an object, kept as bytes like every string constant. */
export function objectName(node: Node): string {
	const bytes = bytesOf(node);
	const nul = bytes.indexOf(0);
	return new TextDecoder().decode(nul < 0 ? bytes : bytes.subarray(0, nul));
}

/**
 * The elements as the kernel takes them, one by one: those of a large set are not all in memory at once.
 * @param first the set is empty so far
 */
export function* encodeElements(
	set: SetDeclaration,
	items: readonly (Element | Mapping)[],
	first: boolean,
): Generator<ElementAttrs> {
	if (!hasEndElements(set)) {
		for (const item of items) yield attrsOf(set, item, keyAttrs(set, elementOf(item).key));
		return;
	}
	const { bits } = set.key;
	const length = byteLength(bits);
	const key = (v: bigint): ElementAttrs => ({
		NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: toBytes(v, "big", length) },
	});
	const end = (v: bigint): ElementAttrs => ({
		...key(v),
		NFTA_SET_ELEM_FLAGS: NFT_SET_ELEM_INTERVAL_END,
	});
	for (const [i, item] of items.entries()) {
		const at = elementOf(item).key;
		if (at.kind === "catchall") {
			yield attrsOf(set, item, {});
			continue;
		}
		const [low, high] = bounds(at);
		// Half open intervals: the values below the first one need an end of nothing.
		if (i === 0 && first && low !== 0n) yield end(0n);
		const open = high === bitmask(bits);
		const next = items[i + 1];
		const nextKey = next === undefined ? undefined : elementOf(next).key;
		const adjacent =
			isAnonymous(set) &&
			nextKey !== undefined &&
			nextKey.kind !== "catchall" &&
			bounds(nextKey)[0] === high + 1n;
		yield attrsOf(set, item, key(low), open && !adjacent);
		if (!open && !adjacent) yield end(high + 1n);
	}
}
