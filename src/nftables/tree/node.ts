import type { Datatype } from "../fact/datatype.js";
import { invalid } from "../fact/datatype.js";
import type { OptionalHeader } from "../fact/exthdr.js";
import type { Base, Field, Protocol } from "../fact/protocol.js";
import type { Order } from "../fact/value.js";
import type { RelationJson } from "../json/statement.js";
import type { Stateful } from "./stateful.js";

/**
 * An expression between JSON and the kernel. Parsing builds the tree. Evaluation determines the type, byte order and
 * width of every node, folds constants and inserts the checks that the packet needs first. Then the tree is loaded into
 * registers.
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
/** The kinds of nodes. */
export type Kind = Node["kind"];
/** The node of a kind. */
export type NodeOf<K extends Kind> = Extract<Node, { readonly kind: K }>;

interface Common {
	/** The place in the document. */
	readonly path: string;
	datatype: Datatype;
	order: Order | undefined;
	bits: number;
}
/** A constant. */
export interface Value extends Common {
	readonly kind: "value";
	value: bigint;
	/** In a listing: the bytes that the kernel sent. */
	readonly origin?: Uint8Array;
}
/** A verdict on the packet. */
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
/** `@name` before the set is found. */
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
/** A list of flags. */
export interface List extends Common {
	readonly kind: "list";
	items: Node[];
}
/** Several values that form one key. */
export interface Concat extends Common {
	readonly kind: "concat";
	parts: Node[];
	/** The length of each part in bytes, without padding: NFTA_SET_DESC_CONCAT. */
	fields: number[];
}
/** A set that is written where it is used. */
export interface SetLiteral extends Common {
	readonly kind: "set";
	items: Item[];
	/** The NFT_SET_* flags that the elements require. */
	flags: number;
	/** Whether all keys are ranges, sorted and merged, ready for an interval set. */
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
/** The key `*` of the element that matches everything no other element matches. */
export interface Catchall extends Common {
	readonly kind: "catchall";
}
/** An element of a map with its data. */
export interface Mapping extends Common {
	readonly kind: "mapping";
	key: Element;
	data: Node;
}
/** An element of a set or of a map. */
export type Item = Element | Mapping;
/** The data that a map has for a key. */
export interface MapLookup extends Common {
	readonly kind: "map";
	key: Node;
	mappings: Node;
}
/** A set that was found. */
export interface SetReference extends Common {
	readonly kind: "set reference";
	readonly set: SetDeclaration;
}
/** A bitwise operation. */
export type Operator = "&" | "|" | "^" | "<<" | ">>";
/** A bitwise operation on two values. */
export interface Binary extends Common {
	readonly kind: "binary";
	op: Operator;
	left: Node;
	right: Node;
}
/** A conversion between host and network order, which evaluation inserts. */
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
	/**
	 * The right side, if any other constant of its type could stand there without further changes, and how it was parsed.
	 */
	variable?: { readonly value: Value; readonly expected: Expected };
}
/** A value that identifies the next protocol. Comparing it adds to the protocol context. */
interface ProtocolKey extends Common {
	/** Set if the value identifies the protocol above. */
	isProtocol: boolean;
}
/** Bits of a header. */
export interface Payload extends ProtocolKey {
	readonly kind: "payload";
	base: Base | "tunnel";
	/** The offset in bits from the base. */
	offset: number;
	protocol?: Protocol;
	field?: Field;
	/** Set if it was given as base, offset and length, so that no dependency is known. */
	raw: boolean;
	/** The tunnel whose inner packet is meant. */
	tunnel?: Protocol;
	evaluated: boolean;
}
/** Bits of an optional header or option. */
export interface Exthdr extends Common {
	readonly kind: "exthdr";
	readonly header: OptionalHeader;
	readonly field?: Field;
	offset: number;
	/** Whether it asks for the presence of the header and not for its value. */
	readonly present: boolean;
}
/** Metadata of a packet. */
export interface Meta extends ProtocolKey {
	readonly kind: "meta";
	readonly key: number;
	tunnel?: Protocol;
}
/** A property of the packet's tracked connection. */
export interface Ct extends ProtocolKey {
	readonly kind: "ct";
	readonly key: number;
	readonly direction: number | undefined;
	readonly base: Base;
	family?: number;
}
/** A property of the packet's route. */
export interface Rt extends Common {
	readonly kind: "rt";
	key: number;
}
/** A property of the socket that a packet is for. */
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
/** The result of a lookup in the routing tables. */
export interface Fib extends Common {
	readonly kind: "fib";
	readonly result: number;
	flags: number;
}
/** A number that the kernel generates. */
export interface Numgen extends Common {
	readonly kind: "numgen";
	readonly mode: number;
	readonly modulus: number;
	readonly offset: number;
}
/** A number that the kernel computes from others. */
export interface Hash extends Common {
	readonly kind: "hash";
	readonly type: number;
	readonly modulus: number;
	readonly seed: number | undefined;
	readonly offset: number;
	source?: Node;
}
/** A property of the packet's IPsec state. */
export interface Ipsec extends Common {
	readonly kind: "ipsec";
	readonly key: number;
	readonly direction: number;
	readonly spnum: number;
}

/** A bitwise operation on two values. Its type is that of `like`. */
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

/** A deep copy. */
export function clone(node: Node): Node {
	const copy = { ...node } as Record<string, unknown>;
	for (const [key, member] of Object.entries(copy))
		if (isNode(member)) copy[key] = clone(member);
		else if (Array.isArray(member)) copy[key] = member.map((m) => (isNode(m) ? clone(m) : m));
	return copy as unknown as Node;
}
const isNode = (member: unknown): member is Node =>
	typeof member === "object" && member !== null && "kind" in member && "bits" in member;

/** The common members of a node that is not evaluated yet. */
export const unevaluated = { datatype: invalid, order: undefined, bits: 0 } as const;

/** A set or map: named or anonymous, of this document or already in the kernel. */
export interface SetDeclaration {
	readonly path: string;
	readonly family: number;
	readonly table: string;
	/** For an anonymous set a format, `__set%d`, which the kernel fills in. */
	readonly name: string;
	/** A number, unique in the batch, by which a rule can refer to the set before it has a name. */
	readonly id: number;
	flags: number;
	key: Node;
	data?: Node;
	/** Whether data may be a range, which then consists of two values. */
	dataIsInterval: boolean;
	readonly objectType?: number;
	elements?: SetLiteral;
	automerge: boolean;
	readonly timeout?: bigint;
	readonly gcInterval?: number;
	readonly size?: number;
	readonly policy?: number;
	readonly comment?: string;
	/** The statements that every element has, such as counters. */
	readonly statements: readonly Stateful[];
	/** The length in bytes of each field of a concatenated interval key. */
	fields: readonly number[];
}

/** How a constant is read: with the type, order and width of the value that it stands beside. */
export interface Expected {
	datatype: Datatype | undefined;
	order: Order | undefined;
	bits: number;
	/** The greatest value; 0 if there is none. */
	max: number;
	/** The expression that the constant is a key for. If it is a concatenation, it tells the type of each part. */
	key: Node | undefined;
}
