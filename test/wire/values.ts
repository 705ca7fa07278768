import fc, { type Arbitrary } from "fast-check";
import type { AnyCodec, AnyMessage, Parts } from "../../src/netlink/schema.js";

/** What the kernel takes in one shape and gives back in another does not come back as it went. */
const oneWay: ReadonlySet<string> = new Set([
	"IFLA_INET_CONF",
	"IFLA_VXLAN_TTL_INHERIT",
	"RTA_EXPIRES",
]);
const DEEPEST = 6;

const bits: Readonly<Record<string, number>> = { u8: 8, u16: 16, u32: 32, be16: 16, be32: 32 };
const signedBits: Readonly<Record<string, number>> = { s8: 8, s16: 16, s32: 32, sbe32: 32 };
/** Strings of at most 15 bytes, the least that any table allows, some beyond ASCII. */
const strings = fc
	.string({ unit: "grapheme", maxLength: 15 })
	.map((text) => text.replaceAll("\0", ""))
	.filter((text) => new TextEncoder().encode(text).length <= 15);

/** Values a codec takes, found by walking its parts. */
export function valuesOf(codec: AnyCodec, depth = 0): Arbitrary<unknown> {
	const one = single(codec, depth);
	return codec.repeated ? fc.array(one, { minLength: 1, maxLength: 3 }) : one;
}

export const messageValues = ({ header, set }: AnyMessage): Arbitrary<object> =>
	fc
		.tuple(members(header.parts ?? {}, 0), attributes(set.parts ?? {}, 0))
		.map(([head, body]) => ({ ...head, ...body }));

function single(codec: AnyCodec, depth: number): Arbitrary<unknown> {
	const { kind } = codec;
	const parts = codec.parts ?? {};
	const element = Object.values(parts)[0]?.[1];
	const few = { maxLength: depth > DEEPEST ? 0 : 3 };
	switch (kind) {
		case "u64":
		case "be64":
			return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
		case "s64":
			return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
		case "flag":
			return fc.constant(true);
		case "string":
			return strings;
		case "binary":
			return fc.uint8Array({ minLength: codec.size ?? 0, maxLength: codec.size ?? 20 });
		case "struct":
			return members(parts, depth);
		case "headed":
			return fc
				.tuple(members(parts, depth), attributes(parts, depth))
				.map(([head, body]) => ({ ...head, ...body }));
		case "nest":
			return attributes(parts, depth);
		case "array":
		case "list":
			return fc.array(valuesOf(element as AnyCodec, depth + 1), few);
		case "indexed":
			return fc
				.array(fc.tuple(fc.nat(100), valuesOf(element as AnyCodec, depth + 1)), few)
				.map((entries) => new Map(entries));
	}
	const unsigned = bits[kind];
	if (unsigned !== undefined) return fc.integer({ min: 0, max: 2 ** unsigned - 1 });
	const signed = signedBits[kind];
	if (signed !== undefined)
		return fc.integer({ min: -(2 ** (signed - 1)), max: 2 ** (signed - 1) - 1 });
	throw new Error(`no values for ${kind}`);
}

/** Every member of a struct but its padding. */
function members(parts: Parts, depth: number): Arbitrary<object> {
	const entries = Object.entries(parts).filter(
		([, [type, codec]]) => type < 0 && codec.kind !== "pad",
	);
	return fc.record(
		Object.fromEntries(entries.map(([name, [, codec]]) => [name, valuesOf(codec, depth)])),
		{ noNullPrototype: true },
	);
}

/** A few attributes of a space; of a name and data pair, one kind. */
function attributes(parts: Parts, depth: number): Arbitrary<object> {
	const choices: (readonly [name: string, value: () => Arbitrary<object>])[] = [];
	let selector: readonly [string, AnyCodec] | undefined;
	for (const [name, [type, codec]] of Object.entries(parts)) {
		if (type < 0 || oneWay.has(name)) continue;
		const [, data, format] = /^(.*)\((.*)\)$/.exec(name) ?? [];
		if (data === undefined || format === undefined) {
			selector = [name, codec];
			choices.push([name, () => valuesOf(codec, depth + 1).map((value) => ({ [name]: value }))]);
			continue;
		}
		// Formats follow the attribute that names them.
		const [key, { kind }] = selector as readonly [string, AnyCodec];
		if (choices.at(-1)?.[0] === key) choices.pop();
		const selected = kind === "string" ? format : Number(format);
		choices.push([
			data,
			() => valuesOf(codec, depth + 1).map((value) => ({ [key]: selected, [data]: value })),
		]);
	}
	if (depth > DEEPEST) return fc.constant({});
	return fc
		.subarray(choices, { maxLength: Math.min(5, choices.length) })
		.chain((chosen) => fc.tuple(...chosen.map(([, value]) => value())))
		.map((values) => Object.assign({}, ...values));
}
