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
