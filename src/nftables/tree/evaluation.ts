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

/** Evaluates a node of any kind. */
export type Evaluator = (node: Node, evaluation: Evaluation) => Node;
/** The objects that a rule may refer to. */
export interface Ruleset {
	readonly host: Host;
	readonly evaluate: Evaluator;
	/** The set or map with this name in the rule's table. */
	findSet(name: string, path: string): SetDeclaration;
	/** Create an anonymous set before the rule. */
	declare(set: SetDeclaration): void;
}

/** A statement that was parsed from JSON and will be sent to the kernel. */
export interface Statement extends Stateful {
	/** Whether no statement may follow it. */
	terminal?: boolean;
	/** The comparison, if the statement is a match. Merging matches uses it. */
	match?: Relational;
	/**
	 * Whether it writes to a header. A field of less than a byte is then rewritten with its neighbours and not masked.
	 */
	readonly writesPayload?: boolean;
	/** Determine the types of all expressions, and insert checks. */
	evaluate(evaluation: Evaluation): void;
	emit(emitter: Emitter): void;
}

/** The state while one rule or one set declaration is evaluated. */
export class Evaluation {
	readonly family: number;
	readonly ruleset: Ruleset;
	readonly statements: Statement[];
	expected: Expected = { ...nothing };
	/** The width of what the statement writes to, if that is wider than the value. */
	statementBits = 0;
	statement: Statement | undefined;
	/** The tunnel whose inner packet the current expression is about. */
	tunnel: Protocol | undefined;
	/** The set whose elements are evaluated. */
	set: SetDeclaration | undefined;
	readonly #outer: ProtocolContext;
	/** The inner packet begins with an Ethernet header, as in the bridge family. */
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
	/** Expect that a constant has the type of this node. */
	expectLike(node: Node): Node {
		this.expect({ datatype: node.datatype, order: node.order, bits: node.bits });
		return node;
	}
	/** Evaluate statements that we insert before the current one. */
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

	/** Convert a value to a byte order: a constant at once, anything else at run time. */
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
	/** Convert a part of a concatenated key that is compared with ranges, which the kernel does bytewise. */
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
