import {
	NFT_CMP_EQ,
	NFT_CMP_GT,
	NFT_CMP_GTE,
	NFT_CMP_LT,
	NFT_CMP_LTE,
	NFT_CMP_NEQ,
	NFT_LOOKUP_F_INV,
	NFT_RANGE_NEQ,
} from "../../uapi/nf_tables_const.js";
import type { Expr } from "../../uapi/nf_tables_expr.js";
import { readBitwise } from "../expression/bitwise.js";
import { readByteOrder } from "../expression/byteorder.js";
import { readCt } from "../expression/ct.js";
import { exthdrOf } from "../expression/exthdr-listing.js";
import { readFib } from "../expression/fib.js";
import { readHash } from "../expression/hash.js";
import { readInner } from "../expression/inner.js";
import { readIpsec } from "../expression/ipsec.js";
import { referenceTo } from "../expression/map.js";
import { readMeta } from "../expression/meta.js";
import { readNumgen } from "../expression/numgen.js";
import { readOsf } from "../expression/osf.js";
import { readPayload } from "../expression/payload.js";
import { listedMatch } from "../expression/payload-match.js";
import { readRt } from "../expression/rt.js";
import { readSocket } from "../expression/socket.js";
import { isString } from "../fact/datatype.js";
import { bitmask, padded } from "../fact/value.js";
import type { RelationJson, StatementJson } from "../json/statement.js";
import { unknownExpression } from "../json/unknown.js";
import { listCounter } from "../statement/counter.js";
import { listCtCount } from "../statement/ct-count.js";
import { listDup } from "../statement/dup.js";
import { listFlow } from "../statement/flow.js";
import { listFwd } from "../statement/fwd.js";
import { listLast } from "../statement/last.js";
import { listLimit } from "../statement/limit.js";
import { listLog } from "../statement/log.js";
import { listCtWrite, listExthdrWrite, listMetaWrite } from "../statement/mangle.js";
import { listMasquerade, listNat, listRedirect } from "../statement/nat-listing.js";
import { listNotrack } from "../statement/notrack.js";
import { listObjectReference, lookup } from "../statement/objref.js";
import { listQueue } from "../statement/queue.js";
import { listQuota } from "../statement/quota.js";
import { listReject } from "../statement/reject.js";
import { listReset } from "../statement/reset.js";
import { listSetUpdate } from "../statement/set.js";
import { listSynproxy } from "../statement/synproxy.js";
import { listTproxy } from "../statement/tproxy.js";
import { listVerdict } from "../statement/verdict.js";
import { listVmap } from "../statement/vmap.js";
import { listPayloadWrite } from "../statement/write-payload.js";
import { listXt } from "../statement/xt.js";
import { Completion } from "../tree/completion.js";
import type { Listed } from "../tree/listed.js";
import type { Node, Relational, Value } from "../tree/node.js";
import { unevaluated } from "../tree/node.js";
import type { Printer } from "../tree/printer.js";
import {
	constant,
	type DataOf,
	dataNode,
	type ExprName,
	PATH,
	Reading,
	range,
	UnlistableError,
} from "../tree/reading.js";
import type { SetDeclaration } from "../tree/set.js";
import { keyOf } from "./typeof.js";

const comparisons: Readonly<Record<number, RelationJson>> = {
	[NFT_CMP_EQ]: "==",
	[NFT_CMP_NEQ]: "!=",
	[NFT_CMP_LT]: "<",
	[NFT_CMP_LTE]: "<=",
	[NFT_CMP_GT]: ">",
	[NFT_CMP_GTE]: ">=",
};
const relation = (op: RelationJson, left: Node, right: Node): Relational => ({
	kind: "relational",
	path: PATH,
	...unevaluated,
	op,
	left,
	right,
});

function readCmp(data: DataOf<"cmp">, reading: Reading): void {
	const right = constant(data.NFTA_CMP_DATA?.NFTA_DATA_VALUE);
	const op = comparisons[data.NFTA_CMP_OP ?? NFT_CMP_EQ] ?? "==";
	const left = reading.load(data.NFTA_CMP_SREG);
	reading.add(listedMatch(compare(op, left, right, data, reading)));
}
function compare(
	op: RelationJson,
	left: Node,
	right: Value,
	data: DataOf<"cmp">,
	reading: Reading,
): Relational {
	if (left.bits > right.bits && !isString(left.datatype)) {
		const value = right.value << BigInt(left.bits - right.bits);
		const address: Value = { ...right, value, bits: left.bits };
		return relation(op, left, { ...right, kind: "prefix", address, length: right.bits });
	}
	if (left.bits === 0 || left.bits >= right.bits) return relation(op, left, right);
	const concat = reading.load(data.NFTA_CMP_SREG, right.bits);
	const parts = concat.kind === "concat" ? concat.parts : [];
	let rest = right.bits;
	const values = parts.map((part): Value => {
		rest -= padded(part.bits);
		const value = right.value >> BigInt(rest + padded(part.bits) - part.bits);
		return { ...right, bits: part.bits, value: value & bitmask(part.bits) };
	});
	return relation(op, concat, { ...concat, kind: "concat", parts: values, fields: [] });
}

function readRange(data: DataOf<"range">, reading: Reading): void {
	const low = constant(data.NFTA_RANGE_FROM_DATA?.NFTA_DATA_VALUE);
	const high = constant(data.NFTA_RANGE_TO_DATA?.NFTA_DATA_VALUE);
	const op = data.NFTA_RANGE_OP === NFT_RANGE_NEQ ? "!=" : "==";
	reading.add(listedMatch(relation(op, reading.load(data.NFTA_RANGE_SREG), range(low, high))));
}

const VERDICT = 0;
function readLookup(data: DataOf<"lookup">, reading: Reading): void {
	const declared = reading.set(data.NFTA_LOOKUP_SET);
	const key = reading.load(data.NFTA_LOOKUP_SREG, declared.key.bits);
	// nft cannot describe every expression in a set that has no name: what is looked up in it is its key.
	const set = key.kind === "concat" ? (declared.readBy?.(keyOf(key.parts)) ?? declared) : declared;
	const { NFTA_LOOKUP_DREG: to } = data;
	if (to === undefined) {
		const inverted = ((data.NFTA_LOOKUP_FLAGS ?? 0) & NFT_LOOKUP_F_INV) !== 0;
		reading.add(listedMatch(relation(inverted ? "!=" : "==", key, referenceTo(set, PATH))));
	} else if (to === VERDICT) reading.add(listVmap(lookup(key, set)));
	else reading.store(to, lookup(key, set));
}

function readImmediate(data: DataOf<"immediate">, reading: Reading): void {
	const node = dataNode(data.NFTA_IMMEDIATE_DATA);
	if (node.kind === "verdict") reading.add(listVerdict(node));
	else reading.store(data.NFTA_IMMEDIATE_DREG, node);
}
function readExthdr(data: DataOf<"exthdr">, reading: Reading): void {
	if (data.NFTA_EXTHDR_DREG !== undefined) reading.store(data.NFTA_EXTHDR_DREG, exthdrOf(data));
	else if (data.NFTA_EXTHDR_SREG !== undefined) reading.add(listExthdrWrite(data, reading));
	else reading.add(listReset(exthdrOf(data)));
}

type Readers = {
	readonly [N in ExprName]?: (data: DataOf<N>, reading: Reading) => void;
};
const readers: Readers = {
	bitwise: readBitwise,
	byteorder: readByteOrder,
	cmp: readCmp,
	connlimit: (data, reading) => reading.add(listCtCount(data)),
	counter: (data, reading) => reading.add(listCounter(data)),
	ct: (data, reading) =>
		data.NFTA_CT_DREG === undefined
			? reading.add(listCtWrite(data, reading))
			: readCt(data, reading),
	dup: (data, reading) => reading.add(listDup(data, reading)),
	dynset: (data, reading) => reading.add(listSetUpdate(data, reading)),
	exthdr: readExthdr,
	fib: readFib,
	flow_offload: (data, reading) => reading.add(listFlow(data)),
	fwd: (data, reading) => reading.add(listFwd(data, reading)),
	hash: readHash,
	immediate: readImmediate,
	inner: readInner,
	last: (data, reading) => reading.add(listLast(data)),
	limit: (data, reading) => reading.add(listLimit(data)),
	log: (data, reading) => reading.add(listLog(data)),
	lookup: readLookup,
	masq: (data, reading) => reading.add(listMasquerade(data, reading)),
	meta: (data, reading) =>
		data.NFTA_META_DREG === undefined
			? reading.add(listMetaWrite(data, reading))
			: readMeta(data, reading),
	nat: (data, reading) => reading.add(listNat(data, reading)),
	notrack: (_data, reading) => reading.add(listNotrack()),
	numgen: readNumgen,
	objref: (data, reading) => reading.add(listObjectReference(data, reading)),
	osf: readOsf,
	payload: (data, reading) =>
		data.NFTA_PAYLOAD_DREG === undefined
			? reading.add(listPayloadWrite(data, reading))
			: readPayload(data, reading),
	queue: (data, reading) => reading.add(listQueue(data, reading)),
	quota: (data, reading) => reading.add(listQuota(data)),
	range: readRange,
	redir: (data, reading) => reading.add(listRedirect(data, reading)),
	reject: (data, reading) => reading.add(listReject(data)),
	rt: readRt,
	socket: readSocket,
	synproxy: (data, reading) => reading.add(listSynproxy(data)),
	tproxy: (data, reading) => reading.add(listTproxy(data, reading)),
	xfrm: readIpsec,
	match: (data, reading) => reading.add(listXt("match", data.NFTA_MATCH_NAME)),
	target: (data, reading) => reading.add(listXt("target", data.NFTA_TARGET_NAME)),
};

/** What a rule says, statement by statement. @throws UnlistableError */
export function readStatements(
	expressions: readonly Expr[],
	family: number,
	findSet: (name: string) => SetDeclaration | undefined,
): readonly Listed[] {
	const reading = new Reading(family, findSet);
	for (const { NFTA_EXPR_NAME: name, NFTA_EXPR_DATA: data } of expressions) {
		const read = readers[name as ExprName] as
			| ((data: object, reading: Reading) => void)
			| undefined;
		if (read === undefined) throw new UnlistableError(`expression ${name}`);
		read(data ?? {}, reading);
	}
	return new Completion(family, reading.statements).run();
}

/** The statements of a rule as the kernel has it. */
export function listStatements(
	expressions: readonly Expr[],
	family: number,
	findSet: (name: string) => SetDeclaration | undefined,
	printer: Printer,
): readonly StatementJson[] {
	try {
		const statements = readStatements(expressions, family, findSet);
		return statements.map((statement) => statement.print(printer));
	} catch (error) {
		if (!(error instanceof UnlistableError)) throw error;
		return expressions.map(unknownExpression);
	}
}
