import { NFT_PAYLOAD_L4CSUM_PSEUDOHDR } from "../../uapi/nf_tables_const.js";
import { isByteAligned, placement } from "../expression/bits.js";
import { requireHeader } from "../expression/payload.js";
import { rawPayload } from "../expression/payload-listing.js";
import { integer } from "../fact/datatype.js";
import { INNER, LINK, NETWORK, TRANSPORT, udp, vlan } from "../fact/protocol.js";
import { bitmask } from "../fact/value.js";
import { fail } from "../json/error.js";
import type { Listed } from "../tree/completion.js";
import { value as constant, isConstant } from "../tree/constant.js";
import { type Emitter, registerNumber } from "../tree/emitter.js";
import type { Evaluation, Statement } from "../tree/evaluation.js";
import { type Binary, binary, type Node, type Payload } from "../tree/node.js";
import type { ReadData, Reading } from "../tree/reading.js";
import { evaluateArgument, rejectRange } from "./argument.js";
import { completeWrite, type Write } from "./write-payload-listing.js";

/** The size of a register in bytes, which is the most that can be rewritten at once. */
const MAX_BYTES = 16;

/** A statement that writes to a header field. */
export function writePayload(path: string, key: Payload, given: Node): Statement {
	let value = given;
	return {
		name: "mangle",
		path,
		writesPayload: true,
		evaluate(evaluation) {
			if (key.tunnel !== undefined) fail(key, "the packet inside a tunnel cannot be written to");
			requireHeader(key, evaluation);
			const { datatype, bits, order } = key;
			value = evaluateArgument(value, { datatype, bits, order }, evaluation);
			if (!isConstant(value) && order !== undefined) value = evaluation.inOrder(value, order);
			value = rewrite(key, rejectRange(value), evaluation);
		},
		emit: (emitter) => emit(key, value, emitter),
	};
}

/** The kernel computes checksums over 16-bit words, and also takes VLAN tags apart by words. */
const needsEvenBytes = ({ base, protocol }: Payload): boolean =>
	base === INNER || protocol?.checksum !== undefined || (base === LINK && protocol === vlan);

/** The bytes that are loaded and written back, and the position of the field in them. */
interface Window {
	readonly offset: number;
	readonly bytes: number;
	readonly shift: number;
}
function windowOf(key: Payload, even: boolean): Window {
	const { shift, extra } = placement(key.bits, key.offset);
	const offset = key.offset >> 3;
	const bytes = (key.bits + extra + 7) >> 3;
	if (!even || bytes % 2 === 0) return { offset, bytes, shift };
	// The kernel loads faster from an even offset, so the byte before is included and not the one after.
	if (offset % 2 === 1) return { offset: offset - 1, bytes: bytes + 1, shift };
	return { offset, bytes: bytes + 1, shift: shift + 8 };
}

/** A field that does not consist of whole words is written back together with its neighbours. */
function rewrite(key: Payload, value: Node, evaluation: Evaluation): Node {
	const even = needsEvenBytes(key);
	if (isByteAligned(key) && !(even && (key.bits / 8) % 2 === 1)) return value;
	const window = windowOf(key, even);
	if (window.bytes > MAX_BYTES) fail(key, `${window.bytes} bytes cannot be rewritten at once`);
	if (value.kind === "binary" && reads(innermost(value), key))
		return rewriteOwn(key, value, window, evaluation);
	if (value.kind === "value") value.value <<= BigInt(window.shift);
	else if (value.kind !== "binary")
		return fail(
			value,
			"a field that does not consist of whole bytes takes a constant or its own value",
		);
	return insertBits(key, value, window, evaluation);
}

function innermost(node: Binary): Binary {
	let at = node;
	while (at.left.kind === "binary") at = at.left;
	return at;
}
const reads = ({ left }: Binary, key: Payload): boolean =>
	left.kind === "payload" &&
	left.protocol === key.protocol &&
	left.field === key.field &&
	left.base === key.base &&
	left.offset === key.offset;

/** The bits in the window that do not belong to the field. */
const others = (bits: number, { bytes, shift }: Window): bigint =>
	bitmask(bytes * 8) ^ (bitmask(bits) << BigInt(shift));

/** `field set field op constant`: the operation is applied to the whole window. */
function rewriteOwn(key: Payload, value: Binary, window: Window, evaluation: Evaluation): Node {
	const inner = innermost(value);
	const { left, right } = inner;
	if (left.kind !== "payload" || right.kind !== "value")
		return fail(
			value,
			"a field that does not consist of whole bytes takes a constant or its own value",
		);
	right.value <<= BigInt(window.shift);
	if (inner.op === "&") right.value |= others(key.bits, window);
	const raw = { offset: window.offset * 8, bits: window.bytes * 8, raw: true };
	Object.assign(left, raw);
	Object.assign(key, raw);
	evaluation.statementBits = key.bits;
	return evaluation.evaluate(value);
}

function insertBits(key: Payload, value: Node, window: Window, evaluation: Evaluation): Node {
	const { path, order } = key;
	const bits = window.bytes * 8;
	const keep = others(key.bits, window);
	const raw: Payload = {
		...key,
		datatype: integer,
		bits,
		offset: window.offset * 8,
		raw: true,
		isProtocol: false,
	};
	const mask = constant(path, integer, order, bits, keep);
	Object.assign(key, { bits, offset: raw.offset });
	const masked = binary("&", raw, mask, raw);
	return evaluation.evaluate(binary("^", masked, value, { ...raw, datatype: key.datatype }));
}

function coversPseudoheader({ base, protocol, field }: Payload): boolean {
	if (base === INNER) return true;
	if (base === TRANSPORT) return protocol === udp;
	return (
		base === NETWORK && field !== undefined && protocol?.pseudoheader?.includes(field) === true
	);
}

function emit(key: Payload, value: Node, emitter: Emitter): void {
	const from = emitter.source(value);
	const { checksum } = key.protocol ?? {};
	emitter.add("payload", {
		NFTA_PAYLOAD_SREG: registerNumber(from),
		NFTA_PAYLOAD_BASE: key.base === "tunnel" ? undefined : key.base,
		NFTA_PAYLOAD_OFFSET: key.offset >> 3,
		NFTA_PAYLOAD_LEN: key.bits >> 3,
		NFTA_PAYLOAD_CSUM_TYPE: checksum?.type,
		NFTA_PAYLOAD_CSUM_OFFSET: checksum && checksum.field.offset >> 3,
		NFTA_PAYLOAD_CSUM_FLAGS: coversPseudoheader(key) ? NFT_PAYLOAD_L4CSUM_PSEUDOHDR : undefined,
	});
}

/** List the write of a value to a header field. */
export function listPayloadWrite(data: ReadData<"payload">, reading: Reading): Listed | undefined {
	if (data.NFTA_PAYLOAD_DREG !== undefined) return undefined;
	const { NFTA_PAYLOAD_BASE: base = 0, NFTA_PAYLOAD_OFFSET: offset = 0 } = data;
	const target = rawPayload(base, offset * 8, (data.NFTA_PAYLOAD_LEN ?? 0) * 8);
	const write: Write = { target, value: reading.load(data.NFTA_PAYLOAD_SREG) };
	return {
		effect: true,
		complete: (completion) => completeWrite(write, completion),
		print: (printer) => ({
			mangle: { key: printer.node(write.target), value: printer.node(write.value) },
		}),
	};
}
