import fc from "fast-check";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import proto from "../../src/proto/proto.json" with { type: "json" };
import { decode, tagsOf } from "../../src/proto/protobuf.js";
import { WireReader, WireWriter } from "../../src/proto/wire.js";

const Message = protobuf.Root.fromJSON(proto).lookupType("umlnet.v1.WireMessage");
// Every field has a value other than its default, which would be left out.
const message = fc.record({
	message: fc.string({ unit: "binary", minLength: 1, maxLength: 300 }),
	flags: fc.integer({ min: 1, max: 0xffff_ffff }),
	payload: fc.uint8Array({ minLength: 1, maxLength: 40_000 }),
});

test("what protobufjs writes we read", () => {
	fc.assert(
		fc.property(message, (value) => {
			const theirs = Message.encode(Message.create(value)).finish();
			const { payload, ...read } = decode("WireMessage", theirs) as typeof value;
			expect(read).toEqual({ message: value.message, flags: value.flags });
			expect(Buffer.compare(payload, value.payload)).toBe(0);
		}),
	);
});

test("a field that the schema does not have has no tag", () => {
	expect(tagsOf("WireMessage", "message", "payload")).toEqual({ message: 10, payload: 26 });
	expect(() => tagsOf("WireMessage", "massage")).toThrow("WireMessage has no massage");
});

test.each([0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32, 2 ** 45 + 1, 2 ** 53 - 1])(
	"%d",
	(value) => {
		const writer = new WireWriter();
		writer.varint(value);
		const theirs = protobuf.Writer.create().uint64(value).finish();
		expect(Buffer.from(writer.written).toString("hex")).toBe(Buffer.from(theirs).toString("hex"));
		expect(new WireReader(writer.written).varint()).toBe(value);
	},
);

test.each([
	"",
	"tap0",
	"a".repeat(32),
	"a".repeat(33),
	"a".repeat(100),
	"a".repeat(101),
	"a".repeat(20_000),
	"é",
	`${"a".repeat(31)}é`,
	`${"a".repeat(99)}é`,
	`${"é".repeat(70)}`,
	"\0",
	"😀",
])("the text %j", (text) => {
	const writer = new WireWriter();
	writer.string(text);
	writer.varint(7);
	const theirs = protobuf.Writer.create().string(text).uint32(7).finish();
	expect(Buffer.compare(writer.written, theirs)).toBe(0);
	expect(new WireReader(writer.written).string()).toBe(text);
});

test.each([0, 100, 127, 128, 20_000, 3_000_000])(
	"%d bytes with their length before them",
	(length) => {
		const writer = new WireWriter();
		writer.varint(7);
		const outer = writer.begin();
		const inner = writer.begin();
		writer.bytes(new Uint8Array(length).fill(5));
		writer.end(inner);
		writer.end(outer);
		writer.varint(9);
		const bytes = Buffer.alloc(length, 5);
		const within = protobuf.Writer.create()
			.bytes(protobuf.Writer.create().bytes(bytes).finish())
			.finish();
		const theirs = protobuf.Writer.create().uint32(7).bytes(within).uint32(9).finish();
		expect(Buffer.compare(writer.written, theirs)).toBe(0);
	},
);

test.each([
	["a varint without an end", "ffffffffffffffffffffff", (r: WireReader) => r.varint()],
	["a varint cut short", "80", (r: WireReader) => r.varint()],
	["a string cut short", "0541", (r: WireReader) => r.string()],
	["bytes cut short", "ffffffff0f", (r: WireReader) => r.bytes()],
	["a wire type that is none", "", (r: WireReader) => r.skip(3)],
])("%s is an error", (_, hex, read) => {
	expect(() => read(new WireReader(Buffer.from(hex, "hex")))).toThrow(Error);
});
