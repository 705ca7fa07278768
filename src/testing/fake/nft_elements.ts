import { NLM_F_EXCL } from "../../netlink/frame.js";
import type { setElemAttrs } from "../../uapi/nf_tables.js";
import { NFT_SET_ELEM_INTERVAL_END } from "../../uapi/nf_tables_const.js";
import {
	checkReferences,
	type NftSet,
	type Ruleset,
	type Table,
	tableOf,
	type Value,
} from "./nft_ruleset.js";
import { plain, Refusal } from "./refusal.js";

type Element = Readonly<Partial<Record<keyof (typeof setElemAttrs)["parts"], unknown>>> & Value;
interface Change {
	readonly ruleset: Ruleset;
	readonly family: number;
	readonly flags: number;
	readonly value: Value;
}

/** What identifies an element of a set. */
export const elementKey = (element: Value): string =>
	JSON.stringify([
		plain(element.NFTA_SET_ELEM_KEY),
		plain(element.NFTA_SET_ELEM_KEY_END),
		((element.NFTA_SET_ELEM_FLAGS as number | undefined) ?? 0) & NFT_SET_ELEM_INTERVAL_END,
	]);

export const elementsOf = (value: Value): readonly Element[] =>
	(value.NFTA_SET_ELEM_LIST_ELEMENTS ?? []) as readonly Element[];

export function setOf(ruleset: Ruleset, family: number, value: Value): [Table, NftSet] {
	const table = tableOf(
		ruleset,
		family,
		value.NFTA_SET_ELEM_LIST_TABLE,
		"NFTA_SET_ELEM_LIST_TABLE",
	);
	const set = table.set.get(`${value.NFTA_SET_ELEM_LIST_SET}`);
	if (set === undefined) throw new Refusal("ENOENT", undefined, "NFTA_SET_ELEM_LIST_SET");
	return [table, set];
}

/** NFT_MSG_NEWSETELEM. Without NLM_F_EXCL an equal element may be added again, but not one with other data. */
export function addElements({ ruleset, family, flags, value }: Change): void {
	const [table, set] = setOf(ruleset, family, value);
	for (const element of elementsOf(value)) {
		const key = elementKey(element);
		const there = set.elements.get(key);
		if (there === undefined) {
			checkReferences(table, element);
			if (set.elements.size >= sizeOf(set)) throw new Refusal("ENFILE");
			set.elements.set(key, element);
			continue;
		}
		const equal = ["NFTA_SET_ELEM_DATA", "NFTA_SET_ELEM_OBJREF"].every(
			(name) => JSON.stringify(plain(there[name])) === JSON.stringify(plain(element[name])),
		);
		if (!equal || (flags & NLM_F_EXCL) !== 0)
			throw new Refusal("EEXIST", undefined, "NFTA_SET_ELEM_LIST_ELEMENTS");
	}
}

function sizeOf({ value }: NftSet): number {
	const desc = value.NFTA_SET_DESC as { readonly NFTA_SET_DESC_SIZE?: number } | undefined;
	return desc?.NFTA_SET_DESC_SIZE ?? Number.POSITIVE_INFINITY;
}

/** NFT_MSG_DELSETELEM: the elements that are named, or all if none is. */
export function deleteElements({ ruleset, family, value }: Change, lenient = false): void {
	const [, set] = setOf(ruleset, family, value);
	if (value.NFTA_SET_ELEM_LIST_ELEMENTS === undefined) set.elements.clear();
	for (const element of elementsOf(value))
		if (!set.elements.delete(elementKey(element)) && !lenient)
			throw new Refusal("ENOENT", undefined, "NFTA_SET_ELEM_LIST_ELEMENTS");
}
