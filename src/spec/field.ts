/**
 * The language of fields.ts, in which a field of a spec is one line: the format of its value, the flag of `up` that
 * sets it, and the help for that flag. The types of drafts, Specs and flags are derived from these lines.
 */
export type Field =
	| readonly [format: Format]
	| readonly [format: Format, flag: string, help: string];
export type Fields = Readonly<Record<string, Field>>;

/**
 * The format of a value. It is data only, because the command line shows flags before it loads the code that reads
 * values.
 */
export interface Format {
	readonly is: keyof Values;
	/** The bounds of a number. Without them, those of its type in the schema. */
	readonly least?: number;
	readonly most?: number;
	/** The words of an enum. */
	readonly words?: readonly string[];
	/** The value if the field is absent. */
	readonly otherwise?: unknown;
	/** Set if the field is required: what to write if it is missing. */
	readonly needed?: string;
	/** Set if a list with one element may be written without brackets. The comment in the schema must say so. */
	readonly bare?: true;
	/** Set if addresses may be link-local. */
	readonly linkLocal?: true;
	/** Set if the schema has the field and this version does not support it, so that using it is refused. */
	readonly planned?: true;
}

/** For each format, the type that the schema accepts and the type in a Spec. */
interface Values {
	user: { given: number | string; value: number };
	group: { given: number | string; value: number };
	number: { given: number; value: number };
	toggle: { given: boolean; value: boolean };
	text: { given: string; value: string };
	word: { given: string; value: string };
	link: { given: string; value: string };
	mac: { given: string; value: string };
	addresses: { given: string | readonly (string | undefined)[]; value: readonly string[] };
	/** An element that was not a text is undefined, and there is an issue about it already. */
	hosts: { given: readonly (string | undefined)[]; value: readonly string[] };
	ports: { given: readonly (string | undefined)[]; value: readonly string[] };
	rate: { given: string; value: string };
	/** A message of its own; by a flag `download=100mbit`, one each. */
	limits: { given: LimitValues; value: LimitValues };
	egress: { given: string | readonly (string | undefined)[]; value: readonly string[] };
	names: { given: readonly (string | undefined)[]; value: readonly string[] };
}

/** How much a guest may use: rates as tc(8) writes them, and how many connections. */
export interface LimitValues {
	readonly download?: string | undefined;
	readonly upload?: string | undefined;
	readonly connections?: number | undefined;
}

/** A user of this machine, by id or name. A Spec contains the id. */
export const user = { is: "user" } as const;
export const group = { is: "group" } as const;
export const toggle = { is: "toggle", otherwise: false } as const;
export const text = { is: "text" } as const;
/** A name that an interface can have. */
export const link = { is: "link" } as const;
export const mac = { is: "mac" } as const;
/** Addresses without a prefix length, at most one of each family. */
export const addresses = { is: "addresses", bare: true, otherwise: [] } as const;
/** Addresses of hosts, each with the prefix length of its subnet. */
export const hosts = { is: "hosts", otherwise: [] } as const;
/** The same for guests, which choose their link-local addresses themselves. */
export const guests = { ...hosts, linkLocal: true } as const;
/** Ports that are forwarded to a guest. */
export const ports = { is: "ports", otherwise: [] } as const;
/** How fast: as tc(8) writes it. */
export const rate = { is: "rate" } as const;
/** How much a guest may use. */
export const limits = { is: "limits" } as const;
/** Where guests may send: a word, or a list of addresses and ports. */
export const egress = { is: "egress", bare: true } as const;
/** Names of networks. */
export const names = { is: "names", otherwise: [] } as const;
/** A whole number. */
export const number = (least?: number, most?: number) => ({
	is: "number" as const,
	...(least !== undefined && { least }),
	...(most !== undefined && { most }),
});
/** One of the words of an enum. */
export const word = <const Words extends readonly string[]>(...words: Words) =>
	({ is: "word", words }) as const;

export const needed = <F extends Format>(format: F, hint: string) => ({ ...format, needed: hint });
export const otherwise = <F extends Format>(format: F, value: ValueOf<F>) => ({
	...format,
	otherwise: value,
});
export const planned = <F extends Format>(format: F) => ({ ...format, planned: true as const });

export type GivenOf<F extends Pick<Format, "is">> = Values[F["is"]]["given"];
export type ValueOf<F extends Pick<Format, "is">> = F extends {
	readonly words: readonly (infer Word)[];
}
	? Word
	: Values[F["is"]]["value"];

/** Fields as readMessage() returns them: they have the types of the schema, and are not checked yet. */
export type Given<T extends Fields> = {
	readonly [K in keyof T]: GivenOf<T[K][0]> | undefined;
};

type AlwaysThere = { readonly otherwise: unknown } | { readonly needed: string };
type NamesOfAlwaysThere<T extends Fields> = {
	[K in keyof T]: T[K][0] extends AlwaysThere ? K : never;
}[keyof T];

/** Fields as a Spec contains them. Optional fields that were not given are absent. */
export type Checked<T extends Fields> = {
	readonly [K in keyof Pick<T, NamesOfAlwaysThere<T>>]: ValueOf<T[K][0]>;
} & {
	readonly [K in keyof Omit<T, NamesOfAlwaysThere<T>>]?: ValueOf<T[K][0]>;
};

/** The same with all properties; those that were not given are undefined. */
export type Complete<T> = { readonly [K in keyof Required<T>]: T[K] };

/** The same for readers to which undefined and absent are equal. */
export type Loose<T> = {
	readonly [K in keyof T]: undefined extends T[K] ? T[K] | undefined : T[K];
};

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
	? `${Head}${Capitalize<Camel<Tail>>}`
	: Name;
type KeyOf<Flag> = Flag extends `--${infer Name} <${string}`
	? Camel<Name>
	: Flag extends `--${infer Name}`
		? Camel<Name>
		: never;
type FlagValue<F extends Format> =
	GivenOf<F> extends number | string ? GivenOf<F> | string : ValueOf<F>;

/** The flags that set some fields, under commander's names for their values: `--snat-to <IP>` is `snatTo`. */
export type FlagsOf<T extends Fields> = {
	readonly [K in keyof T as T[K] extends readonly [Format, infer Flag, string]
		? KeyOf<Flag>
		: never]?: FlagValue<T[K][0]>;
};

/** The name of a flag: `--snat-to` in `--snat-to <IP>`. */
export const flagName = (flag: string): string => flag.replace(/ .*/, "");

/** Commander's name for the value of a flag: `snatTo`. */
export const flagKey = (flag: string): string =>
	flagName(flag)
		.slice(2)
		.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** Whether the flag can be given several times, with one element each. */
export const isList = ({ is }: Format): boolean => LISTS.has(is);
const LISTS: ReadonlySet<Format["is"]> = new Set([
	"addresses",
	"hosts",
	"ports",
	"limits",
	"egress",
	"names",
]);
