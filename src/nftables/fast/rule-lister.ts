import { Reader } from "../../netlink/bytes.js";
import { list } from "../../netlink/schema.js";
import { expr, NFTA_LIST_ELEM } from "../../uapi/nf_tables_expr.js";
import { etherType, isBitmask, isInteger } from "../fact/datatype.js";
import { fromBytes, swapOrder } from "../fact/value.js";
import type { StatementJson } from "../json/statement.js";
import { unknownExpression } from "../json/unknown.js";
import type { Listed } from "../tree/completion.js";
import type { Value } from "../tree/node.js";
import type { Printer } from "../tree/printer.js";
import { UnlistableError } from "../tree/reading.js";

// This file exists for speed alone: without it every rule would be read on its own, with the same result.

const expressions = list(NFTA_LIST_ELEM, expr);
type Decoded = ReturnType<(typeof expressions)["read"]>;

interface Span {
	readonly start: number;
	readonly end: number;
}
/** Bytes of a rule that may vary, and how they change its statement. */
interface Hole extends Span {
	readonly statement: number;
	print(bytes: Uint8Array, statement: StatementJson): StatementJson;
}
interface Template {
	readonly bytes: Uint8Array;
	readonly holes: readonly Hole[];
	readonly statements: readonly StatementJson[];
}
/** How many templates are kept. The least recently used one is dropped first. */
const KEPT = 16;
/** How many templates may be dropped unused before no more are made. */
const WASTED = 64;

/** Reads the statements of a rule from its expressions. @throws UnlistableError */
type StatementReader = (expressions: Decoded) => readonly Listed[];

/**
 * Prints the rules of a table as JSON. Large rulesets repeat a rule with other constants and counts. Unless a constant
 * tells which headers the packet has, the statements are those of the earlier rule with the new constant in them.
 */
export class RuleLister {
	readonly #read: StatementReader;
	readonly #printer: Printer;
	readonly #templates: Template[] = [];
	#wasted = 0;

	/** @param read reads a rule that is not like an earlier one */
	constructor(read: StatementReader, printer: Printer) {
		this.#read = read;
		this.#printer = printer;
	}

	/** The statements of a rule, from NFTA_RULE_EXPRESSIONS as the kernel sends it. */
	list(bytes: Uint8Array): readonly StatementJson[] {
		for (const [i, template] of this.#templates.entries()) {
			if (!fits(template, bytes)) continue;
			if (i > 0) this.#templates.unshift(...this.#templates.splice(i, 1));
			this.#wasted = 0;
			const statements = [...template.statements];
			for (const { start, end, statement, print } of template.holes)
				statements[statement] = print(
					bytes.subarray(start, end),
					statements[statement] as StatementJson,
				);
			return statements;
		}
		return this.#listNew(bytes);
	}

	#listNew(bytes: Uint8Array): readonly StatementJson[] {
		const decoded = expressions.read(new Reader(bytes));
		try {
			const listed = this.#read(decoded);
			const statements = listed.map((statement) => statement.print(this.#printer));
			if (this.#wasted++ < WASTED) {
				const holes = holesOf(bytes, decoded, listed, statements, this.#printer);
				this.#templates.unshift({ bytes, holes, statements });
				if (this.#templates.length > KEPT) this.#templates.pop();
			}
			return statements;
		} catch (error) {
			if (!(error instanceof UnlistableError)) throw error;
			return decoded.map(unknownExpression);
		}
	}
}

function fits({ bytes, holes }: Template, other: Uint8Array): boolean {
	if (bytes.length !== other.length) return false;
	let at = 0;
	for (const { start, end } of holes) {
		for (; at < start; at++) if (bytes[at] !== other[at]) return false;
		at = end;
	}
	for (; at < bytes.length; at++) if (bytes[at] !== other[at]) return false;
	return true;
}

function holesOf(
	bytes: Uint8Array,
	decoded: Decoded,
	listed: readonly Listed[],
	statements: readonly StatementJson[],
	printer: Printer,
): Hole[] {
	const spans = spansOf(bytes);
	const counters = statements.flatMap((one, i) => (isCount(one) ? [i] : []));
	const holes = decoded.flatMap((expression, i): Hole[] => {
		const span = spans[i];
		if (span === undefined) return [];
		if (expression.NFTA_EXPR_NAME === "counter") return counterHoles(span, counters.shift());
		if (expression.NFTA_EXPR_NAME !== "cmp") return [];
		const compared = expression.NFTA_EXPR_DATA?.NFTA_CMP_DATA?.NFTA_DATA_VALUE;
		const statement = listed.findIndex(
			({ relation }) =>
				relation?.right.kind === "value" &&
				relation.right.origin === compared &&
				compared !== undefined,
		);
		const constant = variableOf(listed[statement]);
		const [place] = span;
		if (constant === undefined || place === undefined) return [];
		return [{ ...place, statement, print: (raw, is) => matchOf(raw, is, constant, printer) }];
	});
	return holes.toSorted((a, b) => a.start - b.start);
}

/** The constant that a statement compares with, if any other constant would be printed in the same place. */
function variableOf(statement: Listed | undefined): Value | undefined {
	const { left, right } = statement?.relation ?? {};
	if (left?.kind !== "payload" && left?.kind !== "meta" && left?.kind !== "ct") return undefined;
	if (left.isProtocol || right?.kind !== "value" || right.origin === undefined) return undefined;
	const { datatype, bits, origin } = right;
	const isNumber = isInteger(datatype) && !isBitmask(datatype) && datatype !== etherType;
	// If a mask selected a part of the bytes, the constant was shifted.
	const isWhole = left.bits === bits && bits === 8 * origin.length;
	return isNumber && isWhole ? right : undefined;
}
function matchOf(
	raw: Uint8Array,
	statement: StatementJson,
	constant: Value,
	printer: Printer,
): StatementJson {
	const number = fromBytes(raw, "big");
	const value = constant.order === "host" ? swapOrder(number, raw.length) : number;
	const { match } = statement as Extract<StatementJson, { match: unknown }>;
	return { match: { ...match, right: printer.node({ ...constant, value }) } };
}

const isCount = (statement: StatementJson): boolean =>
	"counter" in statement && statement.counter !== null && typeof statement.counter === "object";
function counterHoles([bytes, packets]: readonly Span[], statement: number | undefined): Hole[] {
	if (statement === undefined || bytes === undefined || packets === undefined) return [];
	const count = (raw: Uint8Array): number => Number(fromBytes(raw, "big"));
	const put =
		(name: "bytes" | "packets") =>
		(raw: Uint8Array, is: StatementJson): StatementJson => {
			const { counter } = is as { readonly counter: { packets: number; bytes: number } };
			const { packets: p, bytes: b } = counter;
			return { counter: { packets: p, bytes: b, [name]: count(raw) } };
		};
	return [
		{ ...bytes, statement, print: put("bytes") },
		{ ...packets, statement, print: put("packets") },
	];
}

/** The number of an attribute inside the data of an expression. */
const numberOf = (name: string, ...path: readonly string[]): number[] => {
	let parts = expr.parts[`NFTA_EXPR_DATA(${name})`]?.[1].parts;
	return path.map((step) => {
		const [type, codec] = parts?.[step] ?? [-1, undefined];
		parts = codec?.parts;
		return type;
	});
};
/** For each expression, the attributes that may vary. */
const varying: Readonly<Record<string, readonly (readonly number[])[]>> = {
	cmp: [numberOf("cmp", "NFTA_CMP_DATA", "NFTA_DATA_VALUE")],
	counter: [numberOf("counter", "NFTA_COUNTER_BYTES"), numberOf("counter", "NFTA_COUNTER_PACKETS")],
};
const [NAME = -1, DATA = -1] = ["NFTA_EXPR_NAME", "NFTA_EXPR_DATA(cmp)"].map(
	(name) => expr.parts[name]?.[0],
);

/** For each expression of a rule, the places of the bytes that may vary. */
function spansOf(bytes: Uint8Array): (readonly Span[])[] {
	const reader = new Reader(bytes);
	const all: (readonly Span[])[] = [];
	reader.attributes(() => {
		let name = "";
		let spans: readonly Span[] = [];
		reader.attributes((type) => {
			if (type === NAME) name = new TextDecoder().decode(reader.window()).replace(/\0$/, "");
			if (type === DATA) {
				const { pos, end } = reader;
				spans = (varying[name] ?? []).flatMap((path) => find(bytes, { start: pos, end }, path));
			}
		});
		all.push(spans);
	});
	return all;
}
function find(bytes: Uint8Array, within: Span, [step, ...rest]: readonly number[]): Span[] {
	if (step === undefined) return [within];
	const reader = new Reader(bytes, within.start, within.end);
	const found: Span[] = [];
	reader.attributes((type) => {
		const { pos: start, end } = reader;
		if (type === step) found.push(...find(bytes, { start, end }, rest));
	});
	return found;
}
