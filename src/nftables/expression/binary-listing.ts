import { integer } from "../fact/datatype.js";
import type { Completion } from "../tree/completion.js";
import type { Binary, Element, Mapping, Node, Relational, Value } from "../tree/node.js";
import { isAnonymous } from "../tree/set.js";
import { trimExthdr } from "./exthdr-listing.js";
import { completePayload, killDependency, trim, trimRaw } from "./payload-listing.js";
import { matchPayload } from "./payload-match.js";
import { setType } from "./value-listing.js";

/** Shift constants to where the field that a mask selected begins. */
export function shiftConstants(node: Node, shift: number, bits: number): void {
	switch (node.kind) {
		case "value":
			node.value >>= BigInt(shift);
			node.bits = bits;
			break;
		case "range":
			shiftConstants(node.low, shift, bits);
			shiftConstants(node.high, shift, bits);
			break;
		case "prefix":
			shiftConstants(node.address, shift, bits);
			break;
		case "elem":
			shiftConstants(node.key, shift, bits);
			break;
		case "set reference":
			if (isAnonymous(node.set))
				for (const item of node.set.elements?.items ?? []) shiftItem(item, shift, bits);
			break;
	}
}
const shiftItem = (item: Element | Mapping, shift: number, bits: number): void =>
	shiftConstants(item.kind === "mapping" ? item.key : item, shift, bits);

/**
 * A mask that selects a field of a header is not listed: the field is. `right` are the constants it is compared
 * with or looked up among. Answers the field, or `undefined` when the mask is one the rule was written with.
 */
export function dropMask(
	{ left, right: mask }: Binary,
	right: Node | undefined,
	relation: Relational | undefined,
	completion: Completion,
): Node | undefined {
	if (mask.kind !== "value") return undefined;
	if (left.kind === "exthdr") {
		const [field, shift] = trimExthdr(left, mask) ?? [];
		if (field === undefined || shift === undefined) return undefined;
		if (right !== undefined) {
			shiftConstants(right, shift, field.bits);
			setType(right, field.datatype, field.order);
		}
		return field;
	}
	if (left.kind !== "payload") return undefined;
	const shift = trim(left, mask, completion.context);
	if (shift !== undefined) {
		if (right !== undefined) shiftConstants(right, shift, left.bits);
		if (relation !== undefined) matchPayload(Object.assign(relation, { left }), left, completion);
		else {
			completePayload(left, completion);
			if (right !== undefined) setType(right, left.datatype, left.order);
			killDependency(left, completion);
		}
		return left;
	}
	if (right?.kind !== "value") return undefined;
	const rawShift = trimRaw(left, mask);
	if (rawShift === undefined) return undefined;
	right.value >>= BigInt(rawShift);
	return left;
}

const isShift = ({ op }: Binary): boolean => op === "<<" || op === ">>";

export function completeBinary(node: Binary, completion: Completion): Node {
	const field = shiftedField(node, completion);
	if (field !== undefined) return field;
	node.left = completion.complete(node.left);
	const { left, right } = node;
	if (isShift(node)) setType(right, integer, "host");
	else setType(right, left.datatype, right.bits > left.bits ? "host" : left.order);
	if (node.op === "&" && completion.inKey && left.kind === "payload" && right.kind === "value")
		return dropMask(node, right, undefined, completion) ?? node;
	node.right = completion.complete(right);
	if (isShift(node)) Object.assign(node, { datatype: integer, order: "host" });
	else Object.assign(node, { datatype: node.left.datatype, order: node.left.order });
	return node;
}

/** `(field & mask) >> n` is how a field of less than a byte is read as a number. */
function shiftedField(node: Binary, completion: Completion): Node | undefined {
	if (node.op !== ">>") return undefined;
	if (node.left.kind === "byteorder") node.left = node.left.arg;
	const { left } = node;
	if (left.kind !== "binary" || left.op !== "&") return undefined;
	if (left.left.kind !== "exthdr" && left.left.kind !== "payload") return undefined;
	left.left = completion.complete(left.left);
	setType(node.right, integer, "host");
	node.right = completion.complete(node.right);
	return dropMask(left, node.right as Value, undefined, completion) ?? left;
}
