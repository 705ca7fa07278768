import type { Reader } from "./bytes.js";
import {
	type AnyCodec,
	type Codec,
	type In,
	type Out,
	once,
	type Parts,
	type RawAttr,
	readAttr,
	writeAttr,
	writtenType,
} from "./codec.js";
import { binary } from "./scalars.js";
import {
	type AnySelect,
	type Formats,
	type Pending,
	type Select,
	type SelectReader,
	type SelectsIn,
	type SelectsOut,
	select,
	selectReader,
	selectWriter,
} from "./select.js";

const raws = binary();

type Entry = readonly [type: number, codec: AnyCodec];
type Entries = Readonly<Record<string, Entry>>;
type EntriesOut<E extends Entries> = { [K in keyof E]?: Out<E[K][1]> };
type EntriesIn<E extends Entries> = { readonly [K in keyof E]?: In<E[K][1]> | undefined };
export type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** What attributes are read as: an object of those that are there, and `$unknown` for those that no table names. */
export type AttrsOut<E extends Entries, S extends readonly AnySelect[] = []> = EntriesOut<E> &
	SelectsOut<S> & { $unknown?: RawAttr[] };
/** What attributes are written from: any of the table, in the order of the object. */
export type AttrsIn<E extends Entries, S extends readonly AnySelect[] = []> = EntriesIn<E> &
	SelectsIn<S> & { readonly $unknown?: readonly RawAttr[] };
/** The table of the attributes that stand in one place, as a codec. */
export interface AttrSet<O, I> extends Codec<O, I> {
	/** How they stand there: by their numbers, as items of one sort, or numbered from 1. */
	readonly kind: "nest" | "list" | "indexed";
	/** The attributes by name. */
	readonly parts: Parts;
}

function append(out: Record<string, unknown>, name: string, value: unknown): void {
	const values = out[name] as unknown[] | undefined;
	if (values === undefined) out[name] = [value];
	else values.push(value);
}

/**
 * Declare an attribute space: uapi name → [uapi number, payload codec], and pairs in which one attribute selects the
 * schema of another. A later duplicate of an attribute wins, as in the kernel's nla_parse(). The table is given as a
 * function that is called when the space is first used: one command uses few of all tables, and building the others
 * would slow the start.
 */
export function attrs<const E extends Entries, const S extends readonly AnySelect[] = []>(
	table: () => E,
	...selects: S
): AttrSet<Simplify<AttrsOut<E, S>>, AttrsIn<E, S>> {
	const entries = once(table);
	const tables = once(() => compile(entries(), selects));
	const parts = once(() => partsOf(entries(), selects));
	const readInto = (r: Reader, out: Record<string, unknown>): void => {
		const { byType, selectByType } = tables();
		let pending: Map<SelectReader, Pending> | undefined;
		r.attributes((type, flags) => {
			const known = byType.get(type);
			if (known !== undefined) {
				const v = readAttr(r, known.name, known.codec);
				if (known.repeated) append(out, known.name, v);
				else out[known.name] = v;
				return;
			}
			const reader = selectByType.get(type);
			if (reader === undefined) {
				append(out, "$unknown", { type, payload: r.copy(), ...(flags !== 0 && { flags }) });
				return;
			}
			pending ??= new Map();
			const state = pending.get(reader) ?? {};
			reader.note(r, type, state);
			pending.set(reader, state);
		});
		if (pending !== undefined) for (const [reader, state] of pending) reader.settle(r, state, out);
	};
	return {
		kind: "nest",
		get parts() {
			return parts();
		},
		write(w, value) {
			const { byName, writeSelect } = tables();
			const values = value as Readonly<Record<string, unknown>>;
			// The loop follows the values and not the table: the table of a link has sixty attributes, and a request sets a
			// few.
			for (const name in values) {
				const v = values[name];
				const entry = v === undefined || v === false ? undefined : byName.get(name);
				if (entry === undefined) continue;
				const { written, codec, repeated } = entry;
				if (repeated) for (const one of v as unknown[]) writeAttr(w, name, written, codec, one);
				else writeAttr(w, name, written, codec, v);
			}
			for (const write of writeSelect) write(w, values);
			const unknown = values.$unknown as readonly RawAttr[] | undefined;
			if (unknown !== undefined)
				for (const { type, flags = 0, payload } of unknown)
					writeAttr(w, "$unknown", type | flags, raws, payload);
		},
		read(r) {
			const out: Record<string, unknown> = {};
			readInto(r, out);
			return out as never;
		},
		readInto,
	};
}

interface Named {
	readonly name: string;
	readonly type: number;
	/** The number of the attribute with its NLA_F_* flag. */
	readonly written: number;
	readonly codec: AnyCodec;
	readonly repeated: boolean;
}
/** An attribute space in the form in which attributes are looked up. */
interface Compiled {
	readonly byName: ReadonlyMap<string, Named>;
	readonly byType: ReadonlyMap<number, Named>;
	readonly writeSelect: readonly ReturnType<typeof selectWriter>[];
	readonly selectByType: ReadonlyMap<number, SelectReader>;
}

/** @throws Error if two attributes have the same number */
function compile(entries: Entries, selects: readonly AnySelect[]): Compiled {
	const table = Object.entries(entries).map(
		([name, [type, codec]]): Named => ({
			name,
			type,
			written: writtenType(type, codec),
			codec,
			repeated: codec.repeated === true,
		}),
	);
	const byType = new Map(table.map((entry) => [entry.type, entry]));
	for (const { name, type, codec } of table)
		if (byType.get(type)?.codec !== codec) throw new Error(`${name}: number ${type} is taken`);
	const selectByType = new Map<number, SelectReader>();
	for (const select of selects) {
		const reader = selectReader(select);
		selectByType.set(select.name[1], reader).set(select.data[1], reader);
	}
	return {
		byName: new Map(table.map((entry) => [entry.name, entry])),
		byType,
		writeSelect: selects.map(selectWriter),
		selectByType,
	};
}

function partsOf(entries: Entries, selects: readonly AnySelect[]): Parts {
	const parts: Record<string, readonly [number, AnyCodec]> = { ...entries };
	for (const { name, data, formats } of selects) {
		parts[name[0]] = [name[1], name[2]];
		for (const [format, codec] of Object.entries(formats as Formats))
			parts[`${data[0]}(${format})`] = [data[1], codec];
	}
	return parts;
}

/** An attribute space that consists of one `select` pair. */
export const variant = <K extends string, D extends string, const F extends Formats>(
	name: readonly [K, number],
	data: readonly [D, number],
	formats: F,
): AttrSet<
	Simplify<AttrsOut<Record<never, never>, [Select<K, D, F>]>>,
	AttrsIn<Record<never, never>, [Select<K, D, F>]>
> => attrs(() => ({}), select(name, data, formats));

/** An attribute that may occur several times in its space: IFLA_ALT_IFNAME, NFTA_DEVICE_NAME. */
export function many<O, I>(codec: Codec<O, I>): Codec<O[], readonly I[]> {
	// Not a copy, which would read `parts`: those of a lazy schema do not exist before it is declared.
	return Object.assign(Object.create(codec), { repeated: true });
}

/** A nest in which every element has the same attribute number: NFTA_LIST_ELEM. */
export function list<O, I>(
	type: number,
	codec: Codec<O, I>,
	name = "NFTA_LIST_ELEM",
): AttrSet<O[], readonly I[]> {
	return {
		kind: "list",
		parts: { [name]: [type, codec] },
		write(w, values) {
			const written = writtenType(type, codec);
			for (const [i, value] of values.entries()) writeAttr(w, `${i}`, written, codec, value);
		},
		read(r) {
			const out: O[] = [];
			r.attributes((found) => {
				if (found !== type) throw r.fail(`list element of type ${found}, expected ${type}`);
				out.push(readAttr(r, `${out.length}`, codec) as O);
			});
			return out;
		},
	};
}

/** A nest whose attribute numbers are positions in an array. */
export function indexed<O, I>(codec: Codec<O, I>): AttrSet<Map<number, O>, ReadonlyMap<number, I>> {
	return {
		kind: "indexed",
		parts: { "[]": [-1, codec] },
		write(w, values) {
			for (const [i, value] of values) writeAttr(w, `${i}`, writtenType(i, codec), codec, value);
		},
		read(r) {
			const out = new Map<number, O>();
			r.attributes((i) => out.set(i, readAttr(r, `${i}`, codec) as O));
			return out;
		},
	};
}

/** A payload that the kernel takes in one form and reports in another: IFLA_INET_CONF. */
export const asymmetric = <O, I>(
	given: Codec<unknown, I>,
	taken: Codec<O, never>,
): Codec<O, I> => ({
	kind: given.kind,
	get parts() {
		return given.parts ?? {};
	},
	write: (w, value) => given.write(w, value),
	read: (r) => (r.given ? (given as Codec<O, I>) : taken).read(r),
});

/** A schema that contains itself: VETH_INFO_PEER is a link message inside a link message. */
export function lazy<O, I>(kind: string, resolve: () => Codec<O, I>): Codec<O, I> {
	return {
		kind,
		get parts() {
			return resolve().parts ?? {};
		},
		write: (w, value) => resolve().write(w, value),
		read: (r) => resolve().read(r),
	};
}
