/**
 * The language in which output.ts describes the output of `--json`: JSON Schemas that also carry the TypeScript type of
 * the described value, so that the compiler can compare them with the reports.
 */

/** A JSON Schema for values of type T. */
export interface Shape<T> {
	readonly schema: Readonly<Record<string, unknown>>;
	/** Never set; it only carries the type. */
	readonly type?: T;
}

/** A property that may be left out. */
export interface OptionalShape<T> extends Shape<T> {
	readonly optional: true;
}

/** The type that a shape describes. */
export type TypeOf<S> = S extends Shape<infer T> ? T : never;

type Properties = Readonly<Record<string, Shape<unknown> | OptionalShape<unknown>>>;
type OptionalNames<P extends Properties> = {
	[K in keyof P]: P[K] extends OptionalShape<unknown> ? K : never;
}[keyof P];
type ObjectOf<P extends Properties> = {
	readonly [K in Exclude<keyof P, OptionalNames<P>>]: TypeOf<P[K]>;
} & { readonly [K in OptionalNames<P>]?: TypeOf<P[K]> | undefined };

const of = <T>(type: string, description: string, more: object = {}): Shape<T> => ({
	schema: { description, type, ...more },
});

export const text = (description: string): Shape<string> => of("string", description);
export const truth = (description: string): Shape<boolean> => of("boolean", description);
export const whole = (description: string): Shape<number> =>
	of("integer", description, { minimum: 0 });
export const amount = (description: string): Shape<number> =>
	of("number", description, { minimum: 0 });

/** A value that is always true if it is present. */
export const flag = (description: string): Shape<true> => ({
	schema: { description, const: true },
});

/** One of these words. */
export const word = <const Words extends readonly string[]>(
	description: string,
	words: Words,
): Shape<Words[number]> => ({ schema: { description, enum: words } });

/** A text, or null if there is none. */
export const textOrNull = (description: string): Shape<string | null> => ({
	schema: { description, type: ["string", "null"] },
});

/** A whole number, or null if there is none. */
export const wholeOrNull = (description: string): Shape<number | null> => ({
	schema: { description, type: ["integer", "null"] },
});

/** Any scalar; null means that it is not set. */
export const scalar = (description: string): Shape<string | number | boolean | null> => ({
	schema: { description, type: ["string", "number", "boolean", "null"] },
});

export const list = <T>(description: string, items: Shape<T>): Shape<readonly T[]> => ({
	schema: { description, type: "array", items: items.schema },
});

export const optional = <T>(shape: Shape<T>): OptionalShape<T> => ({ ...shape, optional: true });

/** An object with these properties and no others. */
export function object<const P extends Properties>(
	description: string,
	properties: P,
): Shape<ObjectOf<P>> {
	const entries = Object.entries(properties);
	const required = entries.filter(([, shape]) => !("optional" in shape)).map(([name]) => name);
	return {
		schema: {
			description,
			type: "object",
			additionalProperties: false,
			required,
			properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
		},
	};
}

/** A value whose schema is defined elsewhere. */
export const foreign = <T>(schema: Readonly<Record<string, unknown>>): Shape<T> => ({ schema });
