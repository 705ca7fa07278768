import { NFPROTO_BRIDGE } from "../../uapi/netfilter.js";
import { type Base, INNER, TRANSPORT } from "../fact/protocol.js";
import type { StatementJson } from "../json/statement.js";
import type { Node, Relational, SetDeclaration } from "./node.js";
import type { Printer } from "./printer.js";
import { ProtocolContext } from "./protocol-context.js";

/** A statement that was read from the kernel and will be printed as JSON. */
export interface Listed {
	/** A comparison. If a later one implies it, it is not listed. */
	relation?: Relational;
	/** Whether the statement has an effect, so that checks before it cannot be moved behind it. */
	readonly effect: boolean;
	/** The value that it depends on, which may be inside a tunnel. */
	readonly key?: Node;
	/** Find out what its values mean, from the statements before it. */
	complete(completion: Completion): void;
	print(printer: Printer): StatementJson;
}

/** What is known at a place in a rule: the protocols, and the checks that a later match may imply. */
export interface PacketContext {
	readonly protocols: ProtocolContext;
	/** The check that determined the header at each base. */
	readonly checks: Map<number, Listed>;
	/** The ICMP type that was checked. */
	icmpType: number | undefined;
	previous: Listed | undefined;
}
const newContext = (family: number): PacketContext => ({
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

/** Completes a node of any kind. */
export type Completer = (node: Node, completion: Completion) => Node;

/** Interprets a rule, statement by statement, in terms of headers and their fields. */
export class Completion {
	readonly family: number;
	statements: Listed[];
	/** The context of the packet, or of the packet inside a tunnel. */
	context: PacketContext;
	readonly outer: PacketContext;
	/** The set whose key is completed. */
	set: SetDeclaration | undefined;
	/** Whether a key is completed, which is not compared with anything, so that a mask is part of its field. */
	inKey = false;
	readonly #complete: Completer;
	readonly #inner: PacketContext = newContext(NFPROTO_BRIDGE);
	#current: Listed | undefined;

	constructor(family: number, statements: readonly Listed[], complete: Completer) {
		this.family = family;
		this.statements = [...statements];
		this.outer = newContext(family);
		this.context = this.outer;
		this.#complete = complete;
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
		return this.#complete(node, this);
	}

	/** List a statement after the current one, or instead of it. */
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
	/** Remember a check that a later match may imply. */
	remember(base: number, check: Listed): void {
		this.context.checks.set(base, check);
	}
	checkAt(base: number, { checks } = this.context): Listed | undefined {
		return checks.get(base) ?? (base === TRANSPORT ? checks.get(INNER) : undefined);
	}
	/** A match implies the check of this base, so the check is not listed. */
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
