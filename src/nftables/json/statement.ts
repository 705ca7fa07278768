import type { natFlags } from "../fact/flag.js";
import type { Expression, TcpOptionJson, VerdictJson } from "./expression.js";

/** A part of a rule: what it asks of a packet or does with it. */
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

/** How two sides are compared; `in` holds if any of the flags is set, `!` if none is. */
export type RelationJson = "==" | "!=" | "<" | ">" | "<=" | ">=" | "in" | "!";
/** A comparison; the rule ends here for a packet it does not hold for. */
export interface MatchJson {
	readonly match: {
		readonly op: RelationJson;
		readonly left: Expression;
		readonly right: Expression;
	};
}

/** A named object: by its name, or by what a map has for a key. */
export type ObjectReferenceJson = string | { readonly map: Expression };

/** Counts packets and bytes, in the rule or in a named counter. */
export interface CounterJson {
	readonly counter:
		| null
		| { readonly packets: number; readonly bytes: number }
		| ObjectReferenceJson;
}

/** Writes to the packet, its metadata or its connection. */
export interface MangleJson {
	readonly mangle: { readonly key: Expression; readonly value: Expression };
}

/** A kilobyte has 1024 bytes, a megabyte 1024 kilobytes. */
export type ByteUnitJson = "bytes" | "kbytes" | "mbytes";

/** Holds until a number of bytes has passed; `inv`: from then on. */
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

/** Remembers when it last saw a packet; `used` in milliseconds before now. */
export interface LastJson {
	readonly last: null | { readonly used: number };
}

/** The time in which a rate counts. */
export type PeriodJson = "second" | "minute" | "hour" | "day" | "week";
/** So many packets, or bytes if a unit of bytes is given, in a time. */
export interface RateJson {
	readonly rate: number;
	readonly rate_unit?: "packets" | ByteUnitJson;
	readonly per: PeriodJson;
	readonly burst?: number;
	readonly burst_unit?: "packets" | ByteUnitJson;
	readonly inv?: boolean;
}
/** Holds for so many packets or bytes in a time; `inv`: for those beyond. */
export interface LimitJson {
	readonly limit: RateJson | ObjectReferenceJson;
}

/** Let the connection bypass the ruleset through a flowtable. */
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

/** The packet is not tracked. */
export interface NotrackJson {
	readonly notrack: null;
}

/** Sends a copy of the packet elsewhere: to an address, in the netdev family to a device. */
export interface DupJson {
	readonly dup: { readonly addr: Expression; readonly dev?: Expression };
}

/** How addresses and ports are chosen. */
export type NatFlagJson = keyof typeof natFlags;
/** What a map gives for an address. */
export type NatTypeFlagJson = "interval" | "prefix" | "concat";
interface NatOptionsJson {
	readonly family?: "ip" | "ip6";
	readonly addr?: Expression;
	readonly port?: Expression;
	readonly flags?: NatFlagJson | readonly NatFlagJson[];
	readonly type_flags?: NatTypeFlagJson | readonly NatTypeFlagJson[];
}
/** Rewrites the source or destination of a connection. */
export type NatJson =
	| { readonly snat: NatOptionsJson | null }
	| { readonly dnat: NatOptionsJson | null }
	| { readonly masquerade: NatOptionsJson | null }
	| { readonly redirect: NatOptionsJson | null };

/** Drops the packet and tells its sender. */
export interface RejectJson {
	readonly reject: null | {
		readonly type?: "tcp reset" | "icmp" | "icmpv6" | "icmpx";
		readonly expr?: string | number;
	};
}

/** What a packet does with an element. */
export type UpdateOperationJson = "add" | "update" | "delete";
interface UpdateJson {
	readonly op: UpdateOperationJson;
	readonly elem: Expression;
	readonly stmt?: readonly StatementJson[];
}
/** Puts what the packet has into a set, or takes it out. */
export interface SetStatementJson {
	readonly set: UpdateJson & { readonly set: string };
}
/** The same for a map. */
export interface MapStatementJson {
	readonly map: UpdateJson & { readonly data: Expression; readonly map: string };
}

/** How serious a line in the log is, as in syslog(3). */
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
/** What of a packet is logged beside the usual. */
export type LogFlagJson = "tcp sequence" | "tcp options" | "ip options" | "skuid" | "ether" | "all";
/** Writes the packet to the kernel's log, or to the programs that listen to a group. */
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

/** Give the connection a helper, a timeout policy, an expectation; the packet a security mark. */
export type CtObjectJson =
	| { readonly "ct helper": ObjectReferenceJson }
	| { readonly "ct timeout": ObjectReferenceJson }
	| { readonly "ct expectation": ObjectReferenceJson }
	| { readonly secmark: ObjectReferenceJson };

/** A statement with a state per key: a dynamic set that the rule declares by using it. */
export interface MeterJson {
	readonly meter: {
		readonly name: string;
		readonly key: Expression;
		readonly stmt: StatementJson;
		readonly size?: number;
	};
}

/** What becomes of packets no program waits for, and how they are spread. */
export type QueueFlagJson = "bypass" | "fanout";
/** Lets a program decide: the packet goes to a queue, or to one of a range of queues. */
export interface QueueJson {
	readonly queue: null | {
		readonly num?: Expression;
		readonly flags?: QueueFlagJson | readonly QueueFlagJson[];
	};
}

/** Holds up to so many connections; `inv`: above. */
export interface CtCountJson {
	readonly "ct count": { readonly val: number; readonly inv?: boolean };
}

/** Hands the packet to a local socket as it is. */
export interface TproxyJson {
	readonly tproxy: {
		readonly family?: "ip" | "ip6";
		readonly addr?: Expression;
		readonly port?: Expression;
	};
}

/** An option of TCP that the answer offers. */
export type SynproxyFlagJson = "timestamp" | "sack-perm";
/** What a SYN is answered with. */
export interface SynproxyOptionsJson {
	readonly mss?: number;
	readonly wscale?: number;
	readonly flags?: SynproxyFlagJson | readonly SynproxyFlagJson[];
}
/** Answers SYNs in place of the server until the handshake is done. */
export interface SynproxyJson {
	readonly synproxy: null | SynproxyOptionsJson | ObjectReferenceJson;
}

/** Overwrites a TCP option with NOPs. */
export interface ResetJson {
	readonly reset: TcpOptionJson;
}

/**
 * An extension of iptables in a rule that iptables-nft made. What is in it only iptables knows: it is listed, as
 * nft does, and refused by the compiler.
 */
export interface XtJson {
	readonly xt: { readonly type: "match" | "target"; readonly name: string };
}

/** A statement of a listing that this module cannot write: the kernel's expression it has. */
export interface UnknownJson {
	readonly unknown: { readonly expr: string; readonly data?: RawJson };
}
/** Attributes of the kernel as they are; bytes are hexadecimal digits. */
export type RawJson =
	| string
	| number
	| boolean
	| readonly RawJson[]
	| { readonly [attribute: string]: RawJson };
