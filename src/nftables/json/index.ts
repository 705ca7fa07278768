/** The types of libnftables-json(5): a ruleset that is wrong is a compile error where it is written. */
import type { ChainJson } from "../command/chain.js";
import type { ElementJson } from "../command/element.js";
import type { FlowtableJson } from "../command/flowtable.js";
import type {
	CounterObjectJson,
	CtExpectationObjectJson,
	CtHelperObjectJson,
	CtTimeoutObjectJson,
	LimitObjectJson,
	QuotaObjectJson,
	SecmarkObjectJson,
	SynproxyObjectJson,
} from "../command/object.js";
import type { ListQueryJson, ResetQueryJson } from "../command/query.js";
import type { RuleJson } from "../command/rule.js";
import type { SetDeclarationJson } from "../command/set.js";
import type { TableJson } from "../command/table.js";
import type { BinaryJson } from "../expression/binary.js";
import type { ConcatJson } from "../expression/concat.js";
import type { CtJson } from "../expression/ct.js";
import type { DccpOptionJson } from "../expression/dccp-option.js";
import type { ExthdrJson } from "../expression/exthdr.js";
import type { FibJson } from "../expression/fib.js";
import type { JhashJson, SymhashJson } from "../expression/hash.js";
import type { ImmediateJson, ListJson } from "../expression/immediate.js";
import type { IpOptionJson } from "../expression/ip-option.js";
import type { IpsecJson } from "../expression/ipsec.js";
import type { MapJson } from "../expression/map.js";
import type { MetaJson } from "../expression/meta.js";
import type { NumgenJson } from "../expression/numgen.js";
import type { OsfJson } from "../expression/osf.js";
import type { PayloadJson } from "../expression/payload.js";
import type { PrefixJson } from "../expression/prefix.js";
import type { RangeJson } from "../expression/range.js";
import type { RtJson } from "../expression/rt.js";
import type { SctpChunkJson } from "../expression/sctp-chunk.js";
import type { ElemJson, SetJson } from "../expression/set.js";
import type { SocketJson } from "../expression/socket.js";
import type { TcpOptionJson } from "../expression/tcp-option.js";
import type { VerdictJson } from "../expression/verdict.js";
import type { FamilyJson } from "../fact/family.js";
import type { CounterJson } from "../statement/counter.js";
import type { CtCountJson } from "../statement/ct-count.js";
import type { CtObjectJson } from "../statement/ct-object.js";
import type { DupJson } from "../statement/dup.js";
import type { FlowJson } from "../statement/flow.js";
import type { FwdJson } from "../statement/fwd.js";
import type { LastJson } from "../statement/last.js";
import type { LimitJson } from "../statement/limit.js";
import type { LogJson } from "../statement/log.js";
import type { MangleJson } from "../statement/mangle.js";
import type { MatchJson } from "../statement/match.js";
import type { MeterJson } from "../statement/meter.js";
import type { NatJson } from "../statement/nat.js";
import type { NotrackJson } from "../statement/notrack.js";
import type { QueueJson } from "../statement/queue.js";
import type { QuotaJson } from "../statement/quota.js";
import type { RejectJson } from "../statement/reject.js";
import type { ResetJson } from "../statement/reset.js";
import type { MapStatementJson, SetStatementJson } from "../statement/set.js";
import type { SynproxyJson } from "../statement/synproxy.js";
import type { TproxyJson } from "../statement/tproxy.js";
import type { VmapJson } from "../statement/vmap.js";
import type { XtJson } from "../statement/xt.js";

export type {
	BinaryJson,
	ChainJson,
	ConcatJson,
	CounterJson,
	CounterObjectJson,
	CtCountJson,
	CtExpectationObjectJson,
	CtHelperObjectJson,
	CtJson,
	CtObjectJson,
	CtTimeoutObjectJson,
	DccpOptionJson,
	DupJson,
	ElementJson,
	ElemJson,
	ExthdrJson,
	FamilyJson,
	FibJson,
	FlowJson,
	FlowtableJson,
	FwdJson,
	ImmediateJson,
	IpOptionJson,
	IpsecJson,
	JhashJson,
	LastJson,
	LimitJson,
	LimitObjectJson,
	ListJson,
	ListQueryJson,
	LogJson,
	MangleJson,
	MapJson,
	MapStatementJson,
	MatchJson,
	MetaJson,
	MeterJson,
	NatJson,
	NotrackJson,
	NumgenJson,
	OsfJson,
	PayloadJson,
	PrefixJson,
	QueueJson,
	QuotaJson,
	QuotaObjectJson,
	RangeJson,
	RejectJson,
	ResetJson,
	ResetQueryJson,
	RtJson,
	RuleJson,
	SctpChunkJson,
	SecmarkObjectJson,
	SetDeclarationJson,
	SetJson,
	SetStatementJson,
	SocketJson,
	SymhashJson,
	SynproxyJson,
	SynproxyObjectJson,
	TableJson,
	TcpOptionJson,
	TproxyJson,
	VerdictJson,
	VmapJson,
	XtJson,
};

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

/** Elements of a set, or `[key, data]` pairs of a map; a lone one may stand without its array. */
export type ElementsJson =
	| Expression
	| readonly (Expression | readonly [key: Expression, data: Expression])[];

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

/** An object of a listing that this module has no words for; it cannot be added. */
export interface UnknownObjectJson {
	readonly unknown: {
		readonly family: FamilyJson;
		readonly table: string;
		readonly name: string;
		readonly handle?: number;
		/** NFT_OBJECT_* */
		readonly type: number;
		readonly data: RawJson;
	};
}

export type ObjectJson =
	| { readonly table: TableJson }
	| { readonly chain: ChainJson }
	| { readonly rule: RuleJson }
	| { readonly set: SetDeclarationJson }
	| { readonly map: SetDeclarationJson }
	| { readonly element: ElementJson }
	| { readonly flowtable: FlowtableJson }
	| { readonly counter: CounterObjectJson }
	| { readonly quota: QuotaObjectJson }
	| { readonly "ct helper": CtHelperObjectJson }
	| { readonly "ct timeout": CtTimeoutObjectJson }
	| { readonly "ct expectation": CtExpectationObjectJson }
	| { readonly limit: LimitObjectJson }
	| { readonly secmark: SecmarkObjectJson }
	| { readonly synproxy: SynproxyObjectJson };

/** What is needed to name an object that is there. */
type Reference<T> = T extends object
	? { readonly [K in keyof T]: Partial<T[K]> & { readonly family: FamilyJson } }
	: never;

export type Command =
	| { readonly metainfo: unknown }
	| UnknownObjectJson
	| ObjectJson
	| { readonly add: ObjectJson }
	| { readonly create: ObjectJson }
	| { readonly insert: { readonly rule: RuleJson } }
	| { readonly replace: { readonly rule: RuleJson } }
	| { readonly delete: Reference<ObjectJson> }
	| { readonly destroy: Reference<ObjectJson> }
	| {
			readonly flush:
				| { readonly ruleset: null | { readonly family?: FamilyJson } }
				| { readonly meter: Pick<SetDeclarationJson, "family" | "table" | "name"> }
				| Reference<ObjectJson>;
	  }
	| { readonly rename: { readonly chain: ChainJson } }
	| { readonly list: ListQueryJson }
	| { readonly reset: ResetQueryJson };

export interface Document {
	readonly nftables: readonly Command[];
}
