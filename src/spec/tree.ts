/**
 * What the user wrote, before its meaning is known: the same three shapes for YAML, JSON, flags and plain objects, each
 * with its position. Maps are Map objects, so that no key can reach Object.prototype.
 */
export type Node = Scalar | List | Fields;

/** An offset in the text, or the name of a flag. */
export type Mark = number | string | undefined;

export interface Scalar {
	readonly kind: "scalar";
	/** A string, number, boolean or null; from a plain object, possibly any other value. */
	readonly value: unknown;
	readonly mark: Mark;
}

export interface List {
	readonly kind: "list";
	readonly items: readonly Node[];
	readonly mark: Mark;
}

export interface Fields {
	readonly kind: "fields";
	readonly entries: ReadonlyMap<string, Entry>;
	readonly mark: Mark;
}

export interface Entry {
	readonly key: Mark;
	readonly node: Node;
}

/** Deeper than any real spec. It bounds recursion. */
export const MAX_DEPTH = 32;

export type Path = readonly (string | number)[];

/** `taps.tap0.guest.addresses[0]`. A name that could be read as two is quoted: `taps["eth0.5"].mtu`. */
export function formatPath(path: Path): string {
	let text = "";
	for (const part of path) {
		if (typeof part === "number") text += `[${part}]`;
		else if (!/^[A-Za-z0-9_-]+$/.test(part)) text += `[${quote(part)}]`;
		else text += text === "" ? part : `.${part}`;
	}
	return text;
}

/**
 * The position of a path. An issue about a value is shown at the value, about a list or map at its key, and about
 * something missing at the nearest thing around it.
 */
export function locate(root: Node | undefined, path: Path): Mark {
	let node = root;
	let mark = root?.mark;
	for (const part of path) {
		const entry: Entry | undefined =
			node?.kind === "fields" && typeof part === "string" ? node.entries.get(part) : undefined;
		const item = node?.kind === "list" && typeof part === "number" ? node.items[part] : undefined;
		node = entry?.node ?? item;
		if (node === undefined) return mark;
		mark = entry === undefined || node.kind === "scalar" ? node.mark : entry.key;
	}
	return mark;
}

/** Text of unknown origin for a message: it is quoted and shortened. */
export function quote(text: string): string {
	return printable(JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text));
}

/** Text that is safe in a terminal and a log: ASCII, so that look-alike letters become visible, and a single line. */
export function printable(text: string): string {
	return text.replace(
		/[^\x20-\x7e]/g,
		(char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}

/** A node in words, for `is …, must be …`. */
export function describe(node: Node): string {
	if (node.kind === "list") return "a list";
	if (node.kind === "fields") return "a map";
	const { value } = node;
	if (typeof value === "string") return `the text ${quote(value)}`;
	if (typeof value === "number") return `the number ${value}`;
	if (value === null || value === undefined) return "empty";
	if (typeof value === "boolean") return `${value}`;
	return typeof value === "object" ? "an object that is not plain data" : `a ${typeof value}`;
}
