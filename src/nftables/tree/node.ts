import type { Datatype } from "../fact/datatype.js";
import { invalid } from "../fact/datatype.js";
import type { OptionalHeader } from "../fact/exthdr.js";
import type { Base, Field, Protocol } from "../fact/protocol.js";
import type { Order } from "../fact/value.js";
import type { RelationJson } from "../json/statement.js";
import type { Stateful } from "./stateful.js";

/**
 * An expression between JSON and the kernel. Parsing makes the tree, evaluation gives every node its type,
 * byte order and width, folds constants and inserts what the packet must be checked for first; then the tree
 * is loaded into registers.
 */
export type Node =
	| Value
	| Verdict
	| SymbolText
	| SetName
	| Prefix
	| Range
	| List
	| Concat
	| SetLiteral
	| Element
	| Catchall
	| Mapping
	| MapLookup
	| SetReference
	| Binary
	| ByteOrder
	| Relational
	| Payload
	| Exthdr
	| Meta
	| Ct
	| Rt
	| Socket
	| Osf
	| Fib
	| Numgen
	| Hash
	| Ipsec;
export type Kind = Node["kind"];
export type NodeOf<K extends Kind> = Extract<Node, { readonly kind: K }>;

interface Common {
	/** Where in the document it stands. */
	readonly path: string;
	datatype: Datatype;
	order: Order | undefined;
	bits: number;
}
export interface Value extends Common {
	readonly kind: "value";
	value: bigint;
	/** In a listing: the kernel's bytes. */
	readonly origin?: Uint8Array;
}
export interface Verdict extends Common {
	readonly kind: "verdict";
	readonly code: number;
	readonly chain?: string;
}
/** Text whose meaning depends on what it is compared with. */
export interface SymbolText extends Common {
	readonly kind: "symbol";
	readonly text: string;
}
/** `@name` before the set is looked up. */
export interface SetName extends Common {
	readonly kind: "set name";
	readonly name: string;
}
export interface Prefix extends Common {
	readonly kind: "prefix";
	address: Node;
	readonly length: number;
}
export interface Range extends Common {
	readonly kind: "range";
	low: Node;
	high: Node;
}
export interface List extends Common {
	readonly kind: "list";
	items: Node[];
}
export interface Concat extends Common {
	readonly kind: "concat";
	parts: Node[];
	/** Bytes of each part, not padded: NFTA_SET_DESC_CONCAT. */
	fields: number[];
}
export interface SetLiteral extends Common {
	readonly kind: "set";
	items: Item[];
	/** NFT_SET_* that the elements ask for. */
	flags: number;
	/** Sorted, merged, and every key a range: ready to become an interval set. */
	intervals: boolean;
}
export interface Element extends Common {
	readonly kind: "elem";
	key: Node;
	readonly timeout?: bigint;
	readonly expires?: bigint;
	readonly comment?: string;
	readonly statements: readonly Stateful[];
}
/** The key of what no other element matches: `*`. */
export interface Catchall extends Common {
	readonly kind: "catchall";
}
export interface Mapping extends Common {
	readonly kind: "mapping";
	key: Element;
	data: Node;
}
/** What a set or a map is made of. */
export type Item = Element | Mapping;
export interface MapLookup extends Common {
	readonly kind: "map";
	key: Node;
	mappings: Node;
}
export interface SetReference extends Common {
	readonly kind: "set reference";
	readonly set: SetDeclaration;
}
export type Operator = "&" | "|" | "^" | "<<" | ">>";
export interface Binary extends Common {
	readonly kind: "binary";
	op: Operator;
	left: Node;
	right: Node;
}
/** A conversion between host and network order that evaluation inserted. */
export interface ByteOrder extends Common {
	readonly kind: "byteorder";
	readonly op: "hton" | "ntoh";
	readonly arg: Node;
}
export interface Relational extends Common {
	readonly kind: "relational";
	op: RelationJson;
	left: Node;
	right: Node;
	/** The right side when any other constant of its type would do as well, and what it was read as. */
	variable?: { readonly value: Value; readonly expected: Expected };
}
/** What a rule may compare to learn the next protocol; comparing it adds to the protocol context. */
interface ProtocolKey extends Common {
	/** Set when this names the protocol above. */
	isProtocol: boolean;
}
export interface Payload extends ProtocolKey {
	readonly kind: "payload";
	base: Base | "tunnel";
	/** Bits from the base. */
	offset: number;
	protocol?: Protocol;
	field?: Field;
	/** Given as base, offset and length: no dependency is known. */
	raw: boolean;
	/** The tunnel whose inner packet is meant. */
	tunnel?: Protocol;
	evaluated: boolean;
}
export interface Exthdr extends Common {
	readonly kind: "exthdr";
	readonly header: OptionalHeader;
	readonly field?: Field;
	offset: number;
	/** Ask whether it is there instead of for its value. */
	readonly present: boolean;
}
export interface Meta extends ProtocolKey {
	readonly kind: "meta";
	readonly key: number;
	tunnel?: Protocol;
}
export interface Ct extends ProtocolKey {
	readonly kind: "ct";
	readonly key: number;
	readonly direction: number | undefined;
	readonly base: Base;
	family?: number;
}
export interface Rt extends Common {
	readonly kind: "rt";
	key: number;
}
export interface Socket extends Common {
	readonly kind: "socket";
	readonly key: number;
	readonly level: number;
}
export interface Osf extends Common {
	readonly kind: "osf";
	readonly ttl: number;
	readonly flags: number;
}
export interface Fib extends Common {
	readonly kind: "fib";
	readonly result: number;
	flags: number;
}
export interface Numgen extends Common {
	readonly kind: "numgen";
	readonly mode: number;
	readonly modulus: number;
	readonly offset: number;
}
export interface Hash extends Common {
	readonly kind: "hash";
	readonly type: number;
	readonly modulus: number;
	readonly seed: number | undefined;
	readonly offset: number;
	source?: Node;
}
export interface Ipsec extends Common {
	readonly kind: "ipsec";
	readonly key: number;
	readonly direction: number;
	readonly spnum: number;
}

export const binary = (op: Operator, left: Node, right: Node, like: Common = left): Binary => ({
	kind: "binary",
	path: left.path,
	datatype: like.datatype,
	order: like.order,
	bits: like.bits,
	op,
	left,
	right,
});

/** A copy whose nodes can be changed without changing the original's. */
export function clone(node: Node): Node {
	const copy = { ...node } as Record<string, unknown>;
	for (const [key, member] of Object.entries(copy))
		if (isNode(member)) copy[key] = clone(member);
		else if (Array.isArray(member)) copy[key] = member.map((m) => (isNode(m) ? clone(m) : m));
	return copy as unknown as Node;
}
const isNode = (member: unknown): member is Node =>
	typeof member === "object" && member !== null && "kind" in member && "bits" in member;

/** The common parts of a node that is not evaluated yet. */
export const unevaluated = { datatype: invalid, order: undefined, bits: 0 } as const;

/** A set or map: named or anonymous, of this document or already in the kernel. */
export interface SetDeclaration {
	readonly path: string;
	readonly family: number;
	readonly table: string;
	/** An anonymous one has a format, `__set%d`, which the kernel fills in. */
	readonly name: string;
	/** Batch-local number by which a rule refers to it before it has a name. */
	readonly id: number;
	flags: number;
	key: Node;
	data?: Node;
	/** Whether data may be a range; then it is two values. */
	dataIsInterval: boolean;
	readonly objectType?: number;
	elements?: SetLiteral;
	automerge: boolean;
	readonly timeout?: bigint;
	readonly gcInterval?: number;
	readonly size?: number;
	readonly policy?: number;
	readonly comment?: string;
	/** What is counted for every element. */
	readonly statements: readonly Stateful[];
	/** Bytes of each field of a concatenated interval key. */
	fields: readonly number[];
}

/** What a constant is read as: the type, order and width of what it stands beside. */
export interface Expected {
	datatype: Datatype | undefined;
	order: Order | undefined;
	bits: number;
	/** The largest value, 0 for none. */
	max: number;
	/** The expression it is a key for: a concatenation tells each part's type. */
	key: Node | undefined;
}
