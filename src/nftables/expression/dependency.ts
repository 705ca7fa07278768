import { ARPHRD_ETHER } from "../../uapi/if_arp.js";
import { NFPROTO_BRIDGE, NFPROTO_INET, NFPROTO_NETDEV } from "../../uapi/netfilter.js";
import { NFT_INNER_LL, NFT_META_IFTYPE } from "../../uapi/nf_tables_const.js";
import { type Datatype, ifaceType } from "../fact/datatype.js";
import * as protocol from "../fact/protocol.js";
import {
	type Field,
	LINK,
	NETWORK,
	type Protocol,
	TRANSPORT,
	upperNumber,
} from "../fact/protocol.js";
import type { Order } from "../fact/value.js";
import { fail } from "../json/error.js";
import type { RelationJson } from "../json/statement.js";
import { value } from "../tree/constant.js";
import type { Evaluation, Statement } from "../tree/evaluation.js";
import {
	type Element,
	type Exthdr,
	type Meta,
	type Node,
	type Payload,
	unevaluated,
} from "../tree/node.js";
import type { ProtocolContext } from "../tree/protocol-context.js";
import { isProtocolKey } from "./payload-listing.js";
import { comparison } from "./relational.js";

function metaNode(path: string, key: number, datatype: Datatype, bits: number, order: Order): Meta {
	return { kind: "meta", path, key, datatype, bits, order, isProtocol: true };
}
/** A node for the field of a header. */
export function payloadNode(path: string, of: Protocol, field: Field): Payload {
	return {
		kind: "payload",
		path,
		datatype: field.datatype,
		order: "big",
		bits: field.bits,
		base: of.base,
		offset: field.offset,
		protocol: of,
		field,
		raw: false,
		isProtocol: isProtocolKey({ protocol: of, field }),
		evaluated: false,
	};
}

/** The place of an expression that depends on another header. */
interface Needing {
	readonly path: string;
}

/** The check that `below` carries `above`. Evaluating it also updates the protocol context. */
function check(evaluation: Evaluation, below: Protocol, above: Protocol, at: Needing): Statement {
	const number = upperNumber(below, above);
	if (number === undefined)
		return fail(at, `conflicting protocols: ${below.name} does not carry ${above.name}`);
	const left = protocolKey(below, at);
	const statement = compare(left, number, at);
	evaluation.evaluateInserted(statement);
	if (evaluation.tunnel !== undefined) left.tunnel = evaluation.tunnel;
	return statement;
}
function protocolKey(of: Protocol, at: Needing): Meta | Payload {
	const { meta, key } = of;
	if (meta !== undefined)
		return metaNode(at.path, meta.key, meta.datatype, meta.bits, meta.datatype.order ?? "host");
	if (key === undefined) return fail(at, `${of.name} does not say what it carries`);
	return payloadNode(at.path, of, key);
}
function compare(left: Meta | Payload, number: number, { path }: Needing): Statement {
	const right = value(path, left.datatype, left.order, left.bits, BigInt(number));
	return comparison(path, "==", left, right);
}

/** The link header that chains of this family can match. */
const linkOf = ({ family }: ProtocolContext): Protocol | undefined => {
	if (family === NFPROTO_INET) return protocol.inet;
	if (family === NFPROTO_BRIDGE) return protocol.ether;
	return family === NFPROTO_NETDEV ? protocol.netdev : undefined;
};

/**
 * The check that the packet came from an Ethernet device. Families that begin above the link header need it to match
 * the link header.
 */
export function requireEthernet(evaluation: Evaluation, payload: Payload): Statement {
	const { protocol: of } = payload;
	if (of !== protocol.ether && (of === undefined || upperNumber(protocol.ether, of) === undefined))
		fail(payload, `${of?.name} is not seen in this family`);
	const left = metaNode(payload.path, NFT_META_IFTYPE, ifaceType, 16, "host");
	const statement = compare(left, ARPHRD_ETHER, payload);
	evaluation.evaluateInserted(statement);
	if (evaluation.tunnel !== undefined) left.tunnel = evaluation.tunnel;
	return statement;
}

/** icmp, icmpv6 and igmp belong to one IP version, which must be checked first. */
function requireVersion(evaluation: Evaluation, payload: Payload): Protocol | undefined {
	const { protocols } = evaluation;
	const of = payload.protocol;
	if (of !== protocol.icmp && of !== protocol.icmpv6 && of !== protocol.igmp)
		return protocol.inetAny;
	let link = protocols.at(LINK) ?? linkOf(protocols);
	if (link === undefined) return undefined;
	// This tunnel has no link header inside: the kernel knows the inner protocol only by meta.
	if (payload.tunnel !== undefined && !holdsLink(payload.tunnel)) link = protocol.netdev;
	const version = of === protocol.icmpv6 ? protocol.ip6 : protocol.ip;
	evaluation.insert(check(evaluation, link, version, payload));
	return version;
}
const holdsLink = ({ tunnel }: Protocol): boolean => ((tunnel?.flags ?? 0) & NFT_INNER_LL) !== 0;

/** The check that the packet has the header of `payload`. */
export function payloadDependency(evaluation: Evaluation, payload: Payload): Statement {
	const { protocols } = evaluation;
	const { base, protocol: of } = payload;
	if (base === "tunnel" || of === undefined) return fail(payload, "has no header of its own");
	if (base < protocols.lowest) {
		if (base < protocols.lowest - 1) fail(payload, `${of.name} is not seen in this family`);
		return requireEthernet(evaluation, payload);
	}
	let below = protocols.at((base - 1) as protocol.Base);
	if (below === undefined && base === NETWORK) below = linkOf(protocols);
	if (below === undefined && base === TRANSPORT) below = requireVersion(evaluation, payload);
	if (below === undefined) return fail(payload, `nothing says which protocol carries ${of.name}`);
	// skb->protocol is the protocol behind a VLAN tag, while the type in the Ethernet header is the tag's.
	const ipVersion = of === protocol.ip || of === protocol.ip6;
	if (protocols.family === NFPROTO_BRIDGE && below === protocol.ether && ipVersion)
		below = protocol.netdev;
	return check(evaluation, below, of, payload);
}

/** The check for a header on top of the link header, which the one below must name. */
export function linkDependency(
	evaluation: Evaluation,
	payload: Payload,
	number: number,
): Statement {
	const below = evaluation.protocols.at(LINK);
	if (below?.key === undefined) return fail(payload, "nothing says what the link header carries");
	const left = payloadNode(payload.path, below, below.key);
	const statement = compare(left, number, payload);
	evaluation.evaluateInserted(statement);
	if (evaluation.tunnel !== undefined) left.tunnel = evaluation.tunnel;
	return statement;
}

/** The check of the IP version for an extension header or an IP option. */
export function exthdrDependency(
	evaluation: Evaluation,
	node: Exthdr,
	version: Protocol,
): Statement {
	const link = evaluation.protocols.at(LINK);
	if (link === undefined) return fail(node, `nothing says that this is ${version.name}`);
	return check(evaluation, link, version, node);
}

/** The check of the transport protocol that carries a tunnel. */
export function tunnelDependency(
	evaluation: Evaluation,
	node: Needing,
	tunnel: Protocol,
): Statement {
	const below = evaluation.protocols.at((tunnel.base - 1) as protocol.Base) ?? protocol.ip;
	const number = upperNumber(below, tunnel);
	if (number === undefined || tunnel.meta === undefined)
		return fail(node, `conflicting protocols: ${below.name} does not carry ${tunnel.name}`);
	const { key, datatype, bits } = tunnel.meta;
	return compare(metaNode(node.path, key, datatype, bits, "host"), number, node);
}

/** The check that an ICMP message has the field: it compares the type, with a set if several types have it. */
export function icmpDependency(evaluation: Evaluation, payload: Payload): Statement | undefined {
	const { protocols } = evaluation;
	const { protocol: of, path } = payload;
	const dependency = payload.field?.icmp;
	if (dependency === undefined || of?.key === undefined) return undefined;
	const { type, types } = dependency;
	if (protocols.icmpType !== undefined && protocols.icmpType !== 0) {
		if (types.includes(protocols.icmpType)) return undefined;
		fail(payload, `needs ${of.name} type ${type}, the rule has ${protocols.icmpType}`);
	}
	const { datatype } = of.key;
	const left = payloadNode(path, of, of.key);
	const constant = (number: number): Node => value(path, datatype, "big", 8, BigInt(number));
	const element = (number: number): Element => ({
		kind: "elem",
		path,
		...unevaluated,
		key: constant(number),
		statements: [],
	});
	const [only, another] = types;
	const relation: RelationJson = another === undefined ? "==" : "in";
	const right: Node =
		another === undefined
			? constant(only ?? type)
			: {
					kind: "set",
					path,
					...unevaluated,
					items: types.map(element),
					flags: 0,
					intervals: false,
				};
	protocols.icmpType = type;
	const statement = comparison(path, relation, left, right);
	evaluation.evaluateInserted(statement);
	return statement;
}
