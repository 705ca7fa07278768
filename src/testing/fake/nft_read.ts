import { elementKey, elementsOf, setOf } from "./nft_elements.js";
import {
	type Ruleset,
	type Sort,
	sorts,
	type Table,
	tableOf,
	useOf,
	type Value,
} from "./nft_ruleset.js";
import { Refusal } from "./refusal.js";

interface Question {
	readonly ruleset: Ruleset;
	readonly family: number;
	readonly value: Value;
	readonly dump: boolean;
}

const READERS: Readonly<Record<string, (question: Question) => Value[]>> = {
	NFT_MSG_GETGEN: ({ ruleset }) => [{ nfgen_family: 0, NFTA_GEN_ID: ruleset.generation }],
	NFT_MSG_GETTABLE: readTables,
	NFT_MSG_GETCHAIN: (question) => readEntries("chain", question),
	NFT_MSG_GETSET: (question) => readEntries("set", question),
	NFT_MSG_GETOBJ: (question) => readEntries("object", question),
	NFT_MSG_GETFLOWTABLE: (question) => readEntries("flowtable", question),
	NFT_MSG_GETRULE: readRules,
	NFT_MSG_GETSETELEM: readElements,
};

/** Answer one get or one dump. */
export function readNft(
	ruleset: Ruleset,
	name: string,
	{ nfgen_family: family, ...value }: Value,
	dump: boolean,
): Value[] {
	const reader = READERS[name];
	if (reader === undefined) throw new Refusal("EINVAL");
	const version = { version: 0, res_id: ruleset.generation & 0xffff };
	return reader({ ruleset, family: (family as number | undefined) ?? 0, value, dump }).map(
		(one) => ({
			...one,
			...version,
		}),
	);
}

function tablesOf({ ruleset, family }: Question, name: unknown): Table[] {
	return [...ruleset.tables.values()]
		.filter((table) => family === 0 || table.family === family)
		.filter((table) => name === undefined || table.name === name);
}

function readTables(question: Question): Value[] {
	const { ruleset, family, value, dump } = question;
	const tables = dump
		? tablesOf(question, undefined)
		: [tableOf(ruleset, family, value.NFTA_TABLE_NAME, "NFTA_TABLE_NAME")];
	return tables.map((table) => ({
		...table.value,
		nfgen_family: table.family,
		NFTA_TABLE_HANDLE: table.handle,
		NFTA_TABLE_USE: table.chain.size + table.set.size + table.object.size + table.flowtable.size,
	}));
}

function readEntries(sort: Sort, question: Question): Value[] {
	const { ruleset, family, value, dump } = question;
	const { table: tableName, name, handle } = sorts[sort];
	const tables = dump
		? tablesOf(question, value[tableName])
		: [tableOf(ruleset, family, value[tableName], tableName)];
	const found = tables.flatMap((table) =>
		[...table[sort].values()]
			.filter((one) => dump || one.name === value[name])
			.map((one) => ({
				...one.value,
				nfgen_family: table.family,
				[handle]: one.handle,
				...(sort === "chain" && {
					NFTA_CHAIN_USE:
						(table.chain.get(one.name)?.rules.length ?? 0) + useOf(table, sort, one.name),
				}),
			})),
	);
	if (!dump && found.length === 0) throw new Refusal("ENOENT", undefined, name);
	return found;
}

function readRules(question: Question): Value[] {
	const { NFTA_RULE_TABLE: tableName, NFTA_RULE_CHAIN: chainName } = question.value;
	const handle = question.dump ? undefined : question.value.NFTA_RULE_HANDLE;
	const found = tablesOf(question, tableName).flatMap((table) =>
		[...table.chain.values()]
			.filter((chain) => chainName === undefined || chain.name === chainName)
			.flatMap(({ name, rules }) =>
				rules
					.filter((rule) => handle === undefined || rule.handle === handle)
					.map((rule) => ({
						...rule.value,
						nfgen_family: table.family,
						NFTA_RULE_CHAIN: name,
						NFTA_RULE_HANDLE: rule.handle,
					})),
			),
	);
	if (!question.dump && found.length === 0) throw new Refusal("ENOENT");
	return found;
}

/**
 * A dump answers with one message that has all elements; a get answers with one message for each element that was asked
 * for.
 */
function readElements({ ruleset, family, value, dump }: Question): Value[] {
	const [table, set] = setOf(ruleset, family, value);
	const head = {
		nfgen_family: table.family,
		NFTA_SET_ELEM_LIST_TABLE: table.name,
		NFTA_SET_ELEM_LIST_SET: set.name,
	};
	if (dump) return [{ ...head, NFTA_SET_ELEM_LIST_ELEMENTS: [...set.elements.values()] }];
	return elementsOf(value).map((asked) => {
		const element = set.elements.get(elementKey(asked));
		if (element === undefined)
			throw new Refusal("ENOENT", undefined, "NFTA_SET_ELEM_LIST_ELEMENTS");
		return { ...head, NFTA_SET_ELEM_LIST_ELEMENTS: [element] };
	});
}
