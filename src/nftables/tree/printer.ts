import { printBinary } from "../expression/binary.js";
import { printCt } from "../expression/ct.js";
import { printExthdr } from "../expression/exthdr.js";
import { printFib } from "../expression/fib.js";
import { printHash } from "../expression/hash.js";
import { printIpsec } from "../expression/ipsec.js";
import { printMeta } from "../expression/meta.js";
import { printNumgen } from "../expression/numgen.js";
import { printOsf } from "../expression/osf.js";
import { printPayload } from "../expression/payload.js";
import { printRt } from "../expression/rt.js";
import { printSocket } from "../expression/socket.js";
import { printVerdict } from "../expression/verdict.js";
import { inetProto, verdict } from "../fact/datatype.js";
import { formatConstant, integerJson } from "../fact/format.js";
import type { Host } from "../fact/host.js";
import type { Expression, ItemJson } from "../json/expression.js";
import type { Element, Kind, MapLookup, Node, NodeOf, SetReference } from "./node.js";
import { UnlistableError } from "./reading.js";
import { isAnonymous } from "./set.js";

/** How a listing is written. */
export class Printer {
	readonly host: Host;
	/** Without what statements have counted. */
	readonly stateless: boolean;
	/** Protocols by number, as the ends of a range are. */
	readonly numeric: boolean;
	constructor(host: Host, { stateless = false, numeric = false } = {}) {
		this.host = host;
		this.stateless = stateless;
		this.numeric = numeric;
	}
	node(node: Node): Expression {
		const print = printers[node.kind] as (node: Node, printer: Printer) => Expression;
		return print(node, this);
	}
	get withoutState(): Printer {
		return new Printer(this.host, { stateless: true });
	}
}

type Printers = { readonly [K in Kind]: (node: NodeOf<K>, printer: Printer) => Expression };
const no = (node: Node): never => {
	throw new UnlistableError(`a ${node.kind} is in no listing`);
};

const printers: Printers = {
	value({ datatype, value, bits }, { host, numeric }) {
		if (numeric && datatype === inetProto) return integerJson(value);
		return formatConstant(datatype, value, bits, host);
	},
	verdict: printVerdict,
	symbol: no,
	"set name": no,
	prefix: (node, printer) => ({ prefix: { addr: printer.node(node.address), len: node.length } }),
	range(node, { host }) {
		const printer = new Printer(host, { numeric: true });
		return { range: [printer.node(node.low), printer.node(node.high)] };
	},
	list: (node, printer) => node.items.map((item) => printer.node(item)),
	concat: (node, printer) => ({ concat: node.parts.map((part) => printer.node(part)) }),
	set: (node, printer) => ({ set: node.items.map((item) => printItem(item, printer)) }),
	elem: printElement,
	catchall: () => "*",
	mapping: no,
	map: printLookup,
	"set reference": printReference,
	binary: printBinary,
	byteorder: (node, printer) => printer.node(node.arg),
	relational: no,
	payload: printPayload,
	exthdr: printExthdr,
	meta: printMeta,
	ct: printCt,
	rt: printRt,
	socket: printSocket,
	osf: printOsf,
	fib: printFib,
	numgen: printNumgen,
	hash: printHash,
	ipsec: printIpsec,
};

export function printItem(item: Node, printer: Printer): ItemJson {
	if (item.kind !== "mapping") return printer.node(item);
	return [printer.node(item.key), printer.node(item.data)];
}

/** Only an element with more than a key is written as one. */
function printElement(node: Element, printer: Printer): Expression {
	const val = printer.node(node.key);
	const { timeout, expires, comment, listed } = node;
	const statements = listed ?? [];
	const plain = timeout === undefined && expires === undefined && comment === undefined;
	if (plain && statements.length === 0) return val;
	return {
		elem: {
			...Object.assign({}, ...statements.map((statement) => statement.print(printer))),
			val,
			...(timeout && { timeout: Number(timeout / 1000n) }),
			...(expires && { expires: Number(expires / 1000n) }),
			...(comment !== undefined && { comment }),
		},
	} as Expression;
}

function printReference({ set }: SetReference, printer: Printer): Expression {
	if (!isAnonymous(set)) return `@${set.name}`;
	return { set: (set.elements?.items ?? []).map((item) => printItem(item, printer)) } as Expression;
}

export function printLookup(node: MapLookup, printer: Printer): Expression {
	const body = { key: printer.node(node.key), data: printer.node(node.mappings) };
	const isVerdict =
		node.mappings.kind === "set reference" && node.mappings.set.data?.datatype === verdict;
	return (isVerdict ? { vmap: body } : { map: body }) as Expression;
}
