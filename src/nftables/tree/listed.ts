import type { ItemJson } from "../json/expression.js";
import type { StatementJson } from "../json/statement.js";
import type { Listed } from "./completion.js";
import type { Element, Node, SetDeclaration } from "./node.js";
import type { Printer } from "./printer.js";

/** A statement that contains no values from a packet. */
export const constantStatement = (
	print: (printer: Printer) => StatementJson,
	complete: Listed["complete"] = () => {},
): Listed => ({ effect: true, complete, print });

type Nodes = Record<string, Node | undefined>;
/** A statement that contains several values, which are completed in order. */
export function statementOf<N extends Nodes>(
	nodes: N,
	print: (nodes: N, printer: Printer) => StatementJson,
): Listed {
	return {
		effect: true,
		complete(completion) {
			for (const [name, node] of Object.entries(nodes))
				if (node !== undefined) (nodes as Nodes)[name] = completion.complete(node);
		},
		print: (printer) => print(nodes, printer),
	};
}

/** Prints the elements of a set. */
export type PrintElements = (printer: Printer) => readonly ItemJson[];

/** A set of a listing. */
export interface ListedSet extends SetDeclaration {
	/** Prints the elements instead of `elements`, if they are only numbers. */
	readonly printElements?: PrintElements;
	/** If the set does not say how wide the fields of its key are: the set as it is with this key. */
	readonly readBy?: (key: Node) => ListedSet;
	/** For a map: an expression describes only its key and not its data. */
	readonly isNamed?: boolean;
	/** The statements of its elements. */
	readonly listed?: readonly Listed[];
	readonly handle?: bigint;
	/** The number of its elements. */
	readonly count?: number;
}

/** An element of a listing, with the state of its statements. */
export interface ListedElement extends Element {
	readonly listed: readonly Listed[];
}
/** The statements of an element; none if it does not come from a listing. */
export const statementsOf = (element: Element): readonly Listed[] =>
	"listed" in element ? (element as ListedElement).listed : [];
