/**
 * Packets that a guest sends beyond the uplink must arrive, in both families, from an address that the machines there
 * can answer.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Lab } from "./lab.js";
import { Machine } from "./machine.js";
import { labSpec } from "./specs.js";

let lab: Lab;
let guest: Machine;
let teller: ChildProcess | undefined;
beforeEach(async () => {
	lab = await Lab.open("ip address add 2001:db8:1::10/64 dev eth1 nodad");
	lab.lan.sh("ip address add 2001:db8:1::1/64 dev lan0 nodad");
	guest = new Machine();
	lab.host.enter();
});
afterEach(() => {
	teller?.kill();
	guest.close();
	lab.close();
});

/** Tells everybody who connects the address that the connection comes from. */
const TELLER = `require("net").createServer((socket) => socket.end(socket.remoteAddress))
	.listen(7, "::", () => console.log("ready"))`;

test.each([
	["masqueraded", {}, "10.33.33.34", "2001:db8:1::10"],
	["IPv4 as an address", { snatTo: "10.33.33.35" }, "10.33.33.35", "2001:db8:1::10"],
	["IPv6 as an address", { snatTo: ["2001:db8:1::35"] }, "10.33.33.34", "2001:db8:1::35"],
	[
		"both as addresses",
		{ snatTo: ["10.33.33.35", "2001:db8:1::35"] },
		"10.33.33.35",
		"2001:db8:1::35",
	],
	["IPv6 untranslated", { ipv6: "routed" }, "10.33.33.34", "fd00:33::2"],
	[
		"IPv6 untranslated, IPv4 as an address",
		{ ipv6: "routed", snatTo: ["10.33.33.35"] },
		"10.33.33.35",
		"fd00:33::2",
	],
])("guests of both families, %s", async (_, network, ipv4, ipv6) => {
	lab.host.sh(`
		ip address add 10.33.33.35/8 dev eth1
		ip address add 2001:db8:1::35/64 dev eth1 preferred_lft 0 nodad`);
	lab.lan.sh("ip route add fd00:33::/64 via 2001:db8:1::10");
	teller = lab.lan.spawn(process.execPath, "-e", TELLER);
	await once(teller.stdout as Readable, "data");
	const before = await lab.lookSettled();
	const addresses = ["192.168.33.33/24", "fd00:33::1/64"];
	const nat = { mode: "nat", uplink: "eth1", bridge: "br0", addresses, ...network };
	await lab.run((host) => host.up(labSpec(nat, { tap0: {} })));
	// A port in the place of the guest's, which needs nobody who opens the tap.
	lab.host.sh(`
		ip link add port type veth peer name eth0 netns ${guest.path}
		ip link set port master br0 up`);
	guest.sh(`
		ip link set eth0 up
		ip address add 192.168.33.34/24 dev eth0; ip route add default via 192.168.33.33
		ip address add fd00:33::2/64 dev eth0 nodad; ip route add default via fd00:33::1`);
	const told = (address: string): string =>
		guest.sh(`timeout 10 bash -c 'exec 3<>/dev/tcp/${address}/7; cat <&3'`);
	expect(told("10.33.33.1")).toBe(`::ffff:${ipv4}`);
	expect(told("2001:db8:1::1")).toBe(ipv6);
	lab.host.sh("ip link delete port");
	await lab.run((host) => host.down({ all: true }));
	expect(await lab.networkChanges(before)).toEqual([]);
});

test("a guest with one address of IPv6 and no host's beside it has fe80::1 as its gateway", async () => {
	teller = lab.lan.spawn(process.execPath, "-e", TELLER);
	await once(teller.stdout as Readable, "data");
	const before = await lab.lookSettled();
	const network = { mode: "routed", uplink: "eth1", bridge: "br0", ipv6: "routed" };
	const tap0 = { guest: { addresses: ["2001:db8:77::2/128", "fe80::77/64"] } };
	await lab.run((host) => host.up(labSpec(network, { tap0 })));
	lab.lan.sh("ip route add 2001:db8:77::/64 via 2001:db8:1::10");
	lab.host.sh(`
		ip link add port type veth peer name eth0 netns ${guest.path}
		ip link set port master br0 up`);
	guest.sh(`
		ip link set eth0 up
		ip address add fe80::77/64 dev eth0 nodad; ip address add 2001:db8:77::2/128 dev eth0 nodad
		ip route add default via fe80::1 dev eth0`);
	const told = guest.sh("timeout 10 bash -c 'exec 3<>/dev/tcp/2001:db8:1::1/7; cat <&3'");
	expect(told).toBe("2001:db8:77::2");
	lab.host.sh("ip link delete port");
	await lab.run((host) => host.down({ all: true }));
	expect(await lab.networkChanges(before)).toEqual([]);
});

test("addresses of a tap that nobody has opened can be used at once, the gateway on all of them", async () => {
	lab.host.sh("sysctl -qw net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.default.accept_dad=1");
	const before = await lab.lookSettled();
	const nat = { mode: "nat", uplink: "eth1" };
	const taps = { tap0: { addresses: ["fd00:33::1/64"] }, tap1: { addresses: ["fd00:34::1/64"] } };
	await lab.run((host) => host.up(labSpec(nat, taps)));
	const bound = lab.host.sh(`exec python3 -c '
import socket
for host, link in ("fd00:33::1", None), ("fd00:34::1", None), ("fe80::1", "tap0"), ("fe80::1", "tap1"):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.bind((host, 0, 0, socket.if_nametoindex(link) if link else 0))
    print(host, link)'`);
	expect(bound.trim().split("\n")).toHaveLength(4);
	expect((await lab.run((host) => host.status(undefined, { verify: true }))).result.exact).toBe(
		true,
	);
	await lab.run((host) => host.down({ all: true }));
	expect(await lab.networkChanges(before)).toEqual([]);
});
