import {
	NFT_BITWISE_AND,
	NFT_BITWISE_LSHIFT,
	NFT_BITWISE_MASK_XOR,
	NFT_BITWISE_OR,
	NFT_BITWISE_RSHIFT,
	NFT_BITWISE_XOR,
} from "../../uapi/nf_tables_const.js";
import { integer } from "../fact/datatype.js";
import { bitmask } from "../fact/value.js";
import { binary, type Node, type Operator, unevaluated, type Value } from "../tree/node.js";
import { constant, type DataOf, type Reading, UnlistableError } from "../tree/reading.js";

const registerOperators: Readonly<Record<number, Operator>> = {
	[NFT_BITWISE_XOR]: "^",
	[NFT_BITWISE_AND]: "&",
	[NFT_BITWISE_OR]: "|",
};

export function readBitwise(data: DataOf<"bitwise">, reading: Reading): void {
	const left = reading.load(data.NFTA_BITWISE_SREG);
	reading.store(data.NFTA_BITWISE_DREG, operation(data, left, reading));
}
function operation(data: DataOf<"bitwise">, left: Node, reading: Reading): Node {
	const { NFTA_BITWISE_OP: op = NFT_BITWISE_MASK_XOR } = data;
	switch (op) {
		case NFT_BITWISE_MASK_XOR:
			return maskXor(data, left);
		case NFT_BITWISE_LSHIFT:
		case NFT_BITWISE_RSHIFT: {
			const by = constant(data.NFTA_BITWISE_DATA?.NFTA_DATA_VALUE);
			const bits = (data.NFTA_BITWISE_LEN ?? 0) * 8;
			const shift = op === NFT_BITWISE_LSHIFT ? "<<" : ">>";
			// What is shifted is a number of the machine's: so are the constants it is looked up among.
			const like = { ...left, datatype: integer, order: "host", bits } as const;
			return binary(shift, left, { ...by, order: "host" }, like);
		}
		default: {
			const operator = registerOperators[op];
			if (operator === undefined) throw new UnlistableError(`bitwise operation ${op}`);
			return binary(operator, left, reading.load(data.NFTA_BITWISE_SREG2));
		}
	}
}

/** `(left & mask) ^ xor`: which of and, or and exclusive or were written. */
function maskXor(data: DataOf<"bitwise">, left: Node): Node {
	const mask = constant(data.NFTA_BITWISE_MASK?.NFTA_DATA_VALUE);
	const xor = constant(data.NFTA_BITWISE_XOR?.NFTA_DATA_VALUE);
	let m = mask.value;
	let x = xor.value;
	const or = (m & x) ^ x;
	x &= m;
	m |= or;
	let node = left;
	const like = { ...left, ...unevaluated, bits: left.bits };
	const add = (op: Operator, value: bigint): void => {
		node = binary(op, node, { ...mask, value } satisfies Value, like);
	};
	if (m !== bitmask(mask.bits) || mask.bits < left.bits) add("&", m);
	if (x !== 0n) add("^", x);
	if (or !== 0n) add("|", or);
	return node;
}
