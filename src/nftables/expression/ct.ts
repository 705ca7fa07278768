import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../../uapi/netfilter.js";
import * as nft from "../../uapi/nf_tables_const.js";
import { inetService, ipv4Addr, ipv6Addr } from "../fact/datatype.js";
import { ctKeys } from "../fact/key.js";
import { type Base, ip, ip6, LINK, NETWORK, type Protocol, TRANSPORT } from "../fact/protocol.js";
import { ctDirection } from "../fact/symbol.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import type { Completion } from "../tree/completion.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Ct, Node } from "../tree/node.js";
import { PATH, type ReadData, type Reading, UnlistableError } from "../tree/reading.js";

const directed: readonly number[] = [
	nft.NFT_CT_L3PROTOCOL,
	nft.NFT_CT_SRC,
	nft.NFT_CT_DST,
	nft.NFT_CT_PROTOCOL,
	nft.NFT_CT_PROTO_SRC,
	nft.NFT_CT_PROTO_DST,
	nft.NFT_CT_PKTS,
	nft.NFT_CT_BYTES,
	nft.NFT_CT_AVGPKT,
	nft.NFT_CT_ZONE,
	nft.NFT_CT_SRC_IP,
	nft.NFT_CT_DST_IP,
	nft.NFT_CT_SRC_IP6,
	nft.NFT_CT_DST_IP6,
];
const ipKeys: readonly number[] = [nft.NFT_CT_SRC_IP, nft.NFT_CT_DST_IP];
const ip6Keys: readonly number[] = [nft.NFT_CT_SRC_IP6, nft.NFT_CT_DST_IP6];
const ports: readonly number[] = [nft.NFT_CT_PROTO_SRC, nft.NFT_CT_PROTO_DST];
/** The address keys whose IP version is the one that the rule has matched. */
const addresses: readonly number[] = [nft.NFT_CT_SRC, nft.NFT_CT_DST];

function baseOf(key: number): Base {
	if (ports.includes(key)) return TRANSPORT;
	return key === nft.NFT_CT_L3PROTOCOL ? LINK : NETWORK;
}

function parseCt(at: Cursor): Ct {
	const json = at.fields(["key"], ["dir", "family"]);
	const { key, datatype, bits, order } = json.key.oneOf(ctKeys);
	const direction = json.dir?.oneOf(ctDirection);
	if (direction !== undefined && !directed.includes(key))
		throw at.fail(`ct ${json.key.string()} has no direction`);
	return {
		kind: "ct",
		path: at.path,
		datatype,
		order,
		bits,
		key,
		direction,
		base: baseOf(key),
		isProtocol: key === nft.NFT_CT_PROTOCOL || key === nft.NFT_CT_L3PROTOCOL,
	};
}

/** ct saddr and daddr have no IP version of their own, so it must be specified. */
export const isAddressOfAnyVersion = (node: Node): boolean =>
	node.kind === "ct" && addresses.includes(node.key);

function evaluateCt(node: Ct, evaluation: Evaluation): Node {
	const known = evaluation.protocols.at(NETWORK);
	const wanted = ipKeys.includes(node.key) ? ip : ip6Keys.includes(node.key) ? ip6 : undefined;
	if (wanted !== undefined && (known === ip || known === ip6) && known !== wanted)
		fail(node, `conflicting protocols: ${known.name} and ${wanted.name}`);
	if (addresses.includes(node.key)) adoptVersion(node, known);
	if (ports.includes(node.key) && evaluation.protocols.at(TRANSPORT) !== undefined)
		node.datatype = inetService;
	return evaluation.expectLike(node);
}

function adoptVersion(node: Ct, known: Protocol | undefined): void {
	if (known !== ip && known !== ip6)
		fail(node, "the IP version is not known here; use ip saddr/daddr or ip6 saddr/daddr");
	node.family = known === ip ? NFPROTO_IPV4 : NFPROTO_IPV6;
	node.datatype = known === ip ? ipv4Addr : ipv6Addr;
	node.bits = node.datatype.size;
}

function loadCt(node: Ct, emitter: Emitter, to: Register): void {
	emitter.add("ct", {
		NFTA_CT_DREG: registerNumber(to),
		NFTA_CT_KEY: node.key,
		NFTA_CT_DIRECTION: node.direction,
	});
}

/** Read a key of connection tracking. */
export function readCt(data: ReadData<"ct">, reading: Reading): void {
	reading.store(data.NFTA_CT_DREG, ctNode(data.NFTA_CT_KEY, data.NFTA_CT_DIRECTION));
}
/** The node of a key, NFT_CT_*. @throws UnlistableError */
export function ctNode(key: number | undefined, direction: number | undefined): Ct {
	const known = Object.values(ctKeys).find((k) => k.key === key);
	if (known === undefined) throw new UnlistableError(`ct key ${key}`);
	return {
		...known,
		kind: "ct",
		path: PATH,
		direction,
		base: baseOf(known.key),
		isProtocol: known.key === nft.NFT_CT_PROTOCOL || known.key === nft.NFT_CT_L3PROTOCOL,
	};
}
/** An address of a connection is of the IP version that the rule has matched. */
function completeCt(node: Ct, { context }: Completion): Node {
	const known = context.protocols.at(node.base);
	if (addresses.includes(node.key)) {
		if (known === ip) node.datatype = ipv4Addr;
		if (known === ip6) node.datatype = ipv6Addr;
		node.bits = node.datatype.size;
	}
	return node;
}
/** Print a key of connection tracking. */
export function printCt({ key, direction }: Ct): Expression {
	const names = Object.entries(ctKeys).find(([, k]) => k.key === key);
	const dir = direction === undefined ? undefined : direction === 0 ? "original" : "reply";
	return { ct: { key: names?.[0], ...(dir && { dir }) } } as Expression;
}

/** What connection tracking knows about a packet's connection. */
export const ct = {
	parse: { ct: parseCt },
	read: { ct: readCt },
	nodes: { ct: { evaluate: evaluateCt, load: loadCt, complete: completeCt, print: printCt } },
} satisfies ExpressionDefinition;
