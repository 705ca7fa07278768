import type { StatementJson } from "../json/statement.js";
import type { Completion } from "./completion.js";
import type { Node, Relational } from "./node.js";
import type { Printer } from "./printer.js";

/** One statement of a rule between the kernel and JSON. */
export interface Listed {
	/** A comparison, which a later one may imply; then it is not listed. */
	relation?: Relational;
	/** More than a question: what is checked before it cannot be moved behind it. */
	readonly effect: boolean;
	/** What it is keyed by, when that may be inside a tunnel. */
	readonly key?: Node;
	/** Find out what its values are, now that what comes before is known. */
	complete(completion: Completion): void;
	print(printer: Printer): StatementJson;
}

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
