import { endianness } from "node:os";
import { describe, expect, test } from "vitest";
import { Reader, Writer } from "../../src/netlink/bytes.js";
import { WireError } from "../../src/netlink/error.js";
import { frames } from "../../src/netlink/frame.js";
import type { AnyMessage } from "../../src/netlink/schema.js";
import { nlmsghdr } from "../../src/uapi/netlink.js";
import { goldens } from "./golden.js";

const payload = (bytes: Uint8Array): Uint8Array => bytes.slice(16);
const encode = (message: AnyMessage, value: object): Uint8Array => {
	const w = new Writer();
	message.write(w, value as never);
	return w.finish();
};

/** The ends of the top-level attributes, where a message that is cut is still complete. */
function boundaries(message: AnyMessage, bytes: Uint8Array): Set<number> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const header = message.header.size ?? 0;
	const out = new Set<number>();
	for (let end = header; end <= ((header + 3) & ~3); end++) out.add(end);
	for (let at = (header + 3) & ~3; at < bytes.length; ) {
		const length = view.getUint16(at, true);
		for (let end = at + length; end <= at + ((length + 3) & ~3); end++) out.add(end);
		at += (length + 3) & ~3;
	}
	return out;
}

// They were captured on a little-endian machine, and values in host order would differ on others.
describe.skipIf(endianness() === "BE").each(goldens)(
	"$command",
	({ message, bytes, value, ours }) => {
		test("its header is whole and has the type of the table", () => {
			const header = nlmsghdr.read(new Reader(bytes));
			expect(header.nlmsg_len).toBe(bytes.length);
			expect(header.nlmsg_type).toBe(message.type);
		});

		test("means what we read", () => {
			expect(message.decode(payload(bytes))).toStrictEqual(value);
		});

		test(`is what we write${ours === undefined ? "" : `, but ${ours[0]}`}`, () => {
			const expected = ours?.[1] ?? payload(bytes);
			expect(Buffer.from(encode(message, value)).toString("hex")).toBe(
				Buffer.from(expected).toString("hex"),
			);
			expect(message.decode(expected)).toStrictEqual(value);
		});

		test("cut anywhere it is a WireError, unless the cut leaves whole attributes", () => {
			const whole = payload(bytes);
			const clean = boundaries(message, whole);
			for (let length = 0; length < whole.length; length++) {
				const cut = () => message.decode(whole.slice(0, length));
				if (clean.has(length)) expect(cut, `${length} bytes`).not.toThrow();
				else expect(cut, `${length} bytes`).toThrow(WireError);
			}
		});

		test("cut anywhere its frame is a WireError", () => {
			for (let length = 1; length < bytes.length; length++)
				expect(() => [...frames(bytes, length)], `${length} bytes`).toThrow(WireError);
		});

		test("with any byte changed it is read or is a WireError", () => {
			const whole = payload(bytes);
			for (let at = 0; at < whole.length; at++)
				for (const byte of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
					const bad = whole.slice();
					bad[at] = byte;
					try {
						message.decode(bad);
					} catch (error) {
						expect(error).toBeInstanceOf(WireError);
					}
				}
		});
	},
);
