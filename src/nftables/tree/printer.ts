import type { Host } from "../fact/host.js";
import type { Expression } from "../json/expression.js";
import type { Node } from "./node.js";

/** Writes a node as JSON, by its kind. */
export type NodePrinter = (node: Node, printer: Printer) => Expression;

/** How a listing is written. */
export class Printer {
	readonly host: Host;
	/** Without what statements have counted. */
	readonly stateless: boolean;
	/** Protocols by number, as the ends of a range are. */
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
