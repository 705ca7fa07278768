import {
	NFT_EXTHDR_F_PRESENT,
	NFT_EXTHDR_OP_DCCP,
	NFT_EXTHDR_OP_IPV4,
	NFT_EXTHDR_OP_IPV6,
	NFT_EXTHDR_OP_SCTP,
	NFT_EXTHDR_OP_TCPOPT,
} from "../../uapi/nf_tables_const.js";
import { booleanType } from "../fact/datatype.js";
import { extensionHeaders, type OptionalHeader } from "../fact/exthdr.js";
import { type Field, ip, ip6, NETWORK } from "../fact/protocol.js";
import { byteLength } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Exthdr, Node } from "../tree/node.js";
import type { ReadData, Reading } from "../tree/reading.js";
import { isByteAligned, maskField } from "./bits.js";
import { exthdrDependency } from "./dependency.js";
import { completeExthdr, exthdrOf } from "./exthdr-listing.js";

function parseExthdr(at: Cursor): Exthdr {
	const json = at.fields(["name"], ["field", "offset"]);
	const header = json.name.oneOf(extensionHeaders);
	if (json.field === undefined)
		return exthdrNode(at.path, header, Object.values(header.fields)[0], true);
	// rt0 contains a list of addresses, and the offset selects one.
	const field = json.field.oneOf(header.fields);
	const index =
		header.name === "rt0" ? field.index + (json.offset?.integer(0, 1) ?? 0) : field.index;
	const wanted = Object.values(header.fields).find((f) => f.index === index);
	return exthdrNode(at.path, header, wanted ?? field, false);
}

/** A field of an optional header. `present` asks whether the header is there. */
export function exthdrNode(
	path: string,
	header: OptionalHeader,
	field: Field | undefined,
	present: boolean,
): Exthdr {
	return {
		kind: "exthdr",
		path,
		datatype: field?.datatype ?? booleanType,
		order: "big",
		bits: field?.bits ?? 8,
		header,
		...(field && { field }),
		offset: field?.offset ?? 0,
		present,
	};
}

function evaluateExthdr(node: Exthdr, evaluation: Evaluation): Node {
	const version =
		node.header.op === NFT_EXTHDR_OP_IPV6
			? ip6
			: node.header.op === NFT_EXTHDR_OP_IPV4
				? ip
				: undefined;
	if (version !== undefined) {
		const known = evaluation.protocols.at(NETWORK);
		if (known === undefined) evaluation.insertFirst(exthdrDependency(evaluation, node, version));
		else if (known !== version) fail(node, `${known.name} has no ${node.header.name}`);
	}
	return evaluateField(node, evaluation);
}

// The options of a TCP header have at most 40 bytes (RFC 9293), and so have those of an IP header (RFC 791).
const MAX_OPTION_BITS = 320;

/** Evaluate the field itself, without a check that the packet can have the header. */
export function evaluateField(node: Exthdr, evaluation: Evaluation): Node {
	const { key } = evaluation.expected;
	if (node.present) node.datatype = booleanType;
	evaluation.expectLike(node);
	evaluation.expected.key = key;
	const end = node.offset + (node.field?.bits ?? 0);
	const { op } = node.header;
	if ((op === NFT_EXTHDR_OP_TCPOPT || op === NFT_EXTHDR_OP_IPV4) && end > MAX_OPTION_BITS)
		fail(node, `ends after ${end} bits, options have ${MAX_OPTION_BITS}`);
	return isByteAligned(node) ? node : maskField(node, evaluation);
}

function loadExthdr(node: Exthdr, emitter: Emitter, to: Register): void {
	emitter.add("exthdr", {
		NFTA_EXTHDR_DREG: registerNumber(to),
		NFTA_EXTHDR_TYPE: node.header.type,
		NFTA_EXTHDR_OFFSET: node.offset >> 3,
		NFTA_EXTHDR_LEN: byteLength(node.bits),
		NFTA_EXTHDR_OP: node.header.op,
		NFTA_EXTHDR_FLAGS: node.present ? NFT_EXTHDR_F_PRESENT : 0,
	});
}

function printExthdr(node: Exthdr): Expression {
	const { header, field, present, offset, bits } = node;
	switch (header.op) {
		case NFT_EXTHDR_OP_DCCP:
			return { "dccp option": { type: header.type } };
		case NFT_EXTHDR_OP_TCPOPT:
			if (header.name === `${header.type}`)
				return { "tcp option": { base: header.type, offset, len: bits } };
			return { "tcp option": { name: sackName(node), ...fieldName(field?.name, present) } };
		case NFT_EXTHDR_OP_IPV4:
			return { "ip option": { name: header.name, ...fieldName(field?.name, present) } };
		case NFT_EXTHDR_OP_SCTP:
			return { "sctp chunk": { name: header.name, ...fieldName(field?.name, present) } };
		default:
			return { exthdr: { name: header.name, ...fieldName(field?.name, present) } };
	}
}
const fieldName = (name: string | undefined, present: boolean) =>
	present ? {} : { field: name ?? "unknown" };
/** nft numbers the blocks of a selective acknowledgement by their position; each has 64 bits. */
function sackName({ header, offset }: Exthdr): string {
	const block = Math.floor(offset / 64);
	return block === 0 || block > 3 ? header.name : `${header.name.replace(/\d$/, "")}${block}`;
}

function readExthdr(data: ReadData<"exthdr">, reading: Reading): void {
	reading.store(data.NFTA_EXTHDR_DREG, exthdrOf(data));
}

/** A field of an extension header or of an option, or whether the header is there. */
export const exthdr = {
	parse: { exthdr: parseExthdr },
	read: { exthdr: readExthdr },
	nodes: {
		exthdr: {
			evaluate: evaluateExthdr,
			load: loadExthdr,
			complete: completeExthdr,
			print: printExthdr,
		},
	},
} satisfies ExpressionDefinition;
