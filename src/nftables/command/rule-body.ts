import { ETH_P_IP, ETH_P_IPV6 } from "../../uapi/if_ether.js";
import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../../uapi/netfilter.js";
import { NFT_META_PROTOCOL } from "../../uapi/nf_tables_const.js";
import { loadExpression } from "../expression/index.js";
import { invalid } from "../fact/datatype.js";
import { LINK } from "../fact/protocol.js";
import { byteLength, concatBytes, fromBytes } from "../fact/value.js";
import { fail } from "../json/error.js";
import { bytesOf } from "../tree/data.js";
import { Emitter } from "../tree/emitter.js";
import type { Statement } from "../tree/evaluation.js";
import { Evaluation, type Ruleset } from "../tree/evaluation.js";
import type { Payload, Relational, Value } from "../tree/node.js";

/** Evaluate a rule: determine the types in every statement, insert checks, merge matches. */
export function evaluateRule(
	ruleset: Ruleset,
	family: number,
	given: readonly Statement[],
): Statement[] {
	const statements = [...given];
	const evaluation = new Evaluation(ruleset, family, statements);
	let terminal: Statement | undefined;
	for (const statement of given) {
		if (terminal !== undefined) fail(statement, `has no effect after ${terminal.name}`);
		evaluation.statement = statement;
		evaluation.statementBits = 0;
		statement.evaluate(evaluation);
		if (statement.terminal === true) terminal = statement;
		evaluation.tunnel = undefined;
	}
	return reduce(statements, family);
}

interface Emitted extends Pick<Emitter, "expressions" | "variables"> {
	/** For each expression, the statement that it belongs to. */
	readonly owners: readonly Statement[];
}
/** The expressions of an evaluated rule. */
export function emitRule(statements: readonly Statement[]): Emitted {
	const emitter = new Emitter(loadExpression);
	const { expressions, variables } = emitter;
	const owners: Statement[] = [];
	for (const statement of statements) {
		statement.emit(emitter);
		while (owners.length < expressions.length) owners.push(statement);
	}
	return { expressions, variables, owners };
}

interface PayloadMatch {
	readonly statement: Statement;
	match: Relational & { left: Payload; right: Value };
}

/**
 * Merge matches of neighbouring header fields into one load and one comparison, as nft does: they are sorted by offset,
 * never across a statement that has an effect. Checks that the family implies are dropped.
 */
function reduce(statements: Statement[], family: number): Statement[] {
	const dropped = new Set<Statement>();
	let run: PayloadMatch[] = [];
	for (const [i, statement] of statements.entries()) {
		const { match } = statement;
		if (match === undefined) {
			mergeRun(run, dropped);
			run = [];
		} else if (isPayloadMatch(match)) run.push({ statement, match });
		// The last statement stays, as in nft: a rule without any statement would match every packet.
		else if (i < statements.length - 1 && isImplied(match, family)) dropped.add(statement);
	}
	mergeRun(run, dropped);
	return statements.filter((statement) => !dropped.has(statement));
}

const isEquality = ({ op }: Relational): boolean => op === "==" || op === "in";
const isPayloadMatch = (match: Relational): match is PayloadMatch["match"] =>
	isEquality(match) && match.left.kind === "payload" && match.right.kind === "value";

const ethertypes: Readonly<Record<number, bigint>> = {
	[NFPROTO_IPV4]: BigInt(ETH_P_IP),
	[NFPROTO_IPV6]: BigInt(ETH_P_IPV6),
};
const isImplied = (match: Relational, family: number): boolean =>
	isEquality(match) &&
	match.left.kind === "meta" &&
	match.left.key === NFT_META_PROTOCOL &&
	match.left.tunnel === undefined &&
	match.right.kind === "value" &&
	match.right.value === ethertypes[family];

const baseOf = ({ match: { left } }: PayloadMatch): number =>
	left.base === "tunnel" ? LINK : left.base;

function mergeRun(run: readonly PayloadMatch[], dropped: Set<Statement>): void {
	const sorted = run.toSorted(
		(a, b) => baseOf(a) - baseOf(b) || a.match.left.offset - b.match.left.offset,
	);
	let last: PayloadMatch | undefined;
	for (const next of sorted) {
		if (last === undefined || !canMerge(last.match.left, next.match.left)) {
			last = next;
			continue;
		}
		const left = join(last.match.left, next.match.left);
		const right = joinValues(last.match.right, next.match.right);
		// A match that names the next header keeps its place, because later matches depend on it.
		const [kept, gone]: [PayloadMatch, PayloadMatch] = next.match.left.isProtocol
			? [next, last]
			: [last, next];
		if (next.match.left.isProtocol) left.isProtocol = true;
		Object.assign(kept.match, { left, right });
		dropped.add(gone.statement);
		last = kept;
	}
}

/** The widths that the kernel loads without a function call, and the widest register. */
const FAST_BITS = 32;
const REGISTER_BITS = 128;

function canMerge(a: Payload, b: Payload): boolean {
	if (a.tunnel !== b.tunnel || a.base !== b.base || a.offset + a.bits !== b.offset) return false;
	if ([a.offset, a.bits, b.offset, b.bits].some((bits) => bits % 8 !== 0)) return false;
	const total = a.bits + b.bits;
	if (total > REGISTER_BITS) return false;
	return total <= FAST_BITS || a.base === LINK || a.bits > FAST_BITS || b.bits > FAST_BITS;
}

const join = (a: Payload, b: Payload): Payload => {
	const { protocol: _, field: __, ...rest } = a;
	return { ...rest, datatype: invalid, order: undefined, bits: a.bits + b.bits, isProtocol: false };
};

function joinValues(a: Value, b: Value): Value {
	const bytes = concatBytes(bytesOf(a), bytesOf(b));
	const bits = byteLength(a.bits + b.bits) * 8;
	return { ...a, datatype: invalid, order: "big", bits, value: fromBytes(bytes, "big") };
}
