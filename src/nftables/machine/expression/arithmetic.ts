import type { Out } from "../../../netlink/schema.js";
import * as nft from "../../../uapi/nf_tables_const.js";
import type { bitwiseAttrs, byteorderAttrs } from "../../../uapi/nf_tables_expr.js";
import { fromBytes, HOST_IS_LITTLE, toBytes } from "../../fact/value.js";
import type { Run } from "../evaluation.js";

const NONE = new Uint8Array();
const WORD = nft.NFT_REG32_SIZE;
const BITS_OF_WORD = 32n;

/**
 * Shifts operate on words in the order of the machine, with a carry from one word to the next:
 * nft_bitwise_eval_lshift().
 */
function shifted(value: Uint8Array, bits: bigint, isLeft: boolean): Uint8Array {
	const words = [];
	for (let at = 0; at < value.length; at += WORD) {
		const word = new Uint8Array(WORD);
		word.set(value.subarray(at, at + WORD));
		words.push(fromBytes(word, "host"));
	}
	const order = isLeft ? words.toReversed() : words;
	let carry = 0n;
	const moved = order.map((word) => {
		const out = isLeft ? (word << bits) | carry : (word >> bits) | carry;
		carry = isLeft ? word >> (BITS_OF_WORD - bits) : word << (BITS_OF_WORD - bits);
		return BigInt.asUintN(Number(BITS_OF_WORD), out);
	});
	const bytes = (isLeft ? moved.toReversed() : moved).map((word) => toBytes(word, "host", WORD));
	return Uint8Array.from(bytes.flatMap((word) => [...word])).subarray(0, value.length);
}

const OPERATIONS: Readonly<Record<number, (a: number, b: number) => number>> = {
	[nft.NFT_BITWISE_AND]: (a, b) => a & b,
	[nft.NFT_BITWISE_OR]: (a, b) => a | b,
	[nft.NFT_BITWISE_XOR]: (a, b) => a ^ b,
};

export const bitwise: Run<Out<typeof bitwiseAttrs>> = (data, on) => {
	const {
		NFTA_BITWISE_SREG: from = 0,
		NFTA_BITWISE_DREG: to = 0,
		NFTA_BITWISE_LEN: length = 0,
	} = data;
	const { NFTA_BITWISE_OP: op = nft.NFT_BITWISE_MASK_XOR, NFTA_BITWISE_SREG2: second } = data;
	const unknown =
		on.registers.unknown(from, length) ??
		(second === undefined ? undefined : on.registers.unknown(second, length));
	const given = data.NFTA_BITWISE_DATA?.NFTA_DATA_VALUE ?? NONE;
	const mask = data.NFTA_BITWISE_MASK?.NFTA_DATA_VALUE ?? NONE;
	if (unknown !== undefined) {
		const hex = Buffer.from(mask.length > 0 ? mask : given).toString("hex");
		on.registers.storeUnknown(to, length, `${unknown} & 0x${hex}`);
		return;
	}
	const value = on.registers.load(from, length);
	if (op === nft.NFT_BITWISE_LSHIFT || op === nft.NFT_BITWISE_RSHIFT) {
		const isLeft = op === nft.NFT_BITWISE_LSHIFT;
		on.registers.store(to, shifted(value, fromBytes(given, "host"), isLeft));
		return;
	}
	const operate = OPERATIONS[op];
	if (operate !== undefined) {
		const other = second === undefined ? given : on.registers.load(second, length);
		on.registers.store(
			to,
			value.map((byte, i) => operate(byte, other[i] ?? 0)),
		);
		return;
	}
	const xor = data.NFTA_BITWISE_XOR?.NFTA_DATA_VALUE ?? NONE;
	on.registers.store(
		to,
		value.map((byte, i) => (byte & (mask[i] ?? 0)) ^ (xor[i] ?? 0)),
	);
};

/** Convert numbers between the order of the network and that of the machine. */
export const byteorder: Run<Out<typeof byteorderAttrs>> = (data, on) => {
	const { NFTA_BYTEORDER_SREG: from = 0, NFTA_BYTEORDER_DREG: to = 0 } = data;
	const { NFTA_BYTEORDER_LEN: length = 0, NFTA_BYTEORDER_SIZE: size = 1 } = data;
	const unknown = on.registers.unknown(from, length);
	if (unknown !== undefined) {
		on.registers.storeUnknown(to, length, unknown);
		return;
	}
	const value = on.registers.load(from, length);
	if (HOST_IS_LITTLE)
		for (let at = 0; at < length; at += size) value.subarray(at, at + size).reverse();
	on.registers.store(to, value);
};
