import type { Expression } from "../json/expression.js";
import type { Completion, Listed } from "./completion.js";
import type { Emitter, Register } from "./emitter.js";
import type { Evaluation } from "./evaluation.js";
import type { Kind, Node, NodeOf } from "./node.js";
import type { ExpressionParser, StatementParser } from "./parser.js";
import type { Printer } from "./printer.js";
import type { ExprName, ListedStateful, ReadData, Reading } from "./reading.js";

/** How nodes of one kind are evaluated, loaded, completed and printed. */
export interface NodeDefinition<K extends Kind> {
	/** Determines the type, and inserts checks that must come before it. */
	readonly evaluate: (node: NodeOf<K>, evaluation: Evaluation) => Node;
	/** Loads its value into a register; absent if such a node has no value. */
	readonly load?: (node: NodeOf<K>, emitter: Emitter, to: Register) => void;
	/**
	 * Finds out what the kernel's values mean, from the rest of the rule; absent if the node is complete when it is read.
	 */
	readonly complete?: (node: NodeOf<K>, completion: Completion) => Node;
	/** Prints it as JSON; absent if a listing never contains such a node. */
	readonly print?: (node: NodeOf<K>, printer: Printer) => Expression;
}

/** An expression in both directions. */
export interface ExpressionDefinition {
	/** Its parsers, by names in JSON. */
	readonly parse?: Readonly<Record<string, ExpressionParser>>;
	/** Its readers, by the kernel's expression that loads it into a register. */
	readonly read?: { readonly [N in ExprName]?: (data: ReadData<N>, reading: Reading) => void };
	/** The kinds of nodes that it consists of. */
	readonly nodes?: { readonly [K in Kind]?: NodeDefinition<K> };
}

type StatefulName = NonNullable<ListedStateful["NFTA_EXPR_NAME"]>;

/** A statement in both directions. */
export interface StatementDefinition {
	/** Its parsers, by names in JSON. */
	readonly parse?: Readonly<Record<string, StatementParser>>;
	/**
	 * Its listers, by the kernel's expression that ends it. They return `undefined` if the expression belongs to another
	 * statement or loads a register.
	 */
	readonly list?: {
		readonly [N in ExprName]?: (data: ReadData<N>, reading: Reading) => Listed | undefined;
	};
	/** The same for statements that elements, sets and dynamic updates may contain. */
	readonly stateful?: { readonly [N in StatefulName]?: (data: ReadData<N>) => Listed };
}
