import { Reader } from "../../netlink/bytes.js";
import { list, type Out } from "../../netlink/schema.js";
import type { NFT_MSG_NEWOBJ, NFT_MSG_NEWTABLE } from "../../uapi/nf_tables.js";
import {
	type chainAttrs,
	type rawRuleAttrs,
	type rawSetElemListAttrs,
	type setAttrs,
	setElementsAttrs,
} from "../../uapi/nf_tables.js";
import { NFT_TABLE_F_DORMANT } from "../../uapi/nf_tables_const.js";
import { type Expr, expr, NFTA_LIST_ELEM } from "../../uapi/nf_tables_expr.js";
import { ElementIndex } from "./set.js";

type Of<T> = T & { readonly nfgen_family?: number | undefined };

/** A ruleset as the kernel lists it, with expressions and elements undecoded, because packets use few of them. */
export interface RawRuleset {
	readonly tables: readonly ReturnType<typeof NFT_MSG_NEWTABLE.decode>[];
	readonly chains: readonly Of<Out<typeof chainAttrs>>[];
	readonly rules: readonly Of<Out<typeof rawRuleAttrs>>[];
	readonly sets: readonly Of<Out<typeof setAttrs>>[];
	readonly objects: readonly ReturnType<typeof NFT_MSG_NEWOBJ.decode>[];
	/** The elements of a set. They are read when a rule first looks into it. */
	elements(set: Of<Out<typeof setAttrs>>): readonly Of<Out<typeof rawSetElemListAttrs>>[];
}

const expressions = list(NFTA_LIST_ELEM, expr);

/** A rule, which is decoded when a packet first meets it. */
export class Rule {
	readonly handle: number;
	readonly raw: Uint8Array;
	readonly userdata: Uint8Array | undefined;
	#expressions: readonly Expr[] | undefined;

	constructor({
		NFTA_RULE_HANDLE: handle = 0n,
		NFTA_RULE_EXPRESSIONS: raw = new Uint8Array(),
		NFTA_RULE_USERDATA: userdata,
	}: Out<typeof rawRuleAttrs>) {
		this.handle = Number(handle);
		this.raw = raw;
		this.userdata = userdata;
	}

	get expressions(): readonly Expr[] {
		this.#expressions ??= expressions.read(new Reader(this.raw));
		return this.#expressions;
	}
}

/** A chain. The kernel calls one with a hook. */
export interface Chain {
	readonly table: Table;
	readonly name: string;
	readonly rules: readonly Rule[];
	readonly base: Base | undefined;
}
/** Where the kernel calls a chain. */
export interface Base {
	/** `filter`, `nat`, `route` */
	readonly type: string;
	/** NF_*, which each family numbers differently. */
	readonly hook: number;
	readonly priority: number;
	/** NF_ACCEPT or NF_DROP */
	readonly policy: number;
	/**
	 * For netdev, and for ingress of inet: the interfaces for which it is called. A name that ends in * stands for
	 * several.
	 */
	readonly devices: readonly string[];
}

/** A set or map, whose elements are read and sorted when a packet is first looked up. */
export interface MachineSet {
	readonly name: string;
	readonly attrs: Out<typeof setAttrs>;
	readonly index: ElementIndex;
}

type Objects = ReadonlyMap<string, RawRuleset["objects"][number]>;

/** A table with everything that its rules can refer to. */
export interface Table {
	/** NFPROTO_* */
	readonly family: number;
	readonly name: string;
	readonly isDormant: boolean;
	readonly chains: ReadonlyMap<string, Chain>;
	readonly sets: ReadonlyMap<string, MachineSet>;
	/** The named objects, by `type name`. */
	readonly objects: Objects;
}

const keyOf = (family: number | undefined, table: string | undefined): string =>
	`${family ?? 0} ${table}`;

function grouped<T>(all: readonly T[], key: (one: T) => string): ReadonlyMap<string, readonly T[]> {
	const groups = new Map<string, T[]>();
	for (const one of all) {
		const name = key(one);
		const group = groups.get(name);
		if (group === undefined) groups.set(name, [one]);
		else group.push(one);
	}
	return groups;
}

const baseOf = ({
	NFTA_CHAIN_HOOK: hook,
	NFTA_CHAIN_TYPE: type,
	NFTA_CHAIN_POLICY: policy = 1,
}: Out<typeof chainAttrs>): Base | undefined => {
	if (hook === undefined || type === undefined) return undefined;
	const { NFTA_HOOK_DEVS: several, NFTA_HOOK_DEV: one } = hook;
	return {
		type,
		hook: hook.NFTA_HOOK_HOOKNUM ?? 0,
		priority: hook.NFTA_HOOK_PRIORITY ?? 0,
		policy,
		devices: several?.NFTA_DEVICE_NAME ?? (one === undefined ? [] : [one]),
	};
};

/** The tables of a ruleset, ready for packets. */
export function tablesOf(raw: RawRuleset): Table[] {
	const rules = grouped(raw.rules, (rule) => keyOf(rule.nfgen_family, rule.NFTA_RULE_TABLE));
	const chains = grouped(raw.chains, (chain) => keyOf(chain.nfgen_family, chain.NFTA_CHAIN_TABLE));
	const sets = grouped(raw.sets, (set) => keyOf(set.nfgen_family, set.NFTA_SET_TABLE));
	const objects = grouped(raw.objects, (one) => keyOf(one.nfgen_family, one.NFTA_OBJ_TABLE));
	return raw.tables.map((attrs) => {
		const {
			nfgen_family: family = 0,
			NFTA_TABLE_NAME: name = "",
			NFTA_TABLE_FLAGS: flags = 0,
		} = attrs;
		const key = keyOf(family, name);
		const byChain = grouped(rules.get(key) ?? [], (rule) => rule.NFTA_RULE_CHAIN ?? "");
		const table = {
			family,
			name,
			isDormant: (flags & NFT_TABLE_F_DORMANT) !== 0,
			chains: new Map<string, Chain>(),
			sets: new Map(
				(sets.get(key) ?? []).map((set) => {
					const setName = set.NFTA_SET_NAME ?? "";
					const index = new ElementIndex(set, () =>
						raw
							.elements(set)
							.flatMap(({ NFTA_SET_ELEM_LIST_ELEMENTS: bytes }) =>
								bytes === undefined ? [] : setElementsAttrs.read(new Reader(bytes)),
							),
					);
					return [setName, { name: setName, attrs: set, index }] as const;
				}),
			),
			objects: new Map(
				(objects.get(key) ?? []).map((one) => [`${one.NFTA_OBJ_TYPE} ${one.NFTA_OBJ_NAME}`, one]),
			),
		};
		for (const chain of chains.get(key) ?? []) {
			const chainName = chain.NFTA_CHAIN_NAME ?? "";
			table.chains.set(chainName, {
				table,
				name: chainName,
				rules: (byChain.get(chainName) ?? []).map((rule) => new Rule(rule)),
				base: baseOf(chain),
			});
		}
		return table;
	});
}
