import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Completer, Completion } from "../tree/completion.js";
import type { ExpressionDefinition, NodeDefinition } from "../tree/definition.js";
import type { Emitter, Loader, Register } from "../tree/emitter.js";
import type { Evaluation, Evaluator } from "../tree/evaluation.js";
import type { Kind, Node } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import { refusal } from "../tree/place.js";
import type { NodePrinter, Printer } from "../tree/printer.js";
import { UnlistableError } from "../tree/reading.js";
import { binary } from "./binary.js";
import { byteorder } from "./byteorder.js";
import { concat } from "./concat.js";
import { ct } from "./ct.js";
import { dccpOption } from "./dccp-option.js";
import { exthdr } from "./exthdr.js";
import { fib } from "./fib.js";
import { hash } from "./hash.js";
import { immediate, parseImmediate, parseList } from "./immediate.js";
import { inner } from "./inner.js";
import { ipOption } from "./ip-option.js";
import { ipsec } from "./ipsec.js";
import { map } from "./map.js";
import { meta } from "./meta.js";
import { numgen } from "./numgen.js";
import { osf } from "./osf.js";
import { payload } from "./payload.js";
import { prefix } from "./prefix.js";
import { range } from "./range.js";
import { relational } from "./relational.js";
import { rt } from "./rt.js";
import { sctpChunk } from "./sctp-chunk.js";
import { set } from "./set.js";
import { socket } from "./socket.js";
import { tcpOption } from "./tcp-option.js";
import { verdict } from "./verdict.js";

/** All expressions. To add one, write its file and name it here. */
const definitions = [
	binary,
	byteorder,
	concat,
	ct,
	dccpOption,
	exthdr,
	fib,
	hash,
	immediate,
	inner,
	ipOption,
	ipsec,
	map,
	meta,
	numgen,
	osf,
	payload,
	prefix,
	range,
	relational,
	rt,
	sctpChunk,
	set,
	socket,
	tcpOption,
	verdict,
] as const satisfies readonly ExpressionDefinition[];

/** Collect a member of all definitions in one table. */
const table = <M extends keyof ExpressionDefinition>(
	member: M,
): Required<ExpressionDefinition>[M] =>
	Object.assign({}, ...definitions.map((one: ExpressionDefinition) => one[member]));

const parsers = table("parse");
/** For each name in the kernel, the function that reads an expression which loads a register. */
export const expressionReaders = table("read");

type KindsOf<D> = D extends { readonly nodes: infer N } ? keyof N : never;
/** A kind of node without a definition is a type error where a node is looked up here. */
const nodes = table("nodes") as {
	readonly [K in KindsOf<(typeof definitions)[number]>]: NodeDefinition<K>;
};

/** Parse an expression that is allowed at its place. @throws NftError */
export function parseExpression(at: Cursor, parser: Parser): Node {
	if (at.isArray)
		return parseList(
			at.list().map((item) => parser.expression(item)),
			at,
		);
	if (!at.isObject) return parseImmediate(at);
	const [name, body] = at.only();
	const parse = Object.hasOwn(parsers, name) ? parsers[name] : undefined;
	if (parse === undefined) throw at.unsupported(`unknown expression "${name}"`);
	const why = refusal(name, parser.places);
	if (why !== undefined) throw at.unsupported(why);
	return parse(body, parser);
}

/** The definition of a kind of node. */
const definitionOf = (kind: Kind): NodeDefinition<Kind> => nodes[kind] as NodeDefinition<Kind>;

/** Evaluate a node of any kind. @throws NftError */
export const evaluateExpression: Evaluator = (node: Node, evaluation: Evaluation) =>
	(definitionOf(node.kind).evaluate as Evaluator)(node, evaluation);

/** Load the value of a node of any kind into a register. @throws NftError */
export const loadExpression: Loader = (node: Node, emitter: Emitter, to: Register) => {
	const load = definitionOf(node.kind).load as Loader | undefined;
	if (load === undefined) return fail(node, `a ${node.kind} cannot be put into a register`);
	load(node, emitter, to);
};

/** Complete a node of any kind. */
export const completeExpression: Completer = (node: Node, completion: Completion) => {
	const complete = definitionOf(node.kind).complete as Completer | undefined;
	return complete === undefined ? node : complete(node, completion);
};

/** Print a node of any kind. @throws UnlistableError */
export const printExpression: NodePrinter = (node: Node, printer: Printer) => {
	const print = definitionOf(node.kind).print as NodePrinter | undefined;
	if (print === undefined) throw new UnlistableError(`a ${node.kind} is in no listing`);
	return print(node, printer);
};
