import { NFT_BYTEORDER_HTON, NFT_BYTEORDER_NTOH } from "../../uapi/nf_tables_const.js";
import { byteLength } from "../fact/value.js";
import type { Completion } from "../tree/completion.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { ByteOrder, Node } from "../tree/node.js";
import type { ReadData, Reading } from "../tree/reading.js";

function loadByteOrder({ op, arg, bits }: ByteOrder, emitter: Emitter, to: Register): void {
	emitter.load(arg, to);
	emitter.add("byteorder", {
		NFTA_BYTEORDER_SREG: registerNumber(to),
		NFTA_BYTEORDER_DREG: registerNumber(to),
		NFTA_BYTEORDER_LEN: byteLength(bits),
		NFTA_BYTEORDER_SIZE: arg.bits % 64 === 0 ? 8 : arg.bits % 32 === 0 ? 4 : 2,
		NFTA_BYTEORDER_OP: op === "hton" ? NFT_BYTEORDER_HTON : NFT_BYTEORDER_NTOH,
	});
}

function readByteOrder(data: ReadData<"byteorder">, reading: Reading): void {
	const arg = reading.load(data.NFTA_BYTEORDER_SREG);
	const op = data.NFTA_BYTEORDER_OP === NFT_BYTEORDER_HTON ? "hton" : "ntoh";
	reading.store(data.NFTA_BYTEORDER_DREG, { ...arg, kind: "byteorder", op, arg } as Node);
}

function completeByteOrder(node: ByteOrder, completion: Completion): Node {
	const arg = completion.complete(node.arg);
	const order = arg.order === "big" ? "host" : "big";
	return { ...node, arg, datatype: arg.datatype, order };
}

/** A conversion between host and network order. Documents never contain one. */
export const byteorder = {
	read: { byteorder: readByteOrder },
	nodes: {
		byteorder: {
			evaluate: (node) => node,
			load: loadByteOrder,
			complete: completeByteOrder,
			print: (node, printer) => printer.node(node.arg),
		},
	},
} satisfies ExpressionDefinition;
