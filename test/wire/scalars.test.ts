import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Writer } from "../../src/netlink/bytes.js";
import { WireError } from "../../src/netlink/error.js";
import {
	type AnyCodec,
	attrs,
	be16,
	be32,
	be64,
	binary,
	chars,
	headed,
	nulString,
	pad,
	s8,
	s16,
	s32,
	s64,
	sbe32,
	string,
	struct,
	u8,
	u16,
	u32,
	u64,
} from "../../src/netlink/schema.js";
import { attr, hex, read, write } from "./bytes.js";

describe("scalars", () => {
	test.each([
		["be16", be16, 0x1234, "1234"],
		["be32", be32, 0x12345678, "12345678"],
		["sbe32", sbe32, -2, "fffffffe"],
		["be64", be64, 2n ** 63n, "8000000000000000"],
	])("%s is in network order", (_kind, codec, value, bytes) => {
		expect(write(codec as AnyCodec, value)).toBe(bytes);
		expect(read(codec as AnyCodec, bytes)).toBe(value);
	});

	test.each([
		[u8, -1, 256],
		[s8, -129, 128],
		[u16, -1, 0x10000],
		[s16, -0x8001, 0x8000],
		[u32, -1, 2 ** 32],
		[s32, -(2 ** 31) - 1, 2 ** 31],
		[be16, -1, 0x10000],
		[be32, 1.5, Number.NaN],
		[sbe32, -(2 ** 31) - 1, 2 ** 31],
		[u64, -1n, 2n ** 64n],
		[s64, -(2n ** 63n) - 1n, 2n ** 63n],
		[be64, -1n, 2n ** 64n],
		[u64, 1, "1"],
	])("$0.kind refuses $1 and $2", (codec, low, high) => {
		expect(() => write(codec as AnyCodec, low)).toThrow(WireError);
		expect(() => write(codec as AnyCodec, high)).toThrow(WireError);
	});

	test("the ends of the signed ranges come back", () => {
		for (const [codec, bits] of [
			[s8, 8],
			[s16, 16],
			[s32, 32],
			[sbe32, 32],
		] as const)
			for (const value of [-(2 ** (bits - 1)), -1, 0, 2 ** (bits - 1) - 1])
				expect(read(codec, write(codec, value))).toBe(value);
		for (const value of [-(2n ** 63n), -1n, 2n ** 63n - 1n])
			expect(read(s64, write(s64, value))).toBe(value);
	});

	test("bytes of a fixed length are of that length", () => {
		expect(() => write(binary(6), hex("0102030405"))).toThrow("want 6 bytes, got 5");
		expect(() => read(binary(6), "0102030405")).toThrow(WireError);
	});
});

describe("strings", () => {
	test("nulString ends with a NUL, string does not, chars fills its array", () => {
		expect(write(nulString(15), "br0")).toBe("62723000");
		expect(write(string(15), "br0")).toBe("627230");
		expect(write(chars(8), "br0")).toBe("6272300000000000");
	});

	test("they are read with or without a NUL", () => {
		for (const bytes of ["627230", "62723000", "627230000000"])
			expect(read(nulString(15), bytes)).toBe("br0");
		expect(read(string(15), "62723000")).toBe("br0");
		expect(read(chars(4), "62723031")).toBe("br01");
	});

	test("they hold so many bytes, not characters, and no NUL", () => {
		expect(() => write(nulString(15), "a".repeat(15))).not.toThrow();
		expect(() => write(nulString(15), "a".repeat(16))).toThrow("does not fit 15 bytes");
		expect(() => write(nulString(3), "äö")).toThrow("does not fit 3 bytes");
		expect(() => write(nulString(15), "a\0b")).toThrow(WireError);
		expect(() => write(chars(4), "abcd")).toThrow("does not fit 3 bytes");
	});

	test("a byte order mark is part of the name", () => {
		expect(read(string(15), "efbbbf61")).toBe("\ufeffa");
	});

	test("bytes that are no UTF-8 are read, and written as they were", () => {
		// Such a name is possible: dev_valid_name() only rejects '/', ':' and white space.
		expect(read(string(15), "74ff70")).toBe("t\udcffp");
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 15, min: 1 }), (bytes) => {
				const name = Buffer.from(bytes).toString("hex");
				expect(write(string(15), read(string(15), name))).toBe(name);
			}),
			{ numRuns: 2000 },
		);
	});
});

describe("structs", () => {
	const header = struct({ family: u8, gap: pad(1), port: be16, index: be32, name: chars(4) });

	test("what is left out is zero", () => {
		expect(write(header, {})).toBe("000000000000000000000000");
		expect(write(header, { port: 0x1234, index: undefined })).toBe("000012340000000000000000");
		expect(header.size).toBe(12);
	});

	test("padding is neither asked for nor given back", () => {
		const value = { family: 2, port: 0, index: 1, name: "br0" };
		expect(read(header, "02ff00000000000162723000")).toStrictEqual(value);
	});

	test("a struct inside a struct may be left out too", () => {
		const outer = struct({ error: be32, header });
		expect(write(outer, { error: 1 })).toBe("00000001000000000000000000000000");
	});

	test("an older kernel sends a shorter struct, a younger one a longer", () => {
		const set = attrs(() => ({ STATS: [1, struct({ a: be32 }, { b: be32 })] }));
		expect(read(set, attr(1, "00000001"))).toStrictEqual({ STATS: { a: 1 } });
		expect(read(set, attr(1, "0000000100000002"))).toStrictEqual({ STATS: { a: 1, b: 2 } });
		expect(read(set, attr(1, "000000010000000200000003"))).toStrictEqual({
			STATS: { a: 1, b: 2 },
		});
		expect(() => read(set, attr(1, "000001"))).toThrow(WireError);
		expect(() => read(set, attr(1, "0000000102"))).toThrow("STATS.b: need 4 bytes, have 1");
	});
});

describe("headers", () => {
	test("attributes begin at a multiple of four, also after one byte", () => {
		const conf = headed(
			struct({ family: u8 }),
			attrs(() => ({ A: [1, be32] })),
		);
		expect(write(conf, { family: 2, A: 1 })).toBe(`02000000${attr(1, "00000001")}`);
		expect(read(conf, `02ffffff${attr(1, "00000001")}`)).toStrictEqual({ family: 2, A: 1 });
		expect(read(conf, "02")).toStrictEqual({ family: 2 });
	});

	test("bytes used before do not shine through", () => {
		const w = new Writer();
		w.bytes.fill(0xff);
		const set = attrs(() => ({ NAME: [1, nulString(15)], RAW: [2, binary()] }));
		set.write(w, { NAME: "a", RAW: hex("01") });
		expect(Buffer.from(w.finish()).toString("hex")).toBe(attr(1, "6100") + attr(2, "01"));
	});

	test("a writer grows and can be used again", () => {
		const w = new Writer();
		w.append(new Uint8Array(100_000).fill(7));
		expect(w.finish()).toStrictEqual(new Uint8Array(100_000).fill(7));
		w.reset();
		w.reserve(8);
		expect(w.finish()).toStrictEqual(new Uint8Array(8));
	});
});
