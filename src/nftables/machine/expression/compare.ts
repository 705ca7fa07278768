import type { Out } from "../../../netlink/schema.js";
import * as nft from "../../../uapi/nf_tables_const.js";
import type { cmpAttrs, rangeAttrs } from "../../../uapi/nf_tables_expr.js";
import type { Evaluation, Run } from "../evaluation.js";

const NONE = new Uint8Array();
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;

const OPS: Readonly<Record<number, readonly [sign: string, holds: (order: number) => boolean]>> = {
	[nft.NFT_CMP_EQ]: ["==", (order) => order === 0],
	[nft.NFT_CMP_NEQ]: ["!=", (order) => order !== 0],
	[nft.NFT_CMP_LT]: ["<", (order) => order < 0],
	[nft.NFT_CMP_LTE]: ["<=", (order) => order <= 0],
	[nft.NFT_CMP_GT]: [">", (order) => order > 0],
	[nft.NFT_CMP_GTE]: [">=", (order) => order >= 0],
};

/** Whether something unknown equals a value. It is the same question for == and !=, so that the answers agree. */
function equalsUnknown(on: Evaluation, what: string, value: Uint8Array): boolean {
	return on.choices.choose(`${what} == ${hex(value)}`, ["no", "yes"]) === 1;
}

/** nft_cmp_eval(), which compares bytes like memcmp(3). */
export const cmp: Run<Out<typeof cmpAttrs>> = (data, on) => {
	const { NFTA_CMP_SREG: from = 0, NFTA_CMP_OP: op = 0, NFTA_CMP_DATA: to } = data;
	const value = to?.NFTA_DATA_VALUE ?? NONE;
	const [sign, holds] = OPS[op] ?? ["?", () => false];
	const unknown = on.registers.unknown(from, value.length);
	if (unknown !== undefined) {
		const isEquality = op === nft.NFT_CMP_EQ || op === nft.NFT_CMP_NEQ;
		const yes = isEquality
			? equalsUnknown(on, unknown, value) === (op === nft.NFT_CMP_EQ)
			: on.choices.choose(`${unknown} ${sign} ${hex(value)}`, ["no", "yes"]) === 1;
		if (!yes) on.break();
		return;
	}
	if (!holds(Buffer.compare(on.registers.load(from, value.length), value))) on.break();
};

/** nft_range_eval(), where both ends belong to the range. */
export const range: Run<Out<typeof rangeAttrs>> = (data, on) => {
	const { NFTA_RANGE_SREG: from = 0, NFTA_RANGE_OP: op = 0 } = data;
	const low = data.NFTA_RANGE_FROM_DATA?.NFTA_DATA_VALUE ?? NONE;
	const high = data.NFTA_RANGE_TO_DATA?.NFTA_DATA_VALUE ?? NONE;
	const unknown = on.registers.unknown(from, low.length);
	const value = on.registers.load(from, low.length);
	const isIn =
		unknown === undefined
			? Buffer.compare(value, low) >= 0 && Buffer.compare(value, high) <= 0
			: on.choices.choose(`${unknown} in ${hex(low)}-${hex(high)}`, ["no", "yes"]) === 1;
	if (isIn === (op === nft.NFT_RANGE_NEQ)) on.break();
};
