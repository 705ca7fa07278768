import { describe, expect, it, test } from "vitest";
import { checkSpec } from "../../src/spec/spec.js";
import { farm, lab, one, refuse } from "./refusal.js";

/** Addresses that neither a host nor a guest can have. The syntax of a CIDR is tested in cidr.test.ts. */
const badHosts: readonly (readonly [cidr: string, reason: string])[] = [
	["10.0.0.1", "the prefix length is missing"],
	["10.0.0.1/33", "from 0 to 32"],
	["10.0.0.1/-1", "from 0 to 32"],
	["10.0.0.1/08", "from 0 to 32"],
	["10.0.0.1/24.0", "from 0 to 32"],
	["10.0.0.1/24 ", "from 0 to 32"],
	["010.0.0.1/24", "leading zero"],
	["0x0a.1/24", "four decimal numbers"],
	["10.1/24", "four decimal numbers"],
	["1e1.0.0.1/24", "four decimal numbers"],
	["", "four decimal numbers"],
	["lab.example/24", "four decimal numbers"],
	["10.0.0.1/0", "/8 is the shortest prefix"],
	["10.0.0.1/1", "/8 is the shortest prefix"],
	["10.0.0.1/7", "/8 is the shortest prefix"],
	["10.0.0.0/24", "is the subnet itself"],
	["10.0.0.128/25", "is the subnet itself"],
	["10.0.0.255/24", "broadcast address"],
	["10.0.0.3/30", "broadcast address"],
	["0.0.0.0/32", "this network"],
	["0.1.2.3/24", "this network"],
	["255.255.255.255/32", "class E"],
	["240.0.0.1/24", "class E"],
	["224.0.0.1/24", "multicast"],
	["239.255.255.250/32", "multicast"],
	["127.0.0.1/8", "loopback"],
	["127.1.2.3/24", "loopback"],
	["169.254.169.254/16", "metadata"],
	["::ffff:10.0.0.1/120", "write it as IPv4"],
	["::/64", "no address"],
	["::1/128", "loopback"],
	["ff02::1/64", "multicast"],
	["fe80::1/64", "link-local"],
	["fe80::1%eth0/64", "zone"],
	["fd00::1/64%eth0", "from 0 to 128"],
	["fd00:ec2::254/64", "metadata"],
	["fd00::1/129", "from 0 to 128"],
	["fd00::1/15", "/16 is the shortest prefix"],
	["fd00::/64", "is the subnet itself"],
];

describe("an address of a machine", () => {
	test.each(badHosts)("is not %j: %s", (cidr, reason) => {
		expect(refuse(lab({ addresses: [cidr] }))).toEqual(one("networks.lab.addresses[0]", reason));
		const good = "10.77.0.1/24";
		expect(refuse(lab({}, { addresses: [good, cidr] }))).toEqual(
			one("taps.tap0.addresses[1]", reason),
		);
		expect(refuse(lab({}, { guest: { addresses: [cidr] } }))).toEqual(
			one("taps.tap0.guest.addresses[0]", reason),
		);
	});

	test.each([
		["10.0.0.1/24", "10.0.0.1/24"],
		["10.0.0.0/31", "10.0.0.0/31"],
		["10.0.0.1/31", "10.0.0.1/31"],
		["10.0.0.0/32", "10.0.0.0/32"],
		["10.0.0.255/16", "10.0.0.255/16"],
		["192.168.33.33/8", "192.168.33.33/8"],
		["169.254.1.1/32", "169.254.1.1/32"],
		["FD00:0:0::1/64", "fd00::1/64"],
		["fd00::/127", "fd00::/127"],
		["fd00::ffff:ffff:ffff:ffff/64", "fd00::ffff:ffff:ffff:ffff/64"],
		["2001:db8::/128", "2001:db8::/128"],
	])("is %j, written %s", (cidr, canonical) => {
		expect(checkSpec(lab({}, { addresses: [cidr] })).taps.tap0?.addresses).toEqual([canonical]);
	});

	it("comes with an example of what would do", () => {
		expect(refuse(lab({ addresses: ["10.0.0.0/24"] }))[0]?.hint).toBe("such as 10.0.0.1/24");
		expect(refuse(lab({ addresses: ["10.0.0.255/24"] }))[0]?.hint).toBe("such as 10.0.0.254/24");
	});

	it("is there once", () => {
		expect(refuse(lab({ addresses: ["10.0.0.1/24", "10.0.0.1/16"] }))).toEqual(
			one("networks.lab.addresses[1]", "10.0.0.1/16 is given twice"),
		);
		expect(refuse(lab({}, { guest: { addresses: ["fd00::1/64", "fd00:0::1/64"] } }))).toEqual(
			one("taps.tap0.guest.addresses[1]", "is given twice"),
		);
	});

	it("is one of few: each guest is compared with all of its host's", () => {
		const addresses = Array.from({ length: 65 }, (_, i) => `10.0.${i}.1/24`);
		expect(refuse(lab({ addresses }))).toEqual(one("networks.lab.addresses", "64 at most"));
		const few = addresses.slice(0, 64);
		expect(checkSpec(lab({ addresses: few })).networks.lab?.addresses).toEqual(few);
	});
});

describe("a guest's address", () => {
	it("is never the host's own: the seed's pitfall, explained", () => {
		const spec = lab(
			{},
			{ addresses: ["10.33.33.36/24"], guest: { addresses: ["10.33.33.36/24"] } },
		);
		expect(refuse(spec)).toEqual([
			{
				path: "taps.tap0.guest.addresses[0]",
				message:
					"10.33.33.36 is the host's own address (taps.tap0.addresses[0]). tap0 on the host and eth0 in the " +
					"guest are two machines on one wire, and both would answer for 10.33.33.36: the LAN would " +
					"reach the guest, this host only itself",
				hint: "such as 10.33.33.37/24",
			},
		]);
	});

	test.each([
		[
			"on its bridge",
			{ bridge: "br0", addresses: ["10.0.0.1/24"] },
			{},
			"networks.lab.addresses[0]",
		],
		[
			"on its tap from the network",
			{ addresses: ["10.0.0.1/24"] },
			{},
			"networks.lab.addresses[0]",
		],
		[
			"behind the uplink",
			{ mode: "nat", uplink: "eth1", snatTo: "10.0.0.1" },
			{},
			"networks.lab.snatTo",
		],
		["with another prefix length", {}, { addresses: ["10.0.0.1/25"] }, "taps.tap0.addresses[0]"],
		["as a single address", {}, { addresses: ["10.0.0.1/32"] }, "taps.tap0.addresses[0]"],
	])("is not the host's %s", (_, network, tap, place) => {
		const spec = lab(network, { ...tap, guest: { addresses: ["10.0.0.1/24"] } });
		expect(refuse(spec)).toEqual(
			one("taps.tap0.guest.addresses[0]", `10.0.0.1 is the host's own address (${place})`),
		);
	});

	it("is not what the host has on another tap", () => {
		const spec = farm(
			{},
			{
				tap0: { addresses: ["10.0.0.1/24"] },
				tap1: { addresses: ["10.0.1.1/24"], guest: { addresses: ["10.0.0.1/24"] } },
			},
		);
		expect(refuse(spec)).toEqual(
			one("taps.tap1.guest.addresses[0]", "host's own address (taps.tap0.addresses[0])"),
		);
	});

	it("is not another guest's", () => {
		const guest = { addresses: ["10.0.0.2/24"] };
		const spec = farm(
			{ bridge: "br0", addresses: ["10.0.0.1/24"] },
			{ tap0: { guest }, tap1: { guest } },
		);
		expect(refuse(spec)).toEqual([
			{
				path: "taps.tap1.guest.addresses[0]",
				message: "10.0.0.2 is the address of another guest (taps.tap0.guest.addresses[0])",
				hint: "such as 10.0.0.3/24",
			},
		]);
	});

	it("is not another guest's in another network that the host routes", () => {
		const guest = { addresses: ["10.0.0.2/24"] };
		const spec = {
			version: 1,
			networks: { a: { mode: "host-only" }, b: { mode: "bridged", bridge: "br0" } },
			taps: { tap0: { network: "a", guest }, tap1: { network: "b", guest } },
		};
		expect(refuse(spec).map(({ message }) => message)).toEqual([
			expect.stringContaining("is the address of another guest"),
		]);
	});

	it("may be another's where the host only bridges two Ethernets", () => {
		const guest = { addresses: ["10.0.0.2/24"] };
		const spec = {
			version: 1,
			networks: {
				a: { mode: "bridged", bridge: "br0", uplink: "eth0" },
				b: { mode: "bridged", bridge: "br1", uplink: "eth1" },
			},
			taps: { tap0: { network: "a", guest }, tap1: { network: "b", guest } },
		};
		expect(Object.keys(checkSpec(spec).taps)).toEqual(["tap0", "tap1"]);
	});

	const host = { addresses: ["10.0.0.1/24"] };
	test.each([
		["10.0.1.2/24", "is not in the subnet of the host's side of tap0, 10.0.0.1/24"],
		["10.0.0.130/25", "10.0.0.128/25 does not hold the host, 10.0.0.1/24"],
		["10.0.0.2/30", undefined],
		["10.0.0.2/16", undefined],
		["10.0.0.2/32", undefined],
		["fd00::2/64", undefined],
	])("%s beside a host of 10.0.0.1/24: %s", (cidr, message) => {
		const spec = lab({}, { ...host, guest: { addresses: [cidr] } });
		if (message === undefined) expect(checkSpec(spec).taps.tap0?.guest.addresses).toEqual([cidr]);
		else expect(refuse(spec)).toEqual(one("taps.tap0.guest.addresses[0]", message));
	});

	it("has no gateway that is a broadcast address to it", () => {
		const spec = lab({}, { addresses: ["10.0.0.127/24"], guest: { addresses: ["10.0.0.2/25"] } });
		expect(refuse(spec)).toEqual(
			one("taps.tap0.guest.addresses[0]", "10.0.0.127 is the subnet or its broadcast address"),
		);
	});

	it("may be anywhere when the host has a single address there", () => {
		const spec = lab({}, { addresses: ["169.254.1.1/32"], guest: { addresses: ["10.0.0.2/24"] } });
		expect(checkSpec(spec).taps.tap0?.guest.addresses).toEqual(["10.0.0.2/24"]);
	});
});

describe("snatTo", () => {
	const nat = { mode: "nat", uplink: "eth1" };

	test.each([
		["10.0.0.1/24", "is not an address"],
		["10.0.0", "four decimal numbers"],
		["010.0.0.1", "leading zero"],
		["0.0.0.0", "this network"],
		["127.0.0.1", "loopback"],
		["224.0.0.1", "multicast"],
		["255.255.255.255", "class E"],
		["fe80::1", "link-local"],
		["::1", "loopback"],
		["2001:db8::1/64", "is not an address"],
		["eth1", "four decimal numbers"],
		["", "four decimal numbers"],
	])("is not %j", (snatTo, message) => {
		expect(refuse(lab({ ...nat, snatTo }))).toEqual(one("networks.lab.snatTo", message));
	});

	test.each(["routed", "host-only", "bridged"])("has no use in mode %s", (mode) => {
		const spec = lab({ mode, bridge: "br0", snatTo: "10.33.33.34" });
		expect(refuse(spec)).toEqual(
			one("networks.lab.snatTo", `mode ${mode} does not translate addresses`),
		);
	});

	it.each([
		["10.33.33.34", ["10.33.33.34"]],
		["2001:DB8:0::34", ["2001:db8::34"]],
		[["10.33.33.34"], ["10.33.33.34"]],
		[
			["2001:db8::34", "10.33.33.34"],
			["2001:db8::34", "10.33.33.34"],
		],
		[[], []],
	])("may be %j", (snatTo, read) => {
		expect(checkSpec(lab({ ...nat, snatTo })).networks.lab?.snatTo).toEqual(read);
	});

	it.each([
		[["10.0.0.1", "10.0.0.2"], "snatTo[1]", "10.0.0.2 is a second one of IPv4, after 10.0.0.1"],
		[["fd00::1", "10.0.0.1", "fd00::1"], "snatTo[2]", "second one of IPv6"],
		[["10.0.0.1", "10.0.0"], "snatTo[1]", "four decimal numbers"],
		[["10.0.0.1", 7], "snatTo[1]", "must be text"],
		[7, "snatTo", "must be text"],
		[true, "snatTo", "must be text"],
		[null, "snatTo", "is empty, must be a list"],
		[{ ipv4: "10.0.0.1" }, "snatTo", "must be a list"],
		[[["10.0.0.1"]], "snatTo[0]", "must be text"],
	])("is not %j", (snatTo, place, message) => {
		expect(refuse(lab({ ...nat, snatTo }))).toEqual(one(`networks.lab.${place}`, message));
	});
});

describe("proxyNeighbours", () => {
	it.each([
		{ mode: "routed", uplink: "eth1" },
		{ mode: "nat", uplink: "eth1", ipv6: "routed" },
	])("is of use in %j", (network) => {
		const spec = checkSpec(lab({ ...network, proxyNeighbours: true }));
		expect(spec.networks.lab?.proxyNeighbours).toBe(true);
		expect(checkSpec(lab(network)).networks.lab?.proxyNeighbours).toBe(false);
	});

	it.each([
		[{ mode: "nat", uplink: "eth1" }, "proxyNeighbours", "nobody beyond the uplink sees"],
		[{ mode: "nat", uplink: "eth1", ipv6: "nat" }, "proxyNeighbours", "nobody beyond"],
		[{ mode: "host-only" }, "proxyNeighbours", "the host forwards no packets"],
		[{ mode: "bridged", bridge: "br0" }, "proxyNeighbours", "the host forwards no packets"],
		[{ mode: "routed" }, "uplink", "is missing: proxyNeighbours answers there"],
	])("has no use in %j", (network, place, message) => {
		expect(refuse(lab({ ...network, proxyNeighbours: true }))).toEqual(
			one(`networks.lab.${place}`, message),
		);
	});

	it.each([["yes"], [1], [null], [[true]]])("is not %j", (proxyNeighbours) => {
		expect(refuse(lab({ mode: "routed", uplink: "eth1", proxyNeighbours }))).toEqual(
			one("networks.lab.proxyNeighbours", "must be true or false"),
		);
	});
});

describe("a link-local address", () => {
	const two = (a: string, b: string, network: object) => ({
		version: 1,
		networks: { lab: { mode: "host-only", ...network } },
		taps: {
			tap0: { network: "lab", guest: { addresses: [a] } },
			tap1: { network: "lab", guest: { addresses: [b] } },
		},
	});

	it("may be a guest's, beside others and whatever the host's are", () => {
		const addresses = ["10.0.0.2/24", "fd00::2/64", "fe80::2/64"];
		const spec = lab({ addresses: ["10.0.0.1/24", "fd00::1/64"] }, { guest: { addresses } });
		expect(checkSpec(spec).taps.tap0?.guest.addresses).toEqual(addresses);
	});

	it("may be that of many guests, each on a link of its own", () => {
		expect(checkSpec(two("fe80::2/64", "fe80::2/64", {})).taps.tap1?.guest.addresses).toEqual([
			"fe80::2/64",
		]);
	});

	it("is one guest's on a bridge", () => {
		expect(refuse(two("fe80::2/64", "fe80::2/64", { bridge: "br0" }))).toEqual(
			one("taps.tap1.guest.addresses[0]", "fe80::2 is the address of another guest"),
		);
	});

	it("is not what the host may be told to have", () => {
		expect(refuse(lab({ addresses: ["fe80::2/64"] }))).toEqual(
			one("networks.lab.addresses[0]", "link-local: the kernel makes these by itself"),
		);
	});
});

describe("ipv6", () => {
	const nat = { mode: "nat", uplink: "eth1" };

	it.each(["nat", "routed"])("is %s in mode nat", (ipv6) => {
		expect(checkSpec(lab({ ...nat, ipv6 })).networks.lab?.ipv6).toBe(ipv6);
	});

	it("is routed in mode routed", () => {
		const spec = lab({ mode: "routed", uplink: "eth1", ipv6: "routed" });
		expect(checkSpec(spec).networks.lab?.ipv6).toBe("routed");
	});

	it.each([
		[{ mode: "routed", uplink: "eth1", ipv6: "nat" }, "ipv6", "mode routed does not translate"],
		[{ mode: "host-only", ipv6: "nat" }, "ipv6", "in mode host-only the host forwards no packets"],
		[{ mode: "bridged", bridge: "br0", ipv6: "routed" }, "ipv6", "in mode bridged"],
		[{ ...nat, ipv6: "bridged" }, "ipv6", "must be nat or routed"],
		[{ ...nat, ipv6: "router" }, "ipv6", "must be nat or routed"],
		[{ ...nat, ipv6: true }, "ipv6", "must be nat or routed"],
		[{ ...nat, ipv6: null }, "ipv6", "must be nat or routed"],
		[{ ...nat, ipv6: ["nat"] }, "ipv6", "must be nat or routed"],
		[
			{ ...nat, ipv6: "routed", snatTo: ["10.0.0.1", "fd00::1"] },
			"snatTo[1]",
			"fd00::1 has no use: with ipv6: routed that is not translated",
		],
	])("is not %j", (network, place, message) => {
		expect(refuse(lab(network))).toEqual(one(`networks.lab.${place}`, message));
	});
});
