import { FIELDS } from "./fields.js";
import type { Issues } from "./issues.js";
import { choicesOf, fieldsOf, messagesWith, type SchemaField, wordsOf } from "./schema.js";
import { suggestion } from "./suggestion.js";
import { describe, type Node, type Path } from "./tree.js";

/**
 * Read the values of a message by the schema alone: types, enums, unknown keys. Missing lists are empty, missing
 * booleans are false, and everything else that is missing is undefined, as is a value with an issue.
 */
export function readMessage(
	type: string,
	node: Node,
	path: Path,
	issues: Issues,
): Record<string, unknown> | undefined {
	const fields = fieldsOf(type);
	if (node.kind !== "fields") {
		const keys = [...fields.keys()].join(", ");
		issues.add(
			path,
			`is ${describe(node)}, must be a map with the keys ${keys}`,
			path.length === 0 ? undefined : emptyHint(node),
		);
		return undefined;
	}
	for (const [key, { key: mark }] of node.entries)
		if (!fields.has(key))
			issues.add([...path, key], "is not a known key", keyHint(key, fields), mark);
	const message: Record<string, unknown> = {};
	for (const [key, field] of fields) {
		const entry = node.entries.get(key);
		if (entry !== undefined && isNothing(type, key, entry.node))
			issues.add([...path, key], "is an empty list", "say none, or leave it out");
		message[key] =
			entry === undefined
				? absent(field)
				: isBare(type, key, entry.node)
					? readValue(field.type, entry.node, [...path, key], issues)
					: readField(field, entry.node, [...path, key], issues);
	}
	return message;
}

/** Whether a list with one element was written without brackets. An empty value does not count as one. */
const isBare = (type: string, key: string, node: Node): boolean =>
	node.kind === "scalar" && node.value !== null && FIELDS[type]?.[key]?.[0].bare === true;

/** Whether it is a list of nothing where that could mean all as well as none. */
const isNothing = (type: string, key: string, node: Node): boolean =>
	node.kind === "list" && node.items.length === 0 && FIELDS[type]?.[key]?.[0].is === "egress";

/** The value that proto3 defines for a missing field. */
function absent(field: SchemaField): unknown {
	if (field.keyType !== undefined) return new Map();
	if (field.rule === "repeated") return [];
	return field.type === "bool" ? false : undefined;
}

function readField(field: SchemaField, node: Node, path: Path, issues: Issues): unknown {
	if (field.keyType !== undefined) return readMap(field.type, node, path, issues);
	if (field.rule !== "repeated") return readValue(field.type, node, path, issues);
	if (node.kind === "list")
		return node.items.map((item, i) => readValue(field.type, item, [...path, i], issues));
	const hint = node.kind === "scalar" && node.value !== null ? "put it in [ ]" : emptyHint(node);
	issues.add(path, `is ${describe(node)}, must be a list`, hint);
	return [];
}

/** The entries of a map, in the order in which they were written. */
function readMap(type: string, node: Node, path: Path, issues: Issues): Map<string, unknown> {
	const map = new Map<string, unknown>();
	if (node.kind !== "fields")
		issues.add(path, `is ${describe(node)}, must be a map by name`, emptyHint(node));
	else
		for (const [name, entry] of node.entries)
			map.set(name, readValue(type, entry.node, [...path, name], issues));
	return map;
}

function readValue(type: string, node: Node, path: Path, issues: Issues): unknown {
	const scalar = scalars.get(type);
	if (scalar !== undefined) return readScalar([scalar], node, path, issues);
	const words = wordsOf(type);
	if (words !== undefined) return readWord(words, node, path, issues);
	const choices = choicesOf(type)?.flatMap((choice) => scalars.get(choice) ?? []);
	if (choices !== undefined) return readScalar(choices, node, path, issues);
	return readMessage(type, node, path, issues);
}

interface ScalarType {
	readonly name: string;
	/** Returns the value, or undefined if it has another type. */
	readonly read: (value: unknown) => unknown;
	/** A hint for a value of another type. */
	readonly hint: (value: unknown) => string | undefined;
}

const scalars = new Map<string, ScalarType>([
	[
		"string",
		{
			name: "text",
			read: (value) => (typeof value === "string" ? value : undefined),
			hint: (value) =>
				typeof value === "number" || typeof value === "boolean" ? "put it in quotes" : undefined,
		},
	],
	[
		"bool",
		{
			name: "true or false",
			read: (value) => (typeof value === "boolean" ? value : undefined),
			hint: (value) =>
				typeof value === "string" && /^(?:yes|no|on|off)$/i.test(value)
					? "yes and no are text since YAML 1.2"
					: undefined,
		},
	],
	[
		"uint32",
		{
			name: "a whole number from 0 to 4294967295",
			// Adding 0 turns -0 into 0.
			read: (value) => (typeof value === "number" && value >>> 0 === value ? value + 0 : undefined),
			hint: (value) =>
				typeof value === "string" && /^[0-9]+$/.test(value) ? "take away the quotes" : undefined,
		},
	],
]);

function readScalar(types: readonly ScalarType[], node: Node, path: Path, issues: Issues): unknown {
	if (node.kind === "scalar")
		for (const { read } of types) {
			const value = read(node.value);
			if (value !== undefined) return value;
		}
	const wanted = types.map(({ name }) => name).join(" or ");
	const hint = node.kind === "scalar" ? types[0]?.hint(node.value) : undefined;
	issues.add(path, `is ${describe(node)}, must be ${wanted}`, emptyHint(node) ?? hint);
	return undefined;
}

function readWord(words: readonly string[], node: Node, path: Path, issues: Issues): unknown {
	const word = node.kind === "scalar" ? node.value : undefined;
	if (typeof word === "string" && words.includes(word)) return word;
	const hint = typeof word === "string" ? suggestion(word, words) : undefined;
	const wanted = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
	issues.add(path, `is ${describe(node)}, must be ${wanted}`, hint ?? emptyHint(node));
	return undefined;
}

/** For a key without a value, it is unclear whether the key or the value is wrong. */
function emptyHint(node: Node): string | undefined {
	return node.kind === "scalar" && node.value === null
		? "give it a value or remove the key"
		: undefined;
}

function keyHint(key: string, fields: ReadonlyMap<string, SchemaField>): string {
	if (key === "<<") return "YAML 1.2 has no merge keys: write the values out";
	const near = suggestion(key, fields.keys());
	if (near !== undefined) return near;
	const [elsewhere] = messagesWith(key);
	if (elsewhere !== undefined) return `it is a key of a ${elsewhere.toLowerCase()}`;
	return `the keys here are ${[...fields.keys()].join(", ")}`;
}
