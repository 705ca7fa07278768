import proto from "../proto.json" with { type: "json" };

/** The schema in proto/, as far as reading a spec needs it. */
export interface Field {
	/** A scalar type of protobuf, or the name of a message or an enum. */
	readonly type: string;
	readonly rule?: string;
	/** There on maps. */
	readonly keyType?: string;
}

interface Declaration {
	readonly fields?: Readonly<Record<string, Field>>;
	readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
	readonly values?: Readonly<Record<string, number>>;
}

const declarations = new Map<string, Declaration>(
	Object.entries<Declaration>(proto.nested.umlnet.nested.v1.nested),
);

/** By the names that fields have in YAML and JSON. */
const messages = new Map(
	[...declarations].map(([name, { fields }]) => [name, new Map(Object.entries(fields ?? {}))]),
);

export function fieldsOf(message: string): ReadonlyMap<string, Field> {
	return messages.get(message) ?? new Map();
}

/** The words of an enum: MODE_HOST_ONLY of Mode is `host-only`; what is 0 is for "not said". */
export function wordsOf(type: string): readonly string[] | undefined {
	const values = declarations.get(type)?.values;
	if (values === undefined) return undefined;
	const prefix = `${type.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()}_`;
	return Object.entries(values)
		.filter(([, number]) => number !== 0)
		.map(([name]) => name.slice(prefix.length).toLowerCase().replaceAll("_", "-"));
}

/** The types one of which a message stands for that is nothing but one oneof, like Account. */
export function choicesOf(message: string): readonly string[] | undefined {
	const { fields = {}, oneofs = {} } = declarations.get(message) ?? {};
	const [only, ...others] = Object.values(oneofs);
	if (only === undefined || others.length > 0) return undefined;
	const names = Object.keys(fields);
	if (names.length < 2 || only.oneof.length !== names.length) return undefined;
	return Object.values(fields).map((field) => field.type);
}

/** Where a key belongs that stands in the wrong place. */
export function messagesWith(field: string): readonly string[] {
	return [...messages].filter(([, fields]) => fields.has(field)).map(([name]) => name);
}
