import type { natFlags } from "../fact/flag.js";
import type { Expression, TcpOptionJson, VerdictJson } from "./expression.js";

/** A part of a rule that matches a packet or acts on it. */
export type StatementJson =
	| VerdictJson
	| VmapJson
	| MatchJson
	| CounterJson
	| MangleJson
	| QuotaJson
	| LastJson
	| LimitJson
	| FlowJson
	| FwdJson
	| NotrackJson
	| DupJson
	| NatJson
	| RejectJson
	| SetStatementJson
	| MapStatementJson
	| LogJson
	| CtObjectJson
	| MeterJson
	| QueueJson
	| CtCountJson
	| TproxyJson
	| SynproxyJson
	| ResetJson
	| XtJson
	| UnknownJson;

/** A verdict looked up in a map. */
export interface VmapJson {
	readonly vmap: { readonly key: Expression; readonly data: Expression };
}

/** How two sides are compared. `in` holds if any of the flags is set, `!` if none is. */
export type RelationJson = "==" | "!=" | "<" | ">" | "<=" | ">=" | "in" | "!";
/** A comparison. If it does not hold for a packet, the rest of the rule is skipped. */
export interface MatchJson {
	readonly match: {
		readonly op: RelationJson;
		readonly left: Expression;
		readonly right: Expression;
	};
}

/** A named object, by its name or as the data that a map has for a key. */
export type ObjectReferenceJson = string | { readonly map: Expression };

/** Counts packets and bytes, in the rule or in a named counter. */
export interface CounterJson {
	readonly counter:
		| null
		| { readonly packets: number; readonly bytes: number }
		| ObjectReferenceJson;
}

/** Changes the packet, its metadata or its connection. */
export interface MangleJson {
	readonly mangle: { readonly key: Expression; readonly value: Expression };
}

/** A kilobyte has 1024 bytes, a megabyte has 1024 kilobytes. */
export type ByteUnitJson = "bytes" | "kbytes" | "mbytes";

/** Matches until a number of bytes has passed; with `inv`, from then on. */
export interface QuotaJson {
	readonly quota:
		| {
				readonly val: number;
				readonly val_unit?: ByteUnitJson;
				readonly used?: number;
				readonly used_unit?: ByteUnitJson;
				readonly inv?: boolean;
		  }
		| ObjectReferenceJson;
}

/** Remembers when it last saw a packet. `used` is in milliseconds before now. */
export interface LastJson {
	readonly last: null | { readonly used: number };
}

/** The unit of time of a rate. */
export type PeriodJson = "second" | "minute" | "hour" | "day" | "week";
/** A number of packets per unit of time; of bytes, if a unit of bytes is given. */
export interface RateJson {
	readonly rate: number;
	readonly rate_unit?: "packets" | ByteUnitJson;
	readonly per: PeriodJson;
	readonly burst?: number;
	readonly burst_unit?: "packets" | ByteUnitJson;
	readonly inv?: boolean;
}
/** Matches up to a number of packets or bytes per unit of time; with `inv`, those beyond it. */
export interface LimitJson {
	readonly limit: RateJson | ObjectReferenceJson;
}

/** Lets the connection bypass the ruleset through a flowtable. */
export interface FlowJson {
	readonly flow: { readonly op: "add"; readonly flowtable: string };
}

/** Sends the packet out of another device. */
export interface FwdJson {
	readonly fwd: {
		readonly dev: Expression;
		readonly family?: "ip" | "ip6";
		readonly addr?: Expression;
	};
}

/** Excludes the packet from connection tracking. */
export interface NotrackJson {
	readonly notrack: null;
}

/** Sends a copy of the packet elsewhere: to an address, or in the netdev family to a device. */
export interface DupJson {
	readonly dup: { readonly addr: Expression; readonly dev?: Expression };
}

/** How the kernel chooses addresses and ports. */
export type NatFlagJson = keyof typeof natFlags;
/** How the data of an address map is to be read. */
export type NatTypeFlagJson = "interval" | "prefix" | "concat";
interface NatOptionsJson {
	readonly family?: "ip" | "ip6";
	readonly addr?: Expression;
	readonly port?: Expression;
	readonly flags?: NatFlagJson | readonly NatFlagJson[];
	readonly type_flags?: NatTypeFlagJson | readonly NatTypeFlagJson[];
}
/** Translates the source or the destination of a connection. */
export type NatJson =
	| { readonly snat: NatOptionsJson | null }
	| { readonly dnat: NatOptionsJson | null }
	| { readonly masquerade: NatOptionsJson | null }
	| { readonly redirect: NatOptionsJson | null };

/** Drops the packet and notifies its sender. */
export interface RejectJson {
	readonly reject: null | {
		readonly type?: "tcp reset" | "icmp" | "icmpv6" | "icmpx";
		readonly expr?: string | number;
	};
}

/** How a packet changes the set. */
export type UpdateOperationJson = "add" | "update" | "delete";
interface UpdateJson {
	readonly op: UpdateOperationJson;
	readonly elem: Expression;
	readonly stmt?: readonly StatementJson[];
}
/** Adds a value from the packet to a set, or deletes it. */
export interface SetStatementJson {
	readonly set: UpdateJson & { readonly set: string };
}
/** The same for a map. */
export interface MapStatementJson {
	readonly map: UpdateJson & { readonly data: Expression; readonly map: string };
}

/** The severity of a line in the log, as in syslog(3). */
export type LogLevelJson =
	| "emerg"
	| "alert"
	| "crit"
	| "err"
	| "warn"
	| "notice"
	| "info"
	| "debug"
	| "audit";
/** Further details of a packet that are logged. */
export type LogFlagJson = "tcp sequence" | "tcp options" | "ip options" | "skuid" | "ether" | "all";
/** Logs the packet to the kernel's log, or to the programs that listen to a group. */
export interface LogJson {
	readonly log: null | {
		readonly prefix?: string;
		readonly group?: number;
		readonly snaplen?: number;
		readonly "queue-threshold"?: number;
		readonly level?: LogLevelJson;
		readonly flags?: LogFlagJson | readonly LogFlagJson[];
	};
}

/** Assigns a helper, a timeout policy or an expectation to the connection, or a security mark to the packet. */
export type CtObjectJson =
	| { readonly "ct helper": ObjectReferenceJson }
	| { readonly "ct timeout": ObjectReferenceJson }
	| { readonly "ct expectation": ObjectReferenceJson }
	| { readonly secmark: ObjectReferenceJson };

/** A statement with a state for each key: using it declares a dynamic set. */
export interface MeterJson {
	readonly meter: {
		readonly name: string;
		readonly key: Expression;
		readonly stmt: StatementJson;
		readonly size?: number;
	};
}

/** What happens to packets if no program listens, and how they are distributed. */
export type QueueFlagJson = "bypass" | "fanout";
/** Lets a program decide: the packet goes to a queue, or to one of a range of queues. */
export interface QueueJson {
	readonly queue: null | {
		readonly num?: Expression;
		readonly flags?: QueueFlagJson | readonly QueueFlagJson[];
	};
}

/** Matches up to a number of connections; with `inv`, above it. */
export interface CtCountJson {
	readonly "ct count": { readonly val: number; readonly inv?: boolean };
}

/** Passes the packet to a local socket without changing it. */
export interface TproxyJson {
	readonly tproxy: {
		readonly family?: "ip" | "ip6";
		readonly addr?: Expression;
		readonly port?: Expression;
	};
}

/** A TCP option that the answer offers. */
export type SynproxyFlagJson = "timestamp" | "sack-perm";
/** How a SYN is answered. */
export interface SynproxyOptionsJson {
	readonly mss?: number;
	readonly wscale?: number;
	readonly flags?: SynproxyFlagJson | readonly SynproxyFlagJson[];
}
/** Answers SYNs in place of the server until the handshake is complete. */
export interface SynproxyJson {
	readonly synproxy: null | SynproxyOptionsJson | ObjectReferenceJson;
}

/** Overwrites a TCP option with NOPs. */
export interface ResetJson {
	readonly reset: TcpOptionJson;
}

/**
 * An extension of iptables in a rule that iptables-nft made. Only iptables can read its data: it is listed, as nft
 * does, and refused by the compiler.
 */
export interface XtJson {
	readonly xt: { readonly type: "match" | "target"; readonly name: string };
}

/** A statement of a listing that this module cannot print, as the kernel's expression. */
export interface UnknownJson {
	readonly unknown: { readonly expr: string; readonly data?: RawJson };
}
/** Attributes as the kernel sent them, with bytes in hexadecimal. */
export type RawJson =
	| string
	| number
	| boolean
	| readonly RawJson[]
	| { readonly [attribute: string]: RawJson };
