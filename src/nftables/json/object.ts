import type { FamilyJson } from "../fact/family.js";
import type { setFlags, setPolicies, tableFlags } from "../fact/flag.js";
import type { policies } from "../fact/hook.js";
import type { ElementsJson, Expression } from "./expression.js";
import type { RateJson, RawJson, StatementJson, SynproxyOptionsJson } from "./statement.js";

/** An object of a ruleset. */
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

/** A flag of a table. */
export type TableFlagJson = keyof typeof tableFlags;
/** A table: chains, sets and objects of one family under one name. */
export interface TableJson {
	readonly family: FamilyJson;
	readonly name: string;
	readonly handle?: number;
	readonly flags?: TableFlagJson | readonly TableFlagJson[];
	readonly comment?: string;
}

/** A chain. The kernel calls one with type, hook and prio; others are jumped to. */
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

/** A rule: statements that match a packet or act on it. */
export interface RuleJson {
	readonly family: FamilyJson;
	readonly table: string;
	readonly chain: string;
	readonly expr: readonly StatementJson[];
	/**
	 * The handle of the rule. For a rule that is added or inserted, the handle of the rule that it comes after or before.
	 */
	readonly handle?: number;
	/** The same, as the position among the rules of the chain, including those of this document. */
	readonly index?: number;
	readonly comment?: string;
}

/** A flag of a set. */
export type SetFlagJson = keyof typeof setFlags;
/** The type of a key: a name, a concatenation of names, or the type of an expression. */
export type TypeJson = string | readonly string[] | { readonly typeof: Expression };
/** A set. With `map` it is a map. */
export interface SetDeclarationJson {
	readonly family: FamilyJson;
	readonly table: string;
	readonly name: string;
	readonly handle?: number;
	readonly type: TypeJson;
	/** The data of a map: a type, `verdict`, or the type of a named object. */
	readonly map?: TypeJson;
	readonly policy?: keyof typeof setPolicies;
	readonly flags?: SetFlagJson | readonly SetFlagJson[];
	readonly elem?: ElementsJson;
	/** The seconds after which an element expires. */
	readonly timeout?: number;
	readonly "gc-interval"?: number;
	readonly size?: number;
	/** In a listing: the number of elements. */
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

/** A flowtable: connections that bypass the ruleset on their way between devices. */
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
/** A counter that several rules can use. */
export interface CounterObjectJson extends Named {
	readonly packets?: number;
	readonly bytes?: number;
}
/** A quota of bytes that several rules can use. */
export interface QuotaObjectJson extends Named {
	readonly bytes?: number;
	readonly used?: number;
	readonly inv?: boolean;
}
interface ConntrackObjectJson extends Named {
	readonly protocol?: "tcp" | "udp";
	readonly l3proto?: FamilyJson;
}
/** A helper of connection tracking, such as `ftp`. */
export interface CtHelperObjectJson extends ConntrackObjectJson {
	readonly type: string;
}
/** How long connection tracking keeps a connection: seconds for each of its states. */
export interface CtTimeoutObjectJson extends ConntrackObjectJson {
	readonly protocol: "tcp" | "udp";
	readonly policy?: Readonly<Record<string, number>>;
}
/** A connection that is expected to follow another one. */
export interface CtExpectationObjectJson extends ConntrackObjectJson {
	readonly protocol: "tcp" | "udp";
	readonly dport: number;
	readonly timeout: number;
	readonly size: number;
}
/** A rate limit that several rules can use. */
export type LimitObjectJson = Named & RateJson;
/** A security context that packets can be marked with. */
export interface SecmarkObjectJson extends Named {
	readonly context?: string;
}
/** How SYNs are answered, for several rules to use. */
export type SynproxyObjectJson = Named & SynproxyOptionsJson;

/** An object of a listing whose type this module does not know. It cannot be added. */
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
