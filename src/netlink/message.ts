import type { Simplify } from "./attributes.js";
import { align4, Reader, Writer } from "./bytes.js";
import { type AnyCodec, type Codec, type In, type Out, once } from "./codec.js";
import { WireError } from "./error.js";

type Members = Readonly<Record<string, AnyCodec>>;
/** Padding is not a member of the value. */
type Named<M extends Members> = {
	[K in keyof M as Out<M[K]> extends undefined ? never : K]: M[K];
};
type StructOut<M extends Members> = { [K in keyof Named<M>]: Out<Named<M>[K]> };
type StructIn<M extends Members> = {
	readonly [K in keyof Named<M>]?: In<Named<M>[K]> | undefined;
};
type NoMembers = Record<never, never>;

/**
 * A fixed struct. Members that are left out are written as zero, as the kernel expects. `later` are members that newer
 * kernels appended: messages of an older kernel do not have them.
 */
export function struct<const M extends Members, const L extends Members = NoMembers>(
	members: M,
	later?: L,
): Codec<Simplify<StructOut<M> & Partial<StructOut<L>>>, Simplify<StructIn<M> & StructIn<L>>> {
	const entries = Object.entries<AnyCodec>({ ...members, ...later });
	// The pairs become objects once, as destructuring them again would cost as much as reading a member.
	const table = entries.map(([name, codec]) => ({ name, codec }));
	const always = Object.keys(members).length;
	const parts = once(() =>
		Object.fromEntries(entries.map(([name, codec]) => [name, [-1, codec] as const])),
	);
	return {
		kind: "struct",
		get parts() {
			return parts();
		},
		...(table.every(({ codec }) => codec.size !== undefined) && {
			size: table.reduce((sum, { codec }) => sum + (codec.size as number), 0),
		}),
		write(w, value) {
			const values = value as Readonly<Record<string, unknown>>;
			for (const { name, codec } of table) {
				const v = values[name];
				if (v === undefined) {
					w.reserve(codec.size ?? 0);
					continue;
				}
				w.path.push(name);
				codec.write(w, v);
				w.path.pop();
			}
		},
		read(r) {
			const out: Record<string, unknown> = {};
			let left = always;
			for (const { name, codec } of table) {
				if (--left < 0 && r.left === 0) break;
				r.path.push(name);
				const value = codec.read(r);
				if (value !== undefined) out[name] = value;
				r.path.pop();
			}
			return out as never;
		},
	};
}

/** A fixed header and the attributes behind it, as one flat object: `ifi_index` beside `IFLA_MTU`. */
export function headed<HO, HI, AO, AI>(
	header: Codec<HO, HI>,
	set: Codec<AO, AI>,
): Codec<Simplify<HO & AO>, HI & AI> {
	const parts = once(() => ({ ...header.parts, ...set.parts }));
	return {
		kind: "headed",
		get parts() {
			return parts();
		},
		write(w, value) {
			const start = w.length;
			header.write(w, value);
			// As in nlmsg_attrdata(), attributes begin at the next multiple of four, even behind a header of one byte.
			w.reserve(align4(w.length - start) - (w.length - start));
			set.write(w, value);
		},
		read(r) {
			const start = r.pos;
			const value = header.read(r) as Record<string, unknown>;
			r.pos = Math.min(start + align4(r.pos - start), r.end);
			if (set.readInto === undefined) Object.assign(value, set.read(r));
			else set.readInto(r, value);
			return value as Simplify<HO & AO>;
		},
	};
}

/**
 * A sequence of records, each a header that begins with the length of the record in two bytes, followed by attributes:
 * the struct rtnexthop records of RTA_MULTIPATH. The header declares the length as `pad(2)`.
 */
export function records<HO, HI, AO, AI>(
	header: Codec<HO, HI>,
	set: Codec<AO, AI>,
): Codec<Simplify<HO & AO>[], readonly (HI & AI)[]> {
	const record = headed(header, set);
	return {
		kind: "array",
		parts: { "[]": [-1, record] },
		write(w, values) {
			for (const [i, value] of values.entries()) {
				w.path.push(`${i}`);
				const at = w.length;
				record.write(w, value);
				w.endRecord(at);
				w.path.pop();
			}
		},
		read(r) {
			const out: Simplify<HO & AO>[] = [];
			while (r.left > 0) {
				r.path.push(`${out.length}`);
				const bounds = r.enterRecord(header.size ?? 2);
				out.push(record.read(r));
				r.leaveRecord(bounds);
				r.path.pop();
			}
			return out;
		},
	};
}

/** One netlink message: its type number, its fixed header and its attribute space. */
export interface Message<O, I> {
	/** The kernel's name: `RTM_NEWLINK`. */
	readonly name: string;
	/** nlmsg_type. */
	readonly type: number;
	/** The fixed part that follows nlmsghdr. */
	readonly header: AnyCodec;
	/** The attributes that follow that. */
	readonly set: AnyCodec;
	/** Append the payload (without nlmsghdr). @throws WireError */
	write(w: Writer, value: I): void;
	/** Read a payload up to the reader's end. @throws WireError */
	read(r: Reader): O;
	/** The payload as bytes of its own. @throws WireError */
	encode(value: I): Uint8Array;
	/** What a payload says. @throws WireError */
	decode(payload: Uint8Array): O;
	/** Decode a request that was encoded here; the kernel may report the same thing in another form. @throws WireError */
	recall(payload: Uint8Array): unknown;
}

/** The buffer for values whose length is not known beforehand. */
const scratch = new Writer();

/** Declare a message. Header members and attributes share one flat object: `ifi_index` beside `IFLA_MTU`. */
export function message<HO, HI, AO, AI>(
	name: string,
	type: number,
	header: Codec<HO, HI>,
	set: Codec<AO, AI>,
): Message<Simplify<HO & AO>, HI & AI> {
	const payload = headed(header, set);
	const write = (w: Writer, value: HI & AI): void => {
		w.path.push(name);
		payload.write(w, value);
		w.path.pop();
	};
	const read = (r: Reader): Simplify<HO & AO> => {
		r.path.push(name);
		const value = payload.read(r);
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
			scratch.reset();
			write(scratch, value);
			return scratch.finish();
		},
		decode: (payload) => read(new Reader(payload)),
		recall(payload) {
			const r = new Reader(payload);
			r.given = true;
			return read(r);
		},
	};
}
/** A message of values of any type. */
export type AnyMessage = Message<unknown, never>;

/** The path of the attribute that begins at `offset` of a payload: NLMSGERR_ATTR_OFFS in words. */
export function locate(
	message: AnyMessage,
	payload: Uint8Array,
	offset: number,
): string | undefined {
	const r = new Reader(payload);
	r.given = true;
	r.probe = offset;
	try {
		message.read(r);
	} catch (error) {
		// The kernel has refused this payload, so it may be malformed; the attribute may have been found before that.
		if (!(error instanceof WireError)) throw error;
	}
	return r.found?.join(".");
}
