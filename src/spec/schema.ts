import proto from "../proto/proto.json" with { type: "json" };

/** The schema in proto/, as far as reading a spec needs it. */
export interface SchemaField {
	/** A scalar type of protobuf, or the name of a message or an enum. */
	readonly type: string;
	readonly rule?: string;
	/** Set for maps. */
	readonly keyType?: string;
}

interface Declaration {
	readonly fields?: Readonly<Record<string, SchemaField>>;
	readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
	readonly values?: Readonly<Record<string, number>>;
}

const declarations = new Map<string, Declaration>(
	Object.entries<Declaration>(proto.nested.umlnet.nested.v1.nested),
);

/**
 * The names of the fields of a message. The compiler reports a line for a field that the schema does not have, and a
 * field without a line.
 */
export type FieldName<Message extends "Network" | "Pool" | "Tap" | "Guest" | "Limits"> =
	keyof (typeof proto.nested.umlnet.nested.v1.nested)[Message]["fields"];

/** The messages with their fields under the names in YAML and JSON. */
const messages = new Map(
	[...declarations].map(([name, { fields }]) => [name, new Map(Object.entries(fields ?? {}))]),
);
const enums = new Map(
	[...declarations].flatMap(([name, { values }]) =>
		values === undefined ? [] : [[name, words(name, values)] as const],
	),
);
const unions = new Map(
	[...declarations].flatMap(([name, declaration]) => {
		const choices = soleOneof(declaration);
		return choices === undefined ? [] : [[name, choices] as const];
	}),
);

/** The value 0 of an enum means that it is not set, so it has no word. */
function words(type: string, values: Readonly<Record<string, number>>): readonly string[] {
	const prefix = `${type.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()}_`;
	return Object.entries(values)
		.filter(([, number]) => number !== 0)
		.map(([name]) => name.slice(prefix.length).toLowerCase().replaceAll("_", "-"));
}

/** An `optional` field is a oneof as well, but of only one field. */
function soleOneof({ fields = {}, oneofs = {} }: Declaration): readonly string[] | undefined {
	const [only, ...others] = Object.values(oneofs);
	const types = Object.values(fields).map((field) => field.type);
	const isSole = others.length === 0 && only?.oneof.length === types.length && types.length > 1;
	return isSole ? types : undefined;
}

export function fieldsOf(message: string): ReadonlyMap<string, SchemaField> {
	return messages.get(message) ?? new Map();
}

/** The words of an enum: MODE_HOST_ONLY of Mode is `host-only`. */
export function wordsOf(type: string): readonly string[] | undefined {
	return enums.get(type);
}

/** The possible types of a message that consists of a single oneof, such as Account. */
export function choicesOf(message: string): readonly string[] | undefined {
	return unions.get(message);
}

/** The messages that have a key, for a hint where a misplaced key belongs. */
export function messagesWith(key: string): readonly string[] {
	return [...placesIn("Spec")].filter((name) => messages.get(name)?.has(key));
}

/** A message and those in its fields, nearest first, in which keys can be written. */
function placesIn(message: string): ReadonlySet<string> {
	const found = new Set([message]);
	for (const place of found)
		for (const { type } of fieldsOf(place).values())
			if (messages.has(type) && !unions.has(type)) found.add(type);
	return found;
}
