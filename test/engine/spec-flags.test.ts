import { describe, expect, it, test } from "vitest";
import { SpecError } from "../../src/spec/error.js";
import { type Flags, invokingUser, specFromFlags } from "../../src/spec/spec.js";
import { issuesOf } from "./refusal.js";

const network = {
	addresses: [],
	snatTo: [],
	proxyArp: false,
	guard: "basic",
	isolation: false,
	proxyNeighbours: false,
	reaches: [],
	forwarding: "interface",
};
const tap = {
	owner: 500,
	multiQueue: false,
	vnetHdr: false,
	addresses: [],
	guest: { addresses: [] },
	publish: [],
};

describe("one tap described by flags", () => {
	it("is host-only with an address alone (S1)", () => {
		const spec = specFromFlags({ tap: "tap0", owner: "500", address: ["192.168.33.33/24"] });
		expect(spec).toEqual({
			version: 1,
			networks: { tap0: { ...network, name: "tap0", mode: "host-only" } },
			taps: { tap0: { ...tap, name: "tap0", network: "tap0", addresses: ["192.168.33.33/24"] } },
		});
	});

	it("is bridged with --bridge, in a network named after the bridge (S2)", () => {
		const spec = specFromFlags({ tap: "tap0", owner: "500", bridge: "br0", uplink: "eth1" });
		expect(spec).toEqual({
			version: 1,
			networks: {
				br0: { ...network, name: "br0", mode: "bridged", bridge: "br0", uplink: "eth1" },
			},
			taps: { tap0: { ...tap, name: "tap0", network: "br0" } },
		});
	});

	it("is behind NAT with --nat (S3)", () => {
		const spec = specFromFlags({
			tap: "tap0",
			owner: "500",
			address: ["192.168.33.33/24"],
			nat: "eth1",
			snatTo: ["10.33.33.34"],
		});
		expect(spec.networks.tap0).toEqual({
			...network,
			name: "tap0",
			mode: "nat",
			uplink: "eth1",
			snatTo: ["10.33.33.34"],
		});
	});

	it("is behind NAT on a bridge with both, the host's address on the bridge", () => {
		const spec = specFromFlags({
			tap: "tap0",
			owner: "500",
			address: ["10.0.0.1/24"],
			bridge: "br0",
			nat: "eth1",
		});
		expect(spec.networks.br0).toMatchObject({
			mode: "nat",
			bridge: "br0",
			addresses: ["10.0.0.1/24"],
		});
		expect(spec.taps.tap0?.addresses).toEqual([]);
	});

	it("takes every other flag", () => {
		const spec = specFromFlags(
			{
				tap: "VM_1.0",
				group: "0",
				mac: "02:00:00:00:00:0A",
				mtu: "1400",
				txqueuelen: "77",
				multiQueue: true,
				vnetHdr: true,
				proxyArp: true,
				guestAddress: ["10.0.0.2/24"],
				guestMac: "52:54:00:12:34:56",
			},
			{ defaultOwner: 1000 },
		);
		expect(spec.networks["VM_1.0"]?.proxyArp).toBe(true);
		expect(spec.taps["VM_1.0"]).toEqual({
			name: "VM_1.0",
			network: "VM_1.0",
			group: 0,
			mac: "02:00:00:00:00:0a",
			mtu: 1400,
			txqueuelen: 77,
			multiQueue: true,
			vnetHdr: true,
			addresses: [],
			guest: { addresses: ["10.0.0.2/24"], mac: "52:54:00:12:34:56" },
			publish: [],
		});
	});

	it("belongs to the invoking user without --owner and --group", () => {
		expect(specFromFlags({ tap: "tap0" }, { defaultOwner: 1000 }).taps.tap0?.owner).toBe(1000);
	});
});

describe("bad flags are named as the user wrote them", () => {
	const cases: readonly (readonly [
		flags: Partial<Flags>,
		flag: string,
		path: string,
		message: string,
	])[] = [
		[{ tap: "tap%d" }, "TAP", 'taps["tap%d"]', "other characters"],
		[{ tap: "__proto__" }, "TAP", "taps.__proto__", "JavaScript"],
		[{ owner: "-1" }, "--owner", "taps.tap0.owner", "to everybody"],
		[{ owner: "nosuchuser" }, "--owner", "taps.tap0.owner", "which is not a user of this machine"],
		[
			{ group: "nosuchgroup" },
			"--group",
			"taps.tap0.group",
			"which is not a group of this machine",
		],
		[{ address: ["10.0.0.1"] }, "--address", "taps.tap0.addresses[0]", "prefix length is missing"],
		[
			{ address: ["10.0.0.1"], bridge: "br0" },
			"--address",
			"networks.br0.addresses[0]",
			"prefix length is missing",
		],
		[{ nat: "lo" }, "--nat", "networks.tap0.uplink", "loopback"],
		[{ nat: "tap0" }, "--nat", "networks.tap0.uplink", "tap0 is a tap of this spec"],
		[
			{ nat: "eth1", snatTo: ["10.0.0.1/8"] },
			"--snat-to",
			"networks.tap0.snatTo[0]",
			"not an address",
		],
		[{ snatTo: ["10.0.0.1"] }, "--snat-to", "networks.tap0.snatTo", "has no use"],
		[
			{ proxyNeighbours: true },
			"--proxy-neighbours",
			"networks.tap0.proxyNeighbours",
			"has no use",
		],
		[{ ipv6: "nat" }, "--ipv6", "networks.tap0.ipv6", "has no use"],
		[{ nat: "eth1", ipv6: "nat66" }, "--ipv6", "networks.tap0.ipv6", "must be nat or routed"],
		[{ bridge: "br 0" }, "--bridge", 'networks["br 0"].bridge', "other characters"],
		[{ bridge: "tap0" }, "--bridge", "networks.tap0.bridge", "tap0 is a tap of this spec"],
		[{ uplink: "eth1" }, "--uplink", "networks.tap0.uplink", "needs --bridge"],
		[
			{ uplink: "eth1", nat: "eth2", bridge: "br0" },
			"--uplink",
			"networks.br0.uplink",
			"excludes --nat",
		],
		[
			{ guestAddress: ["10.0.0.0/24"] },
			"--guest-address",
			"taps.tap0.guest.addresses[0]",
			"the subnet itself",
		],
		[{ guestMac: "01:00:5e:00:00:01" }, "--guest-mac", "taps.tap0.guest.mac", "multicast"],
		[{ mac: "x" }, "--mac", "taps.tap0.mac", "six bytes"],
		[{ mtu: "67" }, "--mtu", "taps.tap0.mtu", "is 67"],
		[{ mtu: "1500.5" }, "--mtu", "taps.tap0.mtu", 'is the text "1500.5"'],
		[{ mtu: "0x5dc" }, "--mtu", "taps.tap0.mtu", 'is the text "0x5dc"'],
		[{ mtu: "" }, "--mtu", "taps.tap0.mtu", 'is the text ""'],
		[{ txqueuelen: "0" }, "--txqueuelen", "taps.tap0.txqueuelen", "is 0, must be 1 to 524288"],
		[{ txqueuelen: "x" }, "--txqueuelen", "taps.tap0.txqueuelen", 'is the text "x"'],
		[{ publish: ["2222:22"] }, "--publish", "taps.tap0.publish[0]", "leads nowhere"],
		[{ publish: ["22"] }, "--publish", "taps.tap0.publish[0]", "is not [ADDRESS:]HOSTPORT"],
	];

	test.each(cases)("%j: %s %s %s", (flags, flag, path, message) => {
		expect(issuesOf(() => specFromFlags({ tap: "tap0", ...flags }))).toEqual([
			expect.objectContaining({ flag, path, message: expect.stringContaining(message) }),
		]);
	});

	it("all at once", () => {
		const flags = { tap: "tap0", mtu: "67", mac: "x", address: ["10.0.0.0/24"] };
		expect(() => specFromFlags(flags)).toThrow(SpecError);
		expect(issuesOf(() => specFromFlags(flags)).map(({ flag }) => flag)).toEqual([
			"--mac",
			"--mtu",
			"--address",
		]);
		expect(() => specFromFlags(flags)).toThrow("--mtu taps.tap0.mtu: is 67, must be 68 to 65521");
	});

	it("the seed's pitfall included", () => {
		const same = ["10.33.33.36/24"];
		const flags = { tap: "tap0", address: same, guestAddress: same };
		expect(() => specFromFlags(flags)).toThrow(
			"--guest-address taps.tap0.guest.addresses[0]: 10.33.33.36 is the host's own address",
		);
	});
});

describe("the invoking user", () => {
	test.each([
		["1000", 0, 1000],
		[undefined, 1001, 1001],
		["", 0, 0],
		["-1", 0, 0],
		["4294967295", 0, 0],
		["1e3", 0, 0],
		["ann", 0, 0],
	])("is %j under sudo as %d: %d", (sudoUid, uid, user) => {
		expect(invokingUser(sudoUid, uid)).toBe(user);
	});
});
