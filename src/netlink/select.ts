import { NLA_F_NESTED, type Reader, type Writer } from "./bytes.js";
import {
	type AnyCodec,
	type Codec,
	type In,
	type Out,
	readAttr,
	writeAttr,
	writtenType,
} from "./codec.js";
import { binary, nulString } from "./scalars.js";

const raws = binary();

/** A name attribute and the data attribute whose schema it selects. Made by `select`. */
export interface Select<K extends string, D extends string, F extends Formats> {
	readonly name: readonly [key: K, type: number, codec: AnyCodec];
	readonly data: readonly [key: D, type: number];
	readonly formats: F;
}
export type Formats = Readonly<Record<string | number, AnyCodec>>;
type Selected<K extends string, D extends string, F extends Formats, Way extends "in" | "out"> =
	| {
			[P in keyof F]: { [k in K]: P } & { [d in D]?: Way extends "in" ? In<F[P]> : Out<F[P]> };
	  }[keyof F]
	| ({ [k in K | D]?: undefined } & { [k in `$${K}`]?: string | number } & {
			[d in `$${D}`]?: Uint8Array;
	  });
// biome-ignore lint/suspicious/noExplicitAny: matches every Select whatever it selects
export type AnySelect = Select<string, string, any>;
export type SelectsOut<S extends readonly AnySelect[]> = S extends readonly [
	Select<infer K, infer D, infer F extends Formats>,
	...infer Rest extends readonly AnySelect[],
]
	? Selected<K, D, F, "out"> & SelectsOut<Rest>
	: unknown;
export type SelectsIn<S extends readonly AnySelect[]> = S extends readonly [
	Select<infer K, infer D, infer F extends Formats>,
	...infer Rest extends readonly AnySelect[],
]
	? Readonly<Selected<K, D, F, "in">> & SelectsIn<Rest>
	: unknown;

/** Declare that attribute `name` decides by which schema attribute `data` is read: IFLA_INFO_KIND, NFTA_EXPR_NAME. */
export function select<K extends string, D extends string, const F extends Formats>(
	name: readonly [K, number],
	data: readonly [D, number],
	formats: F,
	codec: Codec<string> | Codec<number> = nulString(255),
): Select<K, D, F> {
	return { name: [name[0], name[1], codec], data, formats };
}

/** The writing half of a `select`, compiled once. */
export function selectWriter({ name, data, formats }: AnySelect) {
	const [nameKey, nameType, nameCodec] = name;
	const [dataKey, dataType] = data;
	return (w: Writer, values: Readonly<Record<string, unknown>>): void => {
		const known = values[nameKey] as string | number | undefined;
		const selector = known ?? values[`$${nameKey}`];
		if (selector === undefined) return;
		writeAttr(w, nameKey, writtenType(nameType, nameCodec), nameCodec, selector);
		if (known === undefined) {
			const raw = values[`$${dataKey}`];
			if (raw !== undefined) writeAttr(w, dataKey, dataType | NLA_F_NESTED, raws, raw);
			return;
		}
		const format = Object.hasOwn(formats, known) ? (formats as Formats)[known] : undefined;
		if (format === undefined) throw w.fail(`${nameKey} ${known} is not in the table`);
		const value = values[dataKey];
		if (value === undefined) return;
		writeAttr(w, `${dataKey}(${known})`, writtenType(dataType, format), format, value);
	};
}

export interface Pending {
	selector?: string | number;
	data?: { readonly pos: number; readonly end: number };
}
export interface SelectReader {
	note(r: Reader, type: number, state: Pending): void;
	settle(r: Reader, state: Pending, out: Record<string, unknown>): void;
}

/** The reading half of a `select`, compiled once. */
export function selectReader({ name, data, formats }: AnySelect): SelectReader {
	const [nameKey, nameType, nameCodec] = name;
	const [dataKey] = data;
	const byName = new Map<string, AnyCodec>(Object.entries(formats as Formats));
	return {
		// The data may come before its name, so its place is kept and it is read when all attributes have been seen.
		note(r, type, state) {
			if (type === nameType) state.selector = readAttr(r, nameKey, nameCodec) as string | number;
			else state.data = { pos: r.pos, end: r.end };
		},
		settle(r, { selector, data: at }, out) {
			const format = byName.get(String(selector));
			if (selector !== undefined) out[format === undefined ? `$${nameKey}` : nameKey] = selector;
			if (at === undefined) return;
			const { pos, end } = r;
			r.pos = at.pos;
			r.end = at.end;
			if (format === undefined) out[`$${dataKey}`] = r.copy();
			else out[dataKey] = readAttr(r, `${dataKey}(${selector})`, format);
			r.pos = pos;
			r.end = end;
		},
	};
}
