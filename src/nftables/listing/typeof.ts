import { NFT_EXTHDR_OP_IPV6, NFT_HASH_SYM } from "../../uapi/nf_tables_const.js";
import { concatKey } from "../expression/concat.js";
import { ctNode, readCt } from "../expression/ct.js";
import { exthdrNode } from "../expression/exthdr.js";
import { candidates } from "../expression/exthdr-listing.js";
import { readFib } from "../expression/fib.js";
import { readHash } from "../expression/hash.js";
import { readIpsec } from "../expression/ipsec.js";
import { readMeta } from "../expression/meta.js";
import { readNumgen } from "../expression/numgen.js";
import { readOsf } from "../expression/osf.js";
import { adopt, rawPayload } from "../expression/payload-listing.js";
import { readRt } from "../expression/rt.js";
import { readSocket } from "../expression/socket.js";
import { verdict } from "../fact/datatype.js";
import { extensionHeaders } from "../fact/exthdr.js";
import { type Base, protocolById } from "../fact/protocol.js";
import { records } from "../fact/userdata.js";
import { fromBytes } from "../fact/value.js";
import type { Kind, Node } from "../tree/node.js";
import { PATH, Reading, UnlistableError } from "../tree/reading.js";
import { expressionIds } from "../tree/typeof.js";
import { listStateful } from "./stateful.js";

const EXPR = 0;
const DATA = 1;
const kindById = new Map(Object.entries(expressionIds).map(([kind, id]) => [id, kind as Kind]));
type Numbers = ReadonlyMap<number, number>;
const numbersOf = (bytes: Uint8Array): Numbers =>
	new Map([...records(bytes)].map(([type, value]) => [type, Number(fromBytes(value, "host"))]));

/** The expression that a set's key was declared with; `undefined` if the set does not record one. */
export function readTypeof(record: Uint8Array | undefined): Node | undefined {
	if (record === undefined) return undefined;
	const fields = new Map(records(record));
	const id = fields.get(EXPR);
	const data = fields.get(DATA);
	const kind = id && kindById.get(Number(fromBytes(id, "host")));
	if (kind === undefined || data === undefined) return undefined;
	try {
		return kind === "concat" ? readConcat(data) : readExpression(kind, numbersOf(data));
	} catch (error) {
		if (error instanceof UnlistableError) return undefined;
		throw error;
	}
}

function readConcat(data: Uint8Array): Node | undefined {
	const parts: Node[] = [];
	for (const [, record] of records(data)) {
		const part = readTypeof(record);
		if (part === undefined) return undefined;
		parts.push(part);
	}
	return concatKey(parts);
}

/** The node that reading the same numbers in a rule gives. */
function loaded(read: (reading: Reading) => void): Node {
	const reading = new Reading(0, () => undefined, listStateful);
	read(reading);
	return reading.load(1);
}

function readExpression(kind: Kind, numbers: Numbers): Node | undefined {
	const [n0 = 0, n1 = 0, n2 = 0, n3 = 0, n4] = [0, 1, 2, 3, 4].map((type) => numbers.get(type));
	switch (kind) {
		case "payload":
			return readPayloadType(numbers);
		case "exthdr":
			return readExthdrType(numbers);
		case "meta": {
			const node = loaded((to) => readMeta({ NFTA_META_DREG: 1, NFTA_META_KEY: n0 }, to));
			const tunnel = protocolById.get(n1);
			return tunnel === undefined ? node : ({ ...node, tunnel } as Node);
		}
		case "ct":
			return n1 === 0xffffffff
				? ctNode(n0, undefined)
				: loaded((to) => readCt({ NFTA_CT_DREG: 1, NFTA_CT_KEY: n0, NFTA_CT_DIRECTION: n1 }, to));
		case "rt":
			return loaded((to) => readRt({ NFTA_RT_DREG: 1, NFTA_RT_KEY: n0 }, to));
		case "socket":
			return loaded((to) => readSocket({ NFTA_SOCKET_DREG: 1, NFTA_SOCKET_KEY: n0 }, to));
		case "ipsec": {
			const of = { NFTA_XFRM_KEY: n0, NFTA_XFRM_SPNUM: n1, NFTA_XFRM_DIR: n2 };
			return loaded((to) => readIpsec({ NFTA_XFRM_DREG: 1, ...of }, to));
		}
		case "numgen": {
			const of = { NFTA_NG_TYPE: n0, NFTA_NG_MODULUS: n1, NFTA_NG_OFFSET: n2 };
			return loaded((to) => readNumgen({ NFTA_NG_DREG: 1, ...of }, to));
		}
		case "hash":
			return readHashType(n0, n1, n2, n4 === 1 ? n3 : undefined);
		case "fib":
			return loaded((to) =>
				readFib({ NFTA_FIB_DREG: 1, NFTA_FIB_RESULT: n0, NFTA_FIB_FLAGS: n1 }, to),
			);
		case "osf":
			return loaded((to) => readOsf({ NFTA_OSF_DREG: 1 }, to));
		case "verdict":
			return { kind, path: PATH, datatype: verdict, order: undefined, bits: 0, code: 0 };
		default:
			return undefined;
	}
}

function readHashType(type: number, offset: number, modulus: number, seed: number | undefined) {
	// The record does not contain what is hashed, so only a symmetric hash can be restored.
	if (type !== NFT_HASH_SYM) return undefined;
	const of = { NFTA_HASH_TYPE: type, NFTA_HASH_OFFSET: offset, NFTA_HASH_MODULUS: modulus };
	const seeded = seed === undefined ? {} : { NFTA_HASH_SEED: seed };
	return loaded((to) => readHash({ NFTA_HASH_DREG: 1, ...of, ...seeded }, to));
}

function readPayloadType(numbers: Numbers): Node | undefined {
	const of = protocolById.get(numbers.get(0) ?? 0);
	const index = numbers.get(1) ?? 0;
	const tunnel = protocolById.get(numbers.get(5) ?? -1);
	if (of === undefined) {
		const base = ((numbers.get(2) ?? 1) - 1) as Base;
		return rawPayload(base, numbers.get(3) ?? 0, numbers.get(4) ?? 0);
	}
	const field = Object.values(of.fields).find((f) => f.index === index);
	if (field === undefined) return undefined;
	const node = rawPayload(of.base, field.offset, field.bits);
	adopt(node, of, field);
	if (tunnel !== undefined) node.tunnel = tunnel;
	return node;
}

function readExthdrType(numbers: Numbers): Node | undefined {
	const op = numbers.get(2) ?? NFT_EXTHDR_OP_IPV6;
	const number = numbers.get(0) ?? 0;
	const index = numbers.get(1) ?? 0;
	const headers =
		op === NFT_EXTHDR_OP_IPV6
			? Object.values(extensionHeaders).filter((h) => h.id === number)
			: candidates(op, number);
	// The blocks of a selective acknowledgement belong to one option, but have numbers of their own.
	for (const header of headers)
		for (const field of Object.values(header.fields))
			if (field.index === index) return exthdrNode(PATH, header, field, false);
	return undefined;
}
