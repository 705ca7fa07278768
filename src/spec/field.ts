/**
 * The language of fields.ts, where a field that a person can write is a line: the format of its value, the flag of `up`
 * that sets it, and what `--help` says of that flag. The types of drafts, Specs and flags follow from these lines.
 */
export type Field =
	| readonly [format: Format]
	| readonly [format: Format, flag: string, help: string];
export type Fields = Readonly<Record<string, Field>>;

/** How a value is written. Data alone: the command line shows its flags before it loads what reads their values. */
export interface Format {
	readonly is: keyof Values;
	/** The bounds of a number; what the schema lets through where there are none. */
	readonly least?: number;
	readonly most?: number;
	/** The words of an enum. */
	readonly words?: readonly string[];
	/** What an absent value is. */
	readonly otherwise?: unknown;
	/** There must be a value; what to write where it is missing. */
	readonly needed?: string;
	/** A list of one may be written as that one, without brackets. The comment in the schema says so. */
	readonly bare?: true;
	/** Addresses may be link-local ones. */
	readonly linkLocal?: true;
	/** The schema has it, but this version cannot do it: whoever asks for it is refused. */
	readonly planned?: true;
}

/** By format: what the schema lets through, and what a Spec holds. */
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
	/** An element of a list that was no text is undefined, and an issue already. */
	hosts: { given: readonly (string | undefined)[]; value: readonly string[] };
	ports: { given: readonly (string | undefined)[]; value: readonly string[] };
}

/** An account of this machine, by id or name; a Spec holds the id. */
export const user = { is: "user" } as const;
export const group = { is: "group" } as const;
export const toggle = { is: "toggle", otherwise: false } as const;
export const text = { is: "text" } as const;
/** A name that an interface can have. */
export const link = { is: "link" } as const;
export const mac = { is: "mac" } as const;
/** Addresses without prefix length, one of each family at most. */
export const addresses = { is: "addresses", bare: true, otherwise: [] } as const;
/** Addresses of machines, each with the prefix length of its subnet. */
export const hosts = { is: "hosts", otherwise: [] } as const;
/** The same of guests, which choose their link-local addresses themselves. */
export const guests = { ...hosts, linkLocal: true } as const;
/** Ports that are forwarded to a guest. */
export const ports = { is: "ports", otherwise: [] } as const;
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

/** Fields as readMessage() returns them: of the types of the schema, and not checked yet. */
export type Given<T extends Fields> = {
	readonly [K in keyof T]: GivenOf<T[K][0]> | undefined;
};

type AlwaysThere = { readonly otherwise: unknown } | { readonly needed: string };
type NamesOfAlwaysThere<T extends Fields> = {
	[K in keyof T]: T[K][0] extends AlwaysThere ? K : never;
}[keyof T];

/** Fields as a Spec holds them. What is optional and was not given is not there. */
export type Checked<T extends Fields> = {
	readonly [K in keyof Pick<T, NamesOfAlwaysThere<T>>]: ValueOf<T[K][0]>;
} & {
	readonly [K in keyof Omit<T, NamesOfAlwaysThere<T>>]?: ValueOf<T[K][0]>;
};

/** The same with every property there; what was not given is undefined. */
export type Complete<T> = { readonly [K in keyof Required<T>]: T[K] };

/** The same where undefined is as good as absent. */
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

/** The flags that set some fields, by the names that commander gives their values: `--snat-to <IP>` is `snatTo`. */
export type FlagsOf<T extends Fields> = {
	readonly [K in keyof T as T[K] extends readonly [Format, infer Flag, string]
		? KeyOf<Flag>
		: never]?: FlagValue<T[K][0]>;
};

/** `--snat-to` of `--snat-to <IP>`. */
export const flagName = (flag: string): string => flag.replace(/ .*/, "");

/** The name that commander gives its value: `snatTo`. */
export const flagKey = (flag: string): string =>
	flagName(flag)
		.slice(2)
		.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** Whether the flag can be given several times, one element each. */
export const isList = ({ is }: Format): boolean => LISTS.has(is);
const LISTS: ReadonlySet<Format["is"]> = new Set(["addresses", "hosts", "ports"]);
