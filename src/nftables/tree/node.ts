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
/** What sorts of nodes there are. */
export type Kind = Node["kind"];
/** The node of a kind. */
export type NodeOf<K extends Kind> = Extract<Node, { readonly kind: K }>;

interface Common {
	/** Where in the document it stands. */
	readonly path: string;
	datatype: Datatype;
	order: Order | undefined;
	bits: number;
}
/** A constant. */
export interface Value extends Common {
	readonly kind: "value";
	value: bigint;
	/** In a listing: the kernel's bytes. */
	readonly origin?: Uint8Array;
}
/** What becomes of the packet. */
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
/** All values that begin with the same bits. */
export interface Prefix extends Common {
	readonly kind: "prefix";
	address: Node;
	readonly length: number;
}
/** All values from one to another, both included. */
export interface Range extends Common {
	readonly kind: "range";
	low: Node;
	high: Node;
}
/** Flags, one by one. */
export interface List extends Common {
	readonly kind: "list";
	items: Node[];
}
/** Several values side by side. */
export interface Concat extends Common {
	readonly kind: "concat";
	parts: Node[];
	/** Bytes of each part, not padded: NFTA_SET_DESC_CONCAT. */
	fields: number[];
}
/** A set that is written where it is used. */
export interface SetLiteral extends Common {
	readonly kind: "set";
	items: Item[];
	/** NFT_SET_* that the elements ask for. */
	flags: number;
	/** Sorted, merged, and every key a range: ready to become an interval set. */
	intervals: boolean;
}
/** An element of a set. */
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
/** An element of a map, and what the map has for it. */
export interface Mapping extends Common {
	readonly kind: "mapping";
	key: Element;
	data: Node;
}
/** What a set or a map is made of. */
export type Item = Element | Mapping;
/** What a map has for a key. */
export interface MapLookup extends Common {
	readonly kind: "map";
	key: Node;
	mappings: Node;
}
/** A set that is known. */
export interface SetReference extends Common {
	readonly kind: "set reference";
	readonly set: SetDeclaration;
}
/** An operation on bits. */
export type Operator = "&" | "|" | "^" | "<<" | ">>";
/** An operation on two values. */
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
/** A comparison. */
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
/** Bits of a header. */
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
/** Bits of a header or option that need not be there. */
export interface Exthdr extends Common {
	readonly kind: "exthdr";
	readonly header: OptionalHeader;
	readonly field?: Field;
	offset: number;
	/** Ask whether it is there instead of for its value. */
	readonly present: boolean;
}
/** What the kernel knows about a packet beside its bytes. */
export interface Meta extends ProtocolKey {
	readonly kind: "meta";
	readonly key: number;
	tunnel?: Protocol;
}
/** What connection tracking knows about the packet's connection. */
export interface Ct extends ProtocolKey {
	readonly kind: "ct";
	readonly key: number;
	readonly direction: number | undefined;
	readonly base: Base;
	family?: number;
}
/** What the packet's route says. */
export interface Rt extends Common {
	readonly kind: "rt";
	key: number;
}
/** What the socket a packet is for says. */
export interface Socket extends Common {
	readonly kind: "socket";
	readonly key: number;
	readonly level: number;
}
/** The operating system that sent the packet. */
export interface Osf extends Common {
	readonly kind: "osf";
	readonly ttl: number;
	readonly flags: number;
}
/** What a lookup in the routing tables finds. */
export interface Fib extends Common {
	readonly kind: "fib";
	readonly result: number;
	flags: number;
}
/** A number that the kernel makes up. */
export interface Numgen extends Common {
	readonly kind: "numgen";
	readonly mode: number;
	readonly modulus: number;
	readonly offset: number;
}
/** A number that the kernel computes of others. */
export interface Hash extends Common {
	readonly kind: "hash";
	readonly type: number;
	readonly modulus: number;
	readonly seed: number | undefined;
	readonly offset: number;
	source?: Node;
}
/** What the IPsec state of a packet says. */
export interface Ipsec extends Common {
	readonly kind: "ipsec";
	readonly key: number;
	readonly direction: number;
	readonly spnum: number;
}

/** An operation on two values; it is of the type of `like`. */
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
