import type { Out } from "../../../netlink/schema.js";
import * as nft from "../../../uapi/nf_tables_const.js";
import type { lookupAttrs } from "../../../uapi/nf_tables_expr.js";
import type { Evaluation, Run } from "../evaluation.js";
import type { MachineSet } from "../ruleset.js";
import type { Element } from "../set.js";
import { stateful } from "./stateful.js";

/** How many elements are tried if the key is unknown. */
const MOST_TRIED = 8;

/** Load the data that a map has for an element, a verdict or a value. */
function load({ NFTA_SET_ELEM_DATA: data }: Element, to: number, on: Evaluation): void {
	if (data?.NFTA_DATA_VERDICT !== undefined) {
		const { NFTA_VERDICT_CODE: code = 0, NFTA_VERDICT_CHAIN: chain } = data.NFTA_DATA_VERDICT;
		on.code = code;
		on.chain = chain;
	} else if (data?.NFTA_DATA_VALUE !== undefined) on.registers.store(to, data.NFTA_DATA_VALUE);
}

/**
 * The element that contains the value of a register. If the value is unknown, each case is tried: none, or one of the
 * first elements.
 */
export function find(
	set: MachineSet,
	from: number,
	on: Evaluation,
	isMap: boolean,
): Element | undefined {
	const length = set.attrs.NFTA_SET_KEY_LEN ?? 0;
	const unknown = on.registers.unknown(from, length);
	if (unknown === undefined) return set.index.find(on.registers.load(from, length));
	const some = set.index.all.slice(0, isMap ? MOST_TRIED : 1);
	const names = some.map((_, i) => (isMap ? `its element ${i + 1}` : "in it"));
	const at = on.choices.choose(on.place(`${unknown} in set ${set.name}`), ["not in it", ...names]);
	return some[at - 1];
}

/** nft_lookup_eval(). The counters and limits of an element are applied when it is found. */
export const lookup: Run<Out<typeof lookupAttrs>> = (data, on) => {
	const { NFTA_LOOKUP_SET: name = "", NFTA_LOOKUP_SREG: from = 0, NFTA_LOOKUP_DREG: to } = data;
	const set = on.table.sets.get(name);
	if (set === undefined) {
		on.break();
		return;
	}
	const isInverted = ((data.NFTA_LOOKUP_FLAGS ?? 0) & nft.NFT_LOOKUP_F_INV) !== 0;
	const found = find(set, from, on, to !== undefined);
	if ((found !== undefined) === isInverted) {
		on.break();
		return;
	}
	if (found === undefined) return;
	if (to !== undefined) load(found, to, on);
	for (const expression of found.NFTA_SET_ELEM_EXPRESSIONS ??
		(found.NFTA_SET_ELEM_EXPR === undefined ? [] : [found.NFTA_SET_ELEM_EXPR])) {
		stateful(expression, on);
		if (on.code === nft.NFT_BREAK) return;
	}
};
