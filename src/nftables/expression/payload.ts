import { NFT_PAYLOAD_TUN_HEADER } from "../../uapi/nf_tables_const.js";
import * as protocol from "../fact/protocol.js";
import {
	type Base,
	INNER,
	LINK,
	NETWORK,
	type Protocol,
	protocols,
	TRANSPORT,
	tunnels,
	upperNumber,
} from "../fact/protocol.js";
import { byteLength } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import type { Completion } from "../tree/completion.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type DataOf, type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Node, Payload } from "../tree/node.js";
import type { ReadData, Reading } from "../tree/reading.js";
import { isByteAligned, maskField } from "./bits.js";
import {
	icmpDependency,
	linkDependency,
	payloadDependency,
	payloadNode,
	requireEthernet,
	tunnelDependency,
} from "./dependency.js";
import { completePayload, isKnown, killDependency, rawPayload } from "./payload-listing.js";
import { leaveTunnel } from "./payload-match.js";

const bases: Readonly<Record<string, Base>> = { ll: LINK, nh: NETWORK, th: TRANSPORT, ih: INNER };

function parsePayload(at: Cursor): Payload {
	if (at.has("base")) return parseRaw(at);
	const json = at.fields(["protocol", "field"], ["tunnel"]);
	const of = json.protocol.oneOf(protocols);
	const node = payloadNode(at.path, of, json.field.oneOf(of.fields));
	if (json.tunnel !== undefined) node.tunnel = json.tunnel.oneOf(tunnels);
	// "th" stands for any transport protocol, so there is nothing to check.
	if (of === protocol.th) node.raw = true;
	return node;
}

function parseRaw(at: Cursor): Payload {
	const json = at.fields(["base", "offset", "len"]);
	const base = json.base.oneOf(bases);
	const offset = json.offset.integer(0, 0xffff);
	const bits = json.len.integer(1, 512);
	return { ...rawPayload(base, offset, bits), path: at.path, evaluated: false };
}

function evaluatePayload(node: Payload, evaluation: Evaluation): Node {
	if (node.tunnel !== undefined) enterTunnel(node, node.tunnel, evaluation);
	if (node.evaluated) return node;
	const { key } = evaluation.expected;
	requireHeader(node, evaluation);
	evaluation.expectLike(node);
	evaluation.expected.key = key;
	const result = isByteAligned(node) ? node : maskField(node, evaluation);
	node.evaluated = true;
	return result;
}

/** A match on the inner packet is checked in a protocol context of its own. */
function enterTunnel(node: Payload, tunnel: Protocol, evaluation: Evaluation): void {
	const transport = evaluation.protocols.at(TRANSPORT);
	if (transport === undefined && tunnel.base < INNER) {
		evaluation.insert(tunnelDependency(evaluation, node, tunnel));
		evaluation.protocols.set(TRANSPORT, tunnel);
	}
	if (tunnel.base === INNER) {
		const below = evaluation.protocols.at(TRANSPORT);
		if (below === undefined) fail(node, `no transport protocol is matched before ${tunnel.name}`);
		if (upperNumber(below, tunnel) === undefined)
			fail(node, `${below.name} does not carry ${tunnel.name}`);
		evaluation.protocols.set(INNER, tunnel);
	}
	if (node.base !== INNER) evaluation.tunnel = tunnel;
}

/** Insert the checks that establish the header of the field. */
export function requireHeader(node: Payload, evaluation: Evaluation): void {
	const { base, protocol: of } = node;
	if (node.raw || base === "tunnel" || of === undefined) return;
	const known = evaluation.protocols.at(base);
	if (known === undefined) {
		requireFirst(node, of, base, evaluation);
		return;
	}
	const conflict = evaluation.protocols.conflict(of);
	if (base === TRANSPORT && conflict !== undefined)
		fail(node, `conflicting protocols: ${conflict.name} and ${of.name}`);
	if (known === of) {
		if (base === LINK) node.offset += evaluation.protocols.stackedBits;
		requireIcmp(node, evaluation);
		return;
	}
	if (base === LINK && requireStacked(node, of, known, evaluation)) return;
	fail(node, `conflicting protocols: ${known.name} and ${of.name}`);
}

function requireFirst(node: Payload, of: Protocol, base: Base, evaluation: Evaluation): void {
	evaluation.insert(payloadDependency(evaluation, node));
	const known = evaluation.protocols.at(base);
	if (known !== of && base === LINK && known !== undefined) {
		const number = upperNumber(known, of);
		if (number === undefined) fail(node, `conflicting protocols: ${known.name} and ${of.name}`);
		const link = linkDependency(evaluation, node, number);
		node.offset += evaluation.protocols.stacked[0]?.length ?? 0;
		evaluation.insert(link);
		return;
	}
	requireIcmp(node, evaluation);
}

function requireIcmp(node: Payload, evaluation: Evaluation): void {
	if (node.protocol !== protocol.icmp && node.protocol !== protocol.icmpv6) return;
	const dependency = icmpDependency(evaluation, node);
	if (dependency !== undefined) evaluation.insert(dependency);
}

/** The check for a link header other than the current one: one below it, or one stacked on it. */
function requireStacked(
	node: Payload,
	of: Protocol,
	known: Protocol,
	evaluation: Evaluation,
): boolean {
	const { protocols: context } = evaluation;
	let below = known;
	if (known === protocol.inet || known === protocol.netdev) {
		if (evaluation.tunnel !== undefined) context.set(LINK, protocol.ether);
		else {
			evaluation.insert(requireEthernet(evaluation, node));
			below = of;
		}
	} else if (context.stacked.includes(of)) return true;
	const number = upperNumber(below, of);
	if (number === undefined) {
		if (context.at(LINK) === of) return true;
		return fail(node, `conflicting protocols: ${context.at(LINK)?.name} and ${of.name}`);
	}
	const link = linkDependency(evaluation, node, number);
	node.offset += context.stackedBits;
	evaluation.insert(link);
	return true;
}

const payloadData = (node: Payload, to: Register): DataOf<"payload"> => ({
	NFTA_PAYLOAD_DREG: registerNumber(to),
	NFTA_PAYLOAD_BASE: node.base === "tunnel" ? NFT_PAYLOAD_TUN_HEADER : node.base,
	NFTA_PAYLOAD_OFFSET: node.offset >> 3,
	NFTA_PAYLOAD_LEN: byteLength(node.bits),
});

function loadPayload(node: Payload, emitter: Emitter, to: Register): void {
	if (node.tunnel === undefined) {
		emitter.add("payload", payloadData(node, to));
		return;
	}
	// From the inside, the tunnel's own header has a base of its own.
	const inner: Payload = node.base === INNER ? { ...node, base: "tunnel" } : node;
	emitter.add("inner", {
		...tunnelData(node.tunnel),
		NFTA_INNER_EXPR: { NFTA_EXPR_NAME: "payload", NFTA_EXPR_DATA: payloadData(inner, to) },
	});
}

/** Tells the kernel how to find the packet inside a tunnel: struct nft_inner. */
export function tunnelData({ tunnel }: Protocol): DataOf<"inner"> {
	return {
		NFTA_INNER_NUM: 0,
		NFTA_INNER_TYPE: tunnel?.type,
		NFTA_INNER_FLAGS: tunnel?.flags,
		NFTA_INNER_HDRSIZE: tunnel?.headerSize,
	};
}

/** Read loaded bits. Inside a tunnel the tunnel's own header is recognised by its base. */
export function readPayload(data: ReadData<"payload">, reading: Reading): void {
	const { NFTA_PAYLOAD_BASE: base = 0, NFTA_PAYLOAD_OFFSET: offset = 0 } = data;
	const node = rawPayload(base, offset * 8, (data.NFTA_PAYLOAD_LEN ?? 0) * 8);
	const { tunnel } = reading;
	if (tunnel !== undefined) node.tunnel = tunnel;
	if (tunnel !== undefined && node.base === INNER) {
		const field = Object.values(tunnel.fields).find(
			(f) => f.offset === node.offset && f.bits === node.bits,
		);
		if (field !== undefined) Object.assign(node, { protocol: tunnel, field });
	}
	reading.store(data.NFTA_PAYLOAD_DREG, node);
}
const baseNames = { [LINK]: "ll", [NETWORK]: "nh", [TRANSPORT]: "th", [INNER]: "ih" } as const;
function printPayload(node: Payload): Expression {
	const { protocol: of, field, tunnel, base, offset, bits } = node;
	if (of === undefined || field === undefined || !isKnown(node))
		return { payload: { base: baseNames[base === "tunnel" ? INNER : base], offset, len: bits } };
	return {
		payload: {
			...(tunnel && { tunnel: tunnel.name }),
			protocol: of.name,
			field: field.name,
		},
	};
}

function completeField(node: Payload, completion: Completion): Payload {
	completePayload(node, completion);
	leaveTunnel(node, completion);
	killDependency(node, completion);
	return node;
}

/** A field of a header, or bits counted from its start. */
export const payload = {
	parse: { payload: parsePayload },
	read: { payload: readPayload },
	nodes: {
		payload: {
			evaluate: evaluatePayload,
			load: loadPayload,
			complete: completeField,
			print: printPayload,
		},
	},
} satisfies ExpressionDefinition;
