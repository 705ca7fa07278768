import { IPPROTO_GRE } from "../../uapi/in.js";
import { NFT_META_L4PROTO } from "../../uapi/nf_tables_const.js";
import { hexInteger } from "../fact/datatype.js";
import * as protocol from "../fact/protocol.js";
import { type Base, TRANSPORT } from "../fact/protocol.js";
import { bitmask } from "../fact/value.js";
import type { Completion, Listed } from "../tree/completion.js";
import type { Node, Payload, Relational, Value } from "../tree/node.js";
import { learn } from "../tree/protocol-context.js";
import { isAnonymous } from "../tree/set.js";
import { setType } from "../tree/typing.js";
import {
	completePayload,
	expand,
	isRaw,
	isStacked,
	killDependency,
	rawPayload,
} from "./payload-listing.js";

/** A comparison as a statement. */
export function listedMatch(relation: Relational): Listed {
	const listed: Listed = {
		relation,
		effect: false,
		complete: (completion) => void completion.complete(relation),
		print: (printer) => ({
			match: {
				op: relation.op,
				left: printer.node(relation.left),
				right: printer.node(relation.right),
			},
		}),
	};
	return listed;
}

/** Complete a comparison of a header field. If it compares with one value, it may be several fields loaded at once. */
export function matchPayload(node: Relational, payload: Payload, completion: Completion): void {
	const { op, right } = node;
	if ((op === "==" || op === "!=") && right.kind === "value") {
		splitMatch(node, payload, right, completion);
		return;
	}
	if ((op === "==" || op === "!=") && right.kind === "set reference" && isAnonymous(right.set)) {
		const [first] = right.set.elements?.items ?? [];
		if (first?.kind === "elem" && first.key.kind === "value")
			learnIcmp(payload, first.key, completion);
	}
	// Bits that a set is declared with are not resolved to a field, which would have another type.
	if (right.kind === "set reference" && isRaw(right.set.key) && isRaw(payload)) return;
	completePayload(payload, completion);
	setType(right, payload.datatype, payload.order);
	killDependency(payload, completion);
}

/** From a set of ICMP types the first one tells which fields the packet has. */
function learnIcmp(payload: Payload, { value, bits }: Value, { context }: Completion): void {
	const { protocols } = context;
	if (payload.base !== TRANSPORT || payload.bits !== 8 || bits !== 8 || protocols.icmpType) return;
	const known = protocols.at(TRANSPORT);
	if (known !== protocol.icmp && known !== protocol.icmpv6) return;
	if (known.key?.offset === payload.offset) protocols.icmpType = Number(value);
}

function splitMatch(node: Relational, from: Payload, right: Value, completion: Completion): void {
	const { context } = completion;
	let base = from.base as Base;
	let rest = right.bits;
	const parts = expand(from, completion);
	for (const left of parts) {
		if (left.field === undefined || left.protocol === undefined) adoptRaw(left);
		rest -= left.bits;
		const part: Value = {
			...right,
			datatype: left.datatype,
			order: left.order,
			bits: left.bits,
			value: (right.value >> BigInt(rest)) & bitmask(left.bits),
		};
		const relation: Relational = { ...node, left, right: asPrefix(part, left) };
		const statement = listedMatch(relation);
		if (node.op === "==" && left.isProtocol && relation.right.kind === "value")
			learn(context.protocols, { ...left, raw: false }, Number(part.value));
		completion.place(statement, left === parts[0]);
		if (left.tunnel !== undefined) leaveTunnel(left, completion);
		if (isStacked(context.protocols.at(base), relation)) base--;
		killDependency(left, completion);
		setType(relation.right, left.datatype, undefined);
		if (node.op === "==" && left.isProtocol) rememberHeader(relation, statement, base, completion);
	}
}
/** Bits of no known field may still be two ports. */
function adoptRaw(left: Payload): void {
	const raw = rawPayload(left.base as Base, left.offset, left.bits);
	Object.assign(left, { datatype: hexInteger, protocol: raw.protocol, field: raw.field });
	if (raw.field !== undefined) left.datatype = raw.datatype;
}
/** A match on the leading bits of a field is a prefix. */
function asPrefix(part: Value, { field, bits }: Payload): Node {
	if (field === undefined || bits >= field.bits) return part;
	const value = part.value << BigInt(field.bits - bits);
	const address: Value = { ...part, value, bits: field.bits };
	return { ...part, kind: "prefix", address, length: bits, bits: field.bits };
}
/** A match inside a tunnel implies the check of the tunnel's own protocol. */
export function leaveTunnel({ tunnel }: Payload, completion: Completion): void {
	if (tunnel === undefined) return;
	const check = completion.outer.checks.get(tunnel.base)?.relation;
	if (check?.left.kind !== "meta" || check.left.key !== NFT_META_L4PROTO) return;
	const isGre = check.right.kind === "value" && check.right.value === BigInt(IPPROTO_GRE);
	if (isGre && (tunnel === protocol.gre || tunnel === protocol.gretap))
		completion.release(tunnel.base, completion.outer);
}
function rememberHeader(
	{ left, right }: Relational,
	statement: Listed,
	base: number,
	completion: Completion,
): void {
	const of = left.kind === "payload" ? left.protocol : undefined;
	if ((of === protocol.icmp || of === protocol.icmpv6) && right.kind === "value") {
		const type = Number(right.value);
		const echo = of === protocol.icmp ? [0, 8] : [128, 129];
		completion.context.icmpType = of === protocol.icmp && type === 0 ? 8 : type;
		if (echo.includes(type)) return;
	}
	completion.remember(base + 1, statement);
}
