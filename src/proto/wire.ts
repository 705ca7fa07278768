/** The scalars of protobuf's binary format (protobuf.dev/programming-guides/encoding) that the journal and the service use. */

export const VARINT = 0;
export const LENGTH_DELIMITED = 2;
export const I64 = 1;
const I32 = 5;

// Up to this length a loop is faster than calling Node's native encoder.
const SHORT = 32;

/** How many bytes `varint` writes for a value. */
function varintLength(value: number): number {
	let length = 1;
	for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) length++;
	return length;
}

/** Writes messages one after the other into a buffer that grows. */
export class WireWriter {
	#bytes = Buffer.allocUnsafe(1024);
	#length = 0;

	/** Forget what was written, but keep the memory. */
	reset(): void {
		this.#length = 0;
	}

	/** An unsigned integer up to 2^53. */
	varint(value: number): void {
		this.#reserve(8);
		let rest = value;
		for (; rest > 0x7f; rest = Math.floor(rest / 128))
			this.#bytes[this.#length++] = (rest % 128) | 0x80;
		this.#bytes[this.#length++] = rest;
	}

	string(value: string): void {
		if (value.length <= SHORT && this.#ascii(value)) return;
		const at = this.begin();
		this.#reserve(3 * value.length);
		this.#length += this.#bytes.write(value, this.#length);
		this.end(at);
	}

	/** Write a short text if all of it is ASCII, where it has as many bytes as characters; returns whether it was. */
	#ascii(value: string): boolean {
		const start = this.#length;
		this.varint(value.length);
		this.#reserve(value.length);
		const bytes = this.#bytes;
		let at = this.#length;
		for (let i = 0; i < value.length; i++) {
			const code = value.charCodeAt(i);
			if (code > 0x7f) {
				this.#length = start;
				return false;
			}
			bytes[at++] = code;
		}
		this.#length = at;
		return true;
	}

	/** Write the first `length` bytes. */
	bytes(value: Uint8Array, length = value.length): void {
		this.varint(length);
		this.#reserve(length);
		if (length > SHORT) this.#bytes.set(value.subarray(0, length), this.#length);
		else for (let i = 0; i < length; i++) this.#bytes[this.#length + i] = value[i] as number;
		this.#length += length;
	}

	/** Bytes that are fields already. */
	raw(value: Uint8Array): void {
		this.#reserve(value.length);
		this.#bytes.set(value, this.#length);
		this.#length += value.length;
	}

	/** A number of 64 bits with a fraction. */
	double(value: number): void {
		this.#reserve(8);
		this.#length = this.#bytes.writeDoubleLE(value, this.#length);
	}

	/** Begin something that is preceded by its length. Pass the result to `end`. */
	begin(): number {
		this.#reserve(1);
		return ++this.#length;
	}

	/** Write the length of what began at `at`. `begin` reserved one byte for it, which is enough for most. */
	end(at: number): void {
		const length = this.#length - at;
		if (length < 0x80) {
			this.#bytes[at - 1] = length;
			return;
		}
		// A greater length needs more bytes, so the body moves to make room.
		const extra = varintLength(length) - 1;
		this.#reserve(extra);
		this.#bytes.copyWithin(at + extra, at, at + length);
		this.#length = at - 1;
		this.varint(length);
		this.#length += length;
	}

	/** Begin a field that is a message, with its tag. Pass the result to `end`. */
	beginField(tag: number): number {
		this.varint(tag);
		return this.begin();
	}

	/** A field that is a text. */
	textField(tag: number, value: string): void {
		this.varint(tag);
		this.string(value);
	}

	/** A field that is an unsigned integer. */
	varintField(tag: number, value: number): void {
		this.varint(tag);
		this.varint(value);
	}

	/** The bytes written so far. They are valid until something else is written. */
	get written(): Uint8Array {
		return this.#bytes.subarray(0, this.#length);
	}

	#reserve(count: number): void {
		const needed = this.#length + count;
		if (needed <= this.#bytes.length) return;
		const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
		larger.set(this.#bytes.subarray(0, this.#length));
		this.#bytes = larger;
	}
}

/** Reads from `bytes` without a copy. Every method throws Error if the bytes do not hold what it reads. */
export class WireReader {
	readonly #bytes: Buffer;
	position = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
	}

	/** An unsigned integer of up to 64 bits, rounded to what a number can hold. */
	varint(): number {
		let value = 0;
		for (let i = 0, factor = 1; i < 10; i++, factor *= 128) {
			const byte = this.#bytes[this.position++];
			if (byte === undefined) throw new Error("it is cut short");
			value += (byte & 0x7f) * factor;
			if (byte < 0x80) return value;
		}
		throw new Error("a varint has no end");
	}

	string(): string {
		const end = this.end();
		const text = this.#bytes.toString("utf8", this.position, end);
		this.position = end;
		return text;
	}

	bytes(): Uint8Array {
		const end = this.end();
		const bytes = this.#bytes.subarray(this.position, end);
		this.position = end;
		return bytes;
	}

	double(): number {
		if (this.position + 8 > this.#bytes.length) throw new Error("it is cut short");
		const value = this.#bytes.readDoubleLE(this.position);
		this.position += 8;
		return value;
	}

	/** Read a length, and return where the field of this length ends. */
	end(): number {
		const length = this.varint();
		const end = this.position + length;
		if (end > this.#bytes.length) throw new Error("it is cut short");
		return end;
	}

	/** Skip the value of a field that the schema does not know. */
	skip(wire: number): void {
		if (wire === VARINT) this.varint();
		else if (wire === LENGTH_DELIMITED) this.position = this.end();
		else if (wire === I64 || wire === I32) this.position += wire === I64 ? 8 : 4;
		else throw new Error(`there is no wire type ${wire}`);
	}
}
