import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Spec } from "../../src/spec/model.js";
import { specFromFlags } from "../../src/spec/spec.js";
import { Lab } from "./lab.js";
import { labSpec, S2 } from "./specs.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

const up = (spec: Spec) => lab.run((host) => host.up(spec));
const nat = { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] };
const routed = labSpec(
	{ mode: "routed", uplink: "eth1", addresses: ["192.168.33.33/32"] },
	{ tap0: { guest: { addresses: ["172.16.0.5/32"] } } },
);
const mac = "02:00:00:00:00:01";

interface Collision {
	/** What of ours is already up. */
	readonly first?: Spec;
	/** What somebody else then does. */
	readonly script: string;
	/** What we want next, which must fail. */
	readonly next: Spec;
	readonly code: string;
}

const COLLISIONS: Readonly<Record<string, Collision>> = {
	"a route to the guest that somebody else made": {
		script: "ip route add 172.16.0.5/32 dev eth1",
		next: routed,
		code: "ERR_CONFLICT",
	},
	"the second of two taps is there already": {
		script: "ip tuntap add dev tap1 mode tap user 1",
		next: labSpec({ ...nat, bridge: "br0" }, { tap0: {}, tap1: {}, tap2: {} }),
		code: "ERR_CONFLICT",
	},
	"an address that somebody gave our tap": {
		first: labSpec(nat, { tap0: { mac } }),
		script: "ip address add 192.168.77.1/24 dev tap0",
		next: labSpec(
			{ ...nat, addresses: ["192.168.77.1/24"], mtu: 1400, snatTo: "10.33.33.34" },
			{ tap0: { mac: "02:00:00:00:00:02" } },
		),
		code: "ERR_CONFLICT",
	},
	"an element that somebody put into our set": {
		first: labSpec(nat, { tap0: { mac } }),
		script: `nft add element inet umlnet-nl masqueraded '{ "tap1" . "eth1" }'`,
		next: labSpec(
			{ ...nat, mtu: 1400, proxyArp: true },
			{
				tap0: { mac: "02:00:00:00:00:02" },
				tap1: { addresses: ["192.168.34.33/24"] },
			},
		),
		code: "ERR_CONFLICT",
	},
	"the uplink has a macvlan on it, which receives its packets": {
		script: "ip link add link eth1 name mv0 type macvlan mode bridge",
		next: S2,
		code: "ERR_CONFLICT",
	},
	"our tap was renamed": {
		first: labSpec(nat, { tap0: { mac } }),
		script: "ip link set tap0 down; ip link set tap0 name mine; ip link set mine up",
		next: labSpec({ ...nat, mtu: 1400 }, { tap0: { mac } }),
		code: "ERR_CONFLICT",
	},
	"our port was moved to another bridge": {
		first: labSpec({ ...nat, bridge: "br0" }, { tap0: { mac } }),
		script: "ip link add other type bridge; ip link set tap0 master other",
		next: labSpec({ ...nat, bridge: "br0", mtu: 1400 }, { tap0: { mac }, tap1: {} }),
		code: "ERR_CONFLICT",
	},
	"our bridge has the uplink no more, another has": {
		first: S2,
		script: "ip link add other type bridge; ip link set eth1 master other",
		next: S2,
		code: "ERR_CONFLICT",
	},
	"the bridge is another network's": {
		first: labSpec({ mode: "host-only", bridge: "br0" }, { tap0: { mac } }),
		script: "",
		next: specFromFlags({ tap: "tap1", owner: 500, bridge: "br0", mtu: 1400 }),
		code: "ERR_CONFLICT",
	},
	"our table lost its chain, and then its sets are not there": {
		first: labSpec(nat, { tap0: { mac } }),
		script: "nft flush ruleset; nft add table inet umlnet-nl",
		next: labSpec({ ...nat, mtu: 1400, snatTo: "10.33.33.34" }, { tap0: { mac } }),
		code: "ERR_CONFLICT",
	},
};

/** The kernel reports the carriers of a thousand links a few at a time, and our journal changes. */
const NEWS = /ifi_flags|OPERSTATE|BRPORT_STATE|CARRIER|rtm_flags|^state directory/;

describe("up fails, and everything is as it was:", () => {
	test.each(Object.entries(COLLISIONS))("%s", async (_, { first, script, next, code }) => {
		if (first !== undefined) await up(first);
		lab.host.sh(script);
		const before = await lab.lookSettled();
		await expect(up(next)).rejects.toMatchObject({
			code,
			path: expect.stringMatching(/^(taps|networks)\./),
		});
		expect(await lab.networkChanges(before)).toEqual([]);
		if (first !== undefined) await lab.run((host) => host.down({ all: true }));
	});

	test("the 1 024th port of a bridge", async () => {
		const taps = (count: number) =>
			Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}`, {}]));
		const lan = { mode: "host-only", bridge: "br0" };
		lab.host.sh("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
		const empty = lab.look();
		await up(labSpec(lan, taps(1023)));
		const before = lab.look();
		await expect(up(labSpec(lan, taps(1025)))).rejects.toMatchObject({
			code: "ERR_KERNEL",
			errno: "EXFULL",
			step: expect.stringMatching(/t1023/),
			hint: expect.stringMatching(/1023 ports at most.*mode nat or routed/),
		});
		expect(lab.changes(before).filter((line) => !NEWS.test(line))).toEqual([]);
		await lab.run((host) => host.down({ all: true }));
		expect(lab.changes(empty)).toEqual([]);
	});
});
