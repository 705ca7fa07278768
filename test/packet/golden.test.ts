import { describe, expect, test } from "vitest";
import { WireError } from "../../src/netlink/error.js";
import { dissect, type Layer } from "../../src/packet/dissect.js";
import { unhex } from "../wire/bytes.js";
import { frames } from "./frames.js";
import { type Protocol, protocols } from "./protocols.js";

/** A value with its bytes in hexadecimal, at any depth. */
function readable(value: unknown): unknown {
	if (value instanceof Uint8Array) return unhex(value);
	if (Array.isArray(value)) return value.map(readable);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, readable(one)]));
}
/** The fields of the headers. The payload of one is described by the next. */
const said = (layers: readonly Layer[]): unknown[] =>
	layers.map(({ value: { payload, ...header } }, i) =>
		readable(i === layers.length - 1 ? { ...header, payload } : header),
	);

const protocolOf = ({ protocol }: Layer): Protocol =>
	protocols.find(({ packet }) => packet.name === protocol) as Protocol;

/** The addresses for the checksum of a protocol above IP, from the nearest IP header before it. */
function around(layers: readonly Layer[], i: number): object[] {
	if (!["udp", "tcp", "icmpv6"].includes(layers[i]?.protocol ?? "")) return [];
	const ip = layers.slice(0, i).findLast(({ protocol }) => protocol.startsWith("ipv"));
	return [ip?.value as object];
}

/** Encode the layers again, the inner ones first. `given` selects the fields that are passed. */
function encode(layers: readonly Layer[], given: (layer: Layer) => object): Uint8Array {
	let bytes: Uint8Array | undefined;
	for (let i = layers.length - 1; i >= 0; i--) {
		const layer = layers[i] as Layer;
		const value = { ...given(layer), ...(bytes !== undefined && { payload: bytes }) };
		bytes = protocolOf(layer).packet.encode(value, ...around(layers, i));
	}
	return bytes as Uint8Array;
}

describe.each(frames.map((one) => [one.what, one] as const))("%s", (_what, { bytes, layers }) => {
	const read = [...dissect(bytes)];
	// Linux pads between the options of TCP to align them; we do not.
	const gaps = layers.some(([, { options }]) => /TCPOPT/.test(JSON.stringify(options) ?? ""));

	test("means what was sent", () => {
		expect(read.map(({ protocol }) => protocol)).toEqual(layers.map(([protocol]) => protocol));
		for (const [i, [, expected]] of layers.entries())
			expect(readable(read[i]?.value)).toMatchObject(expected);
	});

	test("is encoded again byte for byte, or to what means the same", () => {
		const again = encode(read, ({ value }) => value);
		if (gaps) expect(said([...dissect(again)])).toEqual(said(read));
		else expect(unhex(again)).toBe(unhex(bytes));
	});

	test("has the lengths and checksums that we make for it", () => {
		const given = (layer: Layer): object =>
			Object.fromEntries(
				Object.entries(layer.value).filter(([name]) => !protocolOf(layer).implied.includes(name)),
			);
		const again = encode(read, given);
		expect(again.length).toBe(bytes.length);
		if (!gaps) expect(unhex(again)).toBe(unhex(bytes));
	});

	test("is intact, and with any byte changed that a checksum covers it is not", () => {
		for (const [i, layer] of read.entries()) {
			const { packet } = protocolOf(layer);
			const own = (i === 0 ? bytes : (read[i - 1] as Layer).value.payload).slice();
			const intact = (): boolean => packet.isIntact(own, ...around(read, i));
			expect(intact()).toBe(true);
			const covered = layer.protocol === "ipv4" ? 4 * layer.value.ihl : own.length;
			if (!["ipv4", "udp", "tcp", "icmp", "icmpv6"].includes(layer.protocol)) continue;
			for (let at = 0; at < covered; at++) {
				own[at] = (own[at] as number) ^ 1;
				let found = false;
				try {
					found = intact();
				} catch (error) {
					expect(error).toBeInstanceOf(WireError);
				}
				expect(found, `byte ${at} of ${packet.name}`).toBe(false);
				own[at] = (own[at] as number) ^ 1;
			}
		}
	});

	test("cut anywhere it is a WireError, once all was read that is whole", () => {
		for (let length = 0; length < bytes.length; length++) {
			const whole: Layer[] = [];
			expect(() => {
				for (const layer of dissect(bytes.subarray(0, length))) whole.push(layer);
			}, `${length} bytes`).toThrow(WireError);
			for (const [i, { protocol }] of whole.entries()) expect(protocol).toBe(read[i]?.protocol);
		}
	});
});
