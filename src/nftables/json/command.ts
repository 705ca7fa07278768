import type { FamilyJson } from "../fact/family.js";
import type { ObjectName } from "../fact/object.js";
import type {
	ChainJson,
	ElementJson,
	ObjectJson,
	RuleJson,
	SetDeclarationJson,
	UnknownObjectJson,
} from "./object.js";

/** A document of libnftables-json(5): a ruleset, or commands that change one, all of them or none. */
export interface Document {
	/** The commands or objects, in order. */
	readonly nftables: readonly Command[];
}

/** A command of a document, or an object of a listing. */
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

/** The members that identify an existing object. */
type Reference<T> = T extends object
	? { readonly [K in keyof T]: Partial<T[K]> & { readonly family: FamilyJson } }
	: never;

/** The scope of a query: everything, one family, or one table. */
type ScopeJson = null | { readonly family?: FamilyJson; readonly table?: string };
interface NamedJson {
	readonly family: FamilyJson;
	readonly table: string;
	readonly name: string;
}
type OneOf<K extends string, T> = { readonly [N in K]: { readonly [M in N]: T } }[K];

/** What can be listed: one object by its name, or all of a type. */
export type ListQueryJson =
	| { readonly ruleset: ScopeJson }
	| { readonly tables: ScopeJson }
	| { readonly table: { readonly family: FamilyJson; readonly name: string } }
	| OneOf<"chain" | "set" | "map" | "meter" | "flowtable" | ObjectName, NamedJson>
	| OneOf<"chains" | "sets" | "maps" | "meters" | "flowtables" | `${ObjectName}s`, ScopeJson>;
/** What has counts that can be listed and set to zero. */
export type ResetQueryJson =
	| OneOf<"counter" | "quota" | "set" | "map", NamedJson>
	| OneOf<"counters" | "quotas", ScopeJson>
	| {
			readonly rule: Omit<NamedJson, "name"> & { readonly chain: string; readonly handle: number };
	  }
	| { readonly rules: ScopeJson | (Omit<NamedJson, "name"> & { readonly chain: string }) }
	| { readonly element: ElementJson };
