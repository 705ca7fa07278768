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

/** Which tables to read: those of a family, those with a name, or all. */
interface Scope {
	/** NFPROTO_*; 0 means all families. */
	readonly family: number;
	readonly table?: string | undefined;
}

/** Which parts of the tables to read. Reading rules also reads the sets that they refer to. */
export interface Parts {
	readonly chains?: boolean;
	readonly objects?: boolean;
	readonly flowtables?: boolean;
	readonly sets?: boolean;
	/** The sets whose elements are read. Elements of anonymous sets are printed inside the rule that uses them. */
	readonly elements?: (set: ListedSet) => boolean;
	readonly rules?: boolean;
}
/** Everything in a table. */
export const everything: Parts = {
	chains: true,
	objects: true,
	flowtables: true,
	sets: true,
	elements: () => true,
	rules: true,
};
/** Chains with their rules, and the sets that are printed inside rules. */
export const rulesAlone: Parts = {
	chains: true,
	sets: true,
	elements: isAnonymous,
	rules: true,
};

type Handle = Pick<ListedSet, "family" | "table" | "name">;
/** The elements of a set as the kernel sends them: in lists of a few hundred each. */
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

/** The elements of a set. @throws KernelError */
export const dumpElements = (connection: Connection, set: Handle): ElementAttrs[] =>
	decode(dumpLists(connection, set));
/** Whether the set has elements in the kernel. @throws KernelError */
export const hasElements = (connection: Connection, set: Handle): boolean =>
	dumpLists(connection, set).some((list) => list.length > 0);

/** Whether the key is a concatenation in which some type has no width of its own. */
const isVague = ({ key }: ListedSet): boolean =>
	key.kind === "value" && key.datatype.fields?.some(({ size }) => size === 0) === true;

function withLists(set: ListedSet, lists: readonly Uint8Array[]): ListedSet {
	// The elements of an anonymous set are completed together with the rule that uses it.
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
	// The kernel looks up the name of a table in one family only.
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

// How often other processes may commit while we read. This many times in a row is not chance.
const TORN_TRIES = 20;

/**
 * Several dumps of one generation of the ruleset.
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
			// ENOENT: a set from an earlier dump was deleted in the meantime.
			const gone = error instanceof KernelError && error.errno === "ENOENT";
			if (!gone || tries === TORN_TRIES || connection.generation() === before) throw error;
		}
		if (tries === TORN_TRIES)
			throw new NftError("$", "the ruleset changed with every attempt to read it");
	}
}
