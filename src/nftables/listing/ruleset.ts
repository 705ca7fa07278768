import type { Out } from "../../netlink/schema.js";
import { NF_ACCEPT, NFPROTO_NETDEV } from "../../uapi/netfilter.js";
import type { chainAttrs, flowtableAttrs, rawRuleAttrs, tableAttrs } from "../../uapi/nf_tables.js";
import { tableFlags } from "../fact/flag.js";
import { hooksOf, policies } from "../fact/hook.js";
import { familyName, flagNames, nameOf } from "../fact/name.js";
import { commentOf } from "../fact/userdata.js";
import type { RuleLister } from "../fast/rule-lister.js";
import type {
	ChainJson,
	FlowtableJson,
	ObjectJson,
	RuleJson,
	TableJson,
	UnknownObjectJson,
} from "../json/object.js";
import type { ListedSet } from "../tree/listed.js";
import type { Printer } from "../tree/printer.js";
import { isAnonymous } from "../tree/set.js";
import { type ObjectAttrs, printObject } from "./object.js";
import { ruleLister } from "./rule.js";
import { commandOf, printSet } from "./set.js";

type TableAttrs = Out<typeof tableAttrs>;
/** A chain as the kernel sends it. */
export type ChainAttrs = Out<typeof chainAttrs>;
/** A rule as the kernel sends it, with its expressions undecoded. */
export type RuleAttrs = Out<typeof rawRuleAttrs>;
type FlowtableAttrs = Out<typeof flowtableAttrs>;

/** The contents of a table in the kernel. */
export interface TableContents {
	readonly family: number;
	readonly table: TableAttrs;
	readonly chains: readonly ChainAttrs[];
	readonly objects: readonly ObjectAttrs[];
	readonly sets: readonly ListedSet[];
	readonly flowtables: readonly FlowtableAttrs[];
	readonly rules: readonly RuleAttrs[];
}

const handleOf = (handle: bigint | undefined): { readonly handle?: number } =>
	handle === undefined ? {} : { handle: Number(handle) };

/** A table as JSON. */
export const printTable = (family: number, attrs: TableAttrs): TableJson => ({
	family: familyName(family),
	name: attrs.NFTA_TABLE_NAME ?? "",
	...handleOf(attrs.NFTA_TABLE_HANDLE),
	...flagNames(tableFlags, attrs.NFTA_TABLE_FLAGS),
	// The first record of a table's userdata is its comment; the others are the version of nft.
	...commentOf(attrs.NFTA_TABLE_USERDATA),
});

type Devices = { readonly NFTA_DEVICE_NAME?: readonly string[] | undefined } | undefined;
function deviceNames(devices: Devices, one?: string): { readonly dev?: string | string[] } {
	const names = (devices?.NFTA_DEVICE_NAME ?? (one === undefined ? [] : [one])).toSorted();
	const [only, second] = names;
	if (only === undefined) return {};
	return { dev: second === undefined ? only : names };
}

/** A chain as JSON. */
export function printChain(family: number, attrs: ChainAttrs): ChainJson {
	const { NFTA_CHAIN_HOOK: hook, NFTA_CHAIN_TYPE: type } = attrs;
	const common = {
		family: familyName(family),
		table: attrs.NFTA_CHAIN_TABLE ?? "",
		name: attrs.NFTA_CHAIN_NAME ?? "",
		...handleOf(attrs.NFTA_CHAIN_HANDLE),
		...commentOf(attrs.NFTA_CHAIN_USERDATA),
	};
	if (hook === undefined || type === undefined) return common;
	return {
		...common,
		...deviceNames(hook.NFTA_HOOK_DEVS, hook.NFTA_HOOK_DEV),
		type,
		hook: nameOf(hooksOf(family), hook.NFTA_HOOK_HOOKNUM ?? 0) ?? "unknown",
		prio: hook.NFTA_HOOK_PRIORITY ?? 0,
		policy:
			nameOf<keyof typeof policies, number>(policies, attrs.NFTA_CHAIN_POLICY ?? NF_ACCEPT) ??
			"accept",
	};
}

/** A flowtable as JSON. */
export function printFlowtable(family: number, attrs: FlowtableAttrs): FlowtableJson {
	const { NFTA_FLOWTABLE_HOOK: hook } = attrs;
	return {
		family: familyName(family),
		name: attrs.NFTA_FLOWTABLE_NAME ?? "",
		table: attrs.NFTA_FLOWTABLE_TABLE ?? "",
		...handleOf(attrs.NFTA_FLOWTABLE_HANDLE),
		hook: nameOf(hooksOf(NFPROTO_NETDEV), hook?.NFTA_FLOWTABLE_HOOK_NUM ?? 0) as "ingress",
		prio: hook?.NFTA_FLOWTABLE_HOOK_PRIORITY ?? 0,
		...deviceNames(hook?.NFTA_FLOWTABLE_HOOK_DEVS),
	};
}

/** A rule as JSON. */
export function printRule(family: number, attrs: RuleAttrs, lister: RuleLister): RuleJson {
	return {
		family: familyName(family),
		table: attrs.NFTA_RULE_TABLE ?? "",
		chain: attrs.NFTA_RULE_CHAIN ?? "",
		...handleOf(attrs.NFTA_RULE_HANDLE),
		...commentOf(attrs.NFTA_RULE_USERDATA),
		expr: lister.list(attrs.NFTA_RULE_EXPRESSIONS ?? new Uint8Array()),
	};
}

/** An object of a listing. */
export type Listing = ObjectJson | UnknownObjectJson;

/** The contents of a table in an order in which they can be added again: objects before those that refer to them. */
export function printTableContents(contents: TableContents, printer: Printer): Listing[] {
	const { family, table, chains, objects, sets, flowtables, rules } = contents;
	const byName = new Map(sets.map((set) => [set.name, set]));
	const byChain = new Map<string, RuleAttrs[]>();
	for (const { NFTA_CHAIN_NAME: name = "" } of chains) byChain.set(name, []);
	for (const rule of rules) byChain.get(rule.NFTA_RULE_CHAIN ?? "")?.push(rule);
	const ordered = [...byChain.values()].flat();
	const lister = ruleLister(family, (name) => byName.get(name), printer);
	return [
		{ table: printTable(family, table) },
		...chains.map((chain) => ({ chain: printChain(family, chain) })),
		...objects.map((object) => printObject(family, object, printer)),
		...sets
			.filter((set) => !isAnonymous(set))
			.map((set) => ({ [commandOf(set)]: printSet(set, printer) }) as unknown as ObjectJson),
		...flowtables.map((flowtable) => ({ flowtable: printFlowtable(family, flowtable) })),
		...ordered.map((rule) => ({ rule: printRule(family, rule, lister) })),
	];
}
