import { isDeepStrictEqual } from "node:util";
import { ETH_P_IP, ETH_P_IPV6 } from "../../uapi/if_ether.js";
import { IPPROTO_ICMP } from "../../uapi/in.js";
import { IPPROTO_ICMPV6 } from "../../uapi/in6.js";
import {
	NFPROTO_BRIDGE,
	NFPROTO_INET,
	NFPROTO_IPV4,
	NFPROTO_IPV6,
	NFPROTO_NETDEV,
} from "../../uapi/netfilter.js";
import {
	NFT_CT_DST,
	NFT_CT_DST_IP,
	NFT_CT_DST_IP6,
	NFT_CT_SRC,
	NFT_CT_SRC_IP,
	NFT_CT_SRC_IP6,
	NFT_META_L4PROTO,
	NFT_META_NFPROTO,
	NFT_META_PROTOCOL,
	NFT_META_TIME_HOUR,
} from "../../uapi/nf_tables_const.js";
import { etherType, integer, ipv4Addr, ipv6Addr, isBitmask } from "../fact/datatype.js";
import { type Base, LINK, NETWORK, TRANSPORT } from "../fact/protocol.js";
import type { RelationJson } from "../json/statement.js";
import type { Completion } from "../tree/completion.js";
import type { Binary, Ct, Meta, Node, Relational } from "../tree/node.js";
import { unevaluated } from "../tree/node.js";
import { learn } from "../tree/protocol-context.js";
import { PATH, range } from "../tree/reading.js";
import { setType } from "../tree/typing.js";
import { dropMask, listOf } from "./binary-listing.js";
import { forgetPresence } from "./fib.js";
import { maskRange } from "./payload-listing.js";
import { matchPayload } from "./payload-match.js";

const ordering: readonly RelationJson[] = ["<", "<=", ">", ">="];

/** Complete a comparison, and learn from it which headers follow. */
export function completeRelation(node: Relational, completion: Completion): Node {
	completeSides(node, completion);
	joinEnds(node, completion);
	return node;
}

/** nft before 1.1 matches a range by two comparisons of one value, the first with its low end. */
function joinEnds(node: Relational, completion: Completion): void {
	const { previous } = completion.context;
	const low = previous?.relation;
	if (previous === undefined || low?.op !== ">=" || node.op !== "<=") return;
	if (low.right.kind !== "value" || node.right.kind !== "value") return;
	if (low.right.value > node.right.value || !isDeepStrictEqual(low.left, node.left)) return;
	completion.remove(previous);
	node.op = "==";
	node.right = range(low.right, node.right);
}

function completeSides(node: Relational, completion: Completion): void {
	const { left, right } = node;
	let isOrdered = false;
	if (left.kind === "payload") {
		matchPayload(node, left, completion);
		return;
	}
	if (left.kind === "concat") {
		if (right.kind === "set reference") {
			left.datatype = right.set.key.datatype;
			completion.set = right.set;
		}
		node.left = completion.complete(left);
		completion.set = undefined;
	} else {
		if (left.kind === "byteorder") straightenHours(node, left.arg);
		isOrdered = left.kind === "byteorder" && ordering.includes(node.op);
		node.left = completion.complete(left);
	}
	// Values in an ordered comparison are numbers: nft does not name them.
	const { datatype } = node.left;
	setType(right, isOrdered && datatype.symbols ? integer : datatype, node.left.order);
	node.right = completion.complete(right);
	const done = node.left;
	forgetPresence(done);
	if (done.kind === "ct") afterKey(node, done, done.base, completion);
	else if (done.kind === "meta") afterKey(node, done, metaBase(done), completion);
	else if (done.kind === "binary") afterBinary(node, done, completion);
}

/** Hours across midnight in UTC are compiled as the negation of the remaining hours. */
function straightenHours(node: Relational, arg: Node): void {
	const { right } = node;
	if (arg.kind !== "meta" || arg.key !== NFT_META_TIME_HOUR || right.kind !== "range") return;
	if (right.low.kind !== "value" || right.high.kind !== "value" || node.op !== "!=") return;
	if (right.low.value > right.high.value) return;
	[right.low, right.high] = [right.high, right.low];
	node.op = "in";
}

/** The base of the header that a key names. */
function metaBase({ key }: Meta): number {
	switch (key) {
		case NFT_META_NFPROTO:
		case NFT_META_PROTOCOL:
			return LINK;
		case NFT_META_L4PROTO:
			return NETWORK;
		default:
			return -1;
	}
}

function afterKey(node: Relational, left: Ct | Meta, base: number, completion: Completion): void {
	const { right, op } = node;
	const { context } = completion;
	if (op !== "==" || right.kind === "range" || right.kind === "set reference") return;
	if (left.isProtocol && right.kind === "value")
		learn(context.protocols, left, Number(right.value));
	if (base >= TRANSPORT) return;
	if (base >= 0 && completion.checkAt(base) && keyImplies(node, completion))
		completion.release(base as Base);
	const { current } = completion;
	if (left.isProtocol && current !== undefined) completion.remember(base + 1, current);
}

const familyOf = (ethertype: number): number =>
	ethertype === ETH_P_IP ? NFPROTO_IPV4 : ethertype === ETH_P_IPV6 ? NFPROTO_IPV6 : 0;

/** The IP version that a check is about, or `undefined` if it is about something else. */
function versionOf({ left, right }: Relational): number | undefined {
	if (right.kind !== "value") return 0;
	const isType =
		(left.kind === "meta" && left.key === NFT_META_PROTOCOL) ||
		(left.kind === "payload" && left.base === LINK && left.datatype === etherType);
	if (isType) return familyOf(Number(right.value));
	return left.kind === "meta" && left.key === NFT_META_NFPROTO ? Number(right.value) : undefined;
}

/** Whether the comparison implies the IP version: `meta l4proto icmp`, or an address of the connection. */
function keyImplies({ left, right }: Relational, completion: Completion): boolean {
	const check = completion.checkAt(NETWORK)?.relation;
	if (check === undefined) return true;
	const version = versionOf(check);
	if (version === undefined) return true;
	switch (completion.context.protocols.family) {
		case NFPROTO_INET:
		case NFPROTO_NETDEV:
		case NFPROTO_BRIDGE:
			break;
		case NFPROTO_IPV4:
		case NFPROTO_IPV6:
			return completion.context.protocols.family === version;
		default:
			return true;
	}
	if (left.kind === "ct") return ctImplies(left, version);
	if (left.kind !== "meta" || left.key !== NFT_META_L4PROTO) return true;
	if (right.kind !== "value" || right.bits !== 8) return false;
	if (right.value === BigInt(IPPROTO_ICMP)) return version === NFPROTO_IPV4;
	return right.value === BigInt(IPPROTO_ICMPV6) && version === NFPROTO_IPV6;
}
function ctImplies({ key, bits }: Ct, version: number): boolean {
	switch (key) {
		case NFT_CT_SRC:
		case NFT_CT_DST:
			return (
				(bits === 32 && version === NFPROTO_IPV4) || (bits === 128 && version === NFPROTO_IPV6)
			);
		case NFT_CT_SRC_IP:
		case NFT_CT_DST_IP:
			return version === NFPROTO_IPV4;
		case NFT_CT_SRC_IP6:
		case NFT_CT_DST_IP6:
			return version === NFPROTO_IPV6;
		default:
			return false;
	}
}

/** A masked value: flags, a prefix, or a field of less than a byte. */
function afterBinary(node: Relational, left: Binary, completion: Completion): void {
	const { right, op } = node;
	const mask = left.right;
	if (left.op === ">>" && left.left.kind === "binary" && left.left.op === "&") {
		const field = dropMask(left.left, left.right, undefined, completion);
		if (field === undefined) return;
		left.left = field;
		if (mask.kind === "value" && mask.value === 0n) node.left = field;
		return;
	}
	if (left.op !== "&") return;
	const isFlags = isBitmask(right.datatype) && right.kind === "value" && right.value === 0n;
	if (isFlags && (op === "!=" || op === "==")) {
		node.left = left.left;
		node.right = listOf(mask);
		node.op = op === "!=" ? "in" : "!";
		return;
	}
	if (mask.kind !== "value") return;
	const { datatype } = left.left;
	const isAddress = datatype === ipv4Addr || datatype === ipv6Addr;
	const [start, end] = maskRange(mask.value);
	if (isAddress && right.kind === "value" && (mask.value === 0n || end >= mask.bits)) {
		node.left = left.left;
		const length = mask.value === 0n ? 0 : end - start;
		node.right = { ...right, kind: "prefix", address: right, length };
		return;
	}
	const field = dropMask(left, right, node, completion);
	if (field !== undefined) node.left = field;
}

/** A comparison that was read. */
export const relation = (op: RelationJson, left: Node, right: Node): Relational => ({
	kind: "relational",
	path: PATH,
	...unevaluated,
	op,
	left,
	right,
});
