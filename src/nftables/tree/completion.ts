import { NFPROTO_BRIDGE } from "../../uapi/netfilter.js";
import { completeBinary, dropMask } from "../expression/binary-listing.js";
import { completeCt } from "../expression/ct.js";
import { completeExthdr } from "../expression/exthdr-listing.js";
import { completePayload, killDependency } from "../expression/payload-listing.js";
import { leaveTunnel } from "../expression/payload-match.js";
import { completeRelation } from "../expression/relational-listing.js";
import { completeConcat, completeValue } from "../expression/value-listing.js";
import { type Base, INNER, TRANSPORT } from "../fact/protocol.js";
import type { Listed } from "./listed.js";
import type { Kind, MapLookup, Node, NodeOf } from "./node.js";
import { ProtocolContext } from "./protocol-context.js";
import type { SetDeclaration } from "./set.js";

/** What is known at a place of the rule: the protocols, and the checks that a later one may imply. */
export interface Context {
	readonly protocols: ProtocolContext;
	/** The check that told what the header at that base is. */
	readonly checks: Map<number, Listed>;
	/** The icmp type that was checked. */
	icmpType: number | undefined;
	previous: Listed | undefined;
}
const newContext = (family: number): Context => ({
	protocols: new ProtocolContext(family),
	checks: new Map(),
	icmpType: undefined,
	previous: undefined,
});

const isInner = (node: Node | undefined): boolean => {
	switch (node?.kind) {
		case "binary":
			return isInner(node.left);
		case "concat":
			return node.parts.some(isInner);
		case "elem":
			return isInner(node.key);
		case "meta":
		case "payload":
			return node.tunnel !== undefined;
		default:
			return false;
	}
};

/** Works out, statement by statement, what a rule says in terms of headers and their fields. */
export class Completion {
	readonly family: number;
	statements: Listed[];
	/** That of the packet, or that of the packet inside a tunnel. */
	context: Context;
	readonly outer: Context;
	/** The set whose key is being completed. */
	set: SetDeclaration | undefined;
	/** In keys nothing compares: a mask is part of the field at once. */
	inKey = false;
	readonly #inner: Context = newContext(NFPROTO_BRIDGE);
	#current: Listed | undefined;

	constructor(family: number, statements: readonly Listed[]) {
		this.family = family;
		this.statements = [...statements];
		this.outer = newContext(family);
		this.context = this.outer;
	}
	run(): readonly Listed[] {
		for (const statement of [...this.statements]) {
			this.#current = statement;
			const key = statement.relation?.left ?? statement.key;
			this.context = isInner(key) ? this.#inner : this.outer;
			const { context } = this;
			statement.complete(this);
			context.previous = this.#current;
			if (statement.effect) {
				context.checks.clear();
				context.icmpType = undefined;
				context.previous = undefined;
			}
		}
		return this.statements;
	}
	complete(node: Node): Node {
		return (completers[node.kind] as (node: Node, completion: Completion) => Node)(node, this);
	}

	/** List a statement after the current one, or in place of it. */
	place(statement: Listed, instead: boolean): void {
		const at = this.statements.indexOf(this.#current as Listed);
		if (instead) this.statements.splice(at, 1, statement);
		else this.statements.splice(at + 1, 0, statement);
		this.#current = statement;
	}
	get current(): Listed | undefined {
		return this.#current;
	}
	remove(statement: Listed): void {
		this.statements = this.statements.filter((s) => s !== statement);
	}
	/** A check may turn out to be implied by what follows. */
	remember(base: number, check: Listed): void {
		this.context.checks.set(base, check);
	}
	checkAt(base: number, { checks } = this.context): Listed | undefined {
		return checks.get(base) ?? (base === TRANSPORT ? checks.get(INNER) : undefined);
	}
	/** What follows implies the check: it is not listed. */
	release(base: Base, context = this.context): void {
		const { checks } = context;
		const at = checks.has(base) || base !== TRANSPORT ? base : INNER;
		const check = checks.get(at);
		if (check === undefined) return;
		checks.delete(at);
		this.remove(check);
		if (context.previous === check) context.previous = undefined;
	}
}

const same = <N extends Node>(node: N): N => node;
type Completers = {
	readonly [K in Kind]: (node: NodeOf<K>, completion: Completion) => Node;
};
const completers: Completers = {
	value: completeValue,
	verdict: same,
	symbol: same,
	"set name": same,
	prefix: (node, completion) => Object.assign(node, { address: completion.complete(node.address) }),
	range: (node, completion) =>
		Object.assign(node, {
			low: completion.complete(node.low),
			high: completion.complete(node.high),
		}),
	list: same,
	concat: completeConcat,
	set: same,
	elem(node, completion) {
		completion.inKey = true;
		node.key = completion.complete(node.key);
		completion.inKey = false;
		return node;
	},
	catchall: same,
	mapping: same,
	map: completeLookup,
	"set reference": same,
	binary: completeBinary,
	byteorder(node, completion) {
		const arg = completion.complete(node.arg);
		const order = arg.order === "big" ? "host" : "big";
		return { ...node, arg, datatype: arg.datatype, order };
	},
	relational: (node, completion) => completeRelation(node, completion),
	payload(node, completion) {
		completePayload(node, completion);
		leaveTunnel(node, completion);
		killDependency(node, completion);
		return node;
	},
	exthdr: completeExthdr,
	meta: same,
	ct: completeCt,
	rt: same,
	socket: same,
	osf: same,
	fib: same,
	numgen: same,
	hash(node, completion) {
		if (node.source !== undefined) node.source = completion.complete(node.source);
		return node;
	},
	ipsec: same,
};

function completeLookup(node: MapLookup, completion: Completion): Node {
	const { key } = node;
	if (key.kind === "binary" && key.op === "&" && key.left.kind === "payload")
		node.key = dropMask(key, node.mappings, undefined, completion) ?? key;
	node.key = completion.complete(node.key);
	return node;
}
