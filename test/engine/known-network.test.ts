import fc from "fast-check";
import { expect, test } from "vitest";
import type { TapReport } from "../../src/engine/report.js";
import { State } from "../../src/engine/state.js";
import { writtenSpec } from "../../src/spec/checked.js";
import { specInNetwork } from "../../src/spec/flags.js";
import { checkSpec } from "../../src/spec/spec.js";

const NETWORKS = {
	a: {
		mode: "nat",
		uplink: "eth1",
		addresses: ["10.0.0.1/24", "fd00::1/64"],
		snatTo: "10.1.1.1",
		mtu: 1400,
	},
	b: { mode: "bridged", bridge: "br0", uplink: "eth2", proxyArp: true },
	c: {
		mode: "routed",
		uplink: "eth1",
		bridge: "br1",
		forwarding: "global",
		addresses: ["10.0.2.1/24"],
	},
	d: { mode: "host-only" },
} as const;
const UNTRUSTED = {
	mode: "nat",
	uplink: "eth1",
	addresses: ["10.0.3.1/24"],
	guard: "strict",
	isolation: true,
	reaches: ["b", "d"],
	egress: ["10.1.0.0/16", "[2001:db8::/32]:80-90"],
	inbound: "open",
	host: "services",
	limits: { download: "100mbit", connections: 500 },
} as const;

test.each(Object.keys(NETWORKS) as (keyof typeof NETWORKS)[])(
	"network %s as it is remembered is the network as it was checked",
	(name) => {
		const spec = checkSpec({
			version: 1,
			networks: { [name]: NETWORKS[name] },
			taps: { tap0: { network: name, owner: 500 } },
		});
		const { name: _, ...network } = JSON.parse(JSON.stringify(spec.networks[name]));
		const again = specInNetwork({ tap: "tap1", owner: 500 }, { name, network });
		expect(again.networks).toEqual(spec.networks);
		expect(again.taps.tap1).toMatchObject({ ...spec.taps.tap0, name: "tap1" });
	},
);

test("a network that reaches others is known with them, of which nothing else matters", () => {
	const guest = { addresses: ["10.0.3.2/24"], mac: "52:54:00:00:00:02" };
	const spec = checkSpec({
		version: 1,
		networks: { b: NETWORKS.b, d: NETWORKS.d, lab: UNTRUSTED },
		taps: { tap0: { network: "lab", guest } },
	});
	const { name, ...network } = JSON.parse(JSON.stringify(spec.networks.lab));
	const flags = { tap: "tap1", guestAddress: ["10.0.3.3/24"], guestMac: "52:54:00:00:00:03" };
	const again = specInNetwork(flags, { name, network });
	expect(again.networks.lab).toEqual(spec.networks.lab);
	expect(Object.keys(again.networks).sort()).toEqual(["b", "d", "lab"]);
	expect(again.taps.tap1?.limits).toEqual(UNTRUSTED.limits);
	expect(() => checkSpec(writtenSpec(again))).not.toThrow();
});

test("a network is known as long as a tap of it is up, as the last change described it", () => {
	const change = fc.record({
		tap: fc.constantFrom("t0", "t1", "t2"),
		network: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
		version: fc.nat(3),
	});
	fc.assert(
		fc.property(fc.array(change), (changes) => {
			let state = new State();
			const networkOf = new Map<string, string>();
			const last = new Map<string, number>();
			for (const { tap, network, version } of changes) {
				const nothing = { put: [], drop: [], up: [], down: [] };
				if (network === undefined) {
					state.apply({ ...nothing, down: [tap] });
					networkOf.delete(tap);
				} else {
					const report = { name: tap, network } as TapReport;
					const networks = [{ name: network, version }];
					state.apply({ ...nothing, up: [{ report, keys: [] }], networks });
					networkOf.set(tap, network);
					last.set(network, version);
				}
				// As a journal does that is written anew.
				if (version === 0) state = new State().with(state.toDelta());
				const wanted = [...new Set(networkOf.values())].map((name) => [
					name,
					{ name, version: last.get(name) },
				]);
				expect(new Map(state.networks)).toEqual(new Map(wanted as never));
			}
		}),
	);
});
