import { isIPv6 } from "node:net";
import type { Constant } from "./constant.js";

/** Parse four decimal numbers, the usual notation of an address. Returns `undefined` for any other notation. */
export function parseQuad(text: string): number | undefined {
	let value = 0;
	let part = -1;
	let parts = 1;
	for (let i = 0; i < text.length; i++) {
		const digit = text.charCodeAt(i) - 0x30;
		if (digit >= 0 && digit <= 9) {
			// A leading zero makes the number octal.
			if (part === 0) return undefined;
			part = part < 0 ? digit : part * 10 + digit;
			if (part > 255) return undefined;
		} else {
			if (text[i] !== "." || part < 0) return undefined;
			value = value * 256 + part;
			part = -1;
			parts++;
		}
	}
	return parts === 4 && part >= 0 ? value * 256 + part : undefined;
}

/** As inet_aton(3): one to four numbers, of which the last fills the remaining bytes. */
export function parseAddress(text: string): Constant | undefined {
	const quad = parseQuad(text);
	if (quad !== undefined) return { value: BigInt(quad) };
	const parts = text.split(".").map(parseCNumber);
	const last = parts.pop();
	if (last === undefined || parts.length > 3) return undefined;
	let value = 0n;
	for (const part of parts) {
		if (part === undefined || part > 255n) return undefined;
		value = (value << 8n) | part;
	}
	const bits = BigInt(8 * (4 - parts.length));
	return last < 1n << bits ? { value: (value << bits) | last } : undefined;
}

/** A number in the notation of C: a leading 0x means hexadecimal, a leading zero octal. */
export function parseCNumber(text: string): bigint | undefined {
	if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
	return /^(0x[0-9a-f]+|0|[1-9]\d*)$/i.test(text) ? BigInt(text) : undefined;
}

/** The 16-bit groups on one side of `::`. A trailing IPv4 address counts as two of them. */
function groups(side: string): bigint[] {
	if (side === "") return [];
	return side.split(":").flatMap((group) => {
		const v4 = group.includes(".") ? parseAddress(group) : undefined;
		return v4 === undefined ? [BigInt(`0x${group}`)] : [v4.value >> 16n, v4.value & 0xffffn];
	});
}

/** As inet_pton(3), without a zone. */
export function parseAddress6(text: string): Constant | undefined {
	if (!isIPv6(text) || text.includes("%")) return undefined;
	const [head = "", tail] = text.split("::");
	const before = groups(head);
	const after = tail === undefined ? [] : groups(tail);
	const zeros = new Array<bigint>(8 - before.length - after.length).fill(0n);
	const value = [...before, ...zeros, ...after].reduce((v, group) => (v << 16n) | group, 0n);
	return { value };
}

/** An address of any link layer: hexadecimal bytes separated by colons. */
export function parseLinkLayer(text: string): Constant | undefined {
	const bytes = text.split(":");
	if (!bytes.every((byte) => /^[0-9a-f]{1,2}$/i.test(byte))) return undefined;
	const value = bytes.reduce((v, byte) => (v << 8n) | BigInt(`0x${byte}`), 0n);
	return { value, bits: bytes.length * 8 };
}
