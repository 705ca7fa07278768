import { ifThere } from "../../kernel/if-there.js";
import { KernelError } from "../../sys/error.js";
import * as nft from "../../uapi/nf_tables.js";
import { NFT_SET_ELEM_INTERVAL_END, NFT_SET_EVAL } from "../../uapi/nf_tables_const.js";
import type { ElementAttrs as ElementKey } from "../command/element-encoding.js";
import type { Query } from "../command/query.js";
import type { Document } from "../json/command.js";
import { NftError } from "../json/error.js";
import type { ObjectJson } from "../json/object.js";
import { type ElementAttrs, readElements } from "../listing/element.js";
import { type ObjectAttrs, printObject } from "../listing/object.js";
import {
	type Listing,
	printChain,
	printFlowtable,
	printTable,
	printTableContents,
	type TableContents,
} from "../listing/ruleset.js";
import { commandOf, printSet } from "../listing/set.js";
import type { ListedSet } from "../tree/listed.js";
import type { Printer } from "../tree/printer.js";
import { hasEndElements, isAnonymous, isMap } from "../tree/set.js";
import type { Connection } from "./connection.js";
import { dumpElements, everything, type Parts, readRuleset, rulesAlone } from "./ruleset-reader.js";

/** What must be read to answer a query, and how it is then written as JSON. */
interface Answerer {
	readonly parts: Parts;
	readonly print: (contents: TableContents, query: Query, printer: Printer) => Listing[];
}

const isAsked = (set: ListedSet, { word }: Query): boolean => {
	if (word === "element") return true;
	if (word.startsWith("meter")) return (set.flags & NFT_SET_EVAL) !== 0;
	return isMap(set) === word.startsWith("map");
};
const printed = (set: ListedSet, printer: Printer): Listing =>
	({ [commandOf(set)]: printSet(set, printer) }) as unknown as ObjectJson;
const setsOf = ({ sets }: TableContents, query: Query): readonly ListedSet[] =>
	sets.filter(
		(set) =>
			!isAnonymous(set) &&
			isAsked(set, query) &&
			(query.name === undefined || query.name === set.name),
	);
const sets: Answerer = {
	parts: { sets: true, elements: (set) => !isAnonymous(set) },
	print: (contents, query, printer) => setsOf(contents, query).map((set) => printed(set, printer)),
};
const objects: Answerer = {
	parts: { objects: true },
	print: (contents, query, printer) =>
		objectsOf(contents, query).map((attrs) => printObject(contents.family, attrs, printer)),
};
const objectsOf = (contents: TableContents, { objectType, name }: Query): readonly ObjectAttrs[] =>
	contents.objects.filter(
		(attrs) =>
			attrs.NFTA_OBJ_TYPE === objectType && (name === undefined || attrs.NFTA_OBJ_NAME === name),
	);
const flowtables: Answerer = {
	parts: { flowtables: true },
	print: ({ family, flowtables }, { name }) =>
		flowtables
			.filter((one) => name === undefined || one.NFTA_FLOWTABLE_NAME === name)
			.map((one) => ({ flowtable: printFlowtable(family, one) })),
};
const whole: Answerer = {
	parts: everything,
	print: (contents, _query, printer) => printTableContents(contents, printer),
};

const answerers: { readonly [K in Query["about"]]: Answerer } = {
	ruleset: whole,
	table: whole,
	rules: whole,
	tables: { parts: {}, print: ({ family, table }) => [{ table: printTable(family, table) }] },
	chain: {
		parts: rulesAlone,
		print: (contents, { name }, printer) => printOneChain(contents, name ?? "", printer),
	},
	chains: {
		parts: { chains: true },
		print: ({ family, chains }) => chains.map((one) => ({ chain: printChain(family, one) })),
	},
	set: sets,
	sets,
	element: sets,
	object: objects,
	objects,
	flowtable: flowtables,
	flowtables,
};

/** A chain and its rules. */
function printOneChain(contents: TableContents, name: string, printer: Printer): Listing[] {
	const chains = contents.chains.filter((one) => one.NFTA_CHAIN_NAME === name);
	const listed = printTableContents({ ...contents, chains }, printer);
	return listed.filter((one) => "chain" in one || "rule" in one);
}

/**
 * The answer to `list` or `reset`, as `nft -j` prints it. The values listed by `reset` are those before it.
 * @throws KernelError, NftError if the object does not exist
 */
export function answer(query: Query, connection: Connection, printer: Printer): Document {
	const { parts, print } = answerers[query.about];
	const found = readRuleset(connection, query, parts);
	if (found.length === 0 && query.table !== undefined)
		throw new NftError(query.path, `there is no table "${query.table}"`);
	const tables = query.reset ? found.map((table) => reset(table, query, connection)) : found;
	const nftables = tables.flatMap((table) => print(table, query, printer));
	if (nftables.length === 0 && query.name !== undefined)
		throw new NftError(query.path, `there is no ${query.word} "${query.name}" in the table`);
	return { nftables };
}

/*
 * Every object, rule and element is reset by a request of its own: if the answer to a dump that resets is torn or lost,
 * its counts are lost as well.
 */
function reset(contents: TableContents, query: Query, connection: Connection): TableContents {
	switch (query.about) {
		case "object":
		case "objects": {
			const ours = objectsOf(contents, query);
			return { ...contents, objects: ours.flatMap((one) => resetObject(one, connection)) };
		}
		case "rules":
			return resetRules(contents, query, connection);
		case "element":
			return resetElements(contents, query, connection);
		default: {
			const ours = setsOf(contents, query);
			return { ...contents, sets: ours.map((set) => resetSet(set, connection)) };
		}
	}
}

/** The answer to one request; none if the object no longer exists. */
const unlessGone = <T>(read: () => readonly T[]): readonly T[] => ifThere(read) ?? [];

const resetObject = (attrs: ObjectAttrs, connection: Connection): readonly ObjectAttrs[] =>
	unlessGone(() =>
		connection.read(
			nft.NFT_MSG_GETOBJ_RESET,
			nft.NFT_MSG_NEWOBJ,
			{
				nfgen_family: (attrs as { nfgen_family?: number }).nfgen_family,
				NFTA_OBJ_TABLE: attrs.NFTA_OBJ_TABLE,
				NFTA_OBJ_NAME: attrs.NFTA_OBJ_NAME,
				NFTA_OBJ_TYPE: attrs.NFTA_OBJ_TYPE as 1,
			},
			false,
		),
	);

function resetRules(
	contents: TableContents,
	{ chain, handle, path }: Query,
	connection: Connection,
): TableContents {
	const rules = contents.rules
		.filter((rule) => chain === undefined || rule.NFTA_RULE_CHAIN === chain)
		.filter((rule) => handle === undefined || rule.NFTA_RULE_HANDLE === handle)
		.flatMap((rule) =>
			unlessGone(() =>
				connection.read(
					nft.NFT_MSG_GETRULE_RESET_RAW,
					nft.NFT_MSG_NEWRULE_RAW,
					{
						nfgen_family: contents.family,
						NFTA_RULE_TABLE: rule.NFTA_RULE_TABLE,
						NFTA_RULE_CHAIN: rule.NFTA_RULE_CHAIN,
						NFTA_RULE_HANDLE: rule.NFTA_RULE_HANDLE,
					},
					false,
				),
			),
		);
	const chains = contents.chains.filter(
		({ NFTA_CHAIN_NAME: name }) => chain === undefined || name === chain,
	);
	if (chain !== undefined && chains.length === 0)
		throw new NftError(path, `there is no chain "${chain}" in the table`);
	if (handle !== undefined && rules.length === 0)
		throw new NftError(path, `the chain has no rule of handle ${handle}`);
	return { ...contents, chains, rules };
}

const resetElement = (
	{ family, table, name }: ListedSet,
	{ NFTA_SET_ELEM_KEY, NFTA_SET_ELEM_KEY_END, NFTA_SET_ELEM_FLAGS }: ElementKey,
	connection: Connection,
): readonly ElementAttrs[] =>
	connection
		.read(
			nft.NFT_MSG_GETSETELEM_RESET,
			nft.NFT_MSG_NEWSETELEM,
			{
				nfgen_family: family,
				NFTA_SET_ELEM_LIST_TABLE: table,
				NFTA_SET_ELEM_LIST_SET: name,
				NFTA_SET_ELEM_LIST_ELEMENTS: [
					{ NFTA_SET_ELEM_KEY, NFTA_SET_ELEM_KEY_END, NFTA_SET_ELEM_FLAGS },
				],
			},
			false,
		)
		.flatMap((list) => list.NFTA_SET_ELEM_LIST_ELEMENTS ?? []);

function resetSet(set: ListedSet, connection: Connection): ListedSet {
	const counts = (one: ElementAttrs): boolean =>
		one.NFTA_SET_ELEM_EXPR !== undefined || one.NFTA_SET_ELEM_EXPRESSIONS !== undefined;
	const elements = dumpElements(connection, set).flatMap((one) =>
		counts(one) ? unlessGone(() => resetElement(set, one, connection)) : [one],
	);
	return { ...set, elements: readElements(set, elements) };
}

const isEnd = ({ NFTA_SET_ELEM_FLAGS: flags = 0 }: ElementKey): boolean =>
	(flags & NFT_SET_ELEM_INTERVAL_END) !== 0;
const keyOf = ({ NFTA_SET_ELEM_KEY: key }: ElementKey): Uint8Array =>
	key?.NFTA_DATA_VALUE ?? new Uint8Array();

/** Reset the elements that were asked for. An interval consists of two elements, its start and its end. */
function resetElements(
	contents: TableContents,
	{ elements: asked, name, path }: Query,
	connection: Connection,
): TableContents {
	const set = contents.sets.find((one) => one.name === name);
	if (set === undefined || asked === undefined) return { ...contents, sets: [] };
	try {
		const starts = asked.keys
			.filter((key) => !isEnd(key))
			.flatMap((key) => resetElement(set, key, connection));
		const elements = hasEndElements(set) ? withEnds(starts, dumpElements(connection, set)) : starts;
		return { ...contents, sets: [{ ...set, elements: readElements(set, elements) }] };
	} catch (error) {
		if (!(error instanceof KernelError)) throw error;
		throw new NftError(path, error.message, { cause: error });
	}
}

function withEnds(starts: readonly ElementAttrs[], all: readonly ElementAttrs[]): ElementAttrs[] {
	const sorted = all.toSorted((a, b) => Buffer.compare(keyOf(a), keyOf(b)));
	return starts.flatMap((start) => {
		const next = sorted.find((one) => Buffer.compare(keyOf(one), keyOf(start)) > 0);
		// An interval ends where the next element is, whether that starts another interval or not.
		return next === undefined ? [start] : [start, endAt(next)];
	});
}
const endAt = (element: ElementAttrs): ElementAttrs =>
	Object.assign({ ...element }, { NFTA_SET_ELEM_FLAGS: NFT_SET_ELEM_INTERVAL_END });
