import { NFT_DATA_VALUE_MAXLEN } from "../../uapi/nf_tables_const.js";
import { concatOf, type Datatype, integer, invalid } from "../fact/datatype.js";
import { byteLength, padded, registers } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Completion } from "../tree/completion.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import type { Emitter, Register } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Concat, Node } from "../tree/node.js";
import { unevaluated } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import { PATH } from "../tree/reading.js";
import { setType } from "../tree/typing.js";
import { isAddressOfAnyVersion } from "./ct.js";
import { isRaw } from "./payload-listing.js";

/** The total width of all registers. */
export const MAX_BITS = 8 * NFT_DATA_VALUE_MAXLEN;

function parseConcat(at: Cursor, parser: Parser): Concat {
	const parts = at.list().map((part) => parser.within("part").expression(part));
	if (parts.length < 2) throw at.fail("a concatenation has two or more parts");
	return { kind: "concat", path: at.path, ...unevaluated, parts, fields: [] };
}

/** Set what the part at `index` is read as: like the part of the key at the same position, or by its type alone. */
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

function evaluateConcat(node: Concat, evaluation: Evaluation): Node {
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

function loadConcat(node: Concat, emitter: Emitter, to: Register): void {
	let register = to;
	for (const part of node.parts) {
		emitter.load(part, register);
		register += registers(part.bits);
	}
}

/**
 * The types of the fields of a concatenation win over the types of its parts. Bits that a set is declared with are not
 * resolved to a field, because the field would have another type than the set.
 */
function completeConcat(node: Concat, completion: Completion): Node {
	const { inKey, set } = completion;
	completion.inKey = true;
	const { fields } = node.datatype;
	const declared = set?.key.kind === "concat" ? set.key.parts : [];
	for (const [i, part] of node.parts.entries()) {
		if (isRaw(part) && isRaw(declared[i])) continue;
		const field = fields?.[i];
		if (field !== undefined) setType(part, field, field.order);
		node.parts[i] = completion.complete(part);
	}
	completion.inKey = inKey;
	return node;
}

/** A concatenation as a key. Its plain integers have the width of the expressions they come from. */
export function concatKey(parts: readonly Node[]): Concat {
	for (const part of parts)
		if (part.datatype.id === integer.id)
			part.datatype = { ...part.datatype, size: part.bits, order: part.order };
	const bits = parts.reduce((sum, part) => sum + padded(part.bits), 0);
	const fields = parts.map((part) => byteLength(part.bits));
	const datatype = concatOf(parts.map((part) => part.datatype));
	return { kind: "concat", path: PATH, ...unevaluated, datatype, bits, parts: [...parts], fields };
}

/** Several values that form one key. */
export const concat = {
	parse: { concat: parseConcat },
	nodes: {
		concat: {
			evaluate: evaluateConcat,
			load: loadConcat,
			complete: completeConcat,
			print: (node, printer) => ({ concat: node.parts.map((part) => printer.node(part)) }),
		},
	},
} satisfies ExpressionDefinition;
