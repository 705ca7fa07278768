import type { Codec } from "./codec.js";

const integer = (
	kind: string,
	bytes: 1 | 2 | 4,
	signed: boolean,
	littleEndian?: boolean,
): Codec<number> => {
	const span = 2 ** (8 * bytes);
	const min = signed ? -span / 2 : 0;
	const max = signed ? span / 2 - 1 : span - 1;
	return {
		kind,
		size: bytes,
		write(w, value) {
			if (!Number.isInteger(value) || value < min || value > max)
				throw w.fail(`${value} is not a ${kind}`);
			// Written out here and below: `w[name]()` with a computed name is looked up anew at every call.
			if (bytes === 4) w.u32(value, littleEndian);
			else if (bytes === 2) w.u16(value, littleEndian);
			else w.u8(value);
		},
		read(r) {
			const value = bytes === 4 ? r.u32(littleEndian) : bytes === 2 ? r.u16(littleEndian) : r.u8();
			return value > max ? value - span : value;
		},
	};
};
const integer64 = (kind: string, signed: boolean, littleEndian?: boolean): Codec<bigint> => {
	const [min, max] = signed ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
	return {
		kind,
		size: 8,
		write(w, value) {
			if (typeof value !== "bigint" || value < min || value > max)
				throw w.fail(`${value} is not a ${kind}`);
			w.u64(value, littleEndian);
		},
		read(r) {
			const value = r.u64(littleEndian);
			return signed ? BigInt.asIntN(64, value) : value;
		},
	};
};

/** An unsigned number of one byte. */
export const u8 = integer("u8", 1, false);
/** An unsigned number of two bytes in the byte order of the machine. */
export const u16 = integer("u16", 2, false);
/** An unsigned number of four bytes in the byte order of the machine. */
export const u32 = integer("u32", 4, false);
/** A signed number of one byte. */
export const s8 = integer("s8", 1, true);
/** A signed number of two bytes in the byte order of the machine. */
export const s16 = integer("s16", 2, true);
/** A signed number of four bytes in the byte order of the machine. */
export const s32 = integer("s32", 4, true);
/** An unsigned number of two bytes in network byte order. */
export const be16 = integer("be16", 2, false, false);
/** An unsigned number of four bytes in network byte order. */
export const be32 = integer("be32", 4, false, false);
/** A signed number of four bytes in network byte order. */
export const sbe32 = integer("sbe32", 4, true, false);
/** An unsigned number of eight bytes in the byte order of the machine, as a bigint. */
export const u64 = integer64("u64", false);
/** A signed number of eight bytes in the byte order of the machine, as a bigint. */
export const s64 = integer64("s64", true);
/** An unsigned number of eight bytes in network byte order, as a bigint. */
export const be64 = integer64("be64", false, false);

/** Padding of a struct: written as zero and not read. */
export const pad = (bytes: number): Codec<undefined, number> => ({
	kind: "pad",
	size: bytes,
	write: (w) => void w.reserve(bytes),
	read: (r) => void r.take(bytes),
});

/** An attribute without a payload, whose presence means yes (NLA_FLAG). */
export const flag: Codec<true, boolean> = { kind: "flag", write() {}, read: () => true };

/** Bytes as they are, exactly `length` of them if it is given. */
export const binary = (length?: number): Codec<Uint8Array> => ({
	kind: "binary",
	...(length !== undefined && { size: length }),
	write(w, value) {
		if (length !== undefined && value.length !== length)
			throw w.fail(`want ${length} bytes, got ${value.length}`);
		w.append(value);
	},
	read: (r) => r.copy(length),
});

const utf8 = new TextEncoder();
const fatalUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/*
 * Names in the kernel are bytes: anybody may name an interface in a way that is not UTF-8, and that must not keep us
 * from reading the others. Such a byte becomes a lone surrogate, U+DC80 to U+DCFF, and is written as the same byte
 * again.
 */
const escaped = /[\udc80-\udcff]/;
function toBytes(value: string): Uint8Array {
	if (!escaped.test(value)) return utf8.encode(value);
	const bytes = Array.from(value, (char) => {
		const code = char.codePointAt(0) as number;
		return code >= 0xdc80 && code <= 0xdcff ? [code - 0xdc00] : [...utf8.encode(char)];
	});
	return Uint8Array.from(bytes.flat());
}
function fromBytes(bytes: Uint8Array): string {
	try {
		return fatalUtf8.decode(bytes);
	} catch {
		return String.fromCharCode(
			...Array.from(bytes, (byte) => (byte < 0x80 ? byte : 0xdc00 + byte)),
		);
	}
}

const textOf = (max: number, nul: boolean, size?: number): Codec<string> => ({
	kind: "string",
	...(size !== undefined && { size }),
	write(w, value) {
		const start = w.length;
		if (value.length > max || !w.ascii(value)) {
			const bytes = toBytes(value);
			if (bytes.length > max || bytes.includes(0))
				throw w.fail(`${JSON.stringify(value)} does not fit ${max} bytes`);
			w.append(bytes);
		}
		if (size !== undefined) w.reserve(start + size - w.length);
		else if (nul) w.u8(0);
	},
	read(r) {
		const bytes = r.window(size);
		const end = bytes.indexOf(0);
		return fromBytes(end < 0 ? bytes : bytes.subarray(0, end));
	},
});
/** A string of at most `max` bytes and its NUL (NLA_NUL_STRING). Without the NUL it is read as well. */
export const nulString = (max: number): Codec<string> => textOf(max, true);
/** A string of at most `max` bytes without a NUL, where the kernel would take the NUL for a part of it. */
export const string = (max: number): Codec<string> => textOf(max, false);
/** A struct member char[size]: a string, filled up with NULs, of which there is at least one. */
export const chars = (size: number): Codec<string> => textOf(size - 1, true, size);

/** A packed array of one scalar or struct that fills the rest of the attribute. */
export const arrayOf = <O, I>(element: Codec<O, I>): Codec<O[], readonly I[]> => ({
	kind: "array",
	parts: { "[]": [-1, element] },
	write(w, values) {
		for (const value of values) element.write(w, value);
	},
	read(r) {
		const out: O[] = [];
		while (r.left > 0) out.push(element.read(r));
		return out;
	},
});
