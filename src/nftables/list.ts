import {
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETFLOWTABLE,
	NFT_MSG_GETGEN,
	NFT_MSG_GETOBJ,
	NFT_MSG_GETRULE,
	NFT_MSG_GETSET,
	NFT_MSG_GETSETELEM,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWFLOWTABLE,
	NFT_MSG_NEWGEN,
	NFT_MSG_NEWOBJ,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
	NFT_MSG_NEWTABLE,
} from "../uapi/nf_tables.js";
import { type Connection, type ConnectionOptions, connected } from "./connection.js";
import { NftError } from "./error.js";
import { type FamilyJson, families } from "./fact/family.js";
import { localHost } from "./fact/host.js";
import type { Document } from "./json.js";
import { readElements } from "./listing/element.js";
import { Printer } from "./listing/print.js";
import { printTableContents, type TableContents } from "./listing/ruleset.js";
import { readSet } from "./listing/set.js";
import type { SetDeclaration } from "./set.js";

/** Which tables to list; all without it. */
export interface Filter {
	readonly family?: FamilyJson;
	readonly table?: string;
}

/** A set or map of the kernel with its elements. */
function withElements(connection: Connection, set: SetDeclaration): SetDeclaration {
	const lists = connection.read(
		NFT_MSG_GETSETELEM,
		NFT_MSG_NEWSETELEM,
		{
			nfgen_family: set.family,
			NFTA_SET_ELEM_LIST_TABLE: set.table,
			NFTA_SET_ELEM_LIST_SET: set.name,
		},
		true,
	);
	const all = lists.flatMap((list) => list.NFTA_SET_ELEM_LIST_ELEMENTS ?? []);
	return { ...set, elements: readElements(set, all) };
}

function readTables(connection: Connection, { family, table }: Filter): TableContents[] {
	const of = { nfgen_family: family === undefined ? 0 : families[family] };
	const tables = connection.read(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, of, true);
	const chains = connection.read(NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN, of, true);
	const objects = connection.read(NFT_MSG_GETOBJ, NFT_MSG_NEWOBJ, of, true);
	const sets = connection.read(NFT_MSG_GETSET, NFT_MSG_NEWSET, of, true);
	const flowtables = connection.read(NFT_MSG_GETFLOWTABLE, NFT_MSG_NEWFLOWTABLE, of, true);
	const rules = connection.read(NFT_MSG_GETRULE, NFT_MSG_NEWRULE, of, true);
	return tables
		.filter(({ NFTA_TABLE_NAME: name }) => table === undefined || name === table)
		.map((attrs) => {
			const { nfgen_family: own = 0, NFTA_TABLE_NAME: name } = attrs;
			const mine = (at: { nfgen_family?: number | undefined }): boolean => at.nfgen_family === own;
			return {
				family: own,
				table: attrs,
				chains: chains.filter((c) => mine(c) && c.NFTA_CHAIN_TABLE === name),
				objects: objects.filter((o) => mine(o) && o.NFTA_OBJ_TABLE === name),
				sets: sets
					.filter((s) => mine(s) && s.NFTA_SET_TABLE === name)
					.map((s) => withElements(connection, readSet(own, s))),
				flowtables: flowtables.filter((f) => mine(f) && f.NFTA_FLOWTABLE_TABLE === name),
				rules: rules.filter((r) => mine(r) && r.NFTA_RULE_TABLE === name),
			};
		});
}

// Somebody else's commit while we read; 20 in a row is not chance.
const TORN_TRIES = 20;
const generation = (connection: Connection): number | undefined =>
	connection.read(NFT_MSG_GETGEN, NFT_MSG_NEWGEN, {}, false)[0]?.NFTA_GEN_ID;

/** Several dumps that are of one generation of the ruleset. */
function readWhole(connection: Connection, filter: Filter): TableContents[] {
	for (let tries = 1; ; tries++) {
		const before = generation(connection);
		try {
			const tables = readTables(connection, filter);
			if (generation(connection) === before) return tables;
		} catch (error) {
			// A set of the dump before may be gone by now.
			if (tries === TORN_TRIES || generation(connection) === before) throw error;
		}
		if (tries === TORN_TRIES)
			throw new NftError("$", "the ruleset changed with every attempt to read it");
	}
}

/**
 * The ruleset of the kernel as a document of libnftables-json(5), which `apply` would bring back. It is of one
 * generation: no transaction is seen half done.
 * @throws KernelError, NftError
 */
export function list(filter: Filter = {}, options: ConnectionOptions = {}): Document {
	const printer = new Printer(options.host ?? localHost());
	const tables = connected(options, (connection) => readWhole(connection, filter));
	return { nftables: tables.flatMap((table) => printTableContents(table, printer)) };
}
