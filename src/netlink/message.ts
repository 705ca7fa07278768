import type { Simplify } from "./attributes.js";
import { Reader, Writer } from "./bytes.js";
import type { AnyCodec, Codec, In, Out } from "./codec.js";

type Members = Readonly<Record<string, AnyCodec>>;
type StructOut<M extends Members> = Simplify<{
	[K in keyof M as Out<M[K]> extends undefined ? never : K]: Out<M[K]>;
}>;
type StructIn<M extends Members> = {
	readonly [K in keyof M as Out<M[K]> extends undefined ? never : K]?: In<M[K]> | undefined;
};

/** A fixed header struct. Members left out are written as zero, as the kernel expects. */
export function struct<const M extends Members>(members: M): Codec<StructOut<M>, StructIn<M>> {
	const table = Object.entries(members);
	return {
		kind: "struct",
		parts: Object.fromEntries(table.map(([name, codec]) => [name, [-1, codec] as const])),
		write(w, value) {
			const values = value as Readonly<Record<string, unknown>>;
			for (const [name, codec] of table) {
				w.path.push(name);
				codec.write(w, values[name] ?? zero(codec));
				w.path.pop();
			}
		},
		read(r) {
			const out: Record<string, unknown> = {};
			for (const [name, codec] of table) {
				r.path.push(name);
				const value = codec.read(r);
				if (value !== undefined) out[name] = value;
				r.path.pop();
			}
			return out as never;
		},
	};
}
const zero = ({ kind }: AnyCodec): number | bigint => (kind.endsWith("64") ? 0n : 0);

/** One netlink message: its type number, its fixed header and its attribute space. */
export interface Message<O, I> {
	readonly name: string;
	readonly type: number;
	readonly header: AnyCodec;
	readonly set: AnyCodec;
	/** Append the payload (without nlmsghdr). @throws WireError */
	write(w: Writer, value: I): void;
	/** Read a payload up to the reader's end. @throws WireError */
	read(r: Reader): O;
	encode(value: I): Uint8Array;
	decode(payload: Uint8Array): O;
}

/** Declare a message. Header members and attributes share one flat object: `ifi_index` beside `IFLA_MTU`. */
export function message<HO, HI, AO, AI>(
	name: string,
	type: number,
	header: Codec<HO, HI>,
	set: Codec<AO, AI>,
): Message<Simplify<HO & AO>, HI & AI> {
	const write = (w: Writer, value: HI & AI): void => {
		w.path.push(name);
		header.write(w, value);
		set.write(w, value);
		w.path.pop();
	};
	const read = (r: Reader): Simplify<HO & AO> => {
		r.path.push(name);
		const value = Object.assign(header.read(r) as object, set.read(r)) as Simplify<HO & AO>;
		r.path.pop();
		return value;
	};
	return {
		name,
		type,
		header,
		set,
		write,
		read,
		encode(value) {
			const w = new Writer();
			write(w, value);
			return w.finish();
		},
		decode: (payload) => read(new Reader(payload)),
	};
}
export type AnyMessage = Message<unknown, never>;

/** The path of the attribute that begins at `offset` of a payload: NLMSGERR_ATTR_OFFS put into words. */
export function locate(
	message: AnyMessage,
	payload: Uint8Array,
	offset: number,
): string | undefined {
	const r = new Reader(payload);
	r.probe = offset;
	message.read(r);
	return r.found?.join(".");
}
