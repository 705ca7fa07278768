import { endianness } from "node:os";
import { WireError } from "./error.js";

const LITTLE = endianness() === "LE";
// struct nlattr, linux/netlink.h
export const NLA_F_NESTED = 0x8000;
export const NLA_F_NET_BYTEORDER = 0x4000;
export const NLA_ALIGNTO = 4;
export const NLA_HDRLEN = 4;
/** The part of nla_type that is the attribute number; the other bits are flags (NLA_TYPE_MASK). */
const TYPE_BITS = 0xffff & ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER);
/** nla_len has 16 bits. */
const NLA_MAX = 0xffff;

/** NLMSG_ALIGN and NLA_ALIGN, which both pad to four bytes. */
export const align4 = (n: number): number => (n + 3) & ~3;

/** An output buffer that grows and is reused. Lengths are filled in afterwards, so nesting needs no copies. */
export class Writer {
	/**
	 * The names from the message down to what is being written. A throw leaves it as it is, because the error quotes it.
	 */
	readonly path: string[] = [];
	/** The memory that is written to; only its first `length` bytes are written. */
	bytes: Uint8Array<ArrayBuffer>;
	/** How many bytes are written. */
	length = 0;
	#view: DataView;

	/** @param size the initial capacity in bytes */
	constructor(size = 4096) {
		this.bytes = new Uint8Array(size);
		this.#view = new DataView(this.bytes.buffer);
	}

	/** Forget what was written, but keep the memory. */
	reset(): void {
		this.length = 0;
		if (this.path.length > 0) this.path.length = 0;
	}

	/** Append n zero bytes and return where they begin. */
	reserve(n: number): number {
		const at = this.#extend(n);
		// For a few bytes a loop is faster than a call of fill().
		if (n > 16) this.bytes.fill(0, at, this.length);
		else for (let i = at; i < this.length; i++) this.bytes[i] = 0;
		return at;
	}
	/** Append n bytes whose contents are about to be written, and return where they begin. */
	#extend(n: number): number {
		const at = this.length;
		const end = at + n;
		if (end > this.bytes.length) this.#grow(end);
		this.length = end;
		return at;
	}
	#grow(needed: number): void {
		const grown = new Uint8Array(2 ** Math.ceil(Math.log2(needed)));
		grown.set(this.bytes.subarray(0, this.length));
		this.bytes = grown;
		this.#view = new DataView(grown.buffer);
	}
	/** Append a number of one byte. */
	u8(value: number): void {
		const at = this.#extend(1);
		this.bytes[at] = value;
	}
	/** Append a number of two bytes, in the byte order of this machine unless it is said. */
	u16(value: number, littleEndian = LITTLE): void {
		const at = this.#extend(2);
		this.#view.setUint16(at, value, littleEndian);
	}
	/** Append a number of four bytes, in the byte order of this machine unless it is said. */
	u32(value: number, littleEndian = LITTLE): void {
		const at = this.#extend(4);
		this.#view.setUint32(at, value, littleEndian);
	}
	/** Append a number of eight bytes, in the byte order of this machine unless it is said. */
	u64(value: bigint, littleEndian = LITTLE): void {
		const at = this.#extend(8);
		this.#view.setBigUint64(at, BigInt.asUintN(64, value), littleEndian);
	}
	/** Append bytes as they are. */
	append(value: Uint8Array): void {
		const at = this.#extend(value.length);
		this.bytes.set(value, at);
	}
	/**
	 * Append a text if all of it is ASCII and none of it NUL, as most names are; returns whether it was. A TextEncoder
	 * takes much longer.
	 */
	ascii(value: string): boolean {
		const at = this.#extend(value.length);
		for (let i = 0; i < value.length; i++) {
			const code = value.charCodeAt(i);
			if (code === 0 || code > 0x7f) {
				this.length = at;
				return false;
			}
			this.bytes[at + i] = code;
		}
		return true;
	}
	/** Overwrite four bytes that were written before, in host order. */
	patch32(at: number, value: number): void {
		this.#view.setUint32(at, value, LITTLE);
	}
	/** Overwrite two bytes that were written before, in network order: the checksum of a packet that contains it. */
	patchBe16(at: number, value: number): void {
		this.#view.setUint16(at, value, false);
	}
	/** Begin a struct nlattr. Pass the result to `endAttr`. */
	beginAttr(type: number): number {
		const at = this.reserve(NLA_HDRLEN);
		this.#view.setUint16(at + 2, type, LITTLE);
		return at;
	}
	/** Write nla_len of the attribute that began at `at`, and pad to NLA_ALIGNTO. */
	endAttr(at: number): void {
		const length = this.length - at;
		if (length > NLA_MAX) throw this.fail(`is ${length} bytes, an attribute holds ${NLA_MAX}`);
		this.#view.setUint16(at, length, LITTLE);
		this.reserve(align4(length) - length);
	}
	/** Write the length of the record that began at `at` into its first two bytes (struct rtnexthop), and pad. */
	endRecord(at: number): void {
		const length = this.length - at;
		if (length > NLA_MAX) throw this.fail(`is ${length} bytes, a record holds ${NLA_MAX}`);
		this.#view.setUint16(at, length, LITTLE);
		this.reserve(align4(length) - length);
	}
	/** An error that names the place that is being written. */
	fail(message: string): WireError {
		return new WireError(message, [...this.path]);
	}
	/** A copy of the bytes written so far. */
	finish(): Uint8Array {
		return this.bytes.slice(0, this.length);
	}
}

/** A bounds-checked cursor over received bytes. While an attribute is read, `end` is the end of that attribute. */
export class Reader {
	/** The names from the message down to what is being read, for errors. */
	readonly path: string[] = [];
	/** Where the next byte is read. */
	pos: number;
	/** Where reading ends: behind the message, or behind the attribute that is being read. */
	end: number;
	/** If set, the reader remembers the path of the attribute whose header begins at this position. */
	probe = -1;
	/** Whether these bytes are a request of ours. The kernel's own messages may have another form. */
	given = false;
	/** The path of the attribute at `probe`, once it was met. */
	found: readonly string[] | undefined;
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	#depth = 0;

	constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		this.pos = start;
		this.end = end;
	}
	/** How many bytes are left before `end`. */
	get left(): number {
		return this.end - this.pos;
	}
	/** Skip n bytes and return where they began. */
	take(n: number): number {
		const at = this.pos;
		if (n > this.end - at) throw this.fail(`need ${n} bytes, have ${this.end - at}`);
		this.pos = at + n;
		return at;
	}
	/** Read a number of one byte. @throws WireError if too few are left, as all that read */
	u8(): number {
		return this.#bytes[this.take(1)] as number;
	}
	/** Read a number of two bytes, in the byte order of this machine unless it is said. */
	u16(littleEndian = LITTLE): number {
		return this.#view.getUint16(this.take(2), littleEndian);
	}
	/** Read a number of four bytes, in the byte order of this machine unless it is said. */
	u32(littleEndian = LITTLE): number {
		return this.#view.getUint32(this.take(4), littleEndian);
	}
	/** Read a number of eight bytes, in the byte order of this machine unless it is said. */
	u64(littleEndian = LITTLE): bigint {
		return this.#view.getBigUint64(this.take(8), littleEndian);
	}
	/** A copy of the next n bytes: the buffer itself is reused for the next datagram. */
	copy(n = this.left): Uint8Array {
		const at = this.take(n);
		return this.#bytes.slice(at, at + n);
	}
	/** The next n bytes without a copy. They are valid until the next receive. */
	window(n = this.left): Uint8Array {
		const at = this.take(n);
		return this.#bytes.subarray(at, at + n);
	}
	/**
	 * Walk the attributes up to `end`. `each` gets the attribute number and, apart from it, the flag bits; the reader
	 * then ends where the attribute ends. Whatever `each` does not read is skipped.
	 */
	attributes(each: (type: number, flags: number) => void): void {
		const end = this.end;
		// The deepest real nesting is of nf_tables, expressions in set elements in rules, and is far less deep.
		if (++this.#depth > 32) throw this.fail("attributes nested more than 32 deep");
		while (this.pos < end) {
			const start = this.pos;
			if (end - start < NLA_HDRLEN)
				throw this.fail(`${end - start} bytes after the last attribute`);
			const length = this.#view.getUint16(start, LITTLE);
			if (length < NLA_HDRLEN) throw this.fail(`nla_len ${length} is shorter than its header`);
			if (length > end - start)
				throw this.fail(`nla_len ${length} exceeds the ${end - start} left`);
			this.pos = start + NLA_HDRLEN;
			this.end = start + length;
			const type = this.#view.getUint16(start + 2, LITTLE);
			each(type & TYPE_BITS, type & ~TYPE_BITS);
			this.end = end;
			this.pos = Math.min(start + align4(length), end);
		}
		this.#depth--;
	}
	/**
	 * Enter a record that begins with its own length in two bytes, and make `end` its end. Pass the result to
	 * `leaveRecord`.
	 */
	enterRecord(least: number): { start: number; end: number } {
		const { pos: start, end } = this;
		const length = this.u16();
		if (length < least) throw this.fail(`record of ${length} bytes, needs ${least}`);
		if (length > end - start) throw this.fail(`record of ${length} bytes, ${end - start} left`);
		this.pos = start;
		this.end = start + length;
		return { start, end };
	}
	/** Skip the padding behind a record that was read to its end. */
	leaveRecord({ start, end }: { readonly start: number; readonly end: number }): void {
		this.pos = Math.min(start + align4(this.end - start), end);
		this.end = end;
	}
	/** Enter a named attribute: its name is part of the path until `leave`. */
	enter(name: string): void {
		this.path.push(name);
		if (this.pos - NLA_HDRLEN === this.probe) this.found = [...this.path];
	}
	/** End the name that `enter` began. */
	leave(): void {
		this.path.pop();
	}
	/** An error that names the place that is being read. */
	fail(message: string): WireError {
		return new WireError(message, [...this.path]);
	}
}
