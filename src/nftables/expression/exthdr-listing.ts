import {
	NFT_EXTHDR_F_PRESENT,
	NFT_EXTHDR_OP_DCCP,
	NFT_EXTHDR_OP_IPV4,
	NFT_EXTHDR_OP_IPV6,
	NFT_EXTHDR_OP_SCTP,
	NFT_EXTHDR_OP_TCPOPT,
} from "../../uapi/nf_tables_const.js";
import { booleanType, integer } from "../fact/datatype.js";
import {
	anyTcpOption,
	extensionHeaders,
	ipOptions,
	type OptionalHeader,
	sctpChunks,
	tcpOptions,
} from "../fact/exthdr.js";
import { NETWORK, TRANSPORT } from "../fact/protocol.js";
import type { Completion } from "../tree/completion.js";
import type { Exthdr, Value } from "../tree/node.js";
import { PATH, type ReadData, UnlistableError } from "../tree/reading.js";
import { maskRange } from "./payload-listing.js";

const tables: Readonly<Record<number, Readonly<Record<string, OptionalHeader>>>> = {
	[NFT_EXTHDR_OP_IPV6]: extensionHeaders,
	[NFT_EXTHDR_OP_IPV4]: ipOptions,
	[NFT_EXTHDR_OP_SCTP]: sctpChunks,
};
/** Routing headers share fields. nft lists those as the last of these headers that has them. */
const preferred: readonly string[] = ["rt2", "srh"];

/** The headers with this number. There are several forms of routing header. */
export function candidates(op: number, type: number): readonly OptionalHeader[] {
	if (op === NFT_EXTHDR_OP_TCPOPT) {
		const known = Object.values(tcpOptions).filter((option) => option.type === type);
		return known.length > 0 ? known : [anyTcpOption(type)];
	}
	if (op === NFT_EXTHDR_OP_DCCP) return [{ name: `${type}`, id: 0, op, type, fields: {} }];
	const headers = Object.values(tables[op] ?? {}).filter((header) => header.type === type);
	return headers.toSorted((a, b) => preferred.indexOf(b.name) - preferred.indexOf(a.name));
}

/** Bits of an optional header, by its number. */
function exthdrAt(
	op: number,
	type: number,
	offset: number,
	bits: number,
	present: boolean,
): Exthdr {
	const headers = candidates(op, type);
	const [first] = headers;
	if (first === undefined) throw new UnlistableError(`no header ${type}`);
	const node: Exthdr = {
		kind: "exthdr",
		path: PATH,
		datatype: present ? booleanType : integer,
		order: "big",
		bits,
		header: first,
		offset,
		present,
	};
	for (const header of headers)
		for (const field of Object.values(header.fields))
			if (field.offset === offset && field.bits === bits)
				return { ...node, header, field, ...(!present && { datatype: field.datatype }) };
	return node;
}
/** The header or option that the kernel's expression refers to. @throws UnlistableError */
export function exthdrOf(data: ReadData<"exthdr">): Exthdr {
	const { NFTA_EXTHDR_OP: op = 0, NFTA_EXTHDR_TYPE: type = 0 } = data;
	const { NFTA_EXTHDR_OFFSET: offset = 0, NFTA_EXTHDR_LEN: length = 0 } = data;
	const present = ((data.NFTA_EXTHDR_FLAGS ?? 0) & NFT_EXTHDR_F_PRESENT) !== 0;
	return exthdrAt(op, type, offset * 8, length * 8, present);
}

/** The field that the mask covers, and by how many bits it is shifted. */
export function trimExthdr(node: Exthdr, mask: Value): readonly [Exthdr, number] | undefined {
	const { op, type } = node.header;
	const [start, end] = maskRange(mask.value);
	if (op !== NFT_EXTHDR_OP_IPV6 && node.field !== undefined) return undefined;
	const offset = node.offset + (((mask.bits + 7) >> 3) << 3) - end;
	const found = exthdrAt(op, type, offset, end - start, false);
	return found.field === undefined ? undefined : [found, start];
}

/** A match of an option implies a check of its protocol, which is not listed. */
export function completeExthdr(node: Exthdr, completion: Completion): Exthdr {
	const { op } = node.header;
	if (op === NFT_EXTHDR_OP_TCPOPT) completion.release(TRANSPORT);
	if (op === NFT_EXTHDR_OP_IPV6 || op === NFT_EXTHDR_OP_IPV4) completion.release(NETWORK);
	return node;
}
