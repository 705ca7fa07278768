import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Reader, Writer } from "../../src/netlink/bytes.js";
import { WireError } from "../../src/netlink/error.js";
import { type AnyMessage, locate } from "../../src/netlink/schema.js";
import * as uapi from "../../src/uapi/index.js";
import { messageValues } from "./values.js";

const messages = Object.entries(uapi).filter(
	(entry): entry is [string, (typeof entry)[1] & AnyMessage] =>
		typeof entry[1] === "object" && "header" in entry[1],
);
const encode = (message: AnyMessage, value: object): Uint8Array => {
	const w = new Writer();
	message.write(w, value as never);
	return w.finish();
};

test("the tables hold the messages this is about", () => {
	expect(messages.length).toBeGreaterThan(60);
});

describe.each(messages)("%s", (_name, message) => {
	test("decode undoes encode, and encode undoes decode", () => {
		fc.assert(
			fc.property(messageValues(message), (value) => {
				const bytes = encode(message, value);
				const decoded = message.decode(bytes) as object;
				expect(decoded).toStrictEqual(value);
				expect(encode(message, decoded)).toStrictEqual(bytes);
			}),
			{ numRuns: 100 },
		);
	});

	test("padding is zero in a buffer that was used before", () => {
		fc.assert(
			fc.property(messageValues(message), (value) => {
				const w = new Writer();
				w.bytes.fill(0xff);
				message.write(w, value as never);
				expect(w.finish()).toStrictEqual(encode(message, value));
			}),
			{ numRuns: 25 },
		);
	});

	test("bytes cut or changed are read or are a WireError", () => {
		fc.assert(
			fc.property(
				messageValues(message),
				fc.nat(),
				fc.nat(),
				fc.integer({ min: 0, max: 255 }),
				(value, cut, at, byte) => {
					const whole = encode(message, value);
					const bad = whole.slice(0, whole.length - (cut % 5));
					bad[at % bad.length] = byte;
					try {
						message.decode(bad);
					} catch (error) {
						expect(error).toBeInstanceOf(WireError);
					}
				},
			),
			{ numRuns: 150 },
		);
	});

	test("locate names every attribute the kernel could point at", () => {
		fc.assert(
			fc.property(messageValues(message), (value) => {
				const bytes = encode(message, value);
				let at = ((message.header.size ?? 0) + 3) & ~3;
				const view = new DataView(bytes.buffer);
				const host = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
				while (at < bytes.length) {
					const name = locate(message, bytes, at);
					expect(name?.startsWith(`${message.name}.`)).toBe(true);
					at += (view.getUint16(at, host) + 3) & ~3;
				}
			}),
			{ numRuns: 25 },
		);
	});
});

test("any bytes at all are read or are a WireError", () => {
	fc.assert(
		fc.property(
			fc.constantFrom(...messages.map(([, message]) => message)),
			fc.uint8Array({ maxLength: 200 }),
			(message, bytes) => {
				try {
					message.read(new Reader(bytes));
				} catch (error) {
					expect(error).toBeInstanceOf(WireError);
				}
			},
		),
		{ numRuns: 3000 },
	);
});
