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

/** A ruleset, or what is done to one: commands, carried out all or none. */
export interface Document {
	readonly nftables: readonly Command[];
}

/** What a document does, lists or, in a listing, holds. */
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

/** What is needed to name an object that is there. */
type Reference<T> = T extends object
	? { readonly [K in keyof T]: Partial<T[K]> & { readonly family: FamilyJson } }
	: never;

/** What a question is about: all of a kind, narrowed down to a family or a table. */
type ScopeJson = null | { readonly family?: FamilyJson; readonly table?: string };
interface NamedJson {
	readonly family: FamilyJson;
	readonly table: string;
	readonly name: string;
}
type OneOf<K extends string, T> = { readonly [N in K]: { readonly [M in N]: T } }[K];

/** What can be listed: one by its name, or all of a kind. */
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
