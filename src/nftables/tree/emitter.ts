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

/** An expression as the kernel takes it. */
export type Expr = In<typeof expr>;
type ExprData = {
	[E in Expr as E extends { NFTA_EXPR_NAME: infer N extends string }
		? N
		: never]: E["NFTA_EXPR_DATA" & keyof E];
};
type ExprName = keyof ExprData & string;
/** The attributes of an expression by its name. */
export type DataOf<N extends ExprName> = NonNullable<ExprData[N]>;

/** A 32 bit register, counted from 1: 1, 5, 9 and 13 are where the kernel's 16 byte registers begin. */
export type Register = number;
/** What is loaded there decides the packet's fate. */
export const VERDICT: Register = NFT_REG_VERDICT;
/** A register of 16 bytes is so many of 32 bits. */
export const WHOLE = NFT_REG_SIZE / NFT_REG32_SIZE;
const COUNT = NFT_REG32_15 - NFT_REG32_00 + 1;

/** The number the kernel knows a register by: NFT_REG_1..4 where possible, else NFT_REG32_00 and up. */
export function registerNumber(register: Register): number {
	if (register === VERDICT) return NFT_REG_VERDICT;
	const index = register - 1;
	return index % WHOLE === 0 ? NFT_REG_1 + index / WHOLE : NFT_REG32_00 + index;
}

type RegisterNumbers = readonly (number | undefined)[];
/** Has the value of a node in a register, by the kind of the node. */
export type Loader = (node: Node, emitter: Emitter, to: Register) => void;

/** A constant that could be another one without the rule being compiled otherwise, and its bytes as they are sent. */
export interface Variable {
	readonly path: string;
	/** What it was read as. */
	readonly expected: Expected;
	readonly value: Value;
	readonly bytes: Uint8Array;
}

/** Collects the expressions of one rule and hands out its registers. */
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
	/** Emit what puts the value of a node into a register. */
	load(node: Node, to: Register): void {
		this.#load(node, this, to);
	}
	/** Load into fresh registers, which stay taken while `use` runs. */
	with(node: Node, use: (from: Register) => void): void {
		this.take(sizeOf(node), (register) => {
			this.load(node, register);
			use(register);
		});
	}
	/** Load into fresh registers that are free again afterwards: the next expression reads them. */
	source(node: Node): Register {
		let source = VERDICT;
		this.with(node, (register) => {
			source = register;
		});
		return source;
	}
	/**
	 * Load several values side by side, into registers that stay taken while `use` runs: it is told their numbers. A value
	 * that is `undefined` takes none.
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

/** How many registers a node takes: a concatenation what its fields need, all else a whole one. */
const sizeOf = (node: Node | undefined): number =>
	node?.kind === "concat" ? registers(node.bits) : WHOLE;
