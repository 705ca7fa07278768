import { NLA_F_NESTED, type Reader, type Writer } from "./bytes.js";

/** Writes an I, reads back an O. Every attribute payload and every struct member is one of these. */
export interface Codec<O, I = O> {
	/** What the payload is: `u32`, `nest`, `struct`, … */
	readonly kind: string;
	/** What is inside, by name: for tools that walk a schema, not for encoding. */
	readonly parts?: Parts;
	/** How many bytes, where it is always the same: a struct member left out is that many zeroes. */
	readonly size?: number;
	/** Made by `many`: reads and writes one value, the space holds a list of them. */
	readonly repeated?: true;
	write(w: Writer, value: I): void;
	read(r: Reader): O;
	/** `read`, into an object that is there: copying what was read takes as long as reading it. */
	readInto?(r: Reader, out: Record<string, unknown>): void;
}
// biome-ignore lint/suspicious/noExplicitAny: the one place where value types are erased
export type AnyCodec = Codec<any, any>;
/** Name → number and codec; the number is -1 where position, not a number, says what it is. */
export type Parts = Readonly<Record<string, readonly [type: number, codec: AnyCodec]>>;

/** What is made when it is first asked for, and then kept: a command uses a tenth of all tables. */
export function once<T>(make: () => T): () => T {
	let made: { readonly value: T } | undefined;
	return () => {
		made ??= { value: make() };
		return made.value;
	};
}

export type Out<C> = C extends Codec<infer O, never> ? O : never;
export type In<C> = C extends { write(w: Writer, value: infer I): void } ? I : never;

/** An attribute no table names, kept so that decode then encode loses nothing. */
export interface RawAttr {
	readonly type: number;
	readonly payload: Uint8Array;
	/** NLA_F_NESTED and NLA_F_NET_BYTEORDER, where it had them. */
	readonly flags?: number;
}

/** The type as it is written, with NLA_F_NESTED where the payload is a nest: nf_tables wants it, rtnetlink allows it. */
export const writtenType = (type: number, { kind }: AnyCodec): number =>
	nests.has(kind) ? type | NLA_F_NESTED : type;
const nests: ReadonlySet<string> = new Set(["nest", "list", "indexed"]);

/** Write one attribute: header, payload, padding. `type`: its `writtenType`. */
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

/** Read the payload of the attribute the reader stands in. */
export function readAttr(r: Reader, name: string, codec: AnyCodec): unknown {
	r.enter(name);
	const value = codec.read(r);
	// Structs grow at their end from kernel to kernel; everything else is as long as it is.
	if (r.pos !== r.end && codec.kind !== "struct") throw r.fail(`${r.left} bytes too many`);
	r.leave();
	return value;
}
