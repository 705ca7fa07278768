import type { Out } from "../../netlink/schema.js";
import type { setAttrs } from "../../uapi/nf_tables.js";
import {
	NFT_DATA_VERDICT,
	NFT_SET_CONSTANT,
	NFT_SET_MAP,
	NFT_SET_OBJECT,
	NFT_SET_POL_MEMORY,
} from "../../uapi/nf_tables_const.js";
import { printItem } from "../expression/set.js";
import { type Datatype, datatypeById, integer, verdict } from "../fact/datatype.js";
import { setFlags } from "../fact/flag.js";
import { familyName, flagNames, nameOf } from "../fact/name.js";
import { objectTypes } from "../fact/object.js";
import { commentOf, records, SET } from "../fact/userdata.js";
import { byteLength, fromBytes, type Order } from "../fact/value.js";
import type { SetDeclarationJson, TypeJson } from "../json/object.js";
import { value } from "../tree/constant.js";
import type { ListedSet } from "../tree/listed.js";
import type { Node } from "../tree/node.js";
import type { Printer } from "../tree/printer.js";
import { PATH } from "../tree/reading.js";
import { isMap } from "../tree/set.js";
import { listStateful } from "./stateful.js";
import { readTypeof } from "./typeof.js";

type SetAttrs = Out<typeof setAttrs>;

/** The values of enum byteorder in nft. */
const orders: readonly (Order | undefined)[] = [undefined, "host", "big"];
const number = (bytes: Uint8Array | undefined): number =>
	bytes === undefined ? 0 : Number(fromBytes(bytes, "host"));

function typeOf(id: number): Datatype {
	if (id >>> 0 === NFT_DATA_VERDICT >>> 0) return verdict;
	// Sets of other programs may have types that nft does not know. It calls them "invalid" and prints keys as numbers.
	return datatypeById(id) ?? { ...integer, name: "invalid", order: "big" };
}
/** A key or data that is declared by the name of its type. */
function typed(id: number, order: Order | undefined, bits: number): Node {
	const datatype = typeOf(id);
	// Plain integers have the byte order in the userdata, other types their own.
	const own = datatype === integer ? { ...datatype, order } : datatype;
	return value(PATH, own, order, bits, 0n);
}

/** A set or map of the kernel, without its elements. */
export function readSet(family: number, attrs: SetAttrs): ListedSet {
	const userdata = new Map(records(attrs.NFTA_SET_USERDATA ?? new Uint8Array()));
	const flags = attrs.NFTA_SET_FLAGS ?? 0;
	const dataIsInterval = number(userdata.get(SET.DATA_INTERVAL)) !== 0;
	const { NFTA_SET_EXPR: only, NFTA_SET_DESC: desc } = attrs;
	const { key, data, isNamed } = typesOf(attrs, userdata, dataIsInterval);
	return {
		path: PATH,
		family,
		table: attrs.NFTA_SET_TABLE ?? "",
		name: attrs.NFTA_SET_NAME ?? "",
		id: 0,
		flags,
		key,
		isNamed,
		...(data && { data }),
		dataIsInterval,
		...(attrs.NFTA_SET_OBJ_TYPE !== undefined && { objectType: attrs.NFTA_SET_OBJ_TYPE }),
		automerge: number(userdata.get(SET.MERGE_ELEMENTS)) !== 0,
		...(attrs.NFTA_SET_TIMEOUT !== undefined && { timeout: attrs.NFTA_SET_TIMEOUT }),
		...(attrs.NFTA_SET_GC_INTERVAL !== undefined && { gcInterval: attrs.NFTA_SET_GC_INTERVAL }),
		...(desc?.NFTA_SET_DESC_SIZE !== undefined && { size: desc.NFTA_SET_DESC_SIZE }),
		...(attrs.NFTA_SET_POLICY !== undefined && { policy: attrs.NFTA_SET_POLICY }),
		...commentOf(attrs.NFTA_SET_USERDATA, SET.COMMENT),
		statements: [],
		listed: (only === undefined ? (attrs.NFTA_SET_EXPRESSIONS ?? []) : [only]).map(listStateful),
		fields: (desc?.NFTA_SET_DESC_CONCAT ?? []).map((f) => f.NFTA_SET_FIELD_LEN ?? 0),
		...(attrs.NFTA_SET_COUNT !== undefined && { count: attrs.NFTA_SET_COUNT }),
		...(attrs.NFTA_SET_HANDLE !== undefined && { handle: attrs.NFTA_SET_HANDLE }),
	};
}

function typesOf(
	attrs: SetAttrs,
	userdata: ReadonlyMap<number, Uint8Array>,
	dataIsInterval: boolean,
): { readonly key: Node; readonly data?: Node; readonly isNamed: boolean } {
	const keyBits = (attrs.NFTA_SET_KEY_LEN ?? 0) * 8;
	const dataBits = (attrs.NFTA_SET_DATA_LEN ?? 0) * 8;
	const order = (type: number): Order | undefined => orders[number(userdata.get(type))];
	let key = readTypeof(userdata.get(SET.KEY_TYPEOF));
	let data: Node | undefined;
	let isNamed = false;
	if (((attrs.NFTA_SET_FLAGS ?? 0) & NFT_SET_MAP) !== 0) {
		const described = readTypeof(userdata.get(SET.DATA_TYPEOF));
		const wanted = byteLength(dataIsInterval ? dataBits / 2 : dataBits);
		const fits = described?.kind === "verdict" || byteLength(described?.bits ?? 0) === wanted;
		if (described !== undefined && fits) data = Object.assign(described, { bits: dataBits });
		else {
			data = typed(attrs.NFTA_SET_DATA_TYPE ?? 0, order(SET.DATA_BYTEORDER), dataBits);
			// As in nft, either both key and data are described or neither is. But names of types do not tell the width of
			// integers in a key.
			if (isNameEnough(typeOf(attrs.NFTA_SET_KEY_TYPE ?? 0))) key = undefined;
			isNamed = true;
		}
	}
	if (key !== undefined && byteLength(key.bits) !== byteLength(keyBits)) key = undefined;
	key ??= typed(attrs.NFTA_SET_KEY_TYPE ?? 0, order(SET.KEY_BYTEORDER), keyBits);
	return { key, isNamed, ...(data && { data }) };
}

/** Whether the names of the types determine the width. An integer is as wide as the expression it comes from. */
const isNameEnough = (datatype: Datatype): boolean =>
	(datatype.fields ?? [datatype]).every(({ id, size }) => id !== integer.id && size > 0);

function typeNames({ datatype }: Node): TypeJson {
	if (datatype.fields === undefined) return datatype.name;
	return datatype.fields.map((field) => field.name);
}

/**
 * nft prints the names of data types even where they do not determine a width, so that the listing could not be applied
 * again.
 */
function dataType(data: Node, printer: Printer): TypeJson {
	const isTypeof = data.kind !== "value" && data.datatype !== verdict;
	return isTypeof && !isNameEnough(data.datatype)
		? { typeof: printer.node(data) }
		: typeNames(data);
}

/** Whether this is an ordinary element, and not the catch-all element `*`. */
const hasKey = (item: unknown): boolean => (Array.isArray(item) ? item[0] : item) !== "*";

/** The declaration of a set with its elements. */
export function printSet(set: ListedSet, printer: Printer): SetDeclarationJson {
	const { key, data, flags, objectType, listed = [] } = set;
	const constant = (flags & NFT_SET_CONSTANT) !== 0;
	const items =
		set.elements?.items.map((item) => printItem(item, printer)) ??
		set.printElements?.(printer) ??
		[];
	// nft prints names of types here, but with those the keys of elements could not be read again.
	const isTypeof = key.kind !== "value" && (set.isNamed !== true || items.some(hasKey));
	return {
		family: familyName(set.family),
		name: set.name,
		table: set.table,
		type: isTypeof ? { typeof: printer.node(key) } : typeNames(key),
		...(set.handle !== undefined && { handle: Number(set.handle) }),
		...(set.comment !== undefined && { comment: set.comment }),
		...(data && { map: dataType(data, printer) }),
		...((flags & NFT_SET_OBJECT) !== 0 && { map: nameOf(objectTypes, objectType as 1) ?? "" }),
		...(!constant && set.policy === NFT_SET_POL_MEMORY && { policy: "memory" }),
		// The number of elements matters only if the set has a maximum size.
		...(!constant && set.size && { size: set.size, ...(set.count && { count: set.count }) }),
		...flagNames(setFlags, flags),
		...(set.timeout && { timeout: Number(set.timeout / 1000n) }),
		...(set.gcInterval && { "gc-interval": Math.floor(set.gcInterval / 1000) }),
		...(set.automerge && { "auto-merge": true }),
		...(items.length > 0 && { elem: items }),
		...(listed.length > 0 && { stmt: listed.map((s) => s.print(printer.withoutState)) }),
	};
}
/** The word for a set or a map in JSON. */
export const commandOf = (set: ListedSet): "map" | "set" => (isMap(set) ? "map" : "set");
