import type { Kernel } from "../kernel/kernel.js";
import type { Request } from "../netlink/request.js";
import { families } from "../nftables/fact/family.js";
import { NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM } from "../uapi/nf_tables.js";
import { NFT_SET_ANONYMOUS } from "../uapi/nf_tables_const.js";
import type { CompiledTable } from "./ruleset/table.js";

/** An object of nf_tables, attribute by attribute. */
export type Facts = Readonly<Record<string, unknown>>;

/** The contents of an anonymous set in words; undefined if it is not such a set. */
type Contents = (name: string, number: unknown) => string | undefined;

/** How an expression refers to a set: by name, and within a batch by id. */
const REFERENCES = [
	["NFTA_LOOKUP_SET", "NFTA_LOOKUP_SET_ID"],
	["NFTA_OBJREF_SET_NAME", "NFTA_OBJREF_SET_ID"],
	["NFTA_DYNSET_SET_NAME", "NFTA_DYNSET_SET_ID"],
] as const;

/** Whether a set belongs to one rule: the kernel chooses its name, and its contents cannot be changed. */
export const isAnonymous = ({ NFTA_SET_FLAGS: flags }: Facts): boolean =>
	typeof flags === "number" && (flags & NFT_SET_ANONYMOUS) !== 0;

/** A rule with the contents of its anonymous sets instead of their names, which mean nothing. */
export function withContents(rule: Facts, contents: Contents): Facts {
	const inner = Object.entries(rule).map(([name, value]) => [name, replaced(value, contents)]);
	const facts: Record<string, unknown> = Object.fromEntries(inner);
	for (const [name, number] of REFERENCES) {
		const set = facts[name];
		if (typeof set === "string") facts[name] = contents(set, facts[number]) ?? set;
	}
	return facts;
}
function replaced(value: unknown, contents: Contents): unknown {
	if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
	if (Array.isArray(value)) return value.map((one) => replaced(one, contents));
	return withContents(value as Facts, contents);
}

/** The contents of the anonymous sets in a batch, which have the same name and different ids. */
export function contentsInBatch(batch: readonly Request[]): Contents {
	const elements = new Map<unknown, Facts[]>();
	for (const { message, value } of batch) {
		if (message !== NFT_MSG_NEWSETELEM) continue;
		const list = NFT_MSG_NEWSETELEM.decode(message.encode(value as never));
		const { NFTA_SET_ELEM_LIST_SET_ID: number, NFTA_SET_ELEM_LIST_ELEMENTS: added = [] } = list;
		elements.set(number, [...(elements.get(number) ?? []), ...added]);
	}
	return (name, number) => (name.includes("%d") ? inWords(elements.get(number) ?? []) : undefined);
}

/** The contents of the anonymous sets in a table of the kernel. `sets` are all sets of the table. */
export function contentsInTable(
	kernel: Kernel,
	{ family, name: table }: Pick<CompiledTable, "family" | "name">,
	sets: readonly Facts[],
): Contents {
	const anonymous = new Set(sets.filter(isAnonymous).map(({ NFTA_SET_NAME: name }) => name));
	return (name) => {
		if (!anonymous.has(name)) return undefined;
		const set = {
			nfgen_family: families[family],
			NFTA_SET_ELEM_LIST_TABLE: table,
			NFTA_SET_ELEM_LIST_SET: name,
		};
		const lists = kernel.readNftables(NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM, set, true);
		return inWords(
			lists.flatMap(
				({ NFTA_SET_ELEM_LIST_ELEMENTS: elements = [] }) => elements as readonly Facts[],
			),
		);
	};
}

/** `{ 0x0043, 0x0223 }`, sorted because a set has no order. */
const inWords = (elements: readonly Facts[]): string =>
	`{ ${elements
		.map((element) =>
			PARTS.map((part) => text(element[part]))
				.filter(Boolean)
				.join(" "),
		)
		.sort()
		.join(", ")} }`;
const PARTS = [
	"NFTA_SET_ELEM_KEY",
	"NFTA_SET_ELEM_KEY_END",
	"NFTA_SET_ELEM_DATA",
	"NFTA_SET_ELEM_OBJREF",
	"NFTA_SET_ELEM_FLAGS",
] as const;

function text(value: unknown): string {
	if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
	if (typeof value !== "object" || value === null) return value ? `${value}` : "";
	return Object.values(value).map(text).filter(Boolean).join(" ");
}
