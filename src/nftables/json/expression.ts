import type { ctKeys, ipsecKeys, metaKeys, rtKeys, socketKeys } from "../fact/key.js";

/** A value: from the packet, from the kernel or from the rule itself. */
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

/** A string, a number, a boolean: what it means depends on what it is compared with. `@name` is a set. */
export type ImmediateJson = string | number | boolean;
/** Several values of one type: flags that are or'ed together. */
export type ListJson = readonly Expression[];

/** Several values side by side: one key. */
export interface ConcatJson {
	readonly concat: readonly Expression[];
}

/** An element of a set, or a `[key, data]` pair of a map. */
export type ItemJson = Expression | readonly [key: Expression, data: Expression];
/** Elements of a set, or `[key, data]` pairs of a map; a lone one may stand without its array. */
export type ElementsJson = Expression | readonly ItemJson[];
/** Elements in braces; each may be `[key, data]` in a map. A lone `"@name"` is a set that exists. */
export interface SetJson {
	readonly set: ElementsJson;
}
/** An element with more than its value. */
export interface ElemJson {
	readonly elem: {
		readonly val: Expression;
		readonly timeout?: number;
		readonly expires?: number;
		readonly comment?: string;
	};
}
/** What a map has for a key of the packet. */
export interface MapJson {
	readonly map: { readonly key: Expression; readonly data: Expression };
}

/** A network: an address and how many of its bits count. */
export interface PrefixJson {
	readonly prefix: { readonly addr: Expression; readonly len: number };
}
/** Everything from one value to another, both included. */
export interface RangeJson {
	readonly range: readonly [low: Expression, high: Expression];
}

/** A header field by name, that of a packet inside a tunnel, or bits counted from a header's start. */
export interface PayloadJson {
	readonly payload:
		| { readonly protocol: string; readonly field: string; readonly tunnel?: string }
		| {
				readonly base: "ll" | "nh" | "th" | "ih";
				readonly offset: number;
				readonly len: number;
		  };
}
/** A field of an IPv6 extension header; without a field, whether the header is there. */
export interface ExthdrJson {
	readonly exthdr: { readonly name: string; readonly field?: string; readonly offset?: number };
}
/** A field of a TCP option; without a field, whether the option is there. Or its bits by number. */
export interface TcpOptionJson {
	readonly "tcp option":
		| { readonly name: string; readonly field?: string }
		| { readonly base: number; readonly offset: number; readonly len: number };
}
/** A field of an IPv4 option; without a field, whether the option is there. */
export interface IpOptionJson {
	readonly "ip option": { readonly name: string; readonly field?: string };
}
/** A field of an SCTP chunk; without a field, whether the chunk is there. */
export interface SctpChunkJson {
	readonly "sctp chunk": { readonly name: string; readonly field?: string };
}
/** Whether a DCCP packet has an option of that type. */
export interface DccpOptionJson {
	readonly "dccp option": { readonly type: number };
}

/** What the kernel knows about a packet beside its bytes. */
export interface MetaJson {
	readonly meta: { readonly key: keyof typeof metaKeys };
}
/** The operating system that sent a SYN, by its fingerprint. */
export interface OsfJson {
	readonly osf: { readonly key: "name" | "version"; readonly ttl?: "loose" | "skip" };
}
/** What the IPsec state of a packet says. */
export interface IpsecJson {
	readonly ipsec: {
		readonly key: keyof typeof ipsecKeys;
		readonly family?: "ip" | "ip6";
		readonly dir: "in" | "out";
		readonly spnum?: number;
	};
}
/** What the socket a packet is for says. */
export interface SocketJson {
	readonly socket: { readonly key: keyof typeof socketKeys; readonly level?: number };
}
/** What the packet's route says. */
export interface RtJson {
	readonly rt: { readonly key: keyof typeof rtKeys; readonly family?: "ip" | "ip6" };
}
/** What connection tracking knows about a packet's connection. */
export interface CtJson {
	readonly ct: {
		readonly key: keyof typeof ctKeys;
		readonly dir?: "original" | "reply";
		readonly family?: "ip" | "ip6";
	};
}

/** A number from `offset` to `offset + mod - 1`: the next one, or a random one. */
export interface NumgenJson {
	readonly numgen: {
		readonly mode: "inc" | "random";
		readonly mod: number;
		readonly offset?: number;
	};
}
/** A number from `offset` to `offset + mod - 1` that is the same for the same expression. */
export interface JhashJson {
	readonly jhash: {
		readonly expr: Expression;
		readonly mod: number;
		readonly offset?: number;
		readonly seed?: number;
	};
}
/** The same for both directions of a connection. */
export interface SymhashJson {
	readonly symhash: { readonly mod: number; readonly offset?: number };
}

/** What of a packet is looked up in the routing tables. */
export type FibFlagJson = "saddr" | "daddr" | "mark" | "iif" | "oif";
/** What a lookup of the packet's addresses in the routing tables finds. */
export interface FibJson {
	readonly fib: {
		readonly result: "oif" | "oifname" | "type" | "check";
		readonly flags: FibFlagJson | readonly FibFlagJson[];
	};
}

/** Arithmetic on bits. More than two operands are taken from the left. */
export type BinaryJson =
	| { readonly "&": readonly Expression[] }
	| { readonly "|": readonly Expression[] }
	| { readonly "^": readonly Expression[] }
	| { readonly "<<": readonly Expression[] }
	| { readonly ">>": readonly Expression[] };

/** What becomes of the packet. */
export type VerdictJson =
	| { readonly accept: null }
	| { readonly drop: null }
	| { readonly continue: null }
	| { readonly return: null }
	| { readonly jump: { readonly target: string } }
	| { readonly goto: { readonly target: string } };
