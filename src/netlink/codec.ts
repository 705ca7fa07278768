import { NLA_F_NESTED, type Reader, type Writer } from "./bytes.js";

/**
 * Writes a value of type I and reads back one of type O. Every attribute payload and every struct member is a codec.
 */
export interface Codec<O, I = O> {
	/** The kind of the payload: `u32`, `nest`, `struct`, … */
	readonly kind: string;
	/** The contents by name, for tools that walk a schema. Encoding does not use it. */
	readonly parts?: Parts;
	/** The number of bytes, if it is fixed: a struct member that is left out becomes that many zeroes. */
	readonly size?: number;
	/** Set by `many`: the codec reads and writes one value, and the attribute space holds a list of them. */
	readonly repeated?: true;
	/** Append a value. @throws WireError if it does not fit */
	write(w: Writer, value: I): void;
	/** Read a value up to the end of the reader. @throws WireError */
	read(r: Reader): O;
	/** Like `read`, but into an existing object: copying the fields afterwards would take as long as reading them. */
	readInto?(r: Reader, out: Record<string, unknown>): void;
}
/** A codec of values of any type. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where value types are erased
export type AnyCodec = Codec<any, any>;
/** Name → number and codec. The number is -1 where a part is found by its position. */
export type Parts = Readonly<Record<string, readonly [type: number, codec: AnyCodec]>>;

/** A value that is made when it is first asked for, and then kept: one command uses few of all tables. */
export function once<T>(make: () => T): () => T {
	let made: { readonly value: T } | undefined;
	return () => {
		made ??= { value: make() };
		return made.value;
	};
}

/** The type of what a codec reads. */
export type Out<C> = C extends Codec<infer O, never> ? O : never;
/** The type of what a codec writes. */
export type In<C> = C extends { write(w: Writer, value: infer I): void } ? I : never;

/** An attribute that no table names. It is kept so that decoding and encoding again loses nothing. */
export interface RawAttr {
	/** Its number. */
	readonly type: number;
	/** Its bytes, without the header of the attribute. */
	readonly payload: Uint8Array;
	/** NLA_F_NESTED and NLA_F_NET_BYTEORDER, if it had them. */
	readonly flags?: number;
}

/**
 * The attribute number as it is written. It has NLA_F_NESTED if the payload is a nest: nf_tables demands that,
 * rtnetlink allows it.
 */
export const writtenType = (type: number, { kind }: AnyCodec): number =>
	nests.has(kind) ? type | NLA_F_NESTED : type;
const nests: ReadonlySet<string> = new Set(["nest", "list", "indexed"]);

/** Write one attribute: header, payload, padding. `type` is what `writtenType` returns. */
export function writeAttr(
	w: Writer,
	name: string,
	type: number,
	codec: AnyCodec,
	value: unknown,
): void {
	w.path.push(name);
	const at = w.beginAttr(type);
	codec.write(w, value);
	w.endAttr(at);
	w.path.pop();
}

/** Read the payload of the attribute that the reader has entered. */
export function readAttr(r: Reader, name: string, codec: AnyCodec): unknown {
	r.enter(name);
	const value = codec.read(r);
	// A newer kernel may append members to a struct; any other payload with bytes left over is wrong.
	if (r.pos !== r.end && codec.kind !== "struct") throw r.fail(`${r.left} bytes too many`);
	r.leave();
	return value;
}
