import type { Request } from "../../netlink/request.js";
import type {
	ChainJson,
	Command,
	FamilyJson,
	ObjectJson,
	StatementJson,
} from "../../nftables/index.js";

/** The members that the table fills in for everything in it. */
type InTable<T> = Omit<T, "family" | "table">;
type Declarable = Exclude<
	ObjectJson,
	{ readonly table: unknown } | { readonly chain: unknown } | { readonly rule: unknown }
>;
/** A set, a map or a named object: `{ set: … }`, `{ counter: … }`. Tables that need the same one share its file. */
export type Declaration<T = Declarable> = T extends unknown
	? { readonly [K in keyof T]: InTable<T[K]> }
	: never;

/** A chain: the members it is created with, and the statements of each of its rules. */
export interface Chain {
	readonly create: InTable<ChainJson>;
	readonly rules: readonly (readonly StatementJson[])[];
}

/** A table of ours, in the JSON of libnftables-json(5). */
export interface DeclaredTable {
	readonly family: FamilyJson;
	readonly name: string;
	readonly comment: string;
	readonly declarations: readonly Declaration[];
	readonly chains: readonly Chain[];
}

/** The parts of a table that are sent separately, as commands or as the messages compiled from them. */
export interface Parts<T> {
	readonly family: FamilyJson;
	readonly name: string;
	/** Creates the table, everything that is declared in it, and its empty chains. */
	readonly create: readonly T[];
	readonly chains: readonly ChainParts<T>[];
	readonly drop: readonly T[];
}
export interface ChainParts<T> {
	readonly name: string;
	/** Whether the kernel calls the chain; rules jump to other chains. */
	readonly isBase: boolean;
	/** How many rules go on there. */
	readonly uses: number;
	readonly rules: readonly T[];
	readonly flush: readonly T[];
}
/** A table as it is sent to the kernel. */
export type CompiledTable = Parts<Request>;
export type CompiledChain = ChainParts<Request>;

/** The commands that create a table, empty its chains, and delete it. */
export function partsOf({
	family,
	name,
	comment,
	declarations,
	chains,
}: DeclaredTable): Parts<Command> {
	const at = { family, table: name };
	const placed = (declaration: Declaration): ObjectJson =>
		Object.fromEntries(
			Object.entries(declaration).map(([sort, value]) => [sort, { ...at, ...value }]),
		) as unknown as ObjectJson;
	return {
		family,
		name,
		create: [
			{ create: { table: { family, name, comment } } },
			...declarations.map((declaration) => ({ create: placed(declaration) })),
			...chains.map(({ create }) => ({ create: { chain: { ...at, ...create } } })),
		],
		chains: chains.map(({ create, rules }) => ({
			name: create.name,
			isBase: create.hook !== undefined,
			uses: usesOf(create.name, chains),
			rules: rules.map((expr) => ({ add: { rule: { ...at, chain: create.name, expr } } })),
			flush: [{ flush: { chain: { ...at, name: create.name } } }],
		})),
		drop: [{ delete: { table: { family, name } } }],
	};
}

/** How often rules jump to a chain, or go there. */
const usesOf = (name: string, chains: readonly Chain[]): number =>
	targetsIn(chains.map(({ rules }) => rules)).filter((target) => target === name).length;

function targetsIn(value: unknown): unknown[] {
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		key === "target" ? [inner] : targetsIn(inner),
	);
}
