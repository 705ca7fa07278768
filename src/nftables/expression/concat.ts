import { concatOf, type Datatype, integer, invalid } from "../fact/datatype.js";
import { byteLength, padded, registers } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Emitter, Register } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Concat, Node } from "../tree/node.js";
import { unevaluated } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import { isAddressOfAnyVersion } from "./ct.js";

/** NFT_DATA_VALUE_MAXLEN */
const MAX_BITS = 512;

export function parseConcat(at: Cursor, parser: Parser): Concat {
	const parts = at.list().map((part) => parser.within("part").expression(part));
	if (parts.length < 2) throw at.fail("a concatenation has two or more parts");
	return { kind: "concat", path: at.path, ...unevaluated, parts, fields: [] };
}

/** What the part at `index` is read as: like the part of the key it belongs to, or by the type alone. */
function expectPart(evaluation: Evaluation, index: number, key: Node | undefined): number {
	const { expected } = evaluation;
	if (key !== undefined) {
		evaluation.expect({ datatype: key.datatype, order: key.order, bits: key.bits });
		return key.bits;
	}
	const field = expected.datatype?.fields?.[index];
	evaluation.expect({
		datatype: field ?? invalid,
		order: field?.order,
		bits: field?.size ?? 0,
	});
	return field?.size ?? 0;
}

function evaluatePart(part: Node, evaluation: Evaluation, hasKey: boolean): Node {
	if (isAddressOfAnyVersion(part)) fail(part, "say whether it is an ip or an ip6 address");
	evaluation.expected.key = part;
	const result = evaluation.evaluate(part);
	if (["verdict", "list", "set", "set reference", "mapping", "catchall"].includes(result.kind))
		fail(part, `a ${result.kind} cannot be part of a concatenation`);
	if (!hasKey && result.datatype.id === integer.id)
		result.datatype = { ...result.datatype, size: result.bits, order: result.order };
	return result;
}

export function evaluateConcat(node: Concat, evaluation: Evaluation): Node {
	const { expected } = evaluation;
	const keys = expected.key?.kind === "concat" ? expected.key.parts : undefined;
	const wanted = keys?.length ?? expected.datatype?.fields?.length;
	if (wanted !== undefined && wanted !== node.parts.length)
		fail(node, `${node.parts.length} parts where ${wanted} are compared`);
	const types: Datatype[] = [];
	node.fields = [];
	let total = 0;
	for (const [i, part] of node.parts.entries()) {
		evaluation.expected = { ...expected };
		const known = expectPart(evaluation, i, keys?.[i]);
		const result = evaluatePart(part, evaluation, keys !== undefined);
		const bits = known > 0 ? known : result.datatype.size;
		if (bits === 0) fail(part, `a ${result.datatype.name} has no fixed width`);
		node.parts[i] = result;
		types.push(result.datatype);
		node.fields.push(byteLength(bits));
		total += padded(bits);
		evaluation.tunnel = undefined;
	}
	if (total > MAX_BITS) fail(node, `${total} bits are more than the ${MAX_BITS} a key may have`);
	node.datatype = concatOf(types);
	node.bits = total;
	evaluation.expectType(node.datatype, total);
	evaluation.expected.key = keys === undefined ? node : expected.key;
	return node;
}

export function loadConcat(node: Concat, emitter: Emitter, to: Register): void {
	let register = to;
	for (const part of node.parts) {
		emitter.load(part, register);
		register += registers(part.bits);
	}
}
