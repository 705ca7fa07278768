import type { Out } from "../../netlink/schema.js";
import {
	NFT_DATA_VALUE_MAXLEN,
	NFT_REG_1,
	NFT_REG_4,
	NFT_REG32_00,
} from "../../uapi/nf_tables_const.js";
import type { dataAttrs } from "../../uapi/nf_tables_data.js";
import type { Expr, statefulExpr } from "../../uapi/nf_tables_expr.js";
import { type Datatype, verdict } from "../fact/datatype.js";
import type { Protocol } from "../fact/protocol.js";
import { fromBytes, padded, registers } from "../fact/value.js";
import type { Listed } from "./completion.js";
import { value } from "./constant.js";
import { WHOLE } from "./emitter.js";
import type { ListedSet } from "./listed.js";
import { type Concat, clone, type Node, type Range, unevaluated, type Value } from "./node.js";

/** The name of an expression in the kernel. */
export type ExprName = NonNullable<Expr["NFTA_EXPR_NAME"]>;
/** The attributes of an expression as the kernel sends them. */
export type ReadData<N extends ExprName> = NonNullable<
	Extract<Expr, { readonly NFTA_EXPR_NAME: N }>["NFTA_EXPR_DATA"]
>;
/** An expression with a state, as the kernel sends it. */
export type ListedStateful = Out<typeof statefulExpr>;
type StatefulLister = (expr: ListedStateful) => Listed;
type Data = Out<typeof dataAttrs>;

/** The path of nodes in a listing, which have no place in a document. */
export const PATH = "$";

/** The rule contains something that this module cannot print as JSON. */
export class UnlistableError extends Error {}

/** The total width of all registers: no value is wider. */
const REGISTER_BITS = 8 * NFT_DATA_VALUE_MAXLEN;
/** The index of a register among the 32-bit ones, counted from 1. NFT_REG_1..4 consist of four of them each. */
function index(register: number): number {
	return register <= NFT_REG_4 ? 1 + (register - NFT_REG_1) * WHOLE : 1 + register - NFT_REG32_00;
}

/** A constant of the kernel. Its type is not known yet. */
export function constant(bytes: Uint8Array | undefined): Value {
	const { datatype } = unevaluated;
	const raw = bytes ?? new Uint8Array();
	return {
		...value(PATH, datatype, undefined, raw.length * 8, fromBytes(raw, "big")),
		origin: raw,
	};
}
/** A constant or a verdict of the kernel. */
export function dataNode(data: Data | undefined): Node {
	const decision = data?.NFTA_DATA_VERDICT;
	if (decision === undefined) return constant(data?.NFTA_DATA_VALUE);
	const { NFTA_VERDICT_CODE: code = 0, NFTA_VERDICT_CHAIN: chain } = decision;
	return {
		kind: "verdict",
		path: PATH,
		datatype: verdict,
		order: undefined,
		bits: 0,
		code,
		...(chain !== undefined && { chain }),
	};
}

/** The state while the expressions of a rule are read: the contents of the registers, and the statements so far. */
export class Reading {
	readonly family: number;
	readonly findSet: (name: string) => ListedSet | undefined;
	/** Lists a statement with a state, of an element or a dynamic update. */
	readonly stateful: StatefulLister;
	readonly statements: Listed[] = [];
	/** The tunnel whose inner packet the expression is about. */
	tunnel: Protocol | undefined;
	readonly #registers = new Map<number, Node>();

	constructor(
		family: number,
		findSet: (name: string) => ListedSet | undefined,
		stateful: StatefulLister,
	) {
		this.family = family;
		this.findSet = findSet;
		this.stateful = stateful;
	}
	add(statement: Listed): void {
		this.statements.push(statement);
	}
	store(register: number | undefined, node: Node): void {
		if (node.bits > REGISTER_BITS) throw new UnlistableError("wider than all registers");
		this.#registers.set(index(register ?? 0), node);
	}
	/** The contents of a register. If they are narrower than `bits`, the following registers are included. */
	load(register: number | undefined, bits = 0): Node {
		const first = this.#at(index(register ?? 0));
		return first.bits >= bits ? first : this.#concat(index(register ?? 0), bits);
	}
	/** The same for an optional attribute. */
	loadIf(register: number | undefined, bits = 0): Node | undefined {
		return register === undefined ? undefined : this.load(register, bits);
	}
	set(name: string | undefined): ListedSet {
		const set = this.findSet(name ?? "");
		if (set === undefined) throw new UnlistableError(`no set ${name}`);
		return set;
	}

	#at(at: number): Node {
		const node = this.#registers.get(at);
		if (node === undefined) throw new UnlistableError("nothing was loaded into the register");
		return clone(node);
	}
	#concat(from: number, bits: number): Concat {
		const parts: Node[] = [];
		for (let at = from, left = bits; left > 0; ) {
			const part = this.#at(at);
			if (part.bits === 0) throw new UnlistableError("a part of unknown width");
			parts.push(part);
			left -= padded(part.bits);
			at += registers(part.bits);
		}
		// nft produces this for a right shift of a field that is all of what was loaded.
		if (parts.length < 2) throw new UnlistableError("more is read than was loaded");
		return { kind: "concat", path: PATH, ...unevaluated, bits, parts, fields: [] };
	}
}

/** A number that does not come from a packet. */
export const constantNumber = (datatype: Datatype, number: number): Value =>
	value(PATH, datatype, "host", 16, BigInt(number));
/** All values between two. */
export const range = (low: Node, high: Node): Range => ({ ...low, kind: "range", low, high });
