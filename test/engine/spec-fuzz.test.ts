import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Spec } from "../../src/spec/model.js";
import { checkSpec, type Flags, parseSpec, specFromFlags } from "../../src/spec/spec.js";
import { accepted, address, flag, junk, likely, mac, name, spec } from "./spec-arbitrary.js";

/** Convert a Spec back to what a user would write. */
function written(spec: Spec): unknown {
	const nameless = <T extends { readonly name: string }>(record: Readonly<Record<string, T>>) =>
		Object.fromEntries(Object.entries(record).map(([key, { name: _, ...rest }]) => [key, rest]));
	return { ...spec, networks: nameless(spec.networks), taps: nameless(spec.taps) };
}

describe("whatever comes in", () => {
	it("any value is a Spec or a SpecError", () => {
		fc.assert(
			fc.property(junk, (value) => {
				accepted(() => checkSpec(value));
			}),
			{ numRuns: 5000 },
		);
	});

	it("any spec-like value is a Spec, which reads back the same, or a SpecError", () => {
		let good = 0;
		fc.assert(
			fc.property(fc.oneof(spec, likely), (value) => {
				const spec = accepted(() => checkSpec(value));
				if (spec === undefined) return;
				good += Object.keys(spec.taps).length;
				expect(checkSpec(written(spec))).toEqual(spec);
				expect(parseSpec(JSON.stringify(written(spec)))).toEqual(spec);
				expect(parseSpec(stringify(written(spec)))).toEqual(spec);
			}),
			{ numRuns: 5000 },
		);
		expect(good).toBeGreaterThan(50);
	});

	it("an accepted spec keeps what was promised about it", () => {
		let [taps, guests] = [0, 0];
		fc.assert(
			fc.property(fc.oneof(spec, likely), (value) => {
				const spec = accepted(() => checkSpec(value));
				for (const tap of Object.values(spec?.taps ?? {})) {
					taps++;
					guests += tap.guest.addresses.length;
					expect(Object.keys(spec?.networks ?? {})).toContain(tap.network);
					expect(tap.owner ?? tap.group).toBeTypeOf("number");
					const hosts = [...tap.addresses, ...(spec?.networks[tap.network]?.addresses ?? [])];
					const bare = (cidr: string) => cidr.replace(/\/.*/, "");
					for (const guest of tap.guest.addresses)
						expect(hosts.map(bare)).not.toContain(bare(guest));
				}
			}),
			{ numRuns: 3000 },
		);
		expect(taps).toBeGreaterThan(50);
		expect(guests).toBeGreaterThan(10);
	});

	it("any flags are a Spec or a SpecError", () => {
		const text = fc.oneof(
			name,
			address,
			mac,
			fc.string({ unit: "binary" }),
			fc.constantFrom("", "-1", "1500"),
		);
		const texts = fc.array(text, { maxLength: 3 });
		const flags = fc.record(
			{
				tap: text,
				owner: text,
				group: text,
				address: texts,
				nat: text,
				snatTo: texts,
				proxyNeighbours: flag,
				ipv6: fc.constantFrom("nat", "routed"),
				bridge: text,
				uplink: text,
				guestAddress: texts,
				guestMac: text,
				mac: text,
				mtu: text,
				txqueuelen: text,
				multiQueue: flag,
				vnetHdr: flag,
				proxyArp: flag,
				publish: texts,
			},
			{ requiredKeys: ["tap"] },
		);
		fc.assert(
			fc.property(flags, (flags: Flags) => {
				accepted(() => specFromFlags(flags));
			}),
			{ numRuns: 3000 },
		);
	});
});
