import { isIPv4, isIPv6 } from "node:net";
import type { Constant } from "./datatype.js";

export function parseAddress(text: string): Constant | undefined {
	if (!isIPv4(text)) return undefined;
	return { value: text.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

/** The 16 bit groups of one side of `::`, a trailing IPv4 address as two of them. */
function groups(side: string): bigint[] {
	if (side === "") return [];
	return side.split(":").flatMap((group) => {
		const v4 = group.includes(".") ? parseAddress(group) : undefined;
		return v4 === undefined ? [BigInt(`0x${group}`)] : [v4.value >> 16n, v4.value & 0xffffn];
	});
}

export function parseAddress6(text: string): Constant | undefined {
	if (!isIPv6(text) || text.includes("%")) return undefined;
	const [head = "", tail] = text.split("::");
	const before = groups(head);
	const after = tail === undefined ? [] : groups(tail);
	const zeros = new Array<bigint>(8 - before.length - after.length).fill(0n);
	const value = [...before, ...zeros, ...after].reduce((v, group) => (v << 16n) | group, 0n);
	return { value };
}

export function parseLinkLayer(text: string): Constant | undefined {
	const bytes = text.split(":");
	if (!bytes.every((byte) => /^[0-9a-f]{1,2}$/i.test(byte))) return undefined;
	const value = bytes.reduce((v, byte) => (v << 8n) | BigInt(`0x${byte}`), 0n);
	return { value, bits: bytes.length * 8 };
}
