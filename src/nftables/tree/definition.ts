import type { Expression } from "../json/expression.js";
import type { Completion, Listed } from "./completion.js";
import type { Emitter, Register } from "./emitter.js";
import type { Evaluation } from "./evaluation.js";
import type { Kind, Node, NodeOf } from "./node.js";
import type { ExpressionParser, StatementParser } from "./parser.js";
import type { Printer } from "./printer.js";
import type { ExprName, ListedStateful, ReadData, Reading } from "./reading.js";

/** Nodes of one kind, on their way to the kernel and back. */
export interface NodeDefinition<K extends Kind> {
	/** Gives it its type, and inserts what must be checked before it. */
	readonly evaluate: (node: NodeOf<K>, evaluation: Evaluation) => Node;
	/** Has its value in a register; without it there is none. */
	readonly load?: (node: NodeOf<K>, emitter: Emitter, to: Register) => void;
	/** Finds out what the kernel's values are, from what the rule says before; without it they are as they were read. */
	readonly complete?: (node: NodeOf<K>, completion: Completion) => Node;
	/** Writes it as JSON; without it there is none in a listing. */
	readonly print?: (node: NodeOf<K>, printer: Printer) => Expression;
}

/** An expression, both ways. */
export interface ExpressionDefinition {
	/** By its names in JSON. */
	readonly parse?: Readonly<Record<string, ExpressionParser>>;
	/** By the kernel's expression that loads it into a register. */
	readonly read?: { readonly [N in ExprName]?: (data: ReadData<N>, reading: Reading) => void };
	/** By the kinds of nodes it is. */
	readonly nodes?: { readonly [K in Kind]?: NodeDefinition<K> };
}

type StatefulName = NonNullable<ListedStateful["NFTA_EXPR_NAME"]>;

/** A statement, both ways. */
export interface StatementDefinition {
	/** By its names in JSON. */
	readonly parse?: Readonly<Record<string, StatementParser>>;
	/** By the kernel's expression it ends with; it answers `undefined` where that is of another statement or loads. */
	readonly list?: {
		readonly [N in ExprName]?: (data: ReadData<N>, reading: Reading) => Listed | undefined;
	};
	/** The same for what may stand in an element, a set or a dynamic update as well. */
	readonly stateful?: { readonly [N in StatefulName]?: (data: ReadData<N>) => Listed };
}
