import type { FamilyJson } from "../fact/family.js";
import type { setFlags, setPolicies, tableFlags } from "../fact/flag.js";
import type { policies } from "../fact/hook.js";
import type { ElementsJson, Expression } from "./expression.js";
import type { RateJson, RawJson, StatementJson, SynproxyOptionsJson } from "./statement.js";

/** What a ruleset is made of. */
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

/** How a table behaves. */
export type TableFlagJson = keyof typeof tableFlags;
/** A table: the chains, sets and objects of one family, under one name. */
export interface TableJson {
	readonly family: FamilyJson;
	readonly name: string;
	readonly handle?: number;
	readonly flags?: TableFlagJson | readonly TableFlagJson[];
	readonly comment?: string;
}

/** A chain; one with type, hook and prio is called by the kernel, others are jumped to. */
export interface ChainJson {
	readonly family: FamilyJson;
	readonly table: string;
	readonly name: string;
	readonly newname?: string;
	readonly handle?: number;
	readonly type?: string;
	readonly hook?: string;
	readonly prio?: number | string;
	readonly dev?: string | readonly string[];
	readonly policy?: keyof typeof policies;
	readonly comment?: string;
}

/** A rule: what is done with a packet, statement by statement. */
export interface RuleJson {
	readonly family: FamilyJson;
	readonly table: string;
	readonly chain: string;
	readonly expr: readonly StatementJson[];
	/** Of the rule itself; where one is added or inserted, of that which it comes after or before. */
	readonly handle?: number;
	/** The same by its place among the rules of the chain, the document's own included. */
	readonly index?: number;
	readonly comment?: string;
}

/** What a set is to be able to. */
export type SetFlagJson = keyof typeof setFlags;
/** The type of a key: by name, as a concatenation of names, or that of an expression. */
export type TypeJson = string | readonly string[] | { readonly typeof: Expression };
/** A set, or a map, which has `map`. */
export interface SetDeclarationJson {
	readonly family: FamilyJson;
	readonly table: string;
	readonly name: string;
	readonly handle?: number;
	readonly type: TypeJson;
	/** What a map gives: a type, `verdict`, or the kind of a named object. */
	readonly map?: TypeJson;
	readonly policy?: keyof typeof setPolicies;
	readonly flags?: SetFlagJson | readonly SetFlagJson[];
	readonly elem?: ElementsJson;
	/** Seconds after which an element goes. */
	readonly timeout?: number;
	readonly "gc-interval"?: number;
	readonly size?: number;
	/** In a listing: how many elements it has. */
	readonly count?: number;
	readonly "auto-merge"?: boolean;
	readonly stmt?: readonly StatementJson[];
	readonly comment?: string;
}

/** Elements of a set or map that exists, or that the document declares before. */
export interface ElementJson {
	readonly family: FamilyJson;
	readonly table: string;
	readonly name: string;
	readonly elem: ElementsJson;
}

/** Connections that bypass the ruleset between devices. */
export interface FlowtableJson {
	readonly family: FamilyJson;
	readonly table: string;
	readonly name: string;
	readonly handle?: number;
	readonly hook?: "ingress";
	readonly prio?: number | string;
	readonly dev?: string | readonly string[];
}

interface Named {
	readonly family: FamilyJson;
	readonly table: string;
	readonly name: string;
	readonly handle?: number;
	readonly comment?: string;
}
/** A counter that rules share. */
export interface CounterObjectJson extends Named {
	readonly packets?: number;
	readonly bytes?: number;
}
/** A number of bytes that rules share. */
export interface QuotaObjectJson extends Named {
	readonly bytes?: number;
	readonly used?: number;
	readonly inv?: boolean;
}
interface ConntrackObjectJson extends Named {
	readonly protocol?: "tcp" | "udp";
	readonly l3proto?: FamilyJson;
}
/** A helper of connection tracking, as `ftp`. */
export interface CtHelperObjectJson extends ConntrackObjectJson {
	readonly type: string;
}
/** How long connection tracking remembers: seconds by the state of a connection. */
export interface CtTimeoutObjectJson extends ConntrackObjectJson {
	readonly protocol: "tcp" | "udp";
	readonly policy?: Readonly<Record<string, number>>;
}
/** A connection that is expected to follow another. */
export interface CtExpectationObjectJson extends ConntrackObjectJson {
	readonly protocol: "tcp" | "udp";
	readonly dport: number;
	readonly timeout: number;
	readonly size: number;
}
/** A rate that rules share. */
export type LimitObjectJson = Named & RateJson;
/** A security context that packets are marked with. */
export interface SecmarkObjectJson extends Named {
	readonly context?: string;
}
/** What SYNs are answered with, for rules to share. */
export type SynproxyObjectJson = Named & SynproxyOptionsJson;

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
