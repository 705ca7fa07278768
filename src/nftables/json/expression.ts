import type { ctKeys, ipsecKeys, metaKeys, rtKeys, socketKeys } from "../fact/key.js";

/** A value from the packet, from the kernel, or from the rule itself. */
export type Expression =
	| ImmediateJson
	| ListJson
	| ConcatJson
	| SetJson
	| ElemJson
	| MapJson
	| PrefixJson
	| RangeJson
	| PayloadJson
	| ExthdrJson
	| TcpOptionJson
	| IpOptionJson
	| SctpChunkJson
	| DccpOptionJson
	| MetaJson
	| OsfJson
	| IpsecJson
	| SocketJson
	| RtJson
	| CtJson
	| NumgenJson
	| JhashJson
	| SymhashJson
	| FibJson
	| BinaryJson
	| VerdictJson;

/** A string, number or boolean. Its meaning depends on what it is compared with. `@name` is a set. */
export type ImmediateJson = string | number | boolean;
/** Several values of one type: flags that are combined with "or". */
export type ListJson = readonly Expression[];

/** Several values that form one key. */
export interface ConcatJson {
	readonly concat: readonly Expression[];
}

/** An element of a set, or a `[key, data]` pair of a map. */
export type ItemJson = Expression | readonly [key: Expression, data: Expression];
/** The elements of a set, or the `[key, data]` pairs of a map. A single one needs no array. */
export type ElementsJson = Expression | readonly ItemJson[];
/** A set literal; in a map its elements are `[key, data]` pairs. A lone `"@name"` is an existing set. */
export interface SetJson {
	readonly set: ElementsJson;
}
/** An element that has more than its key. */
export interface ElemJson {
	readonly elem: {
		readonly val: Expression;
		readonly timeout?: number;
		readonly expires?: number;
		readonly comment?: string;
	};
}
/** The data that a map has for a key from the packet. */
export interface MapJson {
	readonly map: { readonly key: Expression; readonly data: Expression };
}

/** A network: an address and the number of its significant bits. */
export interface PrefixJson {
	readonly prefix: { readonly addr: Expression; readonly len: number };
}
/** All values from one to another, both included. */
export interface RangeJson {
	readonly range: readonly [low: Expression, high: Expression];
}

/** A header field by name, a field of the packet inside a tunnel, or bits from the start of a header. */
export interface PayloadJson {
	readonly payload:
		| { readonly protocol: string; readonly field: string; readonly tunnel?: string }
		| {
				readonly base: "ll" | "nh" | "th" | "ih";
				readonly offset: number;
				readonly len: number;
		  };
}
/** A field of an IPv6 extension header. Without a field it asks whether the header is there. */
export interface ExthdrJson {
	readonly exthdr: { readonly name: string; readonly field?: string; readonly offset?: number };
}
/** A field of a TCP option, or bits of it by number. Without either it asks whether the option is there. */
export interface TcpOptionJson {
	readonly "tcp option":
		| { readonly name: string; readonly field?: string }
		| { readonly base: number; readonly offset: number; readonly len: number };
}
/** A field of an IPv4 option. Without a field it asks whether the option is there. */
export interface IpOptionJson {
	readonly "ip option": { readonly name: string; readonly field?: string };
}
/** A field of an SCTP chunk. Without a field it asks whether the chunk is there. */
export interface SctpChunkJson {
	readonly "sctp chunk": { readonly name: string; readonly field?: string };
}
/** Whether a DCCP packet has an option of a given type. */
export interface DccpOptionJson {
	readonly "dccp option": { readonly type: number };
}

/** Metadata of a packet, such as its mark or its input interface. */
export interface MetaJson {
	readonly meta: { readonly key: keyof typeof metaKeys };
}
/** The operating system that sent a SYN, by its fingerprint. */
export interface OsfJson {
	readonly osf: { readonly key: "name" | "version"; readonly ttl?: "loose" | "skip" };
}
/** A property of the packet's IPsec state. */
export interface IpsecJson {
	readonly ipsec: {
		readonly key: keyof typeof ipsecKeys;
		readonly family?: "ip" | "ip6";
		readonly dir: "in" | "out";
		readonly spnum?: number;
	};
}
/** A property of the socket that a packet is for. */
export interface SocketJson {
	readonly socket: { readonly key: keyof typeof socketKeys; readonly level?: number };
}
/** A property of the packet's route. */
export interface RtJson {
	readonly rt: { readonly key: keyof typeof rtKeys; readonly family?: "ip" | "ip6" };
}
/** A property of the packet's tracked connection. */
export interface CtJson {
	readonly ct: {
		readonly key: keyof typeof ctKeys;
		readonly dir?: "original" | "reply";
		readonly family?: "ip" | "ip6";
	};
}

/** A number from `offset` to `offset + mod - 1`, the next one or a random one. */
export interface NumgenJson {
	readonly numgen: {
		readonly mode: "inc" | "random";
		readonly mod: number;
		readonly offset?: number;
	};
}
/** A number from `offset` to `offset + mod - 1`, the same for equal values of the expression. */
export interface JhashJson {
	readonly jhash: {
		readonly expr: Expression;
		readonly mod: number;
		readonly offset?: number;
		readonly seed?: number;
	};
}
/** A number from `offset` to `offset + mod - 1`, the same for both directions of a connection. */
export interface SymhashJson {
	readonly symhash: { readonly mod: number; readonly offset?: number };
}

/** A property of a packet that is used for a lookup in the routing tables. */
export type FibFlagJson = "saddr" | "daddr" | "mark" | "iif" | "oif";
/** The result of looking up the packet's addresses in the routing tables. */
export interface FibJson {
	readonly fib: {
		readonly result: "oif" | "oifname" | "type" | "check";
		readonly flags: FibFlagJson | readonly FibFlagJson[];
	};
}

/** Bitwise operations. More than two operands are combined from the left. */
export type BinaryJson =
	| { readonly "&": readonly Expression[] }
	| { readonly "|": readonly Expression[] }
	| { readonly "^": readonly Expression[] }
	| { readonly "<<": readonly Expression[] }
	| { readonly ">>": readonly Expression[] };

/** A verdict on the packet. */
export type VerdictJson =
	| { readonly accept: null }
	| { readonly drop: null }
	| { readonly continue: null }
	| { readonly return: null }
	| { readonly jump: { readonly target: string } }
	| { readonly goto: { readonly target: string } };
