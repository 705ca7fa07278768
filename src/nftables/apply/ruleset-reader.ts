import { Reader } from "../../netlink/bytes.js";
import { KernelError } from "../../sys/error.js";
import * as nft from "../../uapi/nf_tables.js";
import { readPlain } from "../fast/plain-listing.js";
import { NftError } from "../json/error.js";
import { type ElementAttrs, readElements } from "../listing/element.js";
import type { TableContents } from "../listing/ruleset.js";
import { readSet } from "../listing/set.js";
import type { ListedSet } from "../tree/listed.js";
import { isAnonymous } from "../tree/set.js";
import type { Connection } from "./connection.js";

/** Which tables to read: a family's, those of a name, or all. */
interface Scope {
	/** NFPROTO_*, 0 for every family. */
	readonly family: number;
	readonly table?: string | undefined;
}

/** What of the tables to read. Rules take the sets they refer to. */
export interface Parts {
	readonly chains?: boolean;
	readonly objects?: boolean;
	readonly flowtables?: boolean;
	readonly sets?: boolean;
	/** The elements of which sets: anonymous ones are written where a rule uses them. */
	readonly elements?: (set: ListedSet) => boolean;
	readonly rules?: boolean;
}
/** All of a table. */
export const everything: Parts = {
	chains: true,
	objects: true,
	flowtables: true,
	sets: true,
	elements: () => true,
	rules: true,
};
/** Chains with their rules, and what is written where a rule uses it. */
export const rulesAlone: Parts = {
	chains: true,
	sets: true,
	elements: isAnonymous,
	rules: true,
};

type Handle = Pick<ListedSet, "family" | "table" | "name">;
/** The elements of a set as the kernel has them: lists of them, of a few hundred each. */
function dumpLists(connection: Connection, { family, table, name }: Handle): Uint8Array[] {
	const of = {
		nfgen_family: family,
		NFTA_SET_ELEM_LIST_TABLE: table,
		NFTA_SET_ELEM_LIST_SET: name,
	};
	const lists = connection.read(nft.NFT_MSG_GETSETELEM, nft.NFT_MSG_NEWSETELEM_RAW, of, true);
	return lists.flatMap((list) => list.NFTA_SET_ELEM_LIST_ELEMENTS ?? []);
}
const decode = (lists: readonly Uint8Array[]): ElementAttrs[] =>
	lists.flatMap((list) => nft.setElementsAttrs.read(new Reader(list)));

/** The elements of a set as the kernel has them. @throws KernelError */
export const dumpElements = (connection: Connection, set: Handle): ElementAttrs[] =>
	decode(dumpLists(connection, set));
/** Whether the set has elements in the kernel. @throws KernelError */
export const hasElements = (connection: Connection, set: Handle): boolean =>
	dumpLists(connection, set).some((list) => list.length > 0);

/** Whether the key is a concatenation of types of which one has no width of its own. */
const isVague = ({ key }: ListedSet): boolean =>
	key.kind === "value" && key.datatype.fields?.some(({ size }) => size === 0) === true;

function withLists(set: ListedSet, lists: readonly Uint8Array[]): ListedSet {
	// What a rule looks up in an anonymous set is completed together with the rule.
	const printElements = isAnonymous(set) ? undefined : readPlain(set, lists);
	if (printElements !== undefined) return { ...set, printElements };
	return withElements(set, decode(lists));
}
function withElements(set: ListedSet, all: readonly ElementAttrs[]): ListedSet {
	const elements = readElements(set, all);
	if (!isAnonymous(set) || !isVague(set)) return { ...set, elements };
	return { ...set, elements, readBy: (key) => withElements({ ...set, key }, all) };
}

function readTables(
	connection: Connection,
	{ family, table }: Scope,
	parts: Parts,
): TableContents[] {
	const of = { nfgen_family: family };
	const tables = connection
		.read(nft.NFT_MSG_GETTABLE, nft.NFT_MSG_NEWTABLE, of, true)
		.filter(({ NFTA_TABLE_NAME: name }) => table === undefined || name === table);
	if (tables.length === 0) return [];
	// The kernel looks a table's name up in one family.
	const name = family === 0 ? undefined : table;
	const read = <T>(wanted: boolean | undefined, dump: () => T[]): T[] => (wanted ? dump() : []);
	const chains = read(parts.chains, () =>
		connection.read(nft.NFT_MSG_GETCHAIN, nft.NFT_MSG_NEWCHAIN, of, true),
	);
	const objects = read(parts.objects, () =>
		connection.read(nft.NFT_MSG_GETOBJ, nft.NFT_MSG_NEWOBJ, { ...of, NFTA_OBJ_TABLE: name }, true),
	);
	const inTable = { ...of, NFTA_SET_TABLE: name };
	const sets = read(parts.sets, () =>
		connection.read(nft.NFT_MSG_GETSET, nft.NFT_MSG_NEWSET, inTable, true),
	);
	const flowtables = read(parts.flowtables, () =>
		connection.read(nft.NFT_MSG_GETFLOWTABLE, nft.NFT_MSG_NEWFLOWTABLE, of, true),
	);
	const ofTable = { ...of, NFTA_RULE_TABLE: name };
	const rules = read(parts.rules, () =>
		connection.read(nft.NFT_MSG_GETRULE, nft.NFT_MSG_NEWRULE_RAW, ofTable, true),
	);
	const complete = (set: ListedSet): ListedSet =>
		parts.elements?.(set) === true ? withLists(set, dumpLists(connection, set)) : set;
	return tables.map((attrs) => {
		const { nfgen_family: own = 0, NFTA_TABLE_NAME: name } = attrs;
		const mine = (at: { nfgen_family?: number | undefined }): boolean => at.nfgen_family === own;
		return {
			family: own,
			table: attrs,
			chains: chains.filter((c) => mine(c) && c.NFTA_CHAIN_TABLE === name),
			objects: objects.filter((o) => mine(o) && o.NFTA_OBJ_TABLE === name),
			sets: sets
				.filter((s) => mine(s) && s.NFTA_SET_TABLE === name)
				.map((s) => complete(readSet(own, s))),
			flowtables: flowtables.filter((f) => mine(f) && f.NFTA_FLOWTABLE_TABLE === name),
			rules: rules.filter((r) => mine(r) && r.NFTA_RULE_TABLE === name),
		};
	});
}

// Somebody else's commit while we read; 20 in a row is not chance.
const TORN_TRIES = 20;

/**
 * Several dumps that are of one generation of the ruleset.
 * @throws KernelError, NftError
 */
export function readRuleset(
	connection: Connection,
	scope: Scope,
	parts: Parts = everything,
): TableContents[] {
	for (let tries = 1; ; tries++) {
		const before = connection.generation();
		try {
			const tables = readTables(connection, scope, parts);
			if (connection.generation() === before) return tables;
		} catch (error) {
			// A set of the dump before may be gone by now.
			const gone = error instanceof KernelError && error.errno === "ENOENT";
			if (!gone || tries === TORN_TRIES || connection.generation() === before) throw error;
		}
		if (tries === TORN_TRIES)
			throw new NftError("$", "the ruleset changed with every attempt to read it");
	}
}
