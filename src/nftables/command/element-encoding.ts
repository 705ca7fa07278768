import type { In } from "../../netlink/schema.js";
import type { setElemAttrs } from "../../uapi/nf_tables.js";
import { NFT_SET_ELEM_CATCHALL, NFT_SET_ELEM_INTERVAL_END } from "../../uapi/nf_tables_const.js";
import { MAX_LIST_BYTES } from "../fact/element-list.js";
import { COMMENT, ELEMENT_FLAGS, INTERVAL_OPEN, text, u32 } from "../fact/userdata.js";
import { bitmask, byteLength, concatBytes, toBytes } from "../fact/value.js";
import { fail } from "../json/error.js";
import { bytesOf, dataOf, fieldsOf, objectName } from "../tree/data.js";
import { bounds } from "../tree/interval.js";
import type { Element, Item, Node, SetDeclaration } from "../tree/node.js";
import { elementOf, hasEndElements, isAnonymous, isDataMap, isInterval } from "../tree/set.js";
import type { Stateful } from "../tree/stateful.js";
import { statefulExpr } from "../tree/stateful.js";

/** An element in the form that the kernel takes. */
export type ElementAttrs = In<typeof setElemAttrs>;

function keyAttrs(set: SetDeclaration, key: Node): ElementAttrs {
	if (key.kind === "catchall") return {};
	if (key.kind !== "concat") return { NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: bytesOf(key) } };
	const ranges = isInterval(set);
	const low = { NFTA_DATA_VALUE: fieldsOf(key, "low", ranges) };
	if (!ranges) return { NFTA_SET_ELEM_KEY: low };
	const high = { NFTA_DATA_VALUE: fieldsOf(key, "high", ranges) };
	return { NFTA_SET_ELEM_KEY: low, NFTA_SET_ELEM_KEY_END: high };
}

/** An element has the statements that its set declares. Those it does not specify itself are as in the declaration. */
function statementsOf(set: SetDeclaration, { statements }: Element): readonly Stateful[] {
	if (set.statements.length === 0 || statements.length === 0) return statements;
	for (const statement of statements)
		if (!set.statements.some(({ name }) => name === statement.name))
			fail(statement, `the set does not declare ${statement.name}`);
	return set.statements.map(
		(declared) => statements.find(({ name }) => name === declared.name) ?? declared,
	);
}
function statementAttrs(set: SetDeclaration, element: Element): ElementAttrs {
	const exprs = statementsOf(set, element).map(statefulExpr);
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

function attrsOf(set: SetDeclaration, item: Item, key: ElementAttrs, open = false): ElementAttrs {
	const element = elementOf(item);
	const data = item.kind === "mapping" ? item.data : undefined;
	// Most elements of a large set have only a key.
	if (data === undefined && !open && isPlain(element)) return key;
	const exprs = statementAttrs(set, element);
	const isCatchall = element.key.kind === "catchall";
	// All members are always present: objects from a literal with optional members have different shapes and are slow in
	// V8.
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

/**
 * The elements in the form that the kernel takes, generated one by one so that those of a large set are never all in
 * memory.
 * @param first whether the set is empty so far
 */
export function* encodeElements(
	set: SetDeclaration,
	items: readonly Item[],
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
		// Intervals are half open, so the values below the first one need an end element without a start.
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

/** Elements in portions that fit into a message. */
export function* portions(elements: Iterable<ElementAttrs>): Generator<readonly ElementAttrs[]> {
	let portion: ElementAttrs[] = [];
	let bytes = 0;
	for (const element of elements) {
		const size = sizeOf(element);
		if (bytes + size > MAX_LIST_BYTES && portion.length > 0) {
			yield portion;
			portion = [];
			bytes = 0;
		}
		portion.push(element);
		bytes += size;
	}
	if (portion.length > 0) yield portion;
}

const bytesIn = (value: Uint8Array | undefined): number =>
	value === undefined ? 0 : value.length + 12;

/** An upper bound of the encoded size of an element: its values, and a generous allowance for headers. */
function sizeOf(element: ElementAttrs): number {
	const { NFTA_SET_ELEM_KEY: key, NFTA_SET_ELEM_KEY_END: end, NFTA_SET_ELEM_DATA: data } = element;
	const values =
		bytesIn(key?.NFTA_DATA_VALUE) +
		bytesIn(end?.NFTA_DATA_VALUE) +
		bytesIn(data?.NFTA_DATA_VALUE) +
		bytesIn(element.NFTA_SET_ELEM_USERDATA);
	const verdictBytes = data?.NFTA_DATA_VERDICT === undefined ? 0 : 280;
	const name = element.NFTA_SET_ELEM_OBJREF === undefined ? 0 : 264;
	const timed = element.NFTA_SET_ELEM_TIMEOUT === undefined ? 0 : 24;
	const exprs =
		(element.NFTA_SET_ELEM_EXPRESSIONS?.length ?? 0) +
		(element.NFTA_SET_ELEM_EXPR === undefined ? 0 : 1);
	return 12 + values + verdictBytes + name + timed + exprs * 100;
}
