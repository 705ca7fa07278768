import type { In } from "../../netlink/schema.js";
import {
	NFT_REG_1,
	NFT_REG_SIZE,
	NFT_REG_VERDICT,
	NFT_REG32_00,
	NFT_REG32_15,
	NFT_REG32_SIZE,
} from "../../uapi/nf_tables_const.js";
import type { expr } from "../../uapi/nf_tables_expr.js";
import { registers } from "../fact/value.js";
import type { Expected, Node, Value } from "./node.js";

/** An expression in the form that the kernel takes. */
export type Expr = In<typeof expr>;
type ExprData = {
	[E in Expr as E extends { NFTA_EXPR_NAME: infer N extends string }
		? N
		: never]: E["NFTA_EXPR_DATA" & keyof E];
};
type ExprName = keyof ExprData & string;
/** The attributes of an expression by its name. */
export type DataOf<N extends ExprName> = NonNullable<ExprData[N]>;

/** A 32-bit register, counted from 1. The kernel's 16-byte registers begin at 1, 5, 9 and 13. */
export type Register = number;
/** The register for verdicts. */
export const VERDICT: Register = NFT_REG_VERDICT;
/** How many 32-bit registers one register of 16 bytes has. */
export const WHOLE = NFT_REG_SIZE / NFT_REG32_SIZE;
const COUNT = NFT_REG32_15 - NFT_REG32_00 + 1;

/** The kernel's number of a register: NFT_REG_1..4 if possible, else NFT_REG32_00 and up. */
export function registerNumber(register: Register): number {
	if (register === VERDICT) return NFT_REG_VERDICT;
	const index = register - 1;
	return index % WHOLE === 0 ? NFT_REG_1 + index / WHOLE : NFT_REG32_00 + index;
}

type RegisterNumbers = readonly (number | undefined)[];
/** Loads the value of a node of any kind into a register. */
export type Loader = (node: Node, emitter: Emitter, to: Register) => void;

/**
 * A constant that could be another one without any change to the rest of the compiled rule, and its bytes in the
 * message.
 */
export interface Variable {
	readonly path: string;
	/** The type, order and width with which it was parsed. */
	readonly expected: Expected;
	readonly value: Value;
	readonly bytes: Uint8Array;
}

/** Collects the expressions of one rule and allocates registers. */
export class Emitter {
	readonly expressions: Expr[] = [];
	readonly variables: Variable[] = [];
	readonly #load: Loader;
	#next: Register = 1;
	constructor(load: Loader) {
		this.#load = load;
	}

	add<N extends ExprName>(name: N, data: DataOf<N>): void {
		this.expressions.push({ NFTA_EXPR_NAME: name, NFTA_EXPR_DATA: data } as Expr);
	}
	/** Emit expressions that load the value of a node into a register. */
	load(node: Node, to: Register): void {
		this.#load(node, this, to);
	}
	/** Load into new registers, which stay allocated while `use` runs. */
	with(node: Node, use: (from: Register) => void): void {
		this.take(sizeOf(node), (register) => {
			this.load(node, register);
			use(register);
		});
	}
	/** Load into new registers that are released at once: the next expression reads them. */
	source(node: Node): Register {
		let source = VERDICT;
		this.with(node, (register) => {
			source = register;
		});
		return source;
	}
	/**
	 * Load several values into new registers, which stay allocated while `use` runs with their numbers. A value that is
	 * `undefined` takes none.
	 */
	withEach(nodes: readonly (Node | undefined)[], use: (...numbers: RegisterNumbers) => void): void {
		const start = this.#next;
		const numbers = nodes.map((node) => {
			if (node === undefined) return undefined;
			const register = this.#claim(sizeOf(node));
			this.load(node, register);
			return registerNumber(register);
		});
		use(...numbers);
		this.#next = start;
	}
	take(count: number, use: (register: Register) => void): void {
		const register = this.#claim(count);
		use(register);
		this.#next -= count;
	}
	#claim(count: number): Register {
		const register = this.#next;
		if (register + count > COUNT + 1)
			throw new RangeError("a rule needs more registers than there are");
		this.#next += count;
		return register;
	}
}

/** How many registers a node takes: a concatenation as many as its fields need, anything else a 16-byte one. */
const sizeOf = (node: Node | undefined): number =>
	node?.kind === "concat" ? registers(node.bits) : WHOLE;
