import {
	NFT_MSG_DELCHAIN,
	NFT_MSG_DELRULE,
	NFT_MSG_DESTROYCHAIN,
	NFT_MSG_NEWCHAIN,
} from "../../uapi/nf_tables.js";
import { policies } from "../fact/hook.js";
import type { Cursor } from "../json/cursor.js";
import {
	batchMessage,
	type Compilation,
	createFlags,
	header,
	type Operation,
	parseHandle,
	parseName,
	type TableHandle,
} from "./command.js";
import { commentRecord } from "./comment.js";
import { hookOf } from "./hook.js";

/** Compiles a command about a chain. @throws NftError */
export function compileChain(at: Cursor, operation: Operation, compilation: Compilation): void {
	const json = at.fields(
		["family", "table"],
		["name", "newname", "handle", "type", "hook", "prio", "dev", "policy", "comment"],
	);
	const { family, table } = parseHandle(json);
	const name = json.name && parseName(json.name);
	const handle = json.handle?.bigint();
	const { path } = at;
	if (name === undefined && (handle === undefined || operation !== "delete"))
		throw at.fail('"name" is missing');
	const of = { ...header(family), NFTA_CHAIN_TABLE: table };
	switch (operation) {
		case "flush":
			compilation.orders.clear({ family, table, ...(name !== undefined && { chain: name }) });
			compilation.emit(
				batchMessage(path, NFT_MSG_DELRULE, 0, {
					...header(family),
					NFTA_RULE_TABLE: table,
					NFTA_RULE_CHAIN: name,
				}),
			);
			return;
		case "rename":
			rename(at, json, { family, table }, compilation);
			return;
		case "delete":
		case "destroy": {
			if (name !== undefined && json.dev === undefined)
				compilation.orders.clear({ family, table, chain: name });
			const message = operation === "delete" ? NFT_MSG_DELCHAIN : NFT_MSG_DESTROYCHAIN;
			const by = name === undefined ? { NFTA_CHAIN_HANDLE: handle } : { NFTA_CHAIN_NAME: name };
			const hook = json.dev && { NFTA_CHAIN_HOOK: hookOf(family, json) };
			compilation.emit(batchMessage(path, message, 0, { ...of, ...by, ...hook }));
			return;
		}
		case "add":
		case "create":
			break;
		default:
			throw at.unsupported(`${operation} chain`);
	}
	const value = { ...of, NFTA_CHAIN_NAME: name, ...baseAttrs(at, family, json) };
	const flags = createFlags(operation);
	compilation.emit(batchMessage(path, NFT_MSG_NEWCHAIN, flags, value));
}

type Json = Partial<Record<"type" | "hook" | "prio" | "dev" | "policy" | "comment", Cursor>>;
function baseAttrs(at: Cursor, family: number, json: Json) {
	const { type, hook, prio } = json;
	const given = [type, hook, prio].filter((member) => member !== undefined).length;
	if (given !== 0 && given !== 3) throw at.fail("a base chain has type, hook and prio");
	if (given === 0 && (json.dev ?? json.policy) !== undefined)
		throw at.fail("only a base chain has devices or a policy");
	return {
		NFTA_CHAIN_POLICY: json.policy?.oneOf(policies),
		NFTA_CHAIN_TYPE: type?.oneOf({ filter: "filter", nat: "nat", route: "route" }),
		NFTA_CHAIN_HOOK: given === 0 ? undefined : hookOf(family, json),
		NFTA_CHAIN_USERDATA: commentRecord(json.comment),
	};
}

/** The kernel renames a chain by its handle, so the handle of a chain that is given by name is looked up. */
function rename(
	at: Cursor,
	json: Partial<Record<"name" | "newname" | "handle", Cursor>>,
	table: TableHandle,
	compilation: Compilation,
): void {
	if (json.newname === undefined) throw at.fail('"newname" is missing');
	const name = json.name && parseName(json.name);
	const found = (): bigint | undefined =>
		name === undefined ? undefined : compilation.chainOf(table, name);
	const handle = json.handle?.bigint() ?? found();
	if (handle === undefined) throw at.fail(`no chain "${name}" in the table`);
	const value = {
		...header(table.family),
		NFTA_CHAIN_TABLE: table.table,
		NFTA_CHAIN_HANDLE: handle,
		NFTA_CHAIN_NAME: parseName(json.newname),
	};
	compilation.emit(batchMessage(at.path, NFT_MSG_NEWCHAIN, 0, value));
}
