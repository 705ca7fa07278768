import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../../netlink/frame.js";
import type { Request } from "../../netlink/request.js";
import { addElements, deleteElements } from "./nft_elements.js";
import {
	asKept,
	type Batch,
	type Chain,
	checkReferences,
	type Entry,
	nextHandle,
	type Rule,
	type Ruleset,
	type Sort,
	sorts,
	type Table,
	tableKey,
	tableOf,
	useOf,
	type Value,
} from "./nft_ruleset.js";
import { Refusal } from "./refusal.js";

/** One message of a batch and what it applies to. */
interface Change {
	readonly ruleset: Ruleset;
	readonly batch: Batch;
	readonly family: number;
	readonly flags: number;
	readonly value: Value;
}

type Handler = (change: Change) => void;

const HANDLERS: Readonly<Record<string, Handler>> = {
	NEWTABLE: newTable,
	DELTABLE: deleteTable,
	DESTROYTABLE: lenient(deleteTable),
	NEWRULE: newRule,
	DELRULE: deleteRules,
	DESTROYRULE: lenient(deleteRules),
	NEWSETELEM: addElements,
	DELSETELEM: deleteElements,
	DESTROYSETELEM: (change) => deleteElements(change, true),
	...entryHandlers("CHAIN", "chain"),
	...entryHandlers("SET", "set"),
	...entryHandlers("OBJ", "object"),
	...entryHandlers("FLOWTABLE", "flowtable"),
};

function entryHandlers(suffix: string, sort: Sort): Record<string, Handler> {
	const remove: Handler = (change) => deleteEntry(sort, change);
	return {
		[`NEW${suffix}`]: (change) => newEntry(sort, change),
		[`DEL${suffix}`]: remove,
		[`DESTROY${suffix}`]: lenient(remove),
	};
}

/** NFT_MSG_DESTROY*: it is no error if the object does not exist. */
function lenient(handler: Handler): Handler {
	return (change) => {
		try {
			handler(change);
		} catch (error) {
			if (!(error instanceof Refusal) || error.errno !== "ENOENT") throw error;
		}
	};
}

/** Apply one message to the ruleset. */
export function applyNft(ruleset: Ruleset, batch: Batch, { message, flags, value }: Request): void {
	const handler = HANDLERS[message.name.replace("NFT_MSG_", "")];
	if (handler === undefined) throw new Refusal("EINVAL");
	const { nfgen_family: family = 0 } = value as { readonly nfgen_family?: number };
	handler({ ruleset, batch, flags, family, value: asKept(value as object, batch) });
}

function newTable({ ruleset, family, flags, value }: Change): void {
	const name = `${value.NFTA_TABLE_NAME}`;
	const there = ruleset.tables.get(tableKey(family, name));
	if (there !== undefined) {
		if ((flags & NLM_F_EXCL) !== 0) throw new Refusal("EEXIST", undefined, "NFTA_TABLE_NAME");
		if ((flags & NLM_F_REPLACE) !== 0) throw new Refusal("EOPNOTSUPP");
		there.value = { ...there.value, ...pick(value, ["NFTA_TABLE_FLAGS"]) };
		return;
	}
	ruleset.tables.set(tableKey(family, name), {
		family,
		name,
		handle: nextHandle(ruleset),
		value: { NFTA_TABLE_FLAGS: 0, ...value },
		chain: new Map(),
		set: new Map(),
		object: new Map(),
		flowtable: new Map(),
	});
}

const pick = (value: Value, names: readonly string[]): Value =>
	Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));

/** NFT_MSG_DELTABLE: one table by name or handle, or all of the family if it has neither. */
function deleteTable({ ruleset, family, value }: Change): void {
	const { NFTA_TABLE_NAME: name, NFTA_TABLE_HANDLE: handle } = value;
	if (name === undefined && handle === undefined) {
		for (const [key, table] of ruleset.tables)
			if (family === 0 || table.family === family) ruleset.tables.delete(key);
		return;
	}
	const [key] =
		[...ruleset.tables].find(
			([, table]) =>
				table.family === family &&
				(handle === undefined ? table.name === name : table.handle === handle),
		) ?? [];
	if (key === undefined) throw new Refusal("ENOENT", undefined, "NFTA_TABLE_NAME");
	ruleset.tables.delete(key);
}

/** Create a chain, set, object or flowtable, or change the existing one where that is allowed. */
function newEntry(sort: Sort, { ruleset, batch, family, flags, value }: Change): void {
	const { table: tableName, name: nameAttribute, id } = sorts[sort];
	const table = tableOf(ruleset, family, value[tableName], tableName);
	const name = freeName(table, sort, `${value[nameAttribute]}`);
	const there: Entry | undefined = table[sort].get(name);
	if (there !== undefined) {
		if ((flags & NLM_F_EXCL) !== 0) throw new Refusal("EEXIST", undefined, nameAttribute);
		if ((flags & NLM_F_REPLACE) !== 0) throw new Refusal("EOPNOTSUPP");
		changeEntry(sort, there, value);
		return;
	}
	if (sort === "set" && (flags & NLM_F_CREATE) === 0) throw new Refusal("ENOENT");
	checkReferences(table, value);
	const entry = {
		name,
		handle: nextHandle(ruleset),
		value: { ...value, [nameAttribute]: name, ...(id !== undefined && { [id]: undefined }) },
		rules: [],
		elements: new Map(),
	};
	table[sort].set(name, entry);
	const number = id === undefined ? undefined : value[id];
	if (typeof number === "number") (sort === "set" ? batch.sets : batch.chains).set(number, entry);
}

/** `__set%d` and `__map%d` let the kernel choose the name of an anonymous set, which is deleted with its rule. */
function freeName(table: Table, sort: Sort, wanted: string): string {
	if (sort !== "set" || !wanted.includes("%d")) return wanted;
	for (let i = 0; ; i++) {
		const name = wanted.replace("%d", `${i}`);
		if (!table.set.has(name)) return name;
	}
}

/** The same values may be sent again, and the policy of a chain may change. Nothing else may. */
function changeEntry(sort: Sort, there: Entry, value: Value): void {
	const { NFTA_CHAIN_POLICY: policy } = value;
	const hooked = there.value.NFTA_CHAIN_HOOK !== undefined;
	if (sort === "chain") {
		if (policy !== undefined && !hooked && value.NFTA_CHAIN_HOOK === undefined)
			throw new Refusal("EOPNOTSUPP", undefined, "NFTA_CHAIN_POLICY");
		if (value.NFTA_CHAIN_HOOK !== undefined && !hooked) throw new Refusal("EEXIST");
		if (!agrees(there.value, value, ["NFTA_CHAIN_HOOK", "NFTA_CHAIN_TYPE"]))
			throw new Refusal("EOPNOTSUPP");
		if (policy !== undefined) there.value = { ...there.value, NFTA_CHAIN_POLICY: policy };
		return;
	}
	const shape = ["NFTA_SET_KEY_TYPE", "NFTA_SET_KEY_LEN", "NFTA_SET_FLAGS", "NFTA_SET_DATA_TYPE"];
	if (!agrees(there.value, value, [...shape, "NFTA_OBJ_TYPE"]))
		throw new Refusal("EEXIST", undefined, sorts[sort].name);
}

const agrees = (a: Value, b: Value, names: readonly string[]): boolean =>
	names.every(
		(name) =>
			b[name] === undefined || JSON.stringify(b[name]) === JSON.stringify(a[name] ?? b[name]),
	);

function deleteEntry(sort: Sort, { ruleset, family, value }: Change): void {
	const { table: tableName, name: nameAttribute, handle } = sorts[sort];
	const table = tableOf(ruleset, family, value[tableName], tableName);
	const found = [...table[sort].values()].find((one: Entry) =>
		value[handle] === undefined ? one.name === value[nameAttribute] : one.handle === value[handle],
	);
	if (found === undefined) throw new Refusal("ENOENT", undefined, nameAttribute);
	if (sort === "chain") dropRules(table, found as Chain, () => true);
	if (useOf(table, sort, found.name) > 0) throw new Refusal("EBUSY", undefined, nameAttribute);
	table[sort].delete(found.name);
}

function chainOf(table: Table, { batch, value }: Change): Chain {
	const byId = batch.chains.get(value.NFTA_RULE_CHAIN_ID as number);
	const chain = table.chain.get(`${value.NFTA_RULE_CHAIN}`) ?? byId;
	if (chain === undefined) throw new Refusal("ENOENT", undefined, "NFTA_RULE_CHAIN");
	return chain;
}

const PLACES = [
	...["NFTA_RULE_ID", "NFTA_RULE_HANDLE", "NFTA_RULE_POSITION"],
	...["NFTA_RULE_POSITION_ID", "NFTA_RULE_CHAIN_ID"],
];
/** What is kept of a rule: most have no such attribute, and are kept as they are. */
const withoutPlace = (value: Value): Value =>
	PLACES.some((name) => value[name] !== undefined)
		? Object.fromEntries(Object.entries(value).filter(([name]) => !PLACES.includes(name)))
		: value;

/** NFT_MSG_NEWRULE: append a rule, put it first, insert it beside another, or replace another. */
function newRule(change: Change): void {
	const { ruleset, batch, family, flags, value } = change;
	const table = tableOf(ruleset, family, value.NFTA_RULE_TABLE, "NFTA_RULE_TABLE");
	const chain = chainOf(table, change);
	checkReferences(table, value);
	const { NFTA_RULE_ID: id, NFTA_RULE_HANDLE: old, NFTA_RULE_POSITION: beside } = value;
	const besideId = batch.rules.get(value.NFTA_RULE_POSITION_ID as number)?.handle;
	const rule: Rule = {
		handle: nextHandle(ruleset),
		value: withoutPlace(value),
	};
	if (typeof id === "number") batch.rules.set(id, rule);
	const anchor = (flags & NLM_F_REPLACE) !== 0 ? old : (beside ?? besideId);
	if (anchor === undefined) {
		if ((flags & NLM_F_APPEND) !== 0) chain.rules.push(rule);
		else chain.rules.unshift(rule);
		return;
	}
	const at = chain.rules.findIndex(({ handle }) => handle === anchor);
	if (at < 0) throw new Refusal("ENOENT", undefined, "NFTA_RULE_HANDLE");
	if ((flags & NLM_F_REPLACE) !== 0) chain.rules.splice(at, 1, rule);
	else chain.rules.splice((flags & NLM_F_APPEND) !== 0 ? at + 1 : at, 0, rule);
}

/** NFT_MSG_DELRULE: one rule by handle, all rules of a chain, or all of a table. */
function deleteRules(change: Change): void {
	const { ruleset, family, value } = change;
	const table = tableOf(ruleset, family, value.NFTA_RULE_TABLE, "NFTA_RULE_TABLE");
	const { NFTA_RULE_CHAIN: name, NFTA_RULE_HANDLE: handle } = value;
	const chains = name === undefined ? [...table.chain.values()] : [chainOf(table, change)];
	if (
		handle !== undefined &&
		!chains.some(({ rules }) => rules.some((one) => one.handle === handle))
	)
		throw new Refusal("ENOENT", undefined, "NFTA_RULE_HANDLE");
	for (const chain of chains)
		dropRules(table, chain, (rule) => handle === undefined || rule.handle === handle);
}

function dropRules(table: Table, chain: Chain, gone: (rule: Rule) => boolean): void {
	chain.rules = chain.rules.filter((rule) => !gone(rule));
	for (const name of [...table.set.keys()])
		if (/^__(set|map)\d+$/.test(name) && useOf(table, "set", name) === 0) table.set.delete(name);
}
