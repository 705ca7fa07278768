import { bitmask, lowestBit } from "../fact/value.js";
import { fail } from "../json/error.js";
import type { Evaluation } from "../tree/evaluation.js";
import {
	type Binary,
	binary,
	type Item,
	type Node,
	type SetLiteral,
	type Value,
} from "../tree/node.js";

const constantOf = ({ right }: Binary): bigint => (right.kind === "value" ? right.value : 0n);

/** Whether the operation on the left side can instead be undone in this constant. */
function canTransfer(left: Binary, right: Node, evaluation: Evaluation): boolean {
	switch (right.kind) {
		case "elem":
			return canTransfer(left, right.key, evaluation);
		case "mapping":
			return canTransfer(left, right.key, evaluation);
		case "range":
			return canTransfer(left, right.low, evaluation) && canTransfer(left, right.high, evaluation);
		case "value":
			return canTransferValue(left, right, evaluation);
		default:
			return false;
	}
}

function canTransferValue(left: Binary, right: Value, { expected }: Evaluation): boolean {
	const by = constantOf(left);
	if (left.op === "<<") {
		const low = lowestBit(right.value);
		if (low !== undefined && BigInt(low) < by) fail(right, "the comparison is always false");
		return true;
	}
	if (left.op === ">>") {
		if (expected.bits < right.bits + Number(by)) expected.bits += Number(by);
		return true;
	}
	return left.op === "^" && left.right.kind === "value";
}

const inverse = { "<<": ">>", ">>": "<<", "^": "^" } as const;

function undo(left: Binary, right: Node, evaluation: Evaluation): Node {
	switch (right.kind) {
		case "elem":
			right.key = undo(left, right.key, evaluation);
			return right;
		case "mapping":
			undo(left, right.key, evaluation);
			return right;
		case "range":
			right.low = undo(left, right.low, evaluation);
			right.high = undo(left, right.high, evaluation);
			return right;
		default: {
			const { expected } = evaluation;
			const op = inverse[left.op as keyof typeof inverse];
			const undone = evaluation.evaluate(binary(op, right, { ...left.right }));
			evaluation.expected = expected;
			return undone;
		}
	}
}

/** What remains of the operation: a shift leaves the mask of the bits that it keeps. */
function remaining(left: Binary): Node {
	if (left.op !== ">>") return Object.assign(left.left, { datatype: left.datatype });
	const mask = bitmask(left.left.bits) << constantOf(left);
	return { ...left, op: "&", right: { ...left.right, value: mask } as Value };
}

/**
 * Instead of computing on every packet's value, undo the operation once in the constants that it is compared with.
 * Returns what remains of the left side. The constants are changed in place, or passed to `replace`.
 */
export function transfer(
	left: Node,
	right: Node,
	evaluation: Evaluation,
	replace: (right: Node) => void = () => {},
): Node {
	if (left.kind !== "binary" || left.right.kind !== "value") return left;
	if (right.kind === "set") return transferSet(left, right, evaluation);
	if (right.kind !== "value" && right.kind !== "range") return left;
	if (!canTransfer(left, right, evaluation)) return left;
	replace(undo(left, right, evaluation));
	return remaining(left);
}

function transferSet(left: Binary, set: SetLiteral, evaluation: Evaluation): Node {
	// The keys of intervals are sorted by now, and shifting would change their order.
	if (set.intervals) return left;
	if (!set.items.every((item) => canTransfer(left, item, evaluation))) return left;
	set.items = set.items.map((item) => undo(left, item, evaluation) as Item);
	return remaining(left);
}
