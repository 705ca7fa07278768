import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { SpecError } from "../../src/engine/error.js";
import { Issues } from "../../src/engine/spec/issues.js";
import { parseJson } from "../../src/engine/spec/json.js";
import { damerauLevenshtein } from "../../src/engine/spec/suggestion.js";
import type { Node } from "../../src/engine/spec/tree.js";
import {
	checkSpec,
	type Flags,
	parseSpec,
	type Spec,
	specFromFlags,
} from "../../src/engine/spec.js";

/** Accepted, or refused with issues whose text is fit for a terminal; undefined when refused. */
function accepted(make: () => Spec): Spec | undefined {
	try {
		return make();
	} catch (error) {
		if (!(error instanceof SpecError)) throw error;
		expect(error.issues.length).toBeGreaterThan(0);
		expect(error.message).toMatch(/^[\n\x20-\x7e]*$/);
		return undefined;
	}
}

/** What a Spec is turns back into what a user would write. */
function written(spec: Spec): unknown {
	const nameless = <T extends { readonly name: string }>(record: Readonly<Record<string, T>>) =>
		Object.fromEntries(Object.entries(record).map(([key, { name: _, ...rest }]) => [key, rest]));
	return { ...spec, networks: nameless(spec.networks), taps: nameless(spec.taps) };
}

const junk = fc.oneof(
	fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
	fc.constantFrom<unknown>(
		null,
		undefined,
		"",
		[],
		{},
		-1,
		0,
		4_294_967_295,
		Number.NaN,
		"__proto__",
	),
);
const sometimes = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
	fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: junk });
const name = fc.constantFrom("tap0", "tap1", "tap2", "br0", "br1", "eth0", "eth1", "a.b", "lo");
const network = fc.constantFrom("lab", "net-1", "x");
const cidr = fc
	.tuple(
		fc.constantFrom("10.0.0", "10.0.1", "192.168.0"),
		fc.nat(255),
		fc.integer({ min: 23, max: 32 }),
	)
	.map(([subnet, host, prefix]) => `${subnet}.${host}/${prefix}`);
const address = fc.oneof(
	cidr,
	fc.constantFrom("fd00::1/64", "fd00::2/64", "fe80::1/64", "::1/128"),
);
const addresses = fc.array(sometimes(address), { maxLength: 3 });
const mac = fc.constantFrom("02:00:00:00:00:01", "02:00:00:00:00:02", "52:54:00:12:34:56");
const mtu = fc.constantFrom(68, 1279, 1280, 1500, 9000, 65_522);
const flag = fc.boolean();
const networkFields = fc.record(
	{
		mode: sometimes(fc.constantFrom("nat", "bridged", "routed", "host-only")),
		bridge: sometimes(name),
		uplink: sometimes(name),
		addresses: sometimes(addresses),
		snatTo: sometimes(fc.constantFrom("10.9.9.9", "10.0.0.1", "fd00::9")),
		proxyArp: sometimes(flag),
		mtu: sometimes(mtu),
		isolation: sometimes(fc.constant(false)),
		forwarding: sometimes(fc.constantFrom("interface", "global")),
	},
	{ requiredKeys: ["mode"] },
);
const tapFields = fc.record(
	{
		network: sometimes(network),
		owner: sometimes(fc.oneof(fc.nat(), fc.constantFrom("root", "nobody-here"))),
		group: sometimes(fc.nat()),
		mac: sometimes(mac),
		mtu: sometimes(mtu),
		multiQueue: sometimes(flag),
		vnetHdr: sometimes(flag),
		addresses: sometimes(addresses),
		guest: sometimes(
			fc.record({ addresses: sometimes(addresses), mac: sometimes(mac) }, { requiredKeys: [] }),
		),
		publish: sometimes(fc.constant([])),
	},
	{ requiredKeys: ["network"] },
);
const spec = fc.record({
	version: sometimes(fc.constant(1)),
	networks: sometimes(fc.dictionary(network, sometimes(networkFields), { maxKeys: 3 })),
	taps: sometimes(fc.dictionary(name, sometimes(tapFields), { maxKeys: 4 })),
});

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
			fc.property(spec, (value) => {
				const spec = accepted(() => checkSpec(value));
				if (spec === undefined) return;
				good++;
				expect(checkSpec(written(spec))).toEqual(spec);
				expect(parseSpec(JSON.stringify(written(spec)))).toEqual(spec);
				expect(parseSpec(stringify(written(spec)))).toEqual(spec);
			}),
			{ numRuns: 5000 },
		);
		expect(good).toBeGreaterThan(50);
	});

	it("an accepted spec keeps what was promised about it", () => {
		fc.assert(
			fc.property(spec, (value) => {
				const spec = accepted(() => checkSpec(value));
				for (const tap of Object.values(spec?.taps ?? {})) {
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
				addresses: texts,
				nat: text,
				snatTo: text,
				bridge: text,
				uplink: text,
				guestAddresses: texts,
				guestMac: text,
				mac: text,
				mtu: text,
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

const tokens = [
	..."{}[],:-?&*!|>'\"%@`#\\~ \t\n\r\0\ufeff",
	"- ",
	": ",
	"\n  ",
	"\n    ",
	"---\n",
	"...\n",
	"<<: *a",
	"&a ",
	"*a",
	"!!str ",
	"!!set ",
	"!<x> ",
	"|+2\n",
	"version: 1\n",
	"networks:\n",
	"taps:\n",
	"lab",
	"tap0",
	"mode: nat",
	'"\\u0000"',
	"1e999",
	"\ud800",
	"é",
];
/** A text cut, doubled and sprinkled with what parsers stumble over. */
const mangled = (text: fc.Arbitrary<string>) =>
	fc
		.tuple(
			text,
			fc.array(fc.tuple(fc.nat(2000), fc.nat(8), fc.constantFrom(...tokens)), { maxLength: 5 }),
		)
		.map(([text, edits]) =>
			edits.reduce((text, [at, cut, token]) => {
				const start = at % (text.length + 1);
				return text.slice(0, start) + token + text.slice(start + cut);
			}, text),
		);
const plainSpec = spec.filter((value) => {
	try {
		return JSON.stringify(value) !== undefined;
	} catch {
		return false;
	}
});

describe("whatever text comes in", () => {
	it("soup is a Spec or a SpecError", () => {
		const soup = fc
			.array(fc.oneof(fc.constantFrom(...tokens), fc.string()))
			.map((all) => all.join(""));
		fc.assert(
			fc.property(soup, (text) => {
				accepted(() => parseSpec(text));
			}),
			{ numRuns: 5000 },
		);
	});

	it("a mangled spec in YAML is a Spec or a SpecError", () => {
		const yaml = plainSpec.map((value) => stringify(JSON.parse(JSON.stringify(value))));
		fc.assert(
			fc.property(mangled(yaml), (text) => {
				accepted(() => parseSpec(text));
			}),
			{ numRuns: 2000 },
		);
	});

	it("a mangled spec in JSON is a Spec or a SpecError", () => {
		const json = plainSpec.map((value) => JSON.stringify(value));
		fc.assert(
			fc.property(mangled(json), (text) => {
				accepted(() => parseSpec(text, { source: "x.json" }));
			}),
			{ numRuns: 2000 },
		);
	});

	it("what JSON.parse says is JSON is JSON, and means the same", () => {
		const plain = (node: Node): unknown => {
			if (node.kind === "scalar") return node.value;
			if (node.kind === "list") return node.items.map(plain);
			const entries = [...node.entries].map(([key, entry]) => [key, plain(entry.node)]);
			return Object.fromEntries(entries);
		};
		const isJson = (text: string) => {
			try {
				return { value: JSON.parse(text) as unknown };
			} catch {
				return undefined;
			}
		};
		const text = fc.oneof(
			fc.json({ maxDepth: 5 }),
			mangled(fc.json({ maxDepth: 3 })),
			fc.string({ unit: fc.constantFrom(...'0123456789.eE+-truefalsn[]{}:," \\') }),
		);
		fc.assert(
			fc.property(text, (text) => {
				const issues = new Issues();
				const root = parseJson(text, issues);
				const wanted = isJson(text);
				expect(root === undefined).toBe(wanted === undefined);
				if (root === undefined || issues.count > 0) return;
				expect(plain(root)).toEqual(wanted?.value);
			}),
			{ numRuns: 10_000 },
		);
	});
});

describe("suggestions", () => {
	it("measure a distance: none to itself, one per slip, the same both ways, never past the longer", () => {
		const word = fc.string({ unit: fc.constantFrom(..."abc"), maxLength: 8 });
		fc.assert(
			fc.property(word, word, fc.nat(8), (a, b, at) => {
				const distance = damerauLevenshtein(a, b);
				expect(damerauLevenshtein(b, a)).toBe(distance);
				expect(distance === 0).toBe(a === b);
				expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
				expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
				const i = at % (a.length + 1);
				expect(damerauLevenshtein(a, `${a.slice(0, i)}x${a.slice(i)}`)).toBe(1);
				const swapped = `${a.slice(0, i)}yx${a.slice(i)}`;
				expect(damerauLevenshtein(`${a.slice(0, i)}xy${a.slice(i)}`, swapped)).toBe(1);
			}),
		);
	});
});
