import type { Issues } from "./issues.js";
import { type Entry, MAX_DEPTH, type Node } from "./tree.js";

/** The greatest number of values in one plain object, against objects that contain each other many times over. */
const MAX_VALUES = 1_000_000;

/** The tree of a plain object. Keys whose value is undefined are left out, and a getter does not count as data. */
export function treeOf(value: unknown, issues: Issues): Node | undefined {
	let count = 0;
	let tooLarge = false;
	function convert(value: unknown, depth: number): Node {
		const length = Array.isArray(value) ? value.length : 1;
		if (++count + length > MAX_VALUES || depth > MAX_DEPTH) {
			tooLarge = true;
			return { kind: "scalar", value: undefined, mark: undefined };
		}
		if (Array.isArray(value)) {
			const items = Array.from(value, (item: unknown) => convert(item, depth + 1));
			return { kind: "list", items, mark: undefined };
		}
		if (!isPlain(value)) return { kind: "scalar", value, mark: undefined };
		const entries = new Map<string, Entry>();
		for (const name of Object.keys(value)) {
			const property = Object.getOwnPropertyDescriptor(value, name);
			const held: unknown = property?.get ?? property?.value;
			if (held !== undefined) entries.set(name, { key: undefined, node: convert(held, depth + 1) });
		}
		return { kind: "fields", entries, mark: undefined };
	}
	const root = convert(value, 0);
	if (!tooLarge) return root;
	issues.add([], "is too large or nested too deep", "does it contain itself?");
	return undefined;
}

/** A map in a tree that was not written as a whole. */
export const fields = (entries: readonly (readonly [name: string, node: Node])[]): Node => ({
	kind: "fields",
	entries: new Map(entries.map(([name, node]) => [name, { key: undefined, node }])),
	mark: undefined,
});

function isPlain(value: unknown): value is object {
	if (typeof value !== "object" || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}
