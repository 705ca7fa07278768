import { Writer } from "../../netlink/bytes.js";
import type { AnyMessage } from "../../netlink/schema.js";
import { parseImmediate } from "../expression/immediate.js";
import { evaluateExpression } from "../expression/index.js";
import type { Host } from "../fact/host.js";
import { Cursor } from "../json/cursor.js";
import type { BatchMessage } from "../tree/batch-message.js";
import { bytesOf } from "../tree/data.js";
import type { Variable } from "../tree/emitter.js";
import { Evaluation } from "../tree/evaluation.js";

// This file exists for speed alone: without it every rule would be compiled on its own, with the same result.

/** Where a constant of a rule is: in its JSON, and in the message that the rule is compiled to. */
interface Hole {
	/** The index in "expr" of the statement whose "match" has the constant on its right side. */
	readonly statement: number;
	readonly offset: number;
	readonly variable: Variable;
}
/** A rule as a pattern, without the constants that may vary, and the message it was compiled to. */
interface Template {
	readonly operation: string;
	readonly pattern: Pattern;
	readonly holes: readonly Hole[];
	readonly message: AnyMessage;
	readonly flags: number;
	readonly evaluation: Evaluation;
}

const HOLE = Symbol("a constant");
/** How many templates are kept. The least recently used one is dropped first. */
const KEPT = 16;
/** How many templates may be dropped unused before no more are made. */
const WASTED = 64;

/**
 * Large rulesets repeat a rule with other constants. The messages of such rules differ only in the bytes of the
 * constants, unless a constant tells which headers the packet has. So the message is made from that of an earlier rule.
 */
export class Repetition {
	readonly #host: Host;
	readonly #templates: Template[] = [];
	#wasted = 0;

	constructor(host: Host) {
		this.#host = host;
	}

	/** The message of a rule that is like an earlier one; `undefined` if it must be compiled. */
	message({ value, path }: Cursor, operation: string): BatchMessage | undefined {
		for (const [i, template] of this.#templates.entries()) {
			const found: unknown[] = [];
			if (template.operation !== operation || !fits(template.pattern, value, found)) continue;
			const constants = template.holes.map((hole, at) => encode(hole, found[at], path, template));
			if (!constants.every((bytes) => bytes !== undefined)) return undefined;
			if (i > 0) this.#templates.unshift(...this.#templates.splice(i, 1));
			this.#wasted = 0;
			return { message: template.message, flags: template.flags, value: constants, path };
		}
		return undefined;
	}

	/** Remember the message of a rule. The rule must refer to nothing else, such as a set or another rule. */
	learn(at: Cursor, operation: string, made: BatchMessage, variables: readonly Variable[]): void {
		if (this.#wasted++ >= WASTED) return;
		const { path } = at;
		const { expr } = at.value as { readonly expr: readonly unknown[] };
		const { bytes, holes } = locate(made, variables, (variable) =>
			expr.findIndex((_, i) => `${path}.expr[${i}].match.right` === variable.path),
		);
		const holed = new Set(holes.map(({ statement }) => statement));
		const pattern = patternOf({
			...(at.value as object),
			expr: expr.map((statement, i) => (holed.has(i) ? withHole(statement) : statement)),
		});
		const fail = (): never => {
			throw new Error("a constant refers to no set");
		};
		const ruleset = {
			host: this.#host,
			evaluate: evaluateExpression,
			findSet: fail,
			declare: fail,
		};
		this.#templates.unshift({
			operation,
			pattern,
			holes,
			message: filled(made.message, bytes, holes),
			flags: made.flags,
			evaluation: new Evaluation(ruleset, (made.value as { nfgen_family: number }).nfgen_family),
		});
		if (this.#templates.length > KEPT) this.#templates.pop();
	}
}

/**
 * A JSON value with placeholders, in a form that is quick to compare: the members of an object in the order of its
 * keys.
 */
type Pattern =
	| string
	| number
	| boolean
	| bigint
	| null
	| typeof HOLE
	| { readonly keys: readonly string[] | undefined; readonly members: readonly Pattern[] };

function patternOf(json: unknown): Pattern {
	if (typeof json !== "object" || json === null) return json as Pattern;
	if (Array.isArray(json)) return { keys: undefined, members: json.map(patternOf) };
	const entries = Object.entries(json);
	return {
		keys: entries.map(([key]) => key),
		members: entries.map(([, member]) => patternOf(member)),
	};
}
/** Replace the right side of a match by a placeholder. */
function withHole(statement: unknown): unknown {
	const { match } = statement as { readonly match: object };
	return { match: { ...match, right: HOLE } };
}

function fits(pattern: Pattern, json: unknown, found: unknown[]): boolean {
	if (pattern === json) return true;
	if (pattern === HOLE) return found.push(json) > 0;
	if (typeof pattern !== "object" || pattern === null) return false;
	if (typeof json !== "object" || json === null) return false;
	const { keys, members } = pattern;
	if (keys === undefined) {
		if (!Array.isArray(json) || json.length !== members.length) return false;
		for (let i = 0; i < members.length; i++)
			if (!fits(members[i] as Pattern, json[i], found)) return false;
		return true;
	}
	if (Array.isArray(json)) return false;
	let at = 0;
	// A rule whose members are in another order is compiled on its own.
	for (const key in json)
		if (
			key !== keys[at] ||
			!fits(members[at++] as Pattern, (json as Record<string, unknown>)[key], found)
		)
			return false;
	return at === keys.length;
}

/** The bytes of another constant for the placeholder; none if it is of another kind or wrong. */
function encode(
	{ statement, variable }: Hole,
	json: unknown,
	path: string,
	{ evaluation }: Template,
): Uint8Array | undefined {
	if (typeof json !== "string" && typeof json !== "number") return undefined;
	const { datatype, bits, order } = variable.value;
	try {
		const node = parseImmediate(new Cursor(json, `${path}.expr[${statement}].match.right`));
		if (node.kind !== "symbol") return undefined;
		evaluation.expected = variable.expected;
		const constant = evaluation.evaluate(node);
		if (constant.kind !== "value" || constant.datatype !== datatype || constant.bits !== bits)
			return undefined;
		return bytesOf(constant, order);
	} catch {
		// The compiler reports what is wrong with the rule.
		return undefined;
	}
}

/** Find the constants in the message, by changing each in turn and comparing the results. */
function locate(
	{ message, value }: BatchMessage,
	variables: readonly Variable[],
	statementOf: (variable: Variable) => number,
): { readonly bytes: Uint8Array; readonly holes: readonly Hole[] } {
	const payload = (): Uint8Array => {
		const writer = new Writer();
		message.write(writer, value as never);
		return writer.finish();
	};
	const bytes = payload();
	const holes = variables.flatMap((variable): Hole[] => {
		const statement = statementOf(variable);
		if (statement < 0) return [];
		variable.bytes[0] = ~(variable.bytes[0] as number);
		const changed = payload();
		variable.bytes[0] = ~(variable.bytes[0] as number);
		return [{ statement, offset: bytes.findIndex((byte, i) => byte !== changed[i]), variable }];
	});
	// The placeholders are found in the order of the statements in the JSON.
	return { bytes, holes: holes.toSorted((a, b) => a.statement - b.statement) };
}

/** A message whose value is the list of constants to put in. */
const filled = (message: AnyMessage, bytes: Uint8Array, holes: readonly Hole[]): AnyMessage => ({
	...message,
	write(w, constants: readonly Uint8Array[]) {
		const start = w.length;
		w.append(bytes);
		for (const [i, { offset }] of holes.entries())
			w.bytes.set(constants[i] as Uint8Array, start + offset);
	},
});
