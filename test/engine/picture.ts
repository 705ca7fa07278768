import type { FakeKernel } from "../../src/testing/fake/kernel.js";

/** The parts of a snapshot that are normalised here. The rest is compared as it is. */
interface Snapshot {
	readonly links: readonly Link[];
	readonly tables: readonly (readonly [key: string, table: unknown])[];
}
interface Link {
	readonly name: string;
	readonly addresses: readonly { readonly label?: string | undefined }[];
	readonly kind?: string;
	readonly alias?: string;
	readonly mtuIsSet?: boolean;
	readonly macIsSet?: boolean;
}
const OURS = / umlnet-nl$/;

/**
 * A namespace as text that can be compared with another. It leaves out only what cannot be restored and nobody can see:
 * handles inside our nf_tables table and the order in its sets, whether somebody has set the MAC or MTU of a link of
 * ours, and the order of a link's addresses.
 */
export function pictureOf(kernel: FakeKernel): string {
	const { links, tables, ...rest } = kernel.snapshot() as Snapshot;
	return JSON.stringify({
		...rest,
		links: links.map(plainly).map(withoutMemory),
		tables: tables.map(([key, table]) => [key, OURS.test(key) ? unordered(table) : table]),
		held: kernel.ns.descriptors.size,
	});
}

/** A label that equals the link's name is the default, and the flags show which address of a subnet is primary. */
const plainly = ({ name, addresses, ...rest }: Link): Link => ({
	name,
	...rest,
	addresses: addresses
		.map(({ label, ...address }) => (label === name ? address : { ...address, label }))
		.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
});

function withoutMemory(link: Link): Link {
	const { mtuIsSet, macIsSet, ...rest } = link;
	if (link.kind === "tun") return rest;
	return link.alias?.startsWith("umlnet-nl ") ? { ...rest, macIsSet: macIsSet ?? false } : link;
}

/** Remove handles, and sort the names of all objects and the elements of all sets. */
function unordered(value: unknown): unknown {
	const isRule = typeof value === "object" && value !== null && "NFTA_RULE_EXPRESSIONS" in value;
	if (!isRule) return unorderedly(value);
	const known = rules.get(value) ?? unorderedly(value);
	rules.set(value, known);
	return known;
}
/** A snapshot has the same object for the same rule. */
const rules = new WeakMap<object, unknown>();

function unorderedly(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(unordered);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => name !== "handle")
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([name, inner]) => [name, name === "elements" ? sorted(inner) : unordered(inner)]),
	);
}

const sorted = (elements: unknown): string[] =>
	(elements as readonly unknown[]).map((element) => JSON.stringify(unordered(element))).sort();

/**
 * A picture with the names of links instead of indexes, for comparing two hosts that reached the same state in
 * different ways. A bridge keeps the MAC it was created with, and addresses are sorted.
 */
export function namedPictureOf(kernel: FakeKernel): string {
	const { links, routes, tables } = JSON.parse(pictureOf(kernel)) as Named;
	const names = new Map(links.map(({ index, name }) => [index, name]));
	const named = (value: unknown): unknown => {
		if (typeof value === "number") return names.get(value) ?? value;
		if (typeof value === "string")
			return value.replace(CHOSEN, "chosen").replace(OF_MAC, "fe80::mac");
		if (Array.isArray(value)) return value.map(named);
		if (typeof value !== "object" || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, named(inner)]));
	};
	const lines = (values: readonly unknown[]) =>
		values.map((value) => JSON.stringify(named(value), undefined, "\t")).sort();
	const bare = links.map(({ addresses, mac, ...link }) => ({
		...link,
		...(link.kind !== "bridge" && { mac }),
		addresses: lines(addresses),
	}));
	return [...lines(bare), ...lines(routes), ...lines(tables)].join("\n");
}

interface Named {
	readonly links: readonly {
		readonly index: number;
		readonly name: string;
		readonly kind?: string;
		readonly mac: string;
		readonly addresses: readonly unknown[];
	}[];
	readonly routes: readonly unknown[];
	readonly tables: readonly unknown[];
}
/** A MAC that was not asked for: assigned by the model, or derived from the index of a bridge. */
const CHOSEN = /^(02fa|0275)[0-9a-f]{8}$/;
/** A link-local address made of a MAC: that of a bridge follows what it was made with. */
const OF_MAC = /fe80000000000000[0-9a-f]{6}fffe[0-9a-f]{6}/g;
