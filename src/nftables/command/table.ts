import { NLM_F_EXCL } from "../../uapi/netlink.js";
import {
	NFT_MSG_DELRULE,
	NFT_MSG_DELTABLE,
	NFT_MSG_DESTROYTABLE,
	NFT_MSG_NEWTABLE,
} from "../../uapi/nf_tables.js";
import { families } from "../fact/family.js";
import { tableFlags } from "../fact/flag.js";
import type { Cursor } from "../json/cursor.js";
import { batchMessage, type Compilation, header, type Operation, parseName } from "./command.js";
import { commentRecord } from "./comment.js";

/** Compiles a command about a table. @throws NftError */
export function compileTable(at: Cursor, operation: Operation, compilation: Compilation): void {
	const json = at.fields(["family"], ["name", "handle", "flags", "comment"]);
	const family = json.family.oneOf(families);
	const name = json.name && parseName(json.name);
	const handle = json.handle?.bigint();
	const { path } = at;
	if (operation === "delete" || operation === "destroy") {
		if (name === undefined && handle === undefined) throw at.fail("a name or a handle is needed");
		if (name !== undefined) compilation.orders.clear({ family, table: name });
		const message = operation === "delete" ? NFT_MSG_DELTABLE : NFT_MSG_DESTROYTABLE;
		const by = name === undefined ? { NFTA_TABLE_HANDLE: handle } : { NFTA_TABLE_NAME: name };
		compilation.emit(batchMessage(path, message, 0, { ...header(family), ...by }));
		return;
	}
	if (name === undefined) throw at.fail('"name" is missing');
	if (operation === "flush") {
		compilation.orders.clear({ family, table: name });
		compilation.emit(
			batchMessage(path, NFT_MSG_DELRULE, 0, { ...header(family), NFTA_RULE_TABLE: name }),
		);
		return;
	}
	if (operation !== "add" && operation !== "create") throw at.unsupported(`${operation} table`);
	const value = {
		...header(family),
		NFTA_TABLE_NAME: name,
		NFTA_TABLE_FLAGS: json.flags?.flags(tableFlags) ?? 0,
		NFTA_TABLE_USERDATA: commentRecord(json.comment),
	};
	// NLM_F_CREATE is not needed: nf_tables creates a missing table in any case.
	const excl = operation === "create" ? NLM_F_EXCL : 0;
	compilation.emit(batchMessage(path, NFT_MSG_NEWTABLE, excl, value));
}

/** `flush ruleset`: every table of a family, or of all. */
export function compileFlushRuleset(at: Cursor, compilation: Compilation): void {
	const json = at.isNull ? {} : at.fields([], ["family"]);
	const family = json.family?.oneOf(families) ?? 0;
	compilation.orders.clear({ family });
	compilation.emit(batchMessage(at.path, NFT_MSG_DELTABLE, 0, header(family)));
}
