import type { Host } from "../fact/host.js";
import type { Expression } from "../json/expression.js";
import type { Node } from "./node.js";

/** Prints a node of any kind as JSON. */
export type NodePrinter = (node: Node, printer: Printer) => Expression;

/** The options of printing. */
export class Printer {
	readonly host: Host;
	/** Whether the counts of statements are left out. */
	readonly stateless: boolean;
	/** Whether protocols are printed as numbers, as the ends of a range must be. */
	readonly numeric: boolean;
	readonly #print: NodePrinter;
	constructor(host: Host, print: NodePrinter, { stateless = false, numeric = false } = {}) {
		this.host = host;
		this.stateless = stateless;
		this.numeric = numeric;
		this.#print = print;
	}
	node(node: Node): Expression {
		return this.#print(node, this);
	}
	get withoutState(): Printer {
		return new Printer(this.host, this.#print, { stateless: true });
	}
	get withNumbers(): Printer {
		return new Printer(this.host, this.#print, { numeric: true });
	}
}
