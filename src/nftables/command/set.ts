import { NLM_F_CREATE } from "../../uapi/netlink.js";
import {
	NFT_MSG_DELSET,
	NFT_MSG_DELSETELEM,
	NFT_MSG_DESTROYSET,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
} from "../../uapi/nf_tables.js";
import { NFT_SET_MAP, NFT_SET_OBJECT } from "../../uapi/nf_tables_const.js";
import { evaluateDeclaration } from "../expression/set-declaration.js";
import { datatypeByName } from "../fact/datatype.js";
import { setFlags, setPolicies } from "../fact/flag.js";
import { objectTypes } from "../fact/object.js";
import { MAX_COMMENT } from "../fact/userdata.js";
import type { Cursor } from "../json/cursor.js";
import { parseStateful } from "../statement/set.js";
import { value } from "../tree/constant.js";
import { type Node, unevaluated } from "../tree/node.js";
import { Merging } from "./automerge.js";
import {
	batchMessage,
	type Compilation,
	createFlags,
	header,
	type Operation,
	parseHandle,
	parseName,
} from "./command.js";
import { type CompiledSet, mergesIntervals } from "./compiled-set.js";
import { emitPlain, evaluateParts } from "./element.js";
import { elementMessages, emitMerged } from "./element-message.js";
import { encodeSet } from "./set-message.js";

const optional = [
	"name",
	"handle",
	"type",
	"map",
	"policy",
	"flags",
	"elem",
	"timeout",
	"gc-interval",
	"size",
	"count",
	"auto-merge",
	"stmt",
	"comment",
] as const;
type Json = Partial<Record<(typeof optional)[number], Cursor>> & {
	readonly family: Cursor;
	readonly table: Cursor;
};

/** Compiles a command about a set or map. @throws NftError */
export function compileSet(at: Cursor, operation: Operation, compilation: Compilation): void {
	const json = at.fields(["family", "table"], optional);
	const { family, table } = parseHandle(json);
	const name = json.name && parseName(json.name);
	const { path } = at;
	switch (operation) {
		case "delete":
		case "destroy": {
			const handle = json.handle?.bigint();
			if (name === undefined && handle === undefined) throw at.fail("a name or a handle is needed");
			const message = operation === "delete" ? NFT_MSG_DELSET : NFT_MSG_DESTROYSET;
			const by = name === undefined ? { NFTA_SET_HANDLE: handle } : { NFTA_SET_NAME: name };
			compilation.emit(
				batchMessage(path, message, 0, { ...header(family), NFTA_SET_TABLE: table, ...by }),
			);
			return;
		}
		case "flush":
			if (name === undefined) throw at.fail('"name" is missing');
			compilation.emptySet({ family, table }, name);
			compilation.emit(
				batchMessage(path, NFT_MSG_DELSETELEM, 0, {
					...header(family),
					NFTA_SET_ELEM_LIST_TABLE: table,
					NFTA_SET_ELEM_LIST_SET: name,
				}),
			);
			return;
		case "add":
		case "create":
			if (name === undefined) throw at.fail('"name" is missing');
			add(at, json, name, operation, compilation);
			return;
		default:
			throw at.unsupported(`${operation} set`);
	}
}

function add(
	at: Cursor,
	json: Json,
	name: string,
	operation: Operation,
	compilation: Compilation,
): void {
	const handle = parseHandle(json);
	const set = declare(at, json, name, compilation);
	evaluateDeclaration(set);
	compilation.addSet(set);
	const plain = (elem: Cursor): boolean =>
		emitPlain(at.path, elem, set, { flags: NLM_F_CREATE, first: true }, compilation);
	const nlFlags = createFlags(operation);
	compilation.emitLater(() => [
		batchMessage(at.path, NFT_MSG_NEWSET, nlFlags, {
			...header(handle.family),
			...encodeSet(set),
		}),
	]);
	if (mergesIntervals(set)) set.merging = new Merging([]);
	if (json.elem === undefined || plain(json.elem)) return;
	const sending = { message: NFT_MSG_NEWSETELEM, flags: NLM_F_CREATE, first: true };
	for (const items of evaluateParts(set, json.elem, compilation)) {
		if (items.length > 0) set.populated = true;
		set.merging?.add(items);
		if (set.merging !== undefined) emitMerged(at.path, set, sending, compilation);
		else for (const one of elementMessages(at.path, set, sending, items)) compilation.emit(one);
	}
}

function typeNamed(name: string, at: Cursor): Node {
	const datatype = datatypeByName(name);
	if (datatype === undefined) throw at.fail(`unknown type "${name}"`);
	return value(at.path, datatype, datatype.order, datatype.size, 0n);
}

const concatOfTypes = (parts: Node[], { path }: Cursor): Node => ({
	kind: "concat",
	path,
	...unevaluated,
	parts,
	fields: [],
});

/** One type, a concatenation of types, or the type of an expression. */
function parseType(at: Cursor, compilation: Compilation): Node {
	if (at.isString) {
		// nft 1.0 lists the types of concatenated data as one string.
		const names = at.string().split(" . ");
		const parts = names.map((name) => typeNamed(name, at));
		return parts.length === 1 ? (parts[0] as Node) : concatOfTypes(parts, at);
	}
	if (at.isArray) {
		const parts = at.list().map((part) => parseType(part, compilation));
		if (parts.length < 2) throw at.fail("a concatenation has two or more parts");
		return concatOfTypes(parts, at);
	}
	return compilation.parser.expression(at.fields(["typeof"]).typeof);
}

function declare(at: Cursor, json: Json, name: string, compilation: Compilation): CompiledSet {
	const { family, table } = parseHandle(json);
	if (json.type === undefined) throw at.fail('"type" is missing');
	const objectType =
		json.map?.isString === true && Object.hasOwn(objectTypes, json.map.string())
			? json.map.oneOf(objectTypes)
			: undefined;
	const data = objectType === undefined && json.map ? parseType(json.map, compilation) : undefined;
	const milliseconds = json.timeout && json.timeout.bigint(0n, 2n ** 50n) * 1000n;
	const comment = json.comment?.string();
	if (comment !== undefined && Buffer.byteLength(comment) > MAX_COMMENT)
		throw at.fail(`a comment has at most ${MAX_COMMENT} bytes`);
	return {
		path: at.path,
		family,
		table,
		name,
		id: compilation.nextSetId(),
		flags:
			(json.flags?.flags(setFlags) ?? 0) |
			(objectType === undefined ? 0 : NFT_SET_OBJECT) |
			(data === undefined ? 0 : NFT_SET_MAP),
		key: parseType(json.type, compilation),
		dataIsInterval: false,
		automerge: json["auto-merge"]?.boolean() ?? false,
		statements: parseStateful(json.stmt, compilation.parser),
		fields: [],
		...(data && { data }),
		...(objectType !== undefined && { objectType }),
		...(milliseconds !== undefined && { timeout: milliseconds }),
		...(json["gc-interval"] && {
			gcInterval: json["gc-interval"].integer(0, 4_294_967) * 1000,
		}),
		...(json.size && { size: json.size.u32() }),
		...(json.policy && { policy: json.policy.oneOf(setPolicies) }),
		...(comment !== undefined && { comment }),
	};
}
