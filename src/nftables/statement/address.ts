import { NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6 } from "../../uapi/netfilter.js";
import { concatOf, type Datatype, inetService, ipv4Addr, ipv6Addr } from "../fact/datatype.js";
import * as protocol from "../fact/protocol.js";
import { NETWORK, TRANSPORT } from "../fact/protocol.js";
import { fail } from "../json/error.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Node } from "../tree/node.js";
import { isDataMap } from "../tree/set.js";
import { evaluateArgument } from "./argument.js";

type At = { readonly path: string };
const port = { datatype: inetService, bits: 16, order: "big" } as const;
const addressType = (family: number): Datatype | undefined =>
	family === NFPROTO_IPV4 ? ipv4Addr : family === NFPROTO_IPV6 ? ipv6Addr : undefined;

/** Check that the rule has not matched the other IP version before. */
export function checkVersion(at: At, family: number, { protocols }: Evaluation): void {
	const known = protocols.at(NETWORK);
	const conflict =
		(known === protocol.ip && family !== NFPROTO_IPV4) ||
		(known === protocol.ip6 && family !== NFPROTO_IPV6);
	if (conflict) fail(at, `the rule matches ${known.name}; name the family of the address`);
}

/** The key of a lookup may tell the IP version of its data. */
function inferFamily(node: Node, family: number): number {
	if (node.kind !== "map") return family;
	const keys = node.key.kind === "concat" ? node.key.parts : [node.key];
	let found = family;
	for (const key of keys) {
		if (key.kind !== "payload") continue;
		if (key.protocol === protocol.ip) found = NFPROTO_IPV4;
		if (key.protocol === protocol.ip6) found = NFPROTO_IPV6;
	}
	return found;
}

interface Evaluated {
	readonly node: Node;
	readonly family: number;
}

/** Evaluate an address of the family's IP version. In a family with both versions the statement may name one. */
export function evaluateAddress(node: Node, given: number, evaluation: Evaluation): Evaluated {
	let family = given;
	if (evaluation.family === NFPROTO_INET) {
		const known = evaluation.protocols.at(NETWORK);
		if (family === 0 && known === protocol.ip) family = NFPROTO_IPV4;
		if (family === 0 && known === protocol.ip6) family = NFPROTO_IPV6;
		if (family === 0 || family === NFPROTO_INET) family = inferFamily(node, family);
	}
	const version = evaluation.family === NFPROTO_INET ? family : evaluation.family;
	const datatype = addressType(version);
	if (datatype === undefined) return fail(node, "name the family of the address, ip or ip6");
	const target = { datatype, bits: datatype.size, order: "big" } as const;
	return { node: evaluateArgument(node, target, evaluation), family };
}

/**
 * Evaluate a port. It needs a transport protocol, which the rule has matched or the key of the address map contains.
 */
export function evaluatePort(node: Node, addr: Node | undefined, evaluation: Evaluation): Node {
	const result = evaluateArgument(node, port, evaluation);
	requireTransport(node, addr, evaluation);
	return result;
}
function requireTransport(at: At, addr: Node | undefined, { protocols }: Evaluation): void {
	if (protocols.at(TRANSPORT) === undefined && !hasTransport(addr))
		fail(at, "a port can only be mapped after a match of the transport protocol");
}
function hasTransport(addr: Node | undefined): boolean {
	if (addr?.kind !== "map" || addr.key.kind !== "concat") return false;
	return addr.key.parts.some((part) => {
		if (part.kind === "payload" && part.base === TRANSPORT && part.protocol !== protocol.th)
			return true;
		if (part.kind === "payload") return part.isProtocol && part.base === NETWORK;
		return part.kind === "meta" && part.isProtocol && part.key === protocol.ip.meta?.key;
	});
}

/** Whether an address is looked up in a map whose data also has a port. */
export function isAddressAndPort(node: Node, evaluation: Evaluation): boolean {
	if (node.kind !== "map") return false;
	if (node.mappings.kind === "set")
		return node.mappings.items.some(
			(item) => item.kind === "mapping" && item.data.kind === "concat",
		);
	if (node.mappings.kind !== "set name") return false;
	node.mappings = evaluation.evaluate(node.mappings);
	if (node.mappings.kind !== "set reference" || !isDataMap(node.mappings.set))
		return fail(node.mappings, "this is not a map");
	return node.mappings.set.data?.datatype.fields !== undefined;
}

/** Evaluate a map whose data is an address and a port, or ranges of them. */
export function evaluateAddressAndPort(
	given: Node,
	family: number,
	evaluation: Evaluation,
): Evaluated & { readonly interval: boolean } {
	let version = family;
	const known = evaluation.protocols.at(NETWORK);
	if (version === 0 && known === protocol.ip) version = NFPROTO_IPV4;
	if (version === 0 && known === protocol.ip6) version = NFPROTO_IPV6;
	if (version === 0 || version === NFPROTO_INET) version = inferFamily(given, version);
	const datatype = addressType(version);
	if (datatype === undefined) return fail(given, "name the family of the address, ip or ip6");
	const both = concatOf([datatype, inetService]);
	evaluation.expectType(both);
	const node = evaluation.evaluate(given);
	requireTransport(node, node, evaluation);
	const interval =
		node.kind === "map" &&
		node.mappings.kind === "set reference" &&
		node.mappings.set.dataIsInterval;
	if (node.datatype.id !== both.id)
		fail(node, `a ${node.datatype.name} where an address and a port are written`);
	return { node, family: version, interval };
}
