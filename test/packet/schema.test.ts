import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WireError } from "../../src/netlink/error.js";
import { be16, binary, flag, many, struct, u8 } from "../../src/netlink/schema.js";
import { checksum, pseudoHeader } from "../../src/packet/checksum.js";
import { options } from "../../src/packet/options.js";
import { packet } from "../../src/packet/packet.js";
import { bits, joined, union } from "../../src/packet/schema.js";
import { hex, read, unhex, write } from "../wire/bytes.js";

describe("bit-fields", () => {
	const first = bits({ version: 4, priority: 8, flow_lbl: 20 });

	test("lie from the highest bit down", () => {
		const value = { version: 6, priority: 0xab, flow_lbl: 0xcdef1 };
		expect(write(first, value)).toBe("6abcdef1");
		expect(read(first, "6abcdef1")).toStrictEqual(value);
		expect(write(bits({ pcp: 3, dei: 1, vid: 12 }), { dei: 1, vid: 5 })).toBe("1005");
		expect(write(bits({ on: 1, rest: 7 }), { on: 1 })).toBe("80");
	});

	test("hold what their width holds", () => {
		for (const version of [16, -1, 0.5, Number.NaN])
			expect(() => write(first, { version })).toThrow(`version: ${version} does not fit 4 bits`);
	});

	test("fill whole words", () => {
		expect(() => bits({ a: 3, b: 4 })).toThrow("7 bits do not fill u8, be16 or be32");
	});

	test("of 32 bits are numbers above 2^31, too", () => {
		const word = bits({ high: 1, low: 31 });
		expect(read(word, "ffffffff")).toStrictEqual({ high: 1, low: 0x7fffffff });
		expect(write(word, { high: 1, low: 0x7fffffff })).toBe("ffffffff");
	});
});

describe("tables that are joined", () => {
	const header = joined(bits({ a: 4, b: 4 }), struct({ c: be16 }));

	test("are one flat object, of known size where each has one", () => {
		expect(header.size).toBe(3);
		expect(read(header, "120304")).toStrictEqual({ a: 1, b: 2, c: 0x0304 });
		expect(write(header, { b: 2 })).toBe("020000");
		expect(joined(header, struct({ rest: binary() })).size).toBeUndefined();
	});

	test("say where they end too soon", () => {
		expect(() => read(header, "12")).toThrow("c: need 2 bytes, have 0");
	});
});

describe("a union", () => {
	const message = joined(
		struct({ type: u8 }),
		union("type", { number: [[1, 2], be16], named: [[3], struct({ x: u8, y: u8 })] }),
	);

	test("has the arm that its tag says", () => {
		expect(read(message, "020405")).toStrictEqual({ type: 2, number: 0x0405 });
		expect(read(message, "030405")).toStrictEqual({ type: 3, named: { x: 4, y: 5 } });
		expect(write(message, { type: 3, named: { y: 5 } })).toBe("030005");
	});

	test("is nothing where no arm has the tag", () => {
		expect(read(message, "09")).toStrictEqual({ type: 9 });
		expect(write(message, { type: 9 })).toBe("09");
	});

	test("is zero where its arm is left out", () => {
		expect(write(message, { type: 1 })).toBe("010000");
		expect(write(message, {})).toBe("00");
	});

	test("takes no arm of another tag", () => {
		expect(() => write(message, { type: 1, named: { x: 1 } })).toThrow(
			"named does not belong to type 1",
		);
	});

	test("says in which arm something is wrong", () => {
		expect(() => write(message, { type: 3, named: { x: 256 } })).toThrow(
			"named.x: 256 is not a u8",
		);
		expect(() => read(message, "0304")).toThrow("named.y: need 1 bytes, have 0");
	});
});

describe("options", () => {
	const table = {
		SIZE: [2, be16],
		YES: [4, flag],
		NAMES: [5, many(binary())],
		GROWS: [6, struct({ x: u8 })],
	} as const;
	const whole = options({ unit: 1, whole: true, pad: 1, end: 0 }, table);
	const without = options({ unit: 1, whole: false, pad: 0, end: 255 }, table);
	const eights = options({ unit: 8, whole: true }, table);

	test("are framed as the protocol counts", () => {
		const value = { SIZE: 0x0102, YES: true, NAMES: [hex("0a"), hex("0b0c")] } as const;
		expect(write(whole, value)).toBe("02040102 0402 05030a 05040b0c".replaceAll(" ", ""));
		expect(write(without, value)).toBe("02020102 0400 05010a 05020b0c".replaceAll(" ", ""));
		expect(write(eights, { SIZE: 0x0102 })).toBe("0201010200000000");
	});

	test("are read with what fills the gaps between them, up to the last", () => {
		expect(read(whole, "01 01 02040102 01 0402 00 0501")).toStrictEqual({
			SIZE: 0x0102,
			YES: true,
		});
		expect(read(without, "00 02020102 ff 02020304")).toStrictEqual({ SIZE: 0x0102 });
		expect(read(whole, "")).toStrictEqual({});
	});

	test("that are not in the table stay as they are", () => {
		const value = { SIZE: 1, $unknown: [{ type: 77, payload: hex("0102") }] };
		expect(read(whole, "4d040102 02040001")).toStrictEqual(value);
		expect(write(whole, value)).toBe("020400014d040102");
	});

	test("may stand twice: the last one counts, or all where the table says so", () => {
		expect(read(whole, "02040001 02040002")).toStrictEqual({ SIZE: 2 });
		expect(read(whole, "050301 050302")).toStrictEqual({ NAMES: [hex("01"), hex("02")] });
	});

	test("may be structs that grew", () => {
		expect(read(whole, "0604aabb")).toStrictEqual({ GROWS: { x: 0xaa } });
	});

	test("left out or false are not written", () => {
		expect(write(whole, { SIZE: undefined, YES: false })).toBe("");
	});

	test.each([
		["without a length", "02", "need 1 bytes, have 0"],
		["shorter than its header", "0201", "option 2 of 1 bytes is shorter than its header"],
		["of no length at all", "0200", "option 2 of 0 bytes is shorter than its header"],
		["longer than what is left", "020501", "option 2 of 5 bytes exceeds the 3 left"],
		["shorter than its value", "020301", "SIZE: need 2 bytes, have 1"],
		["longer than its value", "0205000102", "SIZE: 1 bytes too many"],
	])("%s is a WireError", (_what, bytes, message) => {
		expect(() => read(whole, bytes)).toThrow(message);
		expect(() => read(whole, bytes)).toThrow(WireError);
	});

	test("hold what their length can say", () => {
		expect(write(whole, { NAMES: [new Uint8Array(253)] })).toHaveLength(2 * 255);
		expect(() => write(whole, { NAMES: [new Uint8Array(254)] })).toThrow(
			"NAMES: is 256 bytes, more than its length can say",
		);
	});
});

describe("the checksum", () => {
	test("is that of the example in RFC 1071 §3", () => {
		expect(checksum(hex("0001 f203 f4f5 f6f7"))).toBe(0xffff - 0xddf2);
	});

	test.each([
		["nothing", "", 0xffff],
		["one byte", "01", 0xfeff],
		["all ones", "ffffffff", 0],
		["a carry out of a carry", "ffff ffff 0001", 0xfffe],
	])("of %s", (_what, bytes, sum) => {
		expect(checksum(hex(bytes))).toBe(sum);
	});

	test("is the same however the bytes are divided, and makes the sum of all zero", () => {
		const bytes = fc.uint8Array({ maxLength: 99 });
		fc.assert(
			fc.property(bytes, bytes, (a, b) => {
				const joint = Uint8Array.of(...a, ...b);
				const sum = checksum(joint);
				expect(checksum(a, b)).toBe(sum);
				if (joint.length % 2 !== 0) return;
				expect(checksum(joint, Uint8Array.of(Math.floor(sum / 256), sum % 256))).toBe(0);
			}),
		);
	});

	test("is that of 64 KiB, too", () => {
		expect(checksum(new Uint8Array(0x10000).fill(0xff))).toBe(0);
	});

	test("has addresses of one version before what it sums up", () => {
		const [four, six] = [new Uint8Array(4).fill(1), new Uint8Array(16).fill(2)];
		expect(unhex(pseudoHeader({ saddr: four, daddr: four }, 17, 258))).toBe(
			"0101010101010101 00 11 0102".replaceAll(" ", ""),
		);
		expect(unhex(pseudoHeader({ saddr: six, daddr: six }, 58, 258))).toBe(
			`${"02".repeat(32)}00000102 000000 3a`.replaceAll(" ", ""),
		);
		for (const [saddr, daddr] of [
			[four, six],
			[six, four],
			[new Uint8Array(5), new Uint8Array(5)],
		] as const)
			expect(() => pseudoHeader({ saddr, daddr }, 17, 8)).toThrow(WireError);
	});
});

describe("a packet", () => {
	const sized = packet("sized", struct({ type: u8, length: u8, sum: be16 }), {
		options: {
			codec: struct({ options: binary() }),
			align: 4,
			end: ({ type }) => 4 * type,
		},
		length: ({ length }) => length,
		implied: (header, payload) => ({ type: header / 4, length: header + payload }),
		refuse: ({ type }) => (type === 9 ? "type 9" : undefined),
		checksum: { field: "sum", over: "packet", optional: true },
	});
	const bytes = (text: string) => sized.decode(hex(text));

	test("ends where it says, whatever lies behind", () => {
		expect(bytes("0209 0000 aabbccdd 01 ffff")).toStrictEqual({
			...{ type: 2, length: 9, sum: 0 },
			options: hex("aabbccdd"),
			payload: hex("01"),
		});
	});

	test("fills its header up behind the options", () => {
		const encoded = sized.encode({ options: hex("aa"), payload: hex("01"), sum: 0 });
		expect(unhex(encoded)).toBe("02090000aa00000001");
	});

	test("without a checksum is intact, and one whose sum is 0 does not look like it", () => {
		expect(sized.isIntact(hex("01040000"))).toBe(true);
		const zero = sized.encode({ payload: hex("fef9") });
		expect(unhex(zero)).toBe("0106fffffef9");
		expect(sized.isIntact(zero)).toBe(true);
	});

	test("says what it is given; undefined is left out", () => {
		expect(unhex(sized.encode({ length: undefined, sum: undefined }))).toBe("0104fefb");
		expect(unhex(sized.encode({ length: 77, sum: 1 }))).toBe("014d0001");
	});

	test.each([
		["cut in its header", "0104", "sized.sum: need 2 bytes, have 0"],
		["with a header below its least", "00040000", "header of 0 bytes, needs 4"],
		["with a header beyond its end", "02070000 000000", "header of 8 bytes in a packet of 7"],
		["longer than what is there", "01050000", "packet of 5 bytes, 4 there"],
		["that is another's", "09040000", "type 9"],
	])("%s is a WireError", (_what, text, message) => {
		expect(() => bytes(text)).toThrow(message);
		expect(() => bytes(text)).toThrow(WireError);
	});

	test("carries a view of the bytes, no copy", () => {
		const own = hex("01050000aa");
		const { payload } = sized.decode(own);
		own[4] = 0xbb;
		expect(unhex(payload)).toBe("bb");
	});

	test("is encoded anew after an encoding that failed", () => {
		expect(() => sized.encode({ type: 256 })).toThrow("sized.type: 256 is not a u8");
		expect(() => sized.encode({ type: 257 })).toThrow("sized.type: 257 is not a u8");
		expect(unhex(sized.encode({ sum: 1 }))).toBe("01040001");
	});
});
