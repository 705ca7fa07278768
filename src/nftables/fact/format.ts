import type { Datatype } from "./datatype.js";
import type { Host } from "./host.js";
import { bitmask, lowestBit, toBytes } from "./value.js";

/** A constant in JSON. */
export type ConstantJson = string | number | boolean;

/** The number if JSON can represent it exactly, else its hexadecimal digits. */
export const integerJson = (value: bigint): ConstantJson =>
	value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : `0x${value.toString(16)}`;

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
const linkLayer = (value: bigint, bits: number): string =>
	[...toBytes(value, "big", bits / 8)].map(hex).join(":");
const ipv4 = (value: bigint): string => [...toBytes(value, "big", 4)].join(".");

/** As inet_ntop(3): the longest run of zero groups becomes `::`. */
function ipv6(value: bigint): string {
	const groups = Array.from({ length: 8 }, (_, i) =>
		Number((value >> BigInt(16 * (7 - i))) & 0xffffn),
	);
	if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
		return `::ffff:${ipv4(value & bitmask(32))}`;
	let [start, length] = [-1, 1];
	for (let i = 0; i < 8; i++) {
		let run = 0;
		while (groups[i + run] === 0) run++;
		if (run > length) [start, length] = [i, run];
		i += run;
	}
	const text = (from: number, to?: number): string =>
		groups
			.slice(from, to)
			.map((group) => group.toString(16))
			.join(":");
	if (start < 0) return text(0);
	if (start === 0 && length === 6) return `::${ipv4(value & bitmask(32))}`;
	return `${text(0, start)}::${text(start + length)}`;
}

function string(value: bigint, bits: number): string {
	const bytes = toBytes(value, "host", (bits + 7) >> 3);
	const end = bytes.indexOf(0);
	return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
function classid(value: bigint): string {
	if (value === 0xffffffffn) return "root";
	if (value === 0n) return "none";
	return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}
function date(value: bigint, host: Host): string {
	const seconds = Number(value / 1_000_000_000n);
	const local = seconds + host.utcOffset(new Date(seconds * 1000));
	return new Date(local * 1000).toISOString().slice(0, 19).replace("T", " ");
}
const DAY = 86_400;
function hour(value: bigint, host: Host): string {
	const seconds = (((Number(value) + host.utcOffset(new Date())) % DAY) + DAY) % DAY;
	const two = (n: number): string => `${n}`.padStart(2, "0");
	const minutes = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
	return seconds % 60 === 0 ? minutes : `${minutes}:${two(seconds % 60)}`;
}

type Format = (value: bigint, bits: number, host: Host) => ConstantJson;
/** By the id of the datatype. */
const formats: Readonly<Record<number, Format>> = {
	5: string,
	6: linkLayer,
	7: ipv4,
	8: ipv6,
	12: (value, _bits, host) => host.name("protocols", Number(value)) ?? integerJson(value),
	18: (value) => integerJson(value / 1000n),
	19: (value, _bits, host) => host.name("rt_marks", Number(value)) ?? integerJson(value),
	20: (value, _bits, host) => host.ifname(Number(value)) ?? `${value}`,
	22: (value, _bits, host) => host.name("rt_realms", Number(value)) ?? `${value}`,
	23: classid,
	30(value, _bits, host) {
		const bit = lowestBit(value) ?? 0;
		return host.name("connlabel", bit) ?? bit;
	},
	// The meaning of a code depends on the ICMP type, so nft lists a number.
	32: integerJson,
	33: integerJson,
	34: integerJson,
	35: (value, _bits, host) => host.name("group", Number(value)) ?? integerJson(value),
	39: (value) => value !== 0n,
	43: (value, _bits, host) => date(value, host),
	44: (value, _bits, host) => hour(value, host),
};

/** The name of a value, if its type has one. */
export function symbolOf({ symbols }: Datatype, value: bigint): ConstantJson {
	const found = Object.entries(symbols ?? {}).find(([, number]) => BigInt(number) === value);
	return found?.[0] ?? integerJson(value);
}

/** Print a constant: by the name of its value, by the grammar of its type, or by that of the base type. */
export function formatConstant(
	datatype: Datatype,
	value: bigint,
	bits: number,
	host: Host,
): ConstantJson {
	for (let at: Datatype | undefined = datatype; at !== undefined; at = at.base) {
		const format = formats[at.id];
		if (format !== undefined) return format(value, bits, host);
		if (at.symbols !== undefined) return symbolOf(at, value);
	}
	return integerJson(value);
}
