import fc from "fast-check";
import { expect } from "vitest";
import { SpecError } from "../../src/spec/error.js";
import type { Spec } from "../../src/spec/model.js";

/** The spec if it is accepted; undefined if it is refused, which must be with issues that are safe to print. */
export function accepted(make: () => Spec): Spec | undefined {
	try {
		return make();
	} catch (error) {
		if (!(error instanceof SpecError)) throw error;
		expect(error.issues.length).toBeGreaterThan(0);
		expect(error.message).toMatch(/^[\n\x20-\x7e]*$/);
		return undefined;
	}
}

export const junk = fc.oneof(
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
export const name = fc.constantFrom(
	"tap0",
	"tap1",
	"tap2",
	"br0",
	"br1",
	"eth0",
	"eth1",
	"a.b",
	"lo",
);
const network = fc.constantFrom("lab", "net-1", "x");
const cidr = fc
	.tuple(
		fc.constantFrom("10.0.0", "10.0.1", "192.168.0"),
		fc.nat(255),
		fc.integer({ min: 23, max: 32 }),
	)
	.map(([subnet, host, prefix]) => `${subnet}.${host}/${prefix}`);
export const address = fc.oneof(
	cidr,
	fc.constantFrom("fd00::1/64", "fd00::2/64", "fe80::1/64", "::1/128"),
);
const addresses = fc.array(sometimes(address), { maxLength: 3 });
export const mac = fc.constantFrom("02:00:00:00:00:01", "02:00:00:00:00:02", "52:54:00:12:34:56");
const published = fc.oneof(
	fc
		.tuple(fc.integer({ min: 0, max: 65_536 }), fc.integer({ min: 0, max: 65_536 }))
		.map(([host, guest]) => `${host}:${guest}`),
	fc.constantFrom("8080:80", "203.0.113.2:2222:22/tcp", "[2001:db8::2]:53:53/udp", "[::1]:1:1"),
	fc.constantFrom("7000-7010:7000-7010/sctp", "7000-7010:7000", "1-4097:1-4097", "", ":", "a:b/c"),
);
const egress = fc.oneof(
	fc.constantFrom("full", "internet", "none", "10.0.0.0/8", "all"),
	fc.array(
		fc.constantFrom(
			...["10.1.0.0/16", "10.1.0.1/16", "192.0.2.7:443/tcp", "[2001:db8::/32]:80-90", "none"],
			...["2001:db8::1", "0.0.0.0/0:53/udp", "*.debian.org:443", "10.0.0.0/9:1-2000", ":80", ""],
		),
		{ maxLength: 3 },
	),
);
const mtu = fc.constantFrom(68, 1279, 1280, 1500, 9000, 65_522);
const outside = fc.constantFrom("10.9.9.9", "10.0.0.1", "fd00::9");
export const flag = fc.boolean();
const networkFields = fc.record(
	{
		mode: sometimes(fc.constantFrom("nat", "bridged", "routed", "host-only")),
		bridge: sometimes(name),
		uplink: sometimes(name),
		addresses: sometimes(addresses),
		snatTo: sometimes(fc.oneof(outside, fc.array(sometimes(outside), { maxLength: 3 }))),
		proxyNeighbours: sometimes(flag),
		ipv6: sometimes(fc.constantFrom("nat", "routed")),
		proxyArp: sometimes(flag),
		mtu: sometimes(mtu),
		guard: sometimes(fc.constantFrom("basic", "strict", "none")),
		isolation: sometimes(flag),
		forwarding: sometimes(fc.constantFrom("interface", "global")),
		reaches: sometimes(fc.array(sometimes(network), { maxLength: 2 })),
		egress: sometimes(egress),
		inbound: sometimes(fc.constantFrom("published", "open")),
		host: sometimes(fc.constantFrom("open", "services", "closed")),
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
		txqueuelen: sometimes(fc.constantFrom(0, 1, 1000, 524_288, 524_289)),
		multiQueue: sometimes(flag),
		vnetHdr: sometimes(flag),
		addresses: sometimes(addresses),
		guest: sometimes(
			fc.record({ addresses: sometimes(addresses), mac: sometimes(mac) }, { requiredKeys: [] }),
		),
		publish: sometimes(fc.array(published, { maxLength: 3 })),
		guard: sometimes(fc.constantFrom("basic", "strict", "none")),
		egress: sometimes(egress),
		host: sometimes(fc.constantFrom("open", "services", "closed")),
	},
	{ requiredKeys: ["network"] },
);
export const spec = fc.record({
	version: sometimes(fc.constant(1)),
	networks: sometimes(fc.dictionary(network, sometimes(networkFields), { maxKeys: 3 })),
	taps: sometimes(fc.dictionary(name, sometimes(tapFields), { maxKeys: 4 })),
});

/** A network as people write it, which is valid on its own. */
const goodNetwork = fc.oneof(
	fc.record({ mode: fc.constantFrom("host-only", "routed"), proxyArp: flag }),
	fc.record({ mode: fc.constant("nat"), uplink: fc.constantFrom("eth0", "eth1") }),
	fc.record({
		mode: fc.constant("bridged"),
		uplink: fc.constant("eth2"),
		bridge: fc.constant("br0"),
	}),
);
/** A tap in a subnet of its own. It is refused if its guest has the host's address. */
const goodTap = (networks: readonly string[], i: number): fc.Arbitrary<object> =>
	fc
		.record({
			network: fc.constantFrom(...networks),
			owner: fc.nat(65_533),
			host: fc.integer({ min: 1, max: 6 }),
			guests: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }),
			rest: fc.record({ mtu: fc.constantFrom(1280, 1500), vnetHdr: flag }, { requiredKeys: [] }),
		})
		.map(({ network, owner, host, guests, rest }) => ({
			...{ network, owner, ...rest },
			addresses: [`10.7.${i}.${host}/24`],
			guest: { addresses: guests.map((guest) => `10.7.${i}.${guest}/24`) },
		}));
/** A spec that is likely to be accepted. A random one from `spec` hardly ever is, once it has a tap. */
export const likely = fc
	.dictionary(network, goodNetwork, { minKeys: 1, maxKeys: 3 })
	.chain((networks) =>
		fc
			.tuple(...["tap0", "tap1", "tap2"].map((_, i) => goodTap(Object.keys(networks), i)))
			.map((taps) => ({
				version: 1,
				networks,
				taps: Object.fromEntries(taps.map((tap, i) => [`tap${i}`, tap])),
			})),
	);
