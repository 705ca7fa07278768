import { Refusal } from "./refusal.js";

/** The state of nf_tables. Values are kept as they came in messages; the model reads only the names in them. */
export interface Ruleset {
	readonly tables: Map<string, Table>;
	generation: number;
	lastHandle: number;
}

export type Value = Readonly<Record<string, unknown>>;

/** The objects of a table other than rules and elements. */
export type Sort = "chain" | "set" | "object" | "flowtable";

export interface Table {
	readonly family: number;
	readonly name: string;
	readonly handle: bigint;
	value: Value;
	readonly chain: Map<string, Chain>;
	readonly set: Map<string, NftSet>;
	readonly object: Map<string, Entry>;
	readonly flowtable: Map<string, Entry>;
}
export interface Entry {
	readonly name: string;
	readonly handle: bigint;
	value: Value;
}
export interface Chain extends Entry {
	rules: Rule[];
}
export interface Rule {
	readonly handle: bigint;
	value: Value;
}
export interface NftSet extends Entry {
	readonly elements: Map<string, Value>;
}

/** The ids that one batch gave to its new objects: NFTA_SET_ID, NFTA_CHAIN_ID, NFTA_RULE_ID. */
export interface Batch {
	readonly sets: Map<number, NftSet>;
	readonly chains: Map<number, Chain>;
	readonly rules: Map<number, Rule>;
}

export const emptyRuleset = (): Ruleset => ({ tables: new Map(), generation: 1, lastHandle: 0 });

export const tableKey = (family: number, name: string): string => `${family} ${name}`;

export function tableOf(ruleset: Ruleset, family: number, name: unknown, attribute: string): Table {
	const table = ruleset.tables.get(tableKey(family, `${name}`));
	if (table === undefined) throw new Refusal("ENOENT", undefined, attribute);
	return table;
}

export const nextHandle = (ruleset: Ruleset): bigint => BigInt(++ruleset.lastHandle);

/** Every string inside a value whose key is one of the names: the objects that an expression refers to. */
function referred(value: unknown, names: ReadonlySet<string>): string[] {
	if (value instanceof Uint8Array || typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) =>
		typeof inner === "string" ? (names.has(name) ? [inner] : []) : referred(inner, names),
	);
}

const TO_SETS = new Set(["NFTA_LOOKUP_SET", "NFTA_DYNSET_SET_NAME", "NFTA_OBJREF_SET_NAME"]);
const TO_CHAINS = new Set(["NFTA_VERDICT_CHAIN"]);
const TO_OBJECTS = new Set(["NFTA_OBJREF_IMM_NAME", "NFTA_SET_ELEM_OBJREF"]);
const TO_FLOWTABLES = new Set(["NFTA_FLOW_TABLE_NAME"]);
const REFERENCES: Readonly<Record<Sort, ReadonlySet<string>>> = {
	chain: TO_CHAINS,
	set: TO_SETS,
	object: TO_OBJECTS,
	flowtable: TO_FLOWTABLES,
};

type References = Readonly<Record<Sort, readonly string[]>>;

/** What each value refers to: values never change, and every commit asks for those of all rules. */
const known = new WeakMap<Value, References>();

function referencesOf(value: Value): References {
	let found = known.get(value);
	if (found === undefined) {
		const sorted = Object.entries(REFERENCES).map(([sort, names]) => [
			sort,
			referred(value, names),
		]);
		found = Object.fromEntries(sorted) as References;
		known.set(value, found);
	}
	return found;
}

/** How many rules, and elements of other sets, refer to an object. */
export function useOf(table: Table, sort: Sort, name: string): number {
	let count = 0;
	const add = (value: Value): void => {
		for (const one of referencesOf(value)[sort]) if (one === name) count++;
	};
	for (const { rules } of table.chain.values()) for (const { value } of rules) add(value);
	for (const { elements } of table.set.values()) for (const value of elements.values()) add(value);
	return count;
}

const copied = <E extends object>(entries: ReadonlyMap<string, E>, copy: (entry: E) => E) =>
	new Map([...entries].map(([key, entry]) => [key, copy(entry)]));

/** A ruleset that does not change with the first one. Values are shared, because they never change. */
export const copyOf = (ruleset: Ruleset): Ruleset => ({
	...ruleset,
	tables: copied(ruleset.tables, (table) => ({
		...table,
		chain: copied(table.chain, (chain) => ({
			...chain,
			rules: chain.rules.map((rule) => ({ ...rule })),
		})),
		set: copied(table.set, (set) => ({ ...set, elements: new Map(set.elements) })),
		object: copied(table.object, (entry) => ({ ...entry })),
		flowtable: copied(table.flowtable, (entry) => ({ ...entry })),
	})),
});

/** Refuse a value that refers to a set, chain, object or flowtable that does not exist. */
export function checkReferences(table: Table, value: Value): void {
	for (const [sort, names] of Object.entries(referencesOf(value)))
		for (const name of names) if (!table[sort as Sort].has(name)) throw new Refusal("ENOENT");
}

/** The attributes that identify an object of each type. */
export const sorts = {
	chain: {
		table: "NFTA_CHAIN_TABLE",
		name: "NFTA_CHAIN_NAME",
		handle: "NFTA_CHAIN_HANDLE",
		id: "NFTA_CHAIN_ID",
	},
	set: {
		table: "NFTA_SET_TABLE",
		name: "NFTA_SET_NAME",
		handle: "NFTA_SET_HANDLE",
		id: "NFTA_SET_ID",
	},
	object: {
		table: "NFTA_OBJ_TABLE",
		name: "NFTA_OBJ_NAME",
		handle: "NFTA_OBJ_HANDLE",
		id: undefined,
	},
	flowtable: {
		table: "NFTA_FLOWTABLE_TABLE",
		name: "NFTA_FLOWTABLE_NAME",
		handle: "NFTA_FLOWTABLE_HANDLE",
		id: undefined,
	},
} as const satisfies Readonly<Record<Sort, object>>;

/**
 * The attribute of an id and the attribute of the name that it stands for: a rule may refer to a set of the same batch
 * by its id.
 */
const BY_ID = [
	["NFTA_LOOKUP_SET_ID", "NFTA_LOOKUP_SET", "sets"],
	["NFTA_DYNSET_SET_ID", "NFTA_DYNSET_SET_NAME", "sets"],
	["NFTA_OBJREF_SET_ID", "NFTA_OBJREF_SET_NAME", "sets"],
	["NFTA_SET_ELEM_LIST_SET_ID", "NFTA_SET_ELEM_LIST_SET", "sets"],
	["NFTA_VERDICT_CHAIN_ID", "NFTA_VERDICT_CHAIN", "chains"],
] as const;

/** An id in a value, and the name of the object that it meant. */
type Meant = readonly [where: keyof Batch, id: number, name: string | undefined];

/**
 * The copies of the values of messages, and what their ids meant. Our own tables are made of the same messages on every
 * host, and the ids mostly mean the same.
 */
const copies = new WeakMap<object, { readonly copy: Value; readonly meant: readonly Meant[] }>();

/** The value of a message, in which every id of the batch is replaced by the name of the object. */
export function asKept(given: object, batch: Batch): Value {
	const known = copies.get(given);
	const isSame = known?.meant.every(([where, id, name]) => nameIn(batch, where, id) === name);
	if (known !== undefined && isSame) return known.copy;
	const meant: Meant[] = [];
	const { nfgen_family, version, res_id, ...copy } = resolve(given, batch, meant) as Value;
	copies.set(given, { copy, meant });
	return copy;
}

const nameIn = (batch: Batch, where: keyof Batch, id: number): string | undefined =>
	(batch[where].get(id) as Partial<Entry> | undefined)?.name;

function resolve(value: unknown, batch: Batch, found: Meant[]): unknown {
	if (value instanceof Uint8Array) return value.slice();
	if (Array.isArray(value)) return value.map((one) => resolve(one, batch, found));
	if (typeof value !== "object" || value === null) return value;
	const out: Record<string, unknown> = {};
	for (const [name, inner] of Object.entries(value)) out[name] = resolve(inner, batch, found);
	for (const [id, name, where] of BY_ID) {
		const number = out[id];
		if (typeof number !== "number") continue;
		const meant = nameIn(batch, where, number);
		found.push([where, number, meant]);
		if (meant !== undefined) out[name] = meant;
		delete out[id];
	}
	return out;
}
