/** Options behind a fixed header, each a number, a length and a value. Every protocol counts the length differently. */
import type { Reader, Writer } from "../netlink/bytes.js";
import { type AnyCodec, binary, type Codec, type In, type Out } from "../netlink/schema.js";

/** How a protocol encodes its options. */
export interface Framing {
	/** The unit of the length: one byte, or the 8 bytes of neighbour discovery. */
	readonly unit: 1 | 8;
	/** Whether the length includes the number and the length itself. */
	readonly whole: boolean;
	/** The option that fills a gap. It is one byte. */
	readonly pad?: number;
	/** The option behind which no other follows. It is one byte. */
	readonly end?: number;
}

/** An option that the table does not name. It is kept so that decoding and encoding again loses nothing. */
export interface RawOption {
	readonly type: number;
	readonly payload: Uint8Array;
}

type Entries = Readonly<Record<string, readonly [type: number, codec: AnyCodec]>>;
export type OptionsOut<E extends Entries> = { [K in keyof E]?: Out<E[K][1]> } & {
	$unknown?: RawOption[];
};
export type OptionsIn<E extends Entries> = {
	readonly [K in keyof E]?: In<E[K][1]> | undefined;
} & { readonly $unknown?: readonly RawOption[] | undefined };

const HEADER = 2; // The number and the length take a byte each.
const raw = binary();

/**
 * Declare the options of a protocol: name → [number, codec]. They fill the rest of the header, and are written in the
 * order of the table, with those that it does not name at the end. A later duplicate wins, unless the codec is a
 * `many`.
 */
export function options<const E extends Entries>(
	framing: Framing,
	table: E,
): Codec<OptionsOut<E>, OptionsIn<E>> {
	const entries = Object.entries(table).map(([name, [type, codec]]) => ({ name, type, codec }));
	const byType = new Map(entries.map((entry) => [entry.type, entry]));
	return {
		kind: "options",
		parts: table,
		write(w, value) {
			const values = value as Readonly<Record<string, unknown>>;
			for (const { name, type, codec } of entries) {
				const given = values[name];
				if (given === undefined || given === false) continue;
				for (const one of codec.repeated ? (given as readonly unknown[]) : [given])
					writeOption(w, framing, name, type, codec, one);
			}
			for (const { type, payload } of value.$unknown ?? [])
				writeOption(w, framing, "$unknown", type, raw, payload);
		},
		read(r) {
			const out: Record<string, unknown> = {};
			const keep = (name: string, one: unknown): void => {
				const before = out[name] as unknown[] | undefined;
				if (before === undefined) out[name] = [one];
				else before.push(one);
			};
			readOptions(r, framing, (type) => {
				const entry = byType.get(type);
				if (entry === undefined) return keep("$unknown", { type, payload: r.copy() });
				const { name, codec } = entry;
				r.path.push(name);
				const one = codec.read(r);
				// A newer revision may append members to a struct; any other value with bytes left over is wrong.
				if (r.left > 0 && codec.kind !== "struct") throw r.fail(`${r.left} bytes too many`);
				r.path.pop();
				if (codec.repeated) keep(name, one);
				else out[name] = one;
			});
			return out as OptionsOut<E>;
		},
	};
}

function writeOption(
	w: Writer,
	{ unit, whole }: Framing,
	name: string,
	type: number,
	codec: AnyCodec,
	value: unknown,
): void {
	w.path.push(name);
	const at = w.length;
	w.u8(type);
	w.u8(0);
	codec.write(w, value);
	const over = (w.length - at) % unit;
	if (over > 0) w.reserve(unit - over);
	const bytes = w.length - at;
	const length = (whole ? bytes : bytes - HEADER) / unit;
	if (length > 0xff) throw w.fail(`is ${bytes} bytes, more than its length can say`);
	w.bytes[at + 1] = length;
	w.path.pop();
}

/** Walk the options up to the reader's end. `each` gets the number; the reader then ends where the option ends. */
function readOptions(r: Reader, { unit, whole, pad, end }: Framing, each: (type: number) => void) {
	const last = r.end;
	while (r.pos < last) {
		const start = r.pos;
		const type = r.u8();
		if (type === pad) continue;
		if (type === end) break;
		const length = r.u8() * unit + (whole ? 0 : HEADER);
		// RFC 4861 §4.6. Otherwise an option of length 0 would be read for ever.
		if (length < HEADER)
			throw r.fail(`option ${type} of ${length} bytes is shorter than its header`);
		if (length > last - start)
			throw r.fail(`option ${type} of ${length} bytes exceeds the ${last - start} left`);
		r.end = start + length;
		each(type);
		r.pos = start + length;
		r.end = last;
	}
	r.pos = last;
}
