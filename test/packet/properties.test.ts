import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Reader } from "../../src/netlink/bytes.js";
import { WireError } from "../../src/netlink/error.js";
import { dissect } from "../../src/packet/dissect.js";
import { addressesOf, type Protocol, packetValues, protocols } from "./protocols.js";

/** The decoded value, or undefined after a WireError. Any other error makes the test fail. */
function survives<T>(decode: () => T): T | undefined {
	try {
		return decode();
	} catch (error) {
		expect(error).toBeInstanceOf(WireError);
		return undefined;
	}
}

describe.each(protocols.map((one) => [one.packet.name, one] as const))("%s", (_name, protocol) => {
	const { packet, implied } = protocol;
	const cases = fc.tuple(packetValues(protocol), addressesOf(protocol));

	test("decode gives back what was encoded, and what was left out besides", () => {
		fc.assert(
			fc.property(cases, ([value, around]) => {
				const decoded = packet.decode(packet.encode(value, ...around));
				expect(decoded).toMatchObject(value);
				const known = Object.keys(value);
				expect(Object.keys(decoded).sort()).toEqual([...known, ...implied].sort());
			}),
			{ numRuns: 300 },
		);
	});

	test("encode undoes decode, and its checksum is right", () => {
		fc.assert(
			fc.property(cases, ([value, around]) => {
				const bytes = packet.encode(value, ...around);
				expect(packet.encode(packet.decode(bytes), ...around)).toStrictEqual(bytes);
				expect(packet.isIntact(bytes, ...around)).toBe(true);
			}),
			{ numRuns: 300 },
		);
	});

	test("what is implied is written as given, right or wrong", () => {
		fc.assert(
			fc.property(cases, fc.constantFrom(...implied, ""), ([value, around], field) => {
				if (field === "") return;
				const lie = { ...value, [field]: 1 };
				const [honest, lied] = [packet.encode(value, ...around), packet.encode(lie, ...around)];
				expect(lied.length).toBe(honest.length);
				expect(packet.header.read(new Reader(lied))).toMatchObject({ [field]: 1 });
			}),
			{ numRuns: 100 },
		);
	});

	test("bytes cut or changed are read or are a WireError", () => {
		fc.assert(
			fc.property(
				cases,
				fc.nat(),
				fc.nat(),
				fc.integer({ min: 0, max: 255 }),
				([value, around], cut, at, byte) => {
					const whole = packet.encode(value, ...around);
					const bad = whole.slice(0, whole.length - (cut % 5));
					if (bad.length > 0) bad[at % bad.length] = byte;
					survives(() => packet.decode(bad));
					survives(() => packet.isIntact(bad, ...around));
				},
			),
			{ numRuns: 500 },
		);
	});

	// Options in a table are written in its order, and without the padding between them.
	const reordered = ["tcp", "icmpv6"].includes(packet.name);
	const said = (value: object): object =>
		Object.fromEntries(Object.entries(value).filter(([name]) => !implied.includes(name)));

	test("whatever is read means the same once it was encoded", () => {
		fc.assert(
			fc.property(
				cases,
				fc.nat(),
				fc.integer({ min: 0, max: 255 }),
				([value, around], at, byte) => {
					const bytes = packet.encode(value, ...around);
					bytes[at % bytes.length] = byte;
					const decoded = survives(() => packet.decode(bytes));
					if (decoded === undefined) return;
					const again = packet.encode(reordered ? said(decoded) : decoded, ...around);
					if (reordered) expect(said(packet.decode(again))).toStrictEqual(said(decoded));
					else expect(again).toStrictEqual(bytes.slice(0, again.length));
				},
			),
			{ numRuns: 300 },
		);
	});
});

describe("frames", () => {
	const [outer] = protocols as [Protocol];
	/** The EtherType of each protocol, and the field in which its header names the next one. */
	const NEXT: Readonly<Record<string, readonly [h_proto: number, field?: string]>> = {
		vlan: [0x8100],
		arp: [0x0806],
		ipv4: [0x0800, "protocol"],
		ipv6: [0x86dd, "nexthdr"],
	};
	const carried = fc.constantFrom(0, 1, 6, 17, 43, 44, 58, 60);
	const frame = fc
		.tuple(packetValues(outer), fc.constantFrom(...Object.keys(NEXT)), carried)
		.chain(([value, name, protocol]) => {
			const [h_proto, field = ""] = NEXT[name] ?? [0];
			const inner = protocols.find(({ packet }) => packet.name === name) as Protocol;
			return packetValues(inner).map((said) => {
				const payload = inner.packet.encode({ ...said, [field]: protocol });
				return [outer.packet.encode({ ...value, h_proto, payload }), name] as const;
			});
		});

	test("are taken apart down to where one lies, and that is a WireError", () => {
		let [whole, lies] = [0, 0];
		fc.assert(
			fc.property(frame, ([bytes, inner]) => {
				const layers: string[] = [];
				try {
					for (const { protocol } of dissect(bytes)) layers.push(protocol);
					whole++;
				} catch (error) {
					expect(error).toBeInstanceOf(WireError);
					lies++;
				}
				// Those two are well-formed; their payload is arbitrary.
				expect(layers.slice(0, 2)).toEqual(["ethernet", inner]);
			}),
			{ numRuns: 2000 },
		);
		expect(Math.min(whole, lies)).toBeGreaterThan(20);
	});

	test("of nothing but tags end after 32 headers", () => {
		const tags = new Uint8Array(14 + 4 * 100);
		for (let at = 12; at < tags.length; at += 4) tags.set([0x81, 0], at);
		const layers: string[] = [];
		expect(() => {
			for (const { protocol } of dissect(tags)) layers.push(protocol);
		}).toThrow("more than 32 headers");
		expect(layers).toEqual(["ethernet", ...new Array(31).fill("vlan")]);
	});
});
