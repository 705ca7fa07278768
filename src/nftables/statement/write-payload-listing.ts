import { completePayload, invert, isKnown, trim, trimRaw } from "../expression/payload-listing.js";
import type { Base, Field } from "../fact/protocol.js";
import { bitmask, lowestBit } from "../fact/value.js";
import type { Completion, PacketContext } from "../tree/completion.js";
import type { Binary, Node, Payload, Value } from "../tree/node.js";
import { setType } from "../tree/typing.js";

/** A header field and what is written to it. */
export interface Write {
	target: Payload;
	value: Node;
}

/**
 * nf_tables writes whole bytes. A smaller field is read with its neighbours, masked and combined; this recovers the
 * field and its value.
 */
export function completeWrite(write: Write, completion: Completion): void {
	completePayload(write.target, completion);
	if (!isKnown(write.target)) unfold(write, completion);
	write.target = completion.complete(write.target) as Payload;
	setType(write.value, write.target.datatype, write.target.order);
	write.value = completion.complete(write.value);
}

const isTarget = (node: Node, { base, offset }: Payload): node is Payload =>
	node.kind === "payload" && node.base === base && node.offset === offset;

function unfold(write: Write, completion: Completion): void {
	const { value } = write;
	if (value.kind !== "binary" || value.right.kind !== "value") return;
	const { left, right } = value;
	if (left.kind === "binary" && value.op === "|") unfoldBoth(write, left, right, completion);
	else if (isTarget(left, write.target)) unfoldOne(write, value, left, right, completion);
}

/** Recover a write from `(field & mask) | value`. */
function unfoldBoth(write: Write, inner: Binary, value: Value, { context }: Completion): void {
	const { left: field, right: mask } = inner;
	if (inner.op !== "&" || mask.kind !== "value" || !isTarget(field, write.target)) return;
	const written: Value = { ...mask, value: invert(mask.value, field.bits) ^ value.value };
	const target = { ...field };
	const shift = trim(target, written, context) ?? trimRaw(target, written);
	if (shift === undefined) return;
	write.target = target;
	write.value = { ...value, value: value.value >> BigInt(shift), bits: target.bits };
}

/** `field & mask` clears bits, `field | value` sets them, `field ^ value` flips them. */
function unfoldOne(
	write: Write,
	{ op }: Binary,
	field: Payload,
	mask: Value,
	{ context }: Completion,
): void {
	const covered: Value = op === "&" ? { ...mask, value: invert(mask.value, field.bits) } : mask;
	const target = { ...field };
	// Setting all bits of a field assigns a value; setting fewer is an operation.
	const whole = op === "|" ? trim(target, covered, context) : undefined;
	const within = whole === undefined ? fieldOf(op, field, mask, context) : undefined;
	if (within !== undefined) {
		Object.assign(write, within);
		return;
	}
	const shift = op === "&" ? (trim(target, covered, context) ?? trimRaw(target, covered)) : whole;
	if (shift === undefined) return;
	write.target = target;
	const value = op === "&" ? 0n : mask.value >> BigInt(shift);
	write.value = { ...mask, value, bits: target.bits };
}

/** An operation that changes bits of one field only is listed as an operation on that field. */
function fieldOf(
	op: Binary["op"],
	load: Payload,
	mask: Value,
	{ protocols }: PacketContext,
): Write | undefined {
	const of = protocols.at(load.base as Base);
	if (of === undefined || load.bits % 16 !== 0) return undefined;
	const lowest = lowestBit(op === "&" ? invert(mask.value, load.bits) : mask.value);
	if (lowest === undefined) return undefined;
	const end = load.offset + load.bits - lowest;
	const field = Object.values(of.fields).find((f: Field) => f.offset + f.bits >= end);
	if (field === undefined) return undefined;
	const shift = load.offset + load.bits - field.offset - field.bits;
	if (shift < 0 || field.offset < load.offset) return undefined;
	const cover = bitmask(field.bits) << BigInt(shift);
	const outside = invert(cover, load.bits);
	const only = op === "&" ? (mask.value & outside) === outside : (mask.value & outside) === 0n;
	if (!only) return undefined;
	const target: Payload = { ...load, offset: field.offset, bits: field.bits };
	const value = (mask.value & cover) >> BigInt(shift);
	const right: Value = { ...mask, value, bits: field.bits };
	if (op === "&" && value === 0n) return { target, value: right };
	return {
		target,
		value: { ...target, kind: "binary", op, left: { ...target }, right } as Node,
	};
}
