import {
	IPPROTO_AH,
	IPPROTO_COMP,
	IPPROTO_DCCP,
	IPPROTO_ESP,
	IPPROTO_ICMP,
	IPPROTO_SCTP,
	IPPROTO_TCP,
	IPPROTO_UDP,
	IPPROTO_UDPLITE,
} from "../../uapi/in.js";
import { IPPROTO_ICMPV6 } from "../../uapi/in6.js";
import {
	booleanType,
	type Datatype,
	icmpType,
	inetProto,
	isBitmask,
	isInteger,
	isString,
	parseConstant,
	string,
} from "../fact/datatype.js";
import { formatConstant, integerJson } from "../fact/format.js";
import { byteLength, fromText, swapOrder, toBytes } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import type { Completion } from "../tree/completion.js";
import { value } from "../tree/constant.js";
import { bytesOf } from "../tree/data.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import type { Emitter, Register } from "../tree/emitter.js";
import { registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { List, Node, Prefix, SetName, SymbolText, Value } from "../tree/node.js";
import { binary, unevaluated } from "../tree/node.js";
import type { Printer } from "../tree/printer.js";
import { dataNode, type ReadData, type Reading } from "../tree/reading.js";
import { isInterval } from "../tree/set.js";

/** Words with a fixed meaning, as in nft's grammar. */
const words: Readonly<Record<string, readonly [Datatype, number]>> = {
	tcp: [inetProto, IPPROTO_TCP],
	udp: [inetProto, IPPROTO_UDP],
	udplite: [inetProto, IPPROTO_UDPLITE],
	esp: [inetProto, IPPROTO_ESP],
	ah: [inetProto, IPPROTO_AH],
	icmp: [inetProto, IPPROTO_ICMP],
	icmpv6: [inetProto, IPPROTO_ICMPV6],
	comp: [inetProto, IPPROTO_COMP],
	dccp: [inetProto, IPPROTO_DCCP],
	sctp: [inetProto, IPPROTO_SCTP],
	// ICMP_REDIRECT
	redirect: [icmpType, 5],
};

/** Parses a string, a number or a boolean. */
export function parseImmediate(at: Cursor): Node {
	const { path, value: json } = at;
	if (typeof json === "boolean") return value(path, booleanType, "host", 8, json ? 1n : 0n);
	if (typeof json !== "string")
		return { kind: "symbol", path, ...unevaluated, text: `${at.bigint()}` };
	const text = at.string();
	if (text === "*") return { kind: "catchall", path, ...unevaluated };
	if (text.startsWith("@"))
		return { kind: "set name", path, ...unevaluated, name: text.slice(1) } satisfies SetName;
	const word = Object.hasOwn(words, text) ? words[text] : undefined;
	if (word !== undefined) return value(path, word[0], "host", 8, BigInt(word[1]));
	return { kind: "symbol", path, ...unevaluated, text };
}

function evaluateSymbol(node: SymbolText, evaluation: Evaluation): Node {
	const { datatype } = evaluation.expected;
	if (datatype === undefined) return fail(node, `the meaning of "${node.text}" is not known here`);
	const constant = parseConstant(datatype, node.text, evaluation.ruleset.host);
	if (constant === undefined) return fail(node, `"${node.text}" is not a valid ${datatype.name}`);
	const bits = constant.bits ?? datatype.size;
	return evaluateValue(
		value(node.path, datatype, datatype.order, bits, constant.value),
		evaluation,
	);
}

function evaluateValue(node: Value, evaluation: Evaluation): Node {
	if (isInteger(node.datatype)) return fitConstant(node, evaluation);
	if (isString(node.datatype)) return evaluateString(node, evaluation);
	return fail(node, `a ${node.datatype.name} cannot stand here`);
}

/** A trailing `*` makes a string match as a prefix; `\*` is the character itself. */
function evaluateString(node: Value, { expected }: Evaluation): Node {
	const { path } = node;
	const datatype = expected.datatype ?? string;
	if (expected.bits > 0 && node.bits > expected.bits)
		fail(node, `is longer than the ${byteLength(expected.bits)} bytes of a ${datatype.name}`);
	const bits = expected.bits > 0 ? expected.bits : node.bits;
	const bytes = toBytes(node.value, "host", byteLength(Math.max(node.bits, bits)));
	const end = bytes.indexOf(0);
	const text = end < 0 ? bytes : bytes.subarray(0, end);
	if (text.length === 0) fail(node, "an empty string matches nothing");
	if (text.at(-1) !== 0x2a) return value(path, datatype, "host", bits, node.value);
	if (text.length === 1) fail(node, "a pattern of nothing but * matches everything");
	const escaped = text.at(-2) === 0x5c;
	const kept = escaped ? Uint8Array.of(...text.subarray(0, -2), 0x2a) : text.subarray(0, -1);
	const stem = value(path, datatype, "host", bits, fromHostBytes(kept));
	if (escaped) return stem;
	const prefix: Prefix = {
		kind: "prefix",
		path,
		datatype,
		order: "host",
		bits,
		address: stem,
		length: kept.length * 8,
	};
	return prefix;
}
const fromHostBytes = (bytes: Uint8Array): bigint =>
	bytes.reduce((sum, byte, i) => sum | (BigInt(byte) << BigInt(8 * i)), 0n);

/** A list of nodes that its items were parsed to. */
export const parseList = (items: Node[], at: Cursor): List => ({
	kind: "list",
	path: at.path,
	...unevaluated,
	items,
});

/** A list of flags is their sum. */
function evaluateList(node: List, evaluation: Evaluation): Node {
	let flags = 0n;
	for (const item of node.items) {
		const flag = evaluation.evaluate(item);
		if (flag.kind !== "value" || !isBitmask(flag.datatype))
			return fail(item, "only flags can be listed");
		flags |= flag.value;
	}
	const { datatype, bits } = evaluation.expected;
	if (datatype === undefined) return fail(node, "nothing says what these flags are");
	return value(node.path, datatype, "host", bits, flags);
}

function loadValue(node: Value, emitter: Emitter, to: Register): void {
	emitter.add("immediate", {
		NFTA_IMMEDIATE_DREG: registerNumber(to),
		NFTA_IMMEDIATE_DATA: { NFTA_DATA_VALUE: bytesOf(node) },
	});
}

/** Check a constant against what is expected here, and give it the expected order and width. */
function fitConstant(node: Value, { expected, statementBits }: Evaluation): Value {
	const bits = Math.max(statementBits, expected.bits);
	const max = (1n << BigInt(bits)) - 1n;
	if (expected.max > 0 && node.value > BigInt(expected.max))
		fail(node, `${node.value} exceeds the valid range 0-${expected.max}`);
	if (node.value > max) fail(node, `${node.value} exceeds the valid range 0-${max}`);
	node.order = expected.order;
	node.bits = bits;
	return node;
}

const STAR = 0x2a;

/** Complete a constant whose type is known by now. */
function completeValue(node: Value, { set }: Completion): Node {
	const ranges = set !== undefined && isInterval(set);
	if (node.order === "host" && !ranges) node.value = swapOrder(node.value, byteLength(node.bits));
	if (isString(node.datatype)) return completeString(node);
	return isBitmask(node.datatype) ? flags(node) : node;
}

const decoder = new TextDecoder();

/** A string without its NUL matches as a prefix. */
function completeString(node: Value): Value {
	const bytes = toBytes(node.value, "host", byteLength(node.bits));
	const end = bytes.indexOf(0);
	const text = decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
	if (end < 0) return stringValue(node, `${text}*`);
	return text.charCodeAt(text.length - 1) === STAR
		? stringValue(node, `${text.slice(0, -1)}\\*`)
		: node;
}

/** A string with its width, including the NUL. */
export function stringValue({ path, datatype }: Node, text: string): Value {
	const bits = (Buffer.byteLength(text) + 1) * 8;
	return value(path, datatype, "host", bits, fromText(text));
}

/** Several flags as a list of single ones. */
export function flags(node: Value): Node {
	let sum: Node | undefined;
	for (let bit = 1n; bit <= node.value; bit <<= 1n) {
		if ((node.value & bit) === 0n) continue;
		const flag: Value = { ...node, value: bit };
		sum = sum === undefined ? flag : binary("|", sum, flag, flag);
	}
	return sum ?? node;
}

function readImmediate(data: ReadData<"immediate">, reading: Reading): void {
	reading.store(data.NFTA_IMMEDIATE_DREG, dataNode(data.NFTA_IMMEDIATE_DATA));
}

function printValue({ datatype, value, bits }: Value, { host, numeric }: Printer): Expression {
	if (numeric && datatype === inetProto) return integerJson(value);
	return formatConstant(datatype, value, bits, host);
}

/** A constant; flags are printed by their names. Any JSON value that is neither object nor array is one. */
export const immediate = {
	read: { immediate: readImmediate },
	nodes: {
		value: { evaluate: evaluateValue, load: loadValue, complete: completeValue, print: printValue },
		symbol: { evaluate: evaluateSymbol },
		list: {
			evaluate: evaluateList,
			print: (node, printer) => node.items.map((item) => printer.node(item)),
		},
	},
} satisfies ExpressionDefinition;
