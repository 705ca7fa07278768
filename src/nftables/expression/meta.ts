import { NFPROTO_INET } from "../../uapi/netfilter.js";
import {
	NFT_META_IFTYPE,
	NFT_META_L4PROTO,
	NFT_META_NFPROTO,
	NFT_META_PROTOCOL,
	NFT_META_TIME_DAY,
} from "../../uapi/nf_tables_const.js";
import { metaKeys } from "../fact/key.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type DataOf, type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Meta, Node } from "../tree/node.js";
import { PATH, type ReadData, type Reading, UnlistableError } from "../tree/reading.js";
import { tunnelData } from "./payload.js";

const naming: readonly number[] = [
	NFT_META_IFTYPE,
	NFT_META_NFPROTO,
	NFT_META_L4PROTO,
	NFT_META_PROTOCOL,
];
const LAST_DAY = 6;

function parseMeta(at: Cursor): Meta {
	const { key, datatype, bits, order } = at.fields(["key"]).key.oneOf(metaKeys);
	const isProtocol = naming.includes(key);
	return { kind: "meta", path: at.path, datatype, order, bits, key, isProtocol };
}

function evaluateMeta(node: Meta, evaluation: Evaluation): Node {
	if (node.key === NFT_META_NFPROTO && evaluation.family !== NFPROTO_INET)
		fail(node, "meta nfproto is only useful in the inet family");
	evaluation.expectLike(node);
	if (node.key === NFT_META_TIME_DAY) evaluation.expected.max = LAST_DAY;
	return node;
}

function loadMeta(node: Meta, emitter: Emitter, to: Register): void {
	const data: DataOf<"meta"> = {
		NFTA_META_DREG: registerNumber(to),
		NFTA_META_KEY: node.key,
	};
	if (node.tunnel === undefined) emitter.add("meta", data);
	else
		emitter.add("inner", {
			...tunnelData(node.tunnel),
			NFTA_INNER_EXPR: { NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: data },
		});
}

/** The first name of each number. */
const keysByNumber = new Map(
	Object.entries(metaKeys)
		.toReversed()
		.map(([name, key]) => [key.key, { name, ...key }]),
);

/** Read a key of meta. */
export function readMeta(data: ReadData<"meta">, reading: Reading): void {
	const key = keysByNumber.get(data.NFTA_META_KEY ?? 0);
	if (key === undefined) throw new UnlistableError(`meta key ${data.NFTA_META_KEY}`);
	reading.store(data.NFTA_META_DREG, {
		kind: "meta",
		path: PATH,
		datatype: key.datatype,
		order: key.order,
		bits: key.bits,
		key: key.key,
		isProtocol: naming.includes(key.key),
		...(reading.tunnel && { tunnel: reading.tunnel }),
	});
}
/** Print a key of meta, NFT_META_*. */
export const printMeta = ({ key }: { readonly key: number }): Expression =>
	({ meta: { key: keysByNumber.get(key)?.name } }) as Expression;

/** Metadata of a packet. */
export const meta = {
	parse: { meta: parseMeta },
	read: { meta: readMeta },
	nodes: { meta: { evaluate: evaluateMeta, load: loadMeta, print: printMeta } },
} satisfies ExpressionDefinition;
