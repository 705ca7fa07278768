import { NFT_EXTHDR_OP_IPV6 } from "../../uapi/nf_tables_const.js";
import { record, u32 } from "../fact/userdata.js";
import { concatBytes } from "../fact/value.js";
import type { Kind, Node } from "./node.js";

/** The numbers that nft has in NFTA_SET_USERDATA for the expressions that a set may be declared with (`typeof`). */
export const expressionIds: Readonly<Partial<Record<Kind, number>>> = {
	verdict: 1,
	value: 4,
	payload: 7,
	exthdr: 8,
	meta: 9,
	socket: 10,
	osf: 11,
	ct: 12,
	concat: 13,
	numgen: 23,
	hash: 24,
	rt: 25,
	fib: 27,
	ipsec: 28,
};
const EXPR = 0;
const DATA = 1;

/** The records that describe one expression, or `undefined` for a plain type. */
function describe(node: Node): Uint8Array | undefined {
	const u32s = (...values: readonly number[]): Uint8Array =>
		concatBytes(...values.map((value, i) => u32(i, value)));
	switch (node.kind) {
		case "payload":
			return concatBytes(
				u32(0, node.protocol?.id ?? 0),
				u32(1, node.field?.index ?? 0),
				...(node.protocol === undefined
					? [u32(2, (node.base === "tunnel" ? 4 : node.base) + 1), u32(3, node.offset)]
					: []),
				...(node.datatype.id === 4 ? [u32(4, node.bits)] : []),
				...(node.tunnel === undefined ? [] : [u32(5, node.tunnel.id)]),
			);
		case "exthdr": {
			const { header, field } = node;
			const field0 = u32(1, field?.index ?? 0);
			if (header.op === NFT_EXTHDR_OP_IPV6) return concatBytes(field0, u32(0, header.id));
			return concatBytes(field0, u32(2, header.op), u32(0, header.type));
		}
		case "meta":
			return concatBytes(
				u32(0, node.key),
				...(node.tunnel === undefined ? [] : [u32(1, node.tunnel.id)]),
			);
		case "ct":
			return u32s(node.key, node.direction ?? -1);
		case "rt":
		case "socket":
			return u32s(node.key);
		case "ipsec":
			return u32s(node.key, node.spnum, node.direction);
		case "numgen":
			return u32s(node.mode, node.modulus, node.offset);
		case "hash":
			return u32s(
				node.type,
				node.offset,
				node.modulus,
				node.seed ?? 0,
				node.seed === undefined ? 0 : 1,
			);
		case "fib":
			return u32s(node.result, node.flags);
		case "verdict":
		case "osf":
			return new Uint8Array();
		default:
			return undefined;
	}
}

function describeConcat(parts: readonly Node[]): Uint8Array {
	const described: Uint8Array[] = [];
	for (const [i, part] of parts.entries()) {
		let at = part;
		while (at.kind === "binary") at = at.left;
		// For a lookup of ranges a part may be converted; nft describes it without the conversion.
		if (expressionIds[at.kind] === undefined) break;
		const data = describe(at);
		const kind = u32(EXPR, expressionIds[at.kind] ?? 0);
		if (data === undefined) {
			// libnftnl gives up here and leaves the records that it began without a length. Readers skip them.
			described.push(record(i, new Uint8Array()), kind, record(DATA, new Uint8Array()));
			break;
		}
		described.push(record(i, concatBytes(kind, record(DATA, data))));
	}
	return concatBytes(...described);
}

/** Whether it is declared by names of types, so that the kernel's own attributes are enough. */
export const isPlainType = (node: Node): boolean =>
	node.kind === "value" ||
	node.kind === "verdict" ||
	(node.kind === "concat" && node.parts.every(isPlainType));

/** The record with the expression that a set's key or data was declared with. */
export function typeofRecord(type: number, node: Node): Uint8Array {
	const id = expressionIds[node.kind];
	if (id === undefined) return new Uint8Array();
	const data = node.kind === "concat" ? describeConcat(node.parts) : describe(node);
	return record(type, concatBytes(u32(EXPR, id), record(DATA, data ?? new Uint8Array())));
}
