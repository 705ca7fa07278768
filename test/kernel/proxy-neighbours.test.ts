/** Guests with addresses of the LAN, for which the uplink answers: whoever is there finds them, and nobody else. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Lab } from "./lab.js";
import { Machine } from "./machine.js";
import { Router } from "./router.js";
import { labSpec } from "./specs.js";

let lab: Lab;
let guest: Machine;
let router: Router;
beforeEach(async () => {
	lab = await Lab.open(`
		sysctl -qw net.ipv6.conf.eth1.accept_dad=0
		ip address add 2001:db8:1::10/64 dev eth1 nodad`);
	lab.lan.sh("ip address add 2001:db8:1::1/64 dev lan0 nodad");
	guest = new Machine();
	router = new Router(lab.lan, "lan0");
	lab.host.enter();
});
afterEach(() => {
	router.stop();
	guest.close();
	lab.close();
});

const ADDRESSES = ["10.33.44.110/32", "2001:db8:1::110/128"];
const network = { mode: "routed", uplink: "eth1", proxyNeighbours: true };
const spec = labSpec(
	{ ...network, bridge: "br0", addresses: ["10.33.33.34/32"], ipv6: "routed" },
	{ tap0: { guest: { addresses: ADDRESSES } } },
);
const up = (wanted = spec) => lab.run((host) => host.up(wanted));
const verified = async () =>
	(await lab.run((host) => host.status(undefined, { verify: true }))).result.exact;

/** A port that stands for the guest's: it needs nobody who opens the tap. */
function plugIn(): void {
	lab.host.sh(`
		ip link add port type veth peer name eth0 netns ${guest.path}
		ip link set port master br0 up`);
	guest.sh(`
		ip link set eth0 up
		ip address add 10.33.44.110/32 dev eth0; ip address add 2001:db8:1::110/128 dev eth0 nodad
		ip route add 10.33.33.34 dev eth0; ip route add default via 10.33.33.34
		ip -6 route add default via fe80::1 dev eth0`);
}
const reaches = (address: string): string =>
	lab.lan.sh(`ping -c 1 -W 1 ${address} >/dev/null && echo reached || echo not reached`).trim();

test("the LAN's question for a guest is answered, for no other address, and never after", async () => {
	const before = await lab.lookSettled();
	await up();
	plugIn();
	for (const address of ["10.33.44.110", "2001:db8:1::110"])
		expect([address, reaches(address)]).toEqual([address, "reached"]);
	for (const address of ["10.33.44.111", "2001:db8:1::111"])
		expect([address, reaches(address)]).toEqual([address, "not reached"]);
	expect(await verified()).toBe(true);
	expect((await up()).mutations).toEqual([]);
	lab.host.sh("ip link delete port");
	await lab.run((host) => host.down({ all: true }));
	expect(await lab.networkChanges(before)).toEqual([]);
});

test("an uplink that was down for a moment answers no more: status says so, and up mends it", async () => {
	await up();
	lab.host.sh("ip link set eth1 down; ip link set eth1 up");
	const { result } = await lab.run((host) => host.status());
	const told = result.taps.flatMap(({ drift }) => drift.map(({ object }) => object));
	expect(told).toEqual([
		"proxy neighbour 10.33.44.110 on eth1",
		"proxy neighbour 2001:db8:1::110 on eth1",
	]);
	await up();
	expect(await verified()).toBe(true);
	expect((await up()).mutations).toEqual([]);
});

test("an address that somebody has the uplink answer for is a conflict, and stays", async () => {
	lab.host.sh("ip neighbour add proxy 2001:db8:1::110 dev eth1");
	const before = await lab.lookSettled();
	await expect(up()).rejects.toMatchObject({
		code: "ERR_CONFLICT",
		message: expect.stringContaining("proxy neighbour 2001:db8:1::110 on eth1"),
		path: "taps.tap0.guest.addresses",
	});
	expect(await lab.networkChanges(before)).toEqual([]);
});

/** The default routes of IPv6, without what runs down. */
const defaults = (): string[] =>
	lab.host
		.sh("ip -6 route show default")
		.split("\n")
		.filter(Boolean)
		.map((line) => line.replace(/ (expires|hoplimit) \w+/g, "").trim());

async function learned(): Promise<string> {
	for (const end = Date.now() + 5000; ; await sleep(20)) {
		const [route] = defaults();
		if (route?.includes("proto ra")) return route;
		if (Date.now() > end) throw new Error(`no router was learned: ${lab.host.sh("ip -6 route")}`);
	}
}

test("a default route that the uplink has learned stays, is refreshed, and is there afterwards", async () => {
	router.advertise("2001:db8:1::", 1800);
	const route = await learned();
	const acceptRa = () => lab.host.sh("cat /proc/sys/net/ipv6/conf/eth1/accept_ra").trim();
	await up();
	expect(defaults()).toEqual([route]);
	expect(acceptRa()).toBe("2");
	lab.host.sh("ip -6 route delete default dev eth1");
	expect(await learned()).toBe(route);
	await lab.run((host) => host.down({ all: true }));
	expect(acceptRa()).toBe("1");
	expect(defaults()).toEqual([route]);
	expect(lab.host.sh("cat /proc/sys/net/ipv6/conf/eth1/forwarding").trim()).toBe("0");
});

test("so does one by a link that has nothing to do with it, whose settings are as before", async () => {
	lab.host.sh(`
		ip link add eth2 type veth peer name lan2 netns ${lab.lan.path}
		ip link set eth2 up`);
	lab.lan.sh("ip link set lan2 up");
	const other = new Router(lab.lan, "lan2");
	other.advertise("2001:db8:2::", 1800);
	try {
		const route = await learned();
		expect(route).toContain("dev eth2");
		await up();
		expect(defaults()).toEqual([route]);
		expect(lab.host.sh("cat /proc/sys/net/ipv6/conf/eth2/accept_ra").trim()).toBe("1");
		await lab.run((host) => host.down({ all: true }));
		expect(defaults()).toEqual([route]);
	} finally {
		other.stop();
	}
});

test("forwarding of IPv6 alone leaves the learned route, and all settings of it, as they are", async () => {
	router.advertise("2001:db8:1::", 1800);
	const route = await learned();
	const of = () => lab.host.sh("grep -rs . /proc/sys/net/ipv6/conf/{all,default,eth1} || true");
	const before = of();
	await up(labSpec({ mode: "nat", uplink: "eth1", addresses: ["fd00:33::1/64"] }, { tap0: {} }));
	expect(defaults()).toEqual([route]);
	await lab.run((host) => host.down({ all: true }));
	expect(defaults()).toEqual([route]);
	expect(of()).toBe(before);
});
