import { UmlnetError } from "../sys/error.js";

export type Family = 4 | 6;

/** The text is not an IP address, or not a CIDR. The message says why, without quoting the text. */
export class AddressError extends UmlnetError {
	override readonly name = "AddressError";
	constructor(message: string) {
		super("ERR_ADDRESS", message);
	}
}

/** The address in network byte order, 4 bytes for IPv4 and 16 for IPv6. @throws AddressError */
export function parseAddress(text: string): Uint8Array {
	return text.includes(":") ? parseIPv6(text) : parseIPv4(text);
}

/**
 * Only four decimal numbers are accepted: where inet_aton(3) reads octal, hexadecimal or fewer parts, people misread.
 * It goes digit by digit because every guest has several addresses, and split() with a RegExp for each part is much
 * slower.
 */
function parseIPv4(text: string): Uint8Array {
	const bytes = new Uint8Array(4);
	let part = 0;
	let digits = 0;
	let value = 0;
	for (let i = 0; i <= text.length; i++) {
		const code = i < text.length ? text.charCodeAt(i) : DOT;
		if (code === DOT) {
			if (digits === 0 || part > 3) throw notIPv4();
			bytes[part++] = value;
			digits = value = 0;
			continue;
		}
		if (code < ZERO || code > NINE) throw notIPv4();
		if (digits > 0 && value === 0)
			throw new AddressError("a leading zero means octal to some programs and nothing to others");
		value = value * 10 + code - ZERO;
		digits++;
		if (value > 255) throw new AddressError("the numbers of an IPv4 address go up to 255");
	}
	if (part !== 4) throw notIPv4();
	return bytes;
}
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

const notIPv4 = (): AddressError =>
	new AddressError("an IPv4 address is four decimal numbers, 192.0.2.1");

function parseIPv6(text: string): Uint8Array {
	if (text.includes("%"))
		throw new AddressError("a zone (%) names an interface of one machine: leave it out");
	const halves = text.split("::");
	if (halves.length > 2) throw new AddressError("'::' may occur only once in an IPv6 address");
	const [head = "", tail] = halves;
	const front = groups(head, tail === undefined);
	const back = tail === undefined ? [] : groups(tail, true);
	const missing = 16 - front.length - back.length;
	// '::' stands for at least one group of zeroes (RFC 4291, 2.2).
	if (tail === undefined ? missing !== 0 : missing < 2)
		throw new AddressError("an IPv6 address has eight groups, 2001:db8:0:0:0:0:0:1");
	return Uint8Array.from([...front, ...new Array<number>(missing).fill(0), ...back]);
}

/**
 * The bytes of groups such as `2001:db8`. Only at the very end of an address may the last 4 bytes be written as IPv4.
 */
function groups(text: string, last: boolean): number[] {
	if (text === "") return [];
	const parts = text.split(":");
	return parts.flatMap((part, i) => {
		if (last && i === parts.length - 1 && part.includes(".")) return [...parseIPv4(part)];
		if (!/^[0-9a-f]{1,4}$/i.test(part))
			throw new AddressError("the groups of an IPv6 address are 1 to 4 hexadecimal digits");
		const group = Number.parseInt(part, 16);
		return [group >> 8, group & 255];
	});
}

/** The canonical text: RFC 5952 for IPv6, so that equal addresses are equal strings. */
export function formatAddress(bytes: Uint8Array): string {
	if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
	if (isIPv4Mapped(bytes)) return `::ffff:${bytes.subarray(12).join(".")}`;
	const groups = Array.from({ length: 8 }, (_, i) => pair(bytes, i).toString(16));
	const [start, length] = longestZeros(groups);
	if (length < 2) return groups.join(":");
	return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

function pair(bytes: Uint8Array, group: number): number {
	return ((bytes[group * 2] ?? 0) << 8) | (bytes[group * 2 + 1] ?? 0);
}

/** Where the first of the longest runs of zero groups begins, and how long it is. */
function longestZeros(groups: readonly string[]): readonly [start: number, length: number] {
	let best: readonly [number, number] = [0, 0];
	let length = 0;
	groups.forEach((group, i) => {
		length = group === "0" ? length + 1 : 0;
		if (length > best[1]) best = [i + 1 - length, length];
	});
	return best;
}

/** ::ffff:0:0/96, an IPv4 address written as IPv6 (RFC 4291, 2.5.5.2). */
export function isIPv4Mapped(bytes: Uint8Array): boolean {
	return (
		bytes.length === 16 &&
		bytes.subarray(0, 10).every((byte) => byte === 0) &&
		pair(bytes, 5) === 0xffff
	);
}

export function familyOf(bytes: Uint8Array): Family {
	return bytes.length === 4 ? 4 : 6;
}

/** Compares for sort(): IPv4 comes before IPv6. */
export function compareAddresses(a: Uint8Array, b: Uint8Array): number {
	if (a.length !== b.length) return a.length - b.length;
	for (let i = 0; i < a.length; i++) {
		const difference = (a[i] ?? 0) - (b[i] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}
