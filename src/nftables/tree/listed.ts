import type { ItemJson } from "../json/expression.js";
import type { StatementJson } from "../json/statement.js";
import type { Listed } from "./completion.js";
import type { Element, Node, SetDeclaration } from "./node.js";
import type { Printer } from "./printer.js";

/** A statement without values of a packet. */
export const constantStatement = (
	print: (printer: Printer) => StatementJson,
	complete: Listed["complete"] = () => {},
): Listed => ({ effect: true, complete, print });

type Nodes = Record<string, Node | undefined>;
/** A statement of some values, completed in their order. */
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

/** Writes the elements of a set. */
export type PrintElements = (printer: Printer) => readonly ItemJson[];

/** A set as a listing has it. */
export interface ListedSet extends SetDeclaration {
	/** In place of `elements`, where those are nothing but numbers. */
	readonly printElements?: PrintElements;
	/** Where the set does not say how wide the fields of its key are: itself, with this key. */
	readonly readBy?: (key: Node) => ListedSet;
	/** Of a map: an expression describes its key alone, not what it gives. */
	readonly isNamed?: boolean;
	/** Its statements. */
	readonly listed?: readonly Listed[];
	readonly handle?: bigint;
	/** How many elements it has. */
	readonly count?: number;
}

/** An element as a listing has it: with its statements, which are counting. */
export interface ListedElement extends Element {
	readonly listed: readonly Listed[];
}
/** The statements of an element; there are none where it is not of a listing. */
export const statementsOf = (element: Element): readonly Listed[] =>
	"listed" in element ? (element as ListedElement).listed : [];
