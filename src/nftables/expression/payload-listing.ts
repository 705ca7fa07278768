import { ETH_P_8021Q } from "../../uapi/if_ether.js";
import { NFPROTO_BRIDGE, NFPROTO_INET, NFPROTO_NETDEV } from "../../uapi/netfilter.js";
import { NFT_PAYLOAD_TUN_HEADER } from "../../uapi/nf_tables_const.js";
import { hexInteger, inetService } from "../fact/datatype.js";
import * as protocol from "../fact/protocol.js";
import {
	type Base,
	type Field,
	INNER,
	LINK,
	NETWORK,
	type Protocol,
	TRANSPORT,
	upperProtocol,
} from "../fact/protocol.js";
import { bitmask, lowestBit } from "../fact/value.js";
import type { Completion, Listed, PacketContext } from "../tree/completion.js";
import type { Node, Payload, Relational, Value } from "../tree/node.js";
import { PATH } from "../tree/reading.js";

/** The header in which a field is looked for, and how many bits of stacked headers precede it. */
interface Header {
	readonly of: Protocol;
	readonly skip: number;
}
function headerAt(node: Payload, { protocols }: PacketContext): Header | undefined {
	const top = protocols.at(node.base as Base);
	if (top === undefined) return undefined;
	if (node.base !== LINK || node.offset < (top.length ?? 0)) return { of: top, skip: 0 };
	let skip = 0;
	for (const stacked of protocols.stacked) {
		const length = stacked.length ?? 0;
		if (node.offset - skip < length) return { of: stacked, skip };
		skip += length;
	}
	return { of: top, skip };
}

/** Whether the packet may have this field, which only some ICMP messages have. */
function mayHave({ icmp }: Field, { protocols }: PacketContext): boolean {
	const { icmpType } = protocols;
	return icmp === undefined || !icmpType || icmp.types.includes(icmpType);
}

/** Set which field these bits are. */
export function adopt(node: Payload, of: Protocol, field: Field): void {
	node.protocol = of;
	node.field = field;
	node.datatype = field.datatype;
	node.order = "big";
}

/** Find out which field these bits are, from what the rule has matched so far. */
export function completePayload(node: Payload, { context }: Completion): void {
	const header = headerAt(node, context);
	if (header === undefined || header.of === protocol.inet) return;
	const offset = node.offset - header.skip;
	const field = Object.values(header.of.fields).find(
		(f) => f.offset === offset && f.bits === node.bits && mayHave(f, context),
	);
	if (field !== undefined) adopt(node, header.of, field);
}

/** The lowest bit that a mask covers, and the lowest bit above it that it does not cover. */
export function maskRange(mask: bigint): readonly [start: number, end: number] {
	const start = lowestBit(mask) ?? 0;
	let end = start;
	while (((mask >> BigInt(end)) & 1n) === 1n) end++;
	return [start, end];
}
const wholeBytes = (bits: number): number => ((bits + 7) >> 3) << 3;

/**
 * Reduce a load to the fields that the mask covers, if it covers whole fields. Returns by how many bits the constants
 * it is compared with must be shifted.
 */
export function trim(node: Payload, mask: Value, context: PacketContext): number | undefined {
	const [start, end] = maskRange(mask.value);
	const header = headerAt(node, context);
	if (header === undefined) return undefined;
	const before = wholeBytes(mask.bits) - end;
	let offset = node.offset - header.skip + before;
	let left = node.bits;
	let bits = 0;
	for (const field of Object.values(header.of.fields)) {
		if (field.offset !== offset) continue;
		if (field.bits > left) return undefined;
		left -= field.bits;
		offset += field.bits;
		bits += field.bits;
		if (left === 0) return undefined;
		if (start + bits !== end) continue;
		node.offset += before;
		node.bits = bits;
		return start;
	}
	return undefined;
}

const count = (mask: bigint): number => mask.toString(2).replaceAll("0", "").length;
/** Reduce bits of no known field to those of the mask. */
export function trimRaw(node: Payload, mask: Value): number | undefined {
	const [start, end] = maskRange(mask.value);
	if (isKnown(node) || node.bits <= end) return undefined;
	const offset = node.offset + wholeBytes(mask.bits) - end;
	const bits = count(mask.value);
	// In nf_tables the offset is one byte.
	if (wholeBytes(offset) > 255 || bits > node.bits) return undefined;
	node.offset = offset;
	node.bits = bits;
	return start;
}

/** Split a load of neighbouring fields into its fields. */
export function expand(node: Payload, { context }: Completion): Payload[] {
	const header = headerAt(node, context);
	const parts: Payload[] = [];
	let { bits } = node;
	let offset = node.offset - (header?.skip ?? 0);
	const raw = header === undefined || header.of === protocol.unknown;
	for (const field of raw ? [] : Object.values(header.of.fields)) {
		if (field.offset !== offset || !mayHave(field, context)) continue;
		const part: Payload = { ...node, offset: field.offset, bits: Math.min(field.bits, bits) };
		adopt(part, header?.of as Protocol, field);
		part.isProtocol = isProtocolKey(part);
		parts.push(part);
		if (field.bits >= bits) return parts;
		bits -= field.bits;
		offset += field.bits;
	}
	parts.push({ ...node, offset, bits });
	return parts;
}
/** Whether the value of the field names the next header. */
export const isProtocolKey = ({
	protocol: of,
	field,
}: Pick<Payload, "protocol" | "field">): boolean =>
	field !== undefined &&
	(field === of?.key ||
		(of === protocol.ip && field.name === "protocol") ||
		(of === protocol.ip6 && field.name === "nexthdr"));

/** Whether the comparison says that another header of the same base follows. */
export function isStacked(of: Protocol | undefined, { left, right, op }: Relational): boolean {
	if (of === undefined || left.kind !== "payload" || !left.isProtocol || op !== "==") return false;
	if (right.kind !== "value") return false;
	return upperProtocol(of, Number(right.value))?.base === of.base;
}

/** A match of a field implies the check of its header, so the check is not listed. */
export function killDependency(node: Payload, completion: Completion): void {
	const { protocol: of, base } = node;
	if (of === undefined || of === protocol.unknown || base === "tunnel") return;
	const check = completion.checkAt(base);
	if (check !== undefined && implies(node, check, completion)) completion.release(base);
}

const mixed: readonly number[] = [NFPROTO_BRIDGE, NFPROTO_NETDEV, NFPROTO_INET];
function implies(node: Payload, { relation }: Listed, completion: Completion): boolean {
	const dependency = relation?.left;
	const of = dependency?.kind === "payload" ? dependency : undefined;
	if (mixed.includes(completion.context.protocols.family) && of !== undefined) {
		const version = of.protocol === protocol.ip || of.protocol === protocol.ip6;
		// `ip protocol` also implies IPv4.
		if (of.base === NETWORK && version && node.base === TRANSPORT) return false;
		if (relation?.op === "==" && of.base === node.base) {
			if (node.isProtocol) return false;
			if (node.base === LINK) return impliesLink(of, relation);
		}
	}
	if (node.base !== TRANSPORT) return true;
	if (node.protocol === protocol.th) {
		// The check tells which ports these are.
		node.protocol = protocol.unknown;
		node.datatype = hexInteger;
		return false;
	}
	if (of === undefined || of.base !== TRANSPORT) return true;
	if (of.protocol === protocol.icmp || of.protocol === protocol.icmpv6)
		return impliesIcmp(node, of, completion.context);
	return true;
}

/** `vlan id` implies `ether type vlan` and no other type; `vlan type` is never implied. */
function impliesLink(of: Payload, { right }: Relational): boolean {
	if (of.protocol === protocol.vlan) return false;
	if (of.protocol === protocol.ether && right.kind === "value" && right.bits === 16)
		return right.value === BigInt(ETH_P_8021Q);
	return true;
}
/** Fields that only one ICMP type has imply that type. */
function impliesIcmp(node: Payload, of: Payload, { icmpType }: PacketContext): boolean {
	const { icmp } = node.field ?? {};
	if (icmp === undefined || of.protocol !== node.protocol) return false;
	const several = icmp.types.length > 1;
	return !several && icmpType === icmp.type;
}

/** The complement of a value of this width. */
export const invert = (value: bigint, bits: number): bigint => value ^ bitmask(bits);

/** Bits from the start of a header. The rest of the rule tells which field they are. */
export function rawPayload(base: number, offset: number, bits: number): Payload {
	const at = (base === NFT_PAYLOAD_TUN_HEADER ? INNER : base) as Base;
	const port =
		at === TRANSPORT && bits === 16
			? Object.values(protocol.th.fields).find((field) => field.offset === offset)
			: undefined;
	return {
		kind: "payload",
		path: PATH,
		datatype: port === undefined ? hexInteger : inetService,
		order: "big",
		bits,
		base: at,
		offset,
		raw: true,
		isProtocol: false,
		evaluated: true,
		...(port && { protocol: protocol.th, field: port }),
	};
}

/** Whether it is known which field the bits are. */
export const isKnown = ({ protocol: of, field }: Payload): boolean =>
	of !== undefined && field !== undefined && of !== protocol.unknown;

/** Whether these are bits of a header for which no field is known. */
export const isRaw = (node: Node | undefined): boolean =>
	node?.kind === "payload" && !isKnown(node);
