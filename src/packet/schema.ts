/**
 * What packets need of the schema language in addition to netlink messages: fields narrower than a byte, headers made
 * of several tables, and unions whose arm an earlier field selects.
 */
import type { Reader, Writer } from "../netlink/bytes.js";
import {
	type AnyCodec,
	be16,
	be32,
	type Codec,
	type In,
	type Out,
	type Parts,
	u8,
} from "../netlink/schema.js";

type Values = Readonly<Record<string, unknown>>;
type Simplify<T> = { [K in keyof T]: T[K] } & {};

const WORDS: Readonly<Record<number, Codec<number>>> = { 8: u8, 16: be16, 32: be32 };

/**
 * Bit-fields that together fill 8, 16 or 32 bits: name → width. The first one has the highest bits, as in the drawings
 * of RFCs and in the big-endian half of the kernel's `struct iphdr`.
 */
export function bits<const W extends Readonly<Record<string, number>>>(
	widths: W,
): Codec<{ [K in keyof W]: number }, { readonly [K in keyof W]?: number | undefined }> {
	const total = Object.values(widths).reduce((sum, width) => sum + width, 0);
	const word = WORDS[total];
	if (word === undefined) throw new Error(`${total} bits do not fill u8, be16 or be32`);
	let left = total;
	const fields = Object.entries(widths).map(([name, width]) => {
		left -= width;
		return { name, width, span: 2 ** width, unit: 2 ** left };
	});
	const part = (width: number): AnyCodec => ({ ...word, kind: "bit-field", size: width / 8 });
	return {
		kind: "bits",
		parts: Object.fromEntries(fields.map(({ name, width }) => [name, [-1, part(width)] as const])),
		size: total / 8,
		write(w, value) {
			let all = 0;
			for (const { name, width, span, unit } of fields) {
				const one = (value as Readonly<Record<string, number | undefined>>)[name] ?? 0;
				if (!Number.isInteger(one) || one < 0 || one >= span)
					throw w.fail(`${name}: ${one} does not fit ${width} bits`);
				all += one * unit;
			}
			word.write(w, all);
		},
		read(r) {
			const all = word.read(r);
			const out: Record<string, number> = {};
			for (const { name, span, unit } of fields) out[name] = Math.floor(all / unit) % span;
			return out as { [K in keyof W]: number };
		},
	};
}

type JoinedOut<C extends readonly AnyCodec[]> = C extends readonly [
	infer First,
	...infer Rest extends readonly AnyCodec[],
]
	? Out<First> & JoinedOut<Rest>
	: unknown;
type JoinedIn<C extends readonly AnyCodec[]> = C extends readonly [
	infer First,
	...infer Rest extends readonly AnyCodec[],
]
	? In<First> & JoinedIn<Rest>
	: unknown;

/**
 * Several tables one behind the other, as one flat object: `version` from bit-fields beside `tot_len` from a struct.
 */
export function joined<const C extends readonly AnyCodec[]>(
	...codecs: C
): Codec<Simplify<JoinedOut<C>>, JoinedIn<C>> {
	const parts: Parts = Object.assign({}, ...codecs.map((codec) => codec.parts));
	const sizes = codecs.map(({ size }) => size ?? Number.NaN);
	const size = sizes.reduce((sum, one) => sum + one, 0);
	return {
		kind: codecs.every(({ kind }) => kind === "struct" || kind === "bits") ? "struct" : "joined",
		parts,
		...(!Number.isNaN(size) && { size }),
		write(w, value) {
			for (const codec of codecs) codec.write(w, value);
		},
		read(r) {
			const out: Record<string, unknown> = {};
			for (const codec of codecs)
				if (codec.readInto !== undefined) codec.readInto(r, out);
				else Object.assign(out, codec.read(r));
			return out as never;
		},
	};
}

type Arms = Readonly<Record<string, readonly [tags: readonly number[], codec: AnyCodec]>>;

/**
 * A union whose arm is selected by the field `tag`, read before it in the same `joined`: arm → [values of the tag,
 * table]. For a tag that no arm has, the union is empty. An arm that is left out is written as zero, like any other
 * field.
 */
export function union<const A extends Arms>(
	tag: string,
	arms: A,
): Codec<{ [K in keyof A]?: Out<A[K][1]> }, { readonly [K in keyof A]?: In<A[K][1]> | undefined }> {
	const table = Object.entries(arms).map(([name, [tags, codec]]) => ({ name, tags, codec }));
	const byTag = new Map(table.flatMap((arm) => arm.tags.map((value) => [value, arm] as const)));
	const readInto = (r: Reader, out: Record<string, unknown>): void => {
		const arm = byTag.get(out[tag] as number);
		if (arm === undefined) return;
		r.path.push(arm.name);
		out[arm.name] = arm.codec.read(r);
		r.path.pop();
	};
	return {
		kind: "union",
		parts: Object.fromEntries(table.map(({ name, codec }) => [name, [-1, codec] as const])),
		write(w, value) {
			const values = value as Values;
			const arm = byTag.get((values[tag] as number | undefined) ?? 0);
			for (const { name } of table)
				if (values[name] !== undefined && name !== arm?.name)
					throw w.fail(`${name} does not belong to ${tag} ${values[tag] ?? 0}`);
			if (arm !== undefined) writeArm(w, arm.name, arm.codec, values[arm.name]);
		},
		read(r) {
			const out: Record<string, unknown> = {};
			readInto(r, out);
			return out as never;
		},
		readInto,
	};
}

function writeArm(w: Writer, name: string, codec: AnyCodec, value: unknown): void {
	if (value === undefined && codec.size !== undefined) {
		w.reserve(codec.size);
		return;
	}
	w.path.push(name);
	codec.write(w, value ?? {});
	w.path.pop();
}
