import type { Out } from "../../../netlink/schema.js";
import { NFT_NG_RANDOM } from "../../../uapi/nf_tables_const.js";
import type { hashAttrs, ngAttrs } from "../../../uapi/nf_tables_expr.js";
import { toBytes } from "../../fact/value.js";
import type { Evaluation, Run } from "../evaluation.js";

/** Up to this many numbers each is tried; of more it is unknown which. */
const MOST_TRIED = 16;

function oneOf(what: string, modulus: number, offset: number, to: number, on: Evaluation): void {
	if (modulus === 0 || modulus > MOST_TRIED) {
		on.registers.storeUnknown(to, 4, what);
		return;
	}
	const numbers = Array.from({ length: modulus }, (_, i) => `${i + offset}`);
	const [first = "0", ...others] = numbers;
	const at = on.choices.choose(on.place(what), [first, ...others]);
	on.registers.store(to, toBytes(BigInt(at + offset), "host", 4));
}

export const numgen: Run<Out<typeof ngAttrs>> = (data, on) => {
	const { NFTA_NG_MODULUS: modulus = 0, NFTA_NG_OFFSET: offset = 0, NFTA_NG_DREG: to = 0 } = data;
	const kind = data.NFTA_NG_TYPE === NFT_NG_RANDOM ? "a random number" : "the next number";
	oneOf(`${kind} below ${modulus}`, modulus, offset, to, on);
};

/** The seed is usually chosen by the kernel. */
export const hash: Run<Out<typeof hashAttrs>> = (data, on) => {
	const {
		NFTA_HASH_MODULUS: modulus = 0,
		NFTA_HASH_OFFSET: offset = 0,
		NFTA_HASH_DREG: to = 0,
	} = data;
	oneOf(`a hash below ${modulus}`, modulus, offset, to, on);
};
