import type { Out } from "../../netlink/schema.js";
import type { setElemAttrs } from "../../uapi/nf_tables.js";
import {
	NFT_SET_ELEM_CATCHALL,
	NFT_SET_ELEM_INTERVAL_END,
	NFT_SET_OBJECT,
} from "../../uapi/nf_tables_const.js";
import { flags, stringValue } from "../expression/immediate.js";
import { rangeToPrefix } from "../expression/prefix.js";
import {
	type Datatype,
	ipv4Addr,
	ipv6Addr,
	isBitmask,
	isString,
	string,
} from "../fact/datatype.js";
import { commentOf } from "../fact/userdata.js";
import {
	bitmask,
	byteLength,
	concatBytes,
	fromBytes,
	fromText,
	padded,
	swapOrder,
	toBytes,
} from "../fact/value.js";
import { value } from "../tree/constant.js";
import type { ListedElement, ListedSet } from "../tree/listed.js";
import type { Concat, Item, Node, SetLiteral, Value } from "../tree/node.js";
import { constant, dataNode, PATH, range } from "../tree/reading.js";
import { isDataMap, isInterval } from "../tree/set.js";
import { listStateful } from "./stateful.js";

/** An element as the kernel sends it. */
export type ElementAttrs = Out<typeof setElemAttrs>;
interface Read {
	readonly item: Item;
	readonly end: boolean;
}

/** The elements of a set, converted to the form of a document. */
export function readElements(set: ListedSet, all: readonly ElementAttrs[]): SetLiteral {
	const { path, datatype, order, bits } = set.key;
	return {
		kind: "set",
		path,
		datatype,
		order,
		bits,
		flags: 0,
		intervals: false,
		items: itemsOf(set, all),
	};
}

function itemsOf(set: ListedSet, all: readonly ElementAttrs[]): Item[] {
	if (!isInterval(set)) return sorted(all.map((attrs) => itemOf(set, attrs, keyOf(set, attrs))));
	// In a concatenation one element has both ends of its ranges.
	if (set.fields.length > 1) return all.map((attrs) => itemOf(set, attrs, rangesOf(set, attrs)));
	return intervals(
		set,
		all.map((attrs) => ({
			item: itemOf(set, attrs, keyOf(set, attrs)),
			end: ((attrs.NFTA_SET_ELEM_FLAGS ?? 0) & NFT_SET_ELEM_INTERVAL_END) !== 0,
		})),
	);
}

function inOrder(node: Value, ranges: boolean): Value {
	const swap = isString(node.datatype) || !ranges;
	if (node.order === "host" && swap) node.value = swapOrder(node.value, byteLength(node.bits));
	return node;
}
const finished = (node: Value): Node => (isBitmask(node.datatype) ? flags(node) : node);

function keyOf(set: ListedSet, attrs: ElementAttrs): Node {
	const { datatype, order, bits } = set.key;
	const raw = attrs.NFTA_SET_ELEM_KEY?.NFTA_DATA_VALUE;
	if (raw === undefined || isCatchall(attrs))
		return { kind: "catchall", path: PATH, datatype, order, bits };
	if (datatype.fields !== undefined) return concatKey(set, raw);
	const key: Value = { ...constant(raw), datatype, order };
	// Interval keys are sorted as the kernel compares them, bytewise.
	if (isInterval(set)) return key;
	return finished(inOrder(key, false));
}
const isCatchall = ({ NFTA_SET_ELEM_FLAGS: given = 0 }: ElementAttrs): boolean =>
	(given & NFT_SET_ELEM_CATCHALL) !== 0;

/** Split a concatenation into its values, each of which has registers of its own. */
function splice(parts: readonly PartType[], raw: Uint8Array, ranges: boolean): Value[] {
	let at = 0;
	return parts.map(({ datatype, order, bits }) => {
		const bytes = raw.subarray(at, at + byteLength(bits));
		at += padded(bits) / 8;
		return inOrder(value(PATH, datatype, order, bits, fromBytes(bytes, "big")), ranges);
	});
}
type PartType = Pick<Node, "datatype" | "order" | "bits">;
function partTypes(node: Node): readonly PartType[] {
	if (node.kind === "concat") return node.parts;
	const fields = node.datatype.fields ?? [];
	return fields.map((field) => ({ datatype: field, order: field.order, bits: field.size }));
}

function concatKey(set: ListedSet, raw: Uint8Array): Concat {
	return concat(set.key, splice(partTypes(set.key), raw, isInterval(set)).map(finished));
}
const concat = ({ datatype, bits }: Node, parts: Node[]): Concat => ({
	kind: "concat",
	path: PATH,
	datatype,
	order: undefined,
	bits,
	parts,
	fields: [],
});

const isAddress = (datatype: Datatype): boolean => datatype === ipv4Addr || datatype === ipv6Addr;

function rangesOf(set: ListedSet, attrs: ElementAttrs): Node {
	const low = attrs.NFTA_SET_ELEM_KEY?.NFTA_DATA_VALUE;
	const high = attrs.NFTA_SET_ELEM_KEY_END?.NFTA_DATA_VALUE;
	if (low === undefined || high === undefined) return keyOf(set, attrs);
	const [lows = [], highs = []] = [low, high].map((end) => splice(partTypes(set.key), end, true));
	return concat(
		set.key,
		lows.map((from, i) => between(from, highs[i] as Value)),
	);
}
/** One field of a range: a value, a prefix, the beginning of a string, or both ends. */
function between(low: Value, high: Value): Node {
	if (low.value === high.value) return finished(low);
	if (isString(low.datatype)) {
		const length = byteLength(low.bits);
		return wildcard(low, swapOrder(low.value, length)) ?? range(low, high);
	}
	const both = range(low, high);
	return isAddress(low.datatype) ? rangeToPrefix(both) : both;
}

/** The data of an element of a map: a value, or the name of an object. */
function dataOf(set: ListedSet, attrs: ElementAttrs): Node | undefined {
	const { NFTA_SET_ELEM_OBJREF: object, NFTA_SET_ELEM_DATA: data } = attrs;
	if ((set.flags & NFT_SET_OBJECT) !== 0 && object !== undefined)
		return value(PATH, string, "host", (object.length + 1) * 8, fromText(object));
	if (!isDataMap(set) || data === undefined || set.data === undefined) return undefined;
	const node = dataNode(data);
	if (node.kind !== "value") return node;
	const raw = data.NFTA_DATA_VALUE ?? new Uint8Array();
	if (set.dataIsInterval) return dataRange(set.data, raw);
	const { datatype, order } = set.data;
	if (datatype.fields !== undefined)
		return concat(set.data, splice(partTypes(set.data), raw, false).map(finished));
	return finished(inOrder({ ...node, datatype, order }, false));
}
/** Both ends of the data, one behind the other. */
function dataRange(type: Node, raw: Uint8Array): Node {
	const half = raw.length / 2;
	const { datatype, order } = type;
	if (datatype.fields !== undefined) {
		const lows = splice(partTypes(type), raw.subarray(0, half), false);
		const highs = splice(partTypes(type), raw.subarray(half), false);
		return concat(
			type,
			lows.map((low, i) => between(low, highs[i] as Value)),
		);
	}
	const bits = datatype.size;
	const end = (bytes: Uint8Array): Value => {
		const used = bits > 0 ? bytes.subarray(0, byteLength(bits)) : bytes;
		return { ...constant(used), datatype, order };
	};
	return rangeToPrefix(range(end(raw.subarray(0, half)), end(raw.subarray(half))));
}

function itemOf(set: ListedSet, attrs: ElementAttrs, key: Node): Item {
	const { NFTA_SET_ELEM_EXPR: only, NFTA_SET_ELEM_TIMEOUT: timeout } = attrs;
	const { NFTA_SET_ELEM_EXPIRATION: expires } = attrs;
	const { datatype, order, bits } = key;
	const element: ListedElement = {
		kind: "elem",
		path: PATH,
		datatype,
		order,
		bits,
		key,
		statements: [],
		listed: (only === undefined ? (attrs.NFTA_SET_ELEM_EXPRESSIONS ?? []) : [only]).map(
			listStateful,
		),
		...(timeout && { timeout }),
		...(expires && { expires }),
		...commentOf(attrs.NFTA_SET_ELEM_USERDATA),
	};
	const data = dataOf(set, attrs);
	if (data === undefined) return element;
	return { kind: "mapping", path: PATH, datatype, order, bits, key: element, data };
}

const keyIn = (item: Item): Node => (item.kind === "mapping" ? item.key.key : item.key);

/** The sort key of an element: numbers by value, strings by their bytes, concatenations field by field. */
function rank(node: Node): bigint {
	switch (node.kind) {
		case "value":
			return isString(node.datatype) ? swapOrder(node.value, byteLength(node.bits)) : node.value;
		case "binary":
			return rank(node.left);
		case "concat": {
			const bytes = node.parts.map((part) =>
				toBytes(part.kind === "value" ? part.value : rank(part), "big", byteLength(part.bits)),
			);
			return fromBytes(concatBytes(...bytes), "big");
		}
		default:
			return bitmask(1024);
	}
}
const sorted = (items: readonly Item[]): Item[] =>
	items
		.map((item) => ({ item, at: rank(keyIn(item)) }))
		.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
		.map(({ item }) => item);

/** Combine sorted start and end elements to intervals. */
function intervals(set: ListedSet, all: readonly Read[]): Item[] {
	const catchall = all.filter(({ item }) => keyIn(item).kind === "catchall");
	const ends = all
		.flatMap((read) => {
			const key = keyIn(read.item);
			return key.kind === "value" ? [{ ...read, at: key.value }] : [];
		})
		.toSorted((a, b) => (a.at !== b.at ? (a.at < b.at ? -1 : 1) : Number(b.end) - Number(a.end)));
	const out: Item[] = [];
	let open: (typeof ends)[number] | undefined;
	const close = (last: bigint): void => {
		if (open !== undefined) out.push(withKey(open.item, interval(keyIn(open.item), last)));
		open = undefined;
	};
	for (const point of ends) {
		close(point.at - 1n);
		if (!point.end) open = point;
	}
	close(bitmask(set.key.bits));
	return [...out, ...catchall.map(({ item }) => item)];
}
function withKey(item: Item, key: Node): Item {
	if (item.kind === "elem") return { ...item, key };
	return { ...item, key: { ...item.key, key } };
}

/** The interval from a value to `last`. */
function interval(from: Node, last: bigint): Node {
	if (from.kind !== "value") return from;
	const { bits, datatype } = from;
	const length = byteLength(bits);
	if (from.value === last) {
		if (isBitmask(datatype)) return flags(from);
		return isString(datatype) ? { ...from, value: swapOrder(last, length) } : from;
	}
	const both = range(from, { ...from, value: last });
	if (isAddress(datatype)) return rangeToPrefix(both);
	return (isString(datatype) ? wildcard(from, from.value) : undefined) ?? both;
}
/** The beginning of a string: the bytes before the first zero, as a number in network order. */
function wildcard(node: Value, number: bigint): Value | undefined {
	const bytes = toBytes(number, "big", byteLength(node.bits));
	const end = bytes.indexOf(0);
	if (end <= 0) return undefined;
	return stringValue(node, `${new TextDecoder().decode(bytes.subarray(0, end))}*`);
}
