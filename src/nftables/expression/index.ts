import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Emitter, Loader, Register } from "../tree/emitter.js";
import type { Evaluation, Evaluator } from "../tree/evaluation.js";
import type { Kind, Node, NodeOf } from "../tree/node.js";
import type { ExpressionParser, Parser } from "../tree/parser.js";
import { refusal } from "../tree/place.js";
import { evaluateBinary, loadBinary, parseBinary } from "./binary.js";
import { loadByteOrder } from "./byteorder.js";
import { evaluateConcat, loadConcat, parseConcat } from "./concat.js";
import { evaluateCt, loadCt, parseCt } from "./ct.js";
import { parseDccpOption } from "./dccp-option.js";
import { evaluateExthdr, loadExthdr, parseExthdr } from "./exthdr.js";
import { evaluateFib, loadFib, parseFib } from "./fib.js";
import { evaluateHash, loadHash, parseJhash, parseSymhash } from "./hash.js";
import {
	evaluateList,
	evaluateSymbol,
	evaluateValue,
	loadValue,
	parseImmediate,
	parseList,
} from "./immediate.js";
import { parseIpOption } from "./ip-option.js";
import { evaluateIpsec, loadIpsec, parseIpsec } from "./ipsec.js";
import { evaluateMap, loadMap, parseMap } from "./map.js";
import { evaluateMeta, loadMeta, parseMeta } from "./meta.js";
import { evaluateNumgen, loadNumgen, parseNumgen } from "./numgen.js";
import { loadOsf, parseOsf } from "./osf.js";
import { evaluatePayload, loadPayload, parsePayload } from "./payload.js";
import { evaluatePrefix, parsePrefix } from "./prefix.js";
import { evaluateRange, parseRange } from "./range.js";
import { evaluateRt, loadRt, parseRt } from "./rt.js";
import { parseSctpChunk } from "./sctp-chunk.js";
import {
	evaluateElement,
	evaluateMapping,
	evaluateSet,
	evaluateSetName,
	evaluateSetReference,
	parseElem,
	parseSet,
} from "./set.js";
import { evaluateSocket, loadSocket, parseSocket } from "./socket.js";
import { parseTcpOption } from "./tcp-option.js";
import { evaluateVerdict, loadVerdict, parseVerdict } from "./verdict.js";

/** Every expression by its name in JSON. */
const parsers: Readonly<Record<string, ExpressionParser>> = {
	concat: parseConcat,
	set: parseSet,
	map: parseMap,
	prefix: parsePrefix,
	range: parseRange,
	payload: parsePayload,
	exthdr: parseExthdr,
	"tcp option": parseTcpOption,
	"ip option": parseIpOption,
	"sctp chunk": parseSctpChunk,
	"dccp option": parseDccpOption,
	meta: parseMeta,
	osf: parseOsf,
	ipsec: parseIpsec,
	socket: parseSocket,
	rt: parseRt,
	ct: parseCt,
	numgen: parseNumgen,
	jhash: parseJhash,
	symhash: parseSymhash,
	fib: parseFib,
	"|": parseBinary("|"),
	"^": parseBinary("^"),
	"&": parseBinary("&"),
	">>": parseBinary(">>"),
	"<<": parseBinary("<<"),
	accept: parseVerdict("accept"),
	drop: parseVerdict("drop"),
	continue: parseVerdict("continue"),
	return: parseVerdict("return"),
	jump: parseVerdict("jump"),
	goto: parseVerdict("goto"),
	elem: parseElem,
};

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

type Evaluators = { readonly [K in Kind]: (node: NodeOf<K>, evaluation: Evaluation) => Node };
const evaluators: Evaluators = {
	value: evaluateValue,
	verdict: evaluateVerdict,
	symbol: evaluateSymbol,
	"set name": evaluateSetName,
	prefix: evaluatePrefix,
	range: evaluateRange,
	list: evaluateList,
	concat: evaluateConcat,
	set: evaluateSet,
	elem: evaluateElement,
	catchall: (node, { set }) => Object.assign(node, { bits: set?.key.bits ?? 0 }),
	mapping: evaluateMapping,
	map: evaluateMap,
	"set reference": evaluateSetReference,
	binary: evaluateBinary,
	byteorder: (node) => node,
	relational: (node) => fail(node, "a comparison is no value"),
	payload: evaluatePayload,
	exthdr: evaluateExthdr,
	meta: evaluateMeta,
	ct: evaluateCt,
	rt: evaluateRt,
	socket: evaluateSocket,
	osf: (node, evaluation) => evaluation.expectLike(node),
	fib: evaluateFib,
	numgen: evaluateNumgen,
	hash: evaluateHash,
	ipsec: evaluateIpsec,
};
export const evaluateExpression: Evaluator = (node, evaluation) =>
	(evaluators[node.kind] as (node: Node, evaluation: Evaluation) => Node)(node, evaluation);

type Loaders = {
	readonly [K in Kind]?: (node: NodeOf<K>, emitter: Emitter, to: Register) => void;
};
const loaders: Loaders = {
	value: loadValue,
	verdict: loadVerdict,
	concat: loadConcat,
	map: loadMap,
	binary: loadBinary,
	byteorder: loadByteOrder,
	payload: loadPayload,
	exthdr: loadExthdr,
	meta: loadMeta,
	ct: loadCt,
	rt: loadRt,
	socket: loadSocket,
	osf: loadOsf,
	fib: loadFib,
	numgen: loadNumgen,
	hash: loadHash,
	ipsec: loadIpsec,
	elem: (node, emitter, to) => emitter.load(node.key, to),
};
export const loadExpression: Loader = (node, emitter, to) => {
	const load = loaders[node.kind] as
		| ((node: Node, emitter: Emitter, to: Register) => void)
		| undefined;
	if (load === undefined) return fail(node, `a ${node.kind} cannot be put into a register`);
	load(node, emitter, to);
};
