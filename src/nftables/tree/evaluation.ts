import { NFPROTO_BRIDGE } from "../../uapi/netfilter.js";
import { type Datatype, isInteger, isString } from "../fact/datatype.js";
import type { Host } from "../fact/host.js";
import type { Protocol } from "../fact/protocol.js";
import { byteLength, type Order, swapOrder } from "../fact/value.js";
import { NftError } from "../json/error.js";
import { isConstant } from "./constant.js";
import type { Emitter } from "./emitter.js";
import type { Expected, Node, Relational, SetDeclaration } from "./node.js";
import { ProtocolContext } from "./protocol-context.js";
import type { Stateful } from "./stateful.js";

const nothing: Expected = {
	datatype: undefined,
	order: undefined,
	bits: 0,
	max: 0,
	key: undefined,
};

/** Evaluates a node by its kind. */
export type Evaluator = (node: Node, evaluation: Evaluation) => Node;
/** What a rule needs from the ruleset around it. */
export interface Ruleset {
	readonly host: Host;
	readonly evaluate: Evaluator;
	/** The set or map of that name in the rule's table. */
	findSet(name: string, path: string): SetDeclaration;
	/** Have an anonymous set made before the rule. */
	declare(set: SetDeclaration): void;
}

/** A statement of a rule between JSON and the kernel. */
export interface Statement extends Stateful {
	/** Nothing may follow it. */
	terminal?: boolean;
	/** A match: rules are reduced by looking at these. */
	match?: Relational;
	/** Writes to a header, whose own sub-byte fields are then not masked but rewritten. */
	readonly writesPayload?: boolean;
	/** Give every expression its type and insert what must be checked first. */
	evaluate(evaluation: Evaluation): void;
	emit(emitter: Emitter): void;
}

/** The state of evaluating one rule or one set declaration. */
export class Evaluation {
	readonly family: number;
	readonly ruleset: Ruleset;
	readonly statements: Statement[];
	expected: Expected = { ...nothing };
	/** Width of what the statement writes to, where that is wider than its value. */
	statementBits = 0;
	statement: Statement | undefined;
	/** The tunnel whose inner packet the expression at hand is about. */
	tunnel: Protocol | undefined;
	/** The set whose elements are evaluated. */
	set: SetDeclaration | undefined;
	readonly #outer: ProtocolContext;
	/** The inner packet begins with an ethernet header, as in the bridge family. */
	readonly #inner = new ProtocolContext(NFPROTO_BRIDGE);

	constructor(ruleset: Ruleset, family: number, statements: Statement[] = []) {
		this.ruleset = ruleset;
		this.family = family;
		this.statements = statements;
		this.#outer = new ProtocolContext(family);
	}
	get protocols(): ProtocolContext {
		return this.tunnel === undefined ? this.#outer : this.#inner;
	}
	evaluate(node: Node): Node {
		return this.ruleset.evaluate(node, this);
	}
	expect(expected: Partial<Expected>): void {
		this.expected = { ...nothing, ...expected };
	}
	expectType(datatype: Datatype | undefined, bits = datatype?.size ?? 0): void {
		this.expect({ datatype, order: datatype?.order, bits });
	}
	/** A constant beside this node is of its type. */
	expectLike(node: Node): Node {
		this.expect({ datatype: node.datatype, order: node.order, bits: node.bits });
		return node;
	}
	/** Evaluate statements of our own making; they come before the statement at hand. */
	evaluateInserted(statement: Statement): void {
		const { statementBits } = this;
		this.statementBits = 0;
		statement.evaluate(this);
		this.statementBits = statementBits;
	}
	insert(statement: Statement): void {
		const at = this.statement === undefined ? -1 : this.statements.indexOf(this.statement);
		this.statements.splice(at < 0 ? this.statements.length : at, 0, statement);
	}
	insertFirst(statement: Statement): void {
		this.statements.unshift(statement);
	}

	/** Have a value in the given byte order: a constant is changed, anything else converted at run time. */
	inOrder(node: Node, order: Order): Node {
		if (node.order === order) return node;
		if (node.kind === "concat") {
			node.parts = node.parts.map((part) => this.#partInOrder(part));
			return node;
		}
		if (isString(node.datatype)) return node;
		if (!isInteger(node.datatype))
			throw new NftError(node.path, `a ${node.datatype.name} has no byte order`);
		if (isConstant(node) || byteLength(node.bits) < 2) {
			node.order = order;
			return node;
		}
		return converted(node, order);
	}
	/** A part of a concatenated key that is compared by ranges, which the kernel orders bytewise. */
	#partInOrder(part: Node): Node {
		if (part.order === "big" || !isInteger(part.datatype)) return part;
		if (part.kind === "value") {
			if (part.order === "host") part.value = swapOrder(part.value, byteLength(part.bits));
			return part;
		}
		return byteLength(part.bits) >= 2 ? converted(part, "big") : part;
	}
}

function converted(arg: Node, order: Order): Node {
	if (arg.order === undefined)
		throw new NftError(arg.path, `the byte order of a ${arg.datatype.name} is not known`);
	const op = order === "big" ? "hton" : "ntoh";
	return {
		kind: "byteorder",
		path: arg.path,
		datatype: arg.datatype,
		order,
		bits: arg.bits,
		op,
		arg,
	};
}
