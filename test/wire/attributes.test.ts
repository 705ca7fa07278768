import { describe, expect, test } from "vitest";
import { Writer } from "../../src/netlink/bytes.js";
import { WireError } from "../../src/netlink/error.js";
import {
	arrayOf,
	asymmetric,
	attrs,
	be16,
	be32,
	binary,
	flag,
	indexed,
	lazy,
	list,
	many,
	message,
	nulString,
	pad,
	records,
	select,
	struct,
	u8,
	u16,
	variant,
} from "../../src/netlink/schema.js";
import { attr, hex, NESTED, read, write } from "./bytes.js";

describe("attributes", () => {
	const set = attrs(() => ({
		NUMBER: [1, be32],
		NAME: [2, nulString(15)],
		FLAG: [3, flag],
		NEST: [4, attrs(() => ({ INNER: [1, u8] }))],
		NAMES: [5, many(nulString(15))],
	}));

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
		const raw = attrs(() => ({
			RAW: [1, binary()],
			NEST: [2, attrs(() => ({ RAW: [1, binary()] }))],
		}));
		const most = new Uint8Array(0xffff - 4);
		expect(write(raw, { RAW: most })).toHaveLength(2 * 0x10000);
		expect(read(raw, write(raw, { RAW: most })).RAW).toHaveLength(most.length);
		expect(() => write(raw, { RAW: new Uint8Array(most.length + 1) })).toThrow(
			"RAW: is 65536 bytes, an attribute holds 65535",
		);
		expect(() => write(raw, { NEST: { RAW: most } })).toThrow("NEST: is 65540 bytes");
	});

	test("a number used twice is refused when the table is first used", () => {
		const set = attrs(() => ({ A: [1, u8], B: [1, u16] }));
		expect(() => set.write(new Writer(), {})).toThrow("A: number 1 is taken");
	});

	test("a hostile nest ends after 32 levels", () => {
		interface Deep {
			DEEP?: Deep;
		}
		const deep: ReturnType<typeof lazy<Deep, Deep>> = lazy<Deep, Deep>("nest", () => tree);
		const tree = attrs(() => ({ DEEP: [1, deep] }));
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
		plain: attrs(() => ({})),
		sized: attrs(() => ({ SIZE: [1, u8] })),
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
			() => ({}),
			select(
				["TYPE", 1],
				["DATA", 2],
				{ 1: attrs(() => ({ A: [1, u8] })), 7: attrs(() => ({ B: [1, u8] })) },
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
		const set = attrs(() => ({ A: [1, arrayOf(be16)], B: [2, arrayOf(struct({ x: u8, y: u8 }))] }));
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
		const set = attrs(() => ({
			CONF: [
				1,
				asymmetric(
					attrs(() => ({ FORWARDING: [1, be32] })),
					arrayOf(be32),
				),
			],
		}));
		expect(write(set, { CONF: { FORWARDING: 1 } })).toBe(attr(1 | NESTED, attr(1, "00000001")));
		expect(read(set, attr(1, "0000000100000000"))).toStrictEqual({ CONF: [1, 0] });
	});
});

describe("records", () => {
	const hops = records(
		struct({ length: pad(2), weight: be16, index: be32 }),
		attrs(() => ({ VIA: [1, binary()] })),
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
