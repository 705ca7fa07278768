import { endianness } from "node:os";

/** The byte order of a value in a register: of the machine or of the network. */
export type Order = "host" | "big";
/** Whether this machine is little endian. */
export const HOST_IS_LITTLE = endianness() === "LE";

/** How many bytes this many bits need. */
export const byteLength = (bits: number): number => (bits + 7) >> 3;
/** How many bits a value takes in a concatenation: whole 32-bit registers. */
export const padded = (bits: number): number => ((bits + 31) >> 5) << 5;
/** How many 32-bit registers this many bits need. */
export const registers = (bits: number): number => (bits + 31) >> 5;

/** A number with this many low bits set. */
export const bitmask = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
/** A number of `width` bits of which the first `length` are set: a netmask. */
export const prefixMask = (width: number, length: number): bigint =>
	bitmask(width) ^ bitmask(width - length);

const reversed = (bytes: Uint8Array): Uint8Array => bytes.slice().reverse();

// Most values are ports and addresses. Up to the width that a double represents exactly, no bigint arithmetic is
// needed.
const EXACT = 6;

/** The bytes of a number, truncated to `length`. */
export function toBytes(value: bigint, order: Order, length: number): Uint8Array {
	const bytes = new Uint8Array(length);
	if (length <= EXACT) {
		let rest = Number(BigInt.asUintN(8 * length, value));
		for (let i = length - 1; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
	} else
		for (let i = length - 1, rest = value; i >= 0; i--, rest >>= 8n)
			bytes[i] = Number(rest & 0xffn);
	return order === "host" && HOST_IS_LITTLE ? reversed(bytes) : bytes;
}

/** The number that bytes in this order stand for. */
export function fromBytes(bytes: Uint8Array, order: Order): bigint {
	const ordered = order === "host" && HOST_IS_LITTLE ? reversed(bytes) : bytes;
	if (ordered.length <= EXACT) {
		let number = 0;
		for (let i = 0; i < ordered.length; i++) number = number * 256 + (ordered[i] as number);
		return BigInt(number);
	}
	return ordered.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** The number whose bytes in one order are those of `value` in the other. */
export const swapOrder = (value: bigint, length: number): bigint =>
	fromBytes(reversed(toBytes(value, "big", length)), "big");

const text = new TextEncoder();
/** The bytes of a string as nft keeps them in a register, as a number. */
export const fromText = (string: string): bigint => fromBytes(text.encode(string), "host");
/** The length of a string in bytes, without its NUL. */
export const textLength = (string: string): number => text.encode(string).length;

/** The position of the lowest set bit; `undefined` for zero. */
export function lowestBit(value: bigint): number | undefined {
	if (value === 0n) return undefined;
	let bit = 0;
	for (let rest = value; (rest & 1n) === 0n; rest >>= 1n) bit++;
	return bit;
}

/** Concatenate bytes. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
	const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}
