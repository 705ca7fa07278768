import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Reader, Writer } from "../../src/netlink/bytes.js";
import { WireError } from "../../src/netlink/error.js";
import {
	type AnyCodec,
	arrayOf,
	asymmetric,
	attrs,
	be16,
	be32,
	be64,
	binary,
	chars,
	flag,
	headed,
	indexed,
	lazy,
	list,
	many,
	message,
	nulString,
	pad,
	records,
	s8,
	s16,
	s32,
	s64,
	sbe32,
	select,
	string,
	struct,
	u8,
	u16,
	u32,
	u64,
	variant,
} from "../../src/netlink/schema.js";
import { hex } from "./golden.js";

const write = (codec: AnyCodec, value: unknown): string => {
	const w = new Writer();
	codec.write(w, value);
	return Buffer.from(w.finish()).toString("hex");
};
const read = <O>(codec: { read(r: Reader): O }, bytes: string): O =>
	codec.read(new Reader(hex(bytes)));
/** An attribute in host order, as these tests' expectations need it on either kind of machine. */
const attr = (type: number, payload: string): string => {
	const w = new Writer();
	const at = w.beginAttr(type);
	w.append(hex(payload));
	w.endAttr(at);
	return Buffer.from(w.finish()).toString("hex");
};
const NESTED = 0x8000;

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
		// Anybody may name an interface like that: dev_valid_name() looks for '/', ':' and white space.
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
		const set = attrs({ STATS: [1, struct({ a: be32 }, { b: be32 })] });
		expect(read(set, attr(1, "00000001"))).toStrictEqual({ STATS: { a: 1 } });
		expect(read(set, attr(1, "0000000100000002"))).toStrictEqual({ STATS: { a: 1, b: 2 } });
		expect(read(set, attr(1, "000000010000000200000003"))).toStrictEqual({
			STATS: { a: 1, b: 2 },
		});
		expect(() => read(set, attr(1, "000001"))).toThrow(WireError);
		expect(() => read(set, attr(1, "0000000102"))).toThrow("STATS.b: need 4 bytes, have 1");
	});
});

describe("attributes", () => {
	const set = attrs({
		NUMBER: [1, be32],
		NAME: [2, nulString(15)],
		FLAG: [3, flag],
		NEST: [4, attrs({ INNER: [1, u8] })],
		NAMES: [5, many(nulString(15))],
	});

	test("undefined and false are not written", () => {
		expect(write(set, { NUMBER: undefined, FLAG: false })).toBe("");
		expect(write(set, { FLAG: true })).toBe(attr(3, ""));
	});

	test("nests carry NLA_F_NESTED and are read without it", () => {
		expect(write(set, { NEST: { INNER: 1 } })).toBe(attr(4 | NESTED, attr(1, "01")));
		expect(read(set, attr(4, attr(1, "01")))).toStrictEqual({ NEST: { INNER: 1 } });
	});

	test("the last of two wins, as in nla_parse()", () => {
		expect(read(set, attr(1, "00000001") + attr(1, "00000002"))).toStrictEqual({ NUMBER: 2 });
	});

	test("`many` keeps them all, in order", () => {
		const bytes = write(set, { NAMES: ["a", "b"] });
		expect(bytes).toBe(attr(5, "6100") + attr(5, "6200"));
		expect(read(set, bytes)).toStrictEqual({ NAMES: ["a", "b"] });
	});

	test("unknown attributes survive with their flag bits", () => {
		const bytes = attr(1, "00000001") + attr(77, "0102030405") + attr(78 | NESTED, "");
		const value = read(set, bytes);
		expect(value.$unknown).toStrictEqual([
			{ type: 77, payload: hex("0102030405") },
			{ type: 78, payload: hex(""), flags: NESTED },
		]);
		expect(write(set, value)).toBe(bytes);
	});

	test("a payload is as long as its type", () => {
		expect(() => read(set, attr(1, "000001"))).toThrow("NUMBER: need 4 bytes, have 3");
		expect(() => read(set, attr(1, "0000000102"))).toThrow("NUMBER: 1 bytes too many");
		expect(() => read(set, attr(3, "01"))).toThrow("FLAG: 1 bytes too many");
	});

	test.each([
		["a header cut short", attr(1, "00000001").slice(0, 6)],
		["nla_len below its header", Buffer.from(Uint16Array.of(3, 1).buffer).toString("hex")],
		["nla_len beyond the end", Buffer.from(Uint16Array.of(9, 1, 0, 0).buffer).toString("hex")],
	])("%s is a WireError", (_what, bytes) => {
		expect(() => read(set, bytes)).toThrow(WireError);
	});

	test("the last attribute need not be padded", () => {
		expect(read(set, attr(2, "62723000ff").slice(0, -6))).toStrictEqual({ NAME: "br0" });
	});

	test("an error says where, from the message down", () => {
		const m = message("RTM_TEST", 1, struct({}), set);
		expect(() => m.encode({ NEST: { INNER: -1 } })).toThrow("RTM_TEST.NEST.INNER: -1 is not a u8");
	});

	test("an attribute holds 65531 bytes", () => {
		const raw = attrs({ RAW: [1, binary()], NEST: [2, attrs({ RAW: [1, binary()] })] });
		const most = new Uint8Array(0xffff - 4);
		expect(write(raw, { RAW: most })).toHaveLength(2 * 0x10000);
		expect(read(raw, write(raw, { RAW: most })).RAW).toHaveLength(most.length);
		expect(() => write(raw, { RAW: new Uint8Array(most.length + 1) })).toThrow(
			"RAW: is 65536 bytes, an attribute holds 65535",
		);
		expect(() => write(raw, { NEST: { RAW: most } })).toThrow("NEST: is 65540 bytes");
	});

	test("a number used twice is refused when the table is declared", () => {
		expect(() => attrs({ A: [1, u8], B: [1, u16] })).toThrow("A: number 1 is taken");
	});

	test("a hostile nest ends after 32 levels", () => {
		interface Deep {
			DEEP?: Deep;
		}
		const deep: ReturnType<typeof lazy<Deep, Deep>> = lazy<Deep, Deep>("nest", () => tree);
		const tree = attrs({ DEEP: [1, deep] });
		const nested = (levels: number): string => {
			let bytes = "";
			for (let i = 0; i < levels; i++) bytes = attr(1, bytes);
			return bytes;
		};
		expect(() => read(tree, nested(31))).not.toThrow();
		expect(() => read(tree, nested(32))).toThrow("nested more than 32 deep");
		expect(() => read(tree, nested(5000))).toThrow(WireError);
	});
});

describe("select", () => {
	const kinds = variant(["KIND", 1], ["DATA", 2], {
		plain: attrs({}),
		sized: attrs({ SIZE: [1, u8] }),
	});
	const sized = attr(1, "73697a656400") + attr(2 | NESTED, attr(1, "07"));

	test("the name says how the data is read, wherever it stands", () => {
		const value = { KIND: "sized", DATA: { SIZE: 7 } };
		expect(write(kinds, value)).toBe(sized);
		expect(read(kinds, sized)).toStrictEqual(value);
		expect(read(kinds, attr(2, attr(1, "07")) + attr(1, "73697a6564"))).toStrictEqual(value);
	});

	test("a kind of which we know nothing stays as it is", () => {
		const bytes = attr(1, "6f7468657200") + attr(2 | NESTED, "01020304");
		const value = read(kinds, bytes);
		expect(value).toStrictEqual({ $KIND: "other", $DATA: hex("01020304") });
		expect(write(kinds, value)).toBe(bytes);
	});

	test("a name may come without data, and data without a name", () => {
		expect(read(kinds, attr(1, "706c61696e"))).toStrictEqual({ KIND: "plain" });
		expect(read(kinds, attr(2, "01020304"))).toStrictEqual({ $DATA: hex("01020304") });
		expect(write(kinds, { KIND: "plain" })).toBe(attr(1, "706c61696e00"));
	});

	test("a kind that is not in the table cannot be written by its name", () => {
		expect(() => write(kinds, { KIND: "othre", DATA: {} })).toThrow(
			"KIND othre is not in the table",
		);
		expect(() => write(kinds, { KIND: "constructor" })).toThrow("is not in the table");
	});

	test("a number may select, too", () => {
		const numbered = attrs(
			{},
			select(
				["TYPE", 1],
				["DATA", 2],
				{ 1: attrs({ A: [1, u8] }), 7: attrs({ B: [1, u8] }) },
				be32,
			),
		);
		const bytes = attr(1, "00000007") + attr(2 | NESTED, attr(1, "05"));
		expect(read(numbered, bytes)).toStrictEqual({ TYPE: 7, DATA: { B: 5 } });
		expect(write(numbered, { TYPE: 7, DATA: { B: 5 } })).toBe(bytes);
		expect(read(numbered, attr(1, "00000009"))).toStrictEqual({ $TYPE: 9 });
	});

	test("an error in the data names the kind", () => {
		expect(() => write(kinds, { KIND: "sized", DATA: { SIZE: 300 } })).toThrow(
			"DATA(sized).SIZE: 300 is not a u8",
		);
	});
});

describe("lists", () => {
	test("every element of a list has the same type", () => {
		const names = list(1, nulString(15), "NAME");
		expect(read(names, write(names, ["a", "b"]))).toStrictEqual(["a", "b"]);
		expect(() => read(names, attr(2, "6100"))).toThrow("list element of type 2, expected 1");
	});

	test("indexed keeps the position", () => {
		const values = indexed(be32);
		expect(write(values, new Map([[3, 1]]))).toBe(attr(3, "00000001"));
		expect(read(values, attr(3, "00000001"))).toStrictEqual(new Map([[3, 1]]));
	});

	test("a packed array fills its attribute, of scalars or structs", () => {
		const set = attrs({ A: [1, arrayOf(be16)], B: [2, arrayOf(struct({ x: u8, y: u8 }))] });
		expect(read(set, attr(1, "000100020003"))).toStrictEqual({ A: [1, 2, 3] });
		expect(read(set, attr(2, "01020304"))).toStrictEqual({
			B: [
				{ x: 1, y: 2 },
				{ x: 3, y: 4 },
			],
		});
		expect(() => read(set, attr(1, "000100"))).toThrow("A: need 2 bytes, have 1");
	});

	test("asymmetric: the kernel gives back another shape than it takes", () => {
		const set = attrs({ CONF: [1, asymmetric(attrs({ FORWARDING: [1, be32] }), arrayOf(be32))] });
		expect(write(set, { CONF: { FORWARDING: 1 } })).toBe(attr(1 | NESTED, attr(1, "00000001")));
		expect(read(set, attr(1, "0000000100000000"))).toStrictEqual({ CONF: [1, 0] });
	});
});

describe("records", () => {
	const hops = records(
		struct({ length: pad(2), weight: be16, index: be32 }),
		attrs({ VIA: [1, binary()] }),
	);
	const length = (bytes: number): string =>
		Buffer.from(Uint16Array.of(bytes).buffer).toString("hex");

	test("each begins with its length and is padded", () => {
		const value = [
			{ weight: 1, index: 2, VIA: hex("0a") },
			{ weight: 3, index: 4 },
		];
		const bytes = `${length(16)}000100000002${attr(1, "0a")}${length(8)}000300000004`;
		expect(write(hops, value)).toBe(bytes);
		expect(read(hops, bytes)).toStrictEqual(value);
	});

	test.each([
		["a length below the header", `${length(7)}000100000002`],
		["a length of zero", `${length(0)}000100000002`],
		["a length beyond the end", `${length(9)}000100000002`],
		["one byte", "08"],
	])("%s is a WireError", (_what, bytes) => {
		expect(() => read(hops, bytes)).toThrow(WireError);
	});

	test("an error says in which record", () => {
		expect(() => write(hops, [{}, { weight: -1 }])).toThrow("1.weight: -1 is not a be16");
	});
});

describe("headers", () => {
	test("attributes begin at a multiple of four, also after one byte", () => {
		const conf = headed(struct({ family: u8 }), attrs({ A: [1, be32] }));
		expect(write(conf, { family: 2, A: 1 })).toBe(`02000000${attr(1, "00000001")}`);
		expect(read(conf, `02ffffff${attr(1, "00000001")}`)).toStrictEqual({ family: 2, A: 1 });
		expect(read(conf, "02")).toStrictEqual({ family: 2 });
	});

	test("bytes used before do not shine through", () => {
		const w = new Writer();
		w.bytes.fill(0xff);
		const set = attrs({ NAME: [1, nulString(15)], RAW: [2, binary()] });
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
