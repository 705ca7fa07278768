/**
 * Whom guests may reach and who may reach them, with real packets: guests are machines of their own behind taps and on a
 * bridge, and what they try to open is opened or is not.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkSpec } from "../../src/spec/spec.js";
import { type Said, TAPS, twoNetworks } from "../engine/two-networks.js";
import { Lab } from "./lab.js";
import { Machine } from "./machine.js";

/** Connects the tap of a host with a tap of the guest's machine, as a virtual machine monitor connects its guest. */
const WIRE = `
import ctypes, fcntl, os, select, struct, sys
name, netns = sys.argv[1:]
def tap(name):
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH22x", name.encode(), 0x1002))
    return fd
outside = tap(name)
target = os.open(netns, os.O_RDONLY)
assert ctypes.CDLL(None, use_errno=True).setns(target, 0) == 0
inside = tap("eth0")
print("ready", flush=True)
while True:
    for fd in select.select([outside, inside], [], [])[0]:
        try: os.write(inside if fd == outside else outside, os.read(fd, 65536))
        except OSError: pass
`;

/** Answers every connection of TCP, and every packet of UDP to one of the addresses that are given, at port 7. */
const SERVER = `
require("net").createServer((socket) => socket.end("hello")).listen(7, "::", () => console.log("ready"));
for (const address of process.argv.slice(1)) {
	const socket = require("dgram").createSocket("udp4");
	socket.on("message", (text, { address, port }) => socket.send(text, port, address));
	socket.bind(7, address);
}`;

/** Answers every packet of UDP to one address at port 7. */
const ECHO = `
const socket = require("dgram").createSocket("udp4");
socket.on("message", (text, { address, port }) => socket.send(text, port, address));
socket.bind(7, process.argv[1], () => console.log("ready"));`;

/** Sends a packet of UDP whenever it is told to, always from one port, and says whether it was answered. */
const CLIENT = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 4007)); s.settimeout(3)
print("ready", flush=True)
for line in sys.stdin:
    s.sendto(line.encode(), (line.strip(), 7))
    try: s.recv(100); print("answered", flush=True)
    except OSError: print("silent", flush=True)
`;

const PUBLIC = ["9.9.9.9", "2600::9"] as const;
const LAN = ["10.33.33.1"] as const;

let lab: Lab;
let guests: Record<"a" | "b" | "c" | "d", Machine>;
const children: ChildProcess[] = [];
let wires: ChildProcess[] = [];

async function start(machine: Machine, ...command: readonly [string, ...string[]]) {
	const child = machine.spawn(...command);
	children.push(child);
	await once(child.stdout as Readable, "data");
	return child;
}

/** Which of these addresses a machine can open a connection to. */
const reached = (machine: Machine, addresses: readonly string[]): string[] =>
	machine
		.sh(
			`for a in ${addresses.join(" ")}; do
				(timeout 1 bash -c "exec 3<>/dev/tcp/$a/7 && cat <&3" 2> /dev/null | grep -q hello && echo $a) &
			done; wait`,
		)
		.split("\n")
		.filter((address) => address !== "")
		.sort();

const up = (...said: Parameters<typeof twoNetworks>) =>
	lab.run((host) => host.up(twoNetworks(...said)));

/** A guest begins to run on a tap. */
async function plug(name: string, machine: Machine): Promise<ChildProcess> {
	const wire = await start(lab.host, "python3", "-c", WIRE, name, machine.path);
	const [network, last] = { a: [7, 2], b: [7, 3], c: [8, 2], d: [8, 3] }[name] as [number, number];
	const [length4, length6] = network === 7 ? [32, 128] : [24, 64];
	const gateways = [`10.${network}.0.1`, `fd0${network}::1`];
	machine.sh(`
		ip link set eth0 up
		ip address add 10.${network}.0.${last}/${length4} dev eth0
		ip address add fd0${network}::${last}/${length6} dev eth0 nodad
		for gateway in ${gateways.join(" ")}; do
			ip route add $gateway dev eth0 2> /dev/null || true; ip route add default via $gateway
		done`);
	return wire;
}

beforeEach(async () => {
	lab = await Lab.open(
		"ip address add 2001:db8:1::10/64 dev eth1 nodad; ip route add default via 2001:db8:1::1",
	);
	lab.lan.sh(`
		ip address add 2001:db8:1::1/64 dev lan0 nodad
		for a in ${PUBLIC.join(" ")}; do ip address add $a dev lo; done
		ip route add 10.7.0.0/24 via 10.33.33.34; ip route add 10.8.0.0/24 via 10.33.33.34`);
	guests = { a: new Machine(), b: new Machine(), c: new Machine(), d: new Machine() };
	lab.host.enter();
	await up();
	wires = [];
	for (const [name, machine] of Object.entries(guests)) wires.push(await plug(name, machine));
	await start(lab.lan, process.execPath, "-e", SERVER, "10.33.33.1", "9.9.9.9");
	await start(guests.c, process.execPath, "-e", SERVER, "10.8.0.2");
	for (const machine of [lab.host, guests.a, guests.b, guests.d])
		await start(machine, process.execPath, "-e", SERVER);
}, 60_000);
afterEach(() => {
	for (const child of children.splice(0)) child.kill();
	for (const machine of Object.values(guests)) machine.close();
	lab.close();
});

const A = ["10.7.0.2", "fd07::2"];
const B = ["10.7.0.3", "fd07::3"];
const C = ["10.8.0.2", "fd08::2"];
const D = ["10.8.0.3", "fd08::3"];
const GATEWAY_A = ["10.7.0.1", "fd07::1"];
const UPLINK = ["10.33.33.34"];
const sorted = (...lists: readonly (readonly string[])[]): string[] => lists.flat().sort();
const ALL = sorted(A, B, C, D, GATEWAY_A, UPLINK, LAN, PUBLIC);

describe("what is opened is what is said, whether a bridge asks the hook of forwarded packets or not:", () => {
	test.each([[0], [1]])(
		"bridge-nf-call %d",
		async (called) => {
			lab.host.sh(
				`for f in iptables ip6tables; do sysctl -qw net.bridge.bridge-nf-call-$f=${called} || true; done`,
			);
			// Networks are apart, and the own one is not.
			expect(reached(guests.a, ALL)).toEqual(sorted(A, B, GATEWAY_A, UPLINK, LAN, PUBLIC));
			expect(reached(guests.c, ALL)).toEqual(sorted(C, D, GATEWAY_A, UPLINK, LAN, PUBLIC));
			// From beyond the uplink nothing is opened to an address of a guest.
			expect(reached(lab.lan, ["10.7.0.2", "10.8.0.2"])).toEqual([]);
			expect(reached(lab.host, sorted(A, C))).toEqual(sorted(A, C));

			await up({ lab: { reaches: ["db"], inbound: "open" } });
			expect(reached(guests.a, sorted(C, LAN))).toEqual(sorted(C, LAN));
			expect(reached(guests.c, A)).toEqual([]);
			expect(reached(lab.lan, ["10.7.0.2", "10.8.0.2"])).toEqual(["10.7.0.2"]);

			await up({ lab: { egress: "internet", reaches: ["db"] }, db: { egress: "none" } });
			expect(reached(guests.a, ALL)).toEqual(sorted(A, B, C, D, PUBLIC));
			expect(reached(guests.c, ALL)).toEqual(sorted(C, D));

			await up(
				{ lab: { egress: ["9.9.9.0/24:7/tcp", "2600::/30"], host: "closed" } },
				{ b: { egress: "none" }, c: { egress: ["10.33.33.1"] }, d: { host: "services" } },
			);
			expect(reached(guests.a, ALL)).toEqual(sorted(A, B, PUBLIC));
			expect(reached(guests.b, ALL)).toEqual(sorted(B));
			expect(reached(guests.c, ALL)).toEqual(sorted(C, D, LAN));
			expect(reached(guests.d, ALL)).toEqual(sorted(C, D, LAN, PUBLIC));
			guests.d.sh("ping -c 1 -W 2 10.8.0.1; ping -c 1 -W 2 fd08::1");
			expect(() => guests.a.sh("ping -c 1 -W 1 10.7.0.1")).toThrow();

			// Another may have flushed it all: up again brings it back.
			lab.host.sh("nft flush ruleset");
			await up({ lab: { egress: "none" } });
			expect(reached(guests.a, sorted(C, LAN, PUBLIC))).toEqual([]);
			await lab.run((host) => host.down({ all: true }));
			expect(lab.host.sh("nft list ruleset")).toBe("");
		},
		120_000,
	);
});

test("a flow ends when a change forbids it, and goes on when not", async () => {
	const client = guests.a.spawn("python3", "-c", CLIENT);
	children.push(client);
	const lines = createInterface({ input: client.stdout as Readable })[Symbol.asyncIterator]();
	const said = async (): Promise<string> => (await lines.next()).value ?? "";
	expect(await said()).toBe("ready");
	const asks = (address: string): Promise<string> => {
		client.stdin?.write(`${address}\n`);
		return said();
	};
	await up({ lab: { reaches: ["db"] } });
	expect(await asks("10.33.33.1")).toBe("answered");
	expect(await asks("9.9.9.9")).toBe("answered");
	expect(await asks("10.8.0.2")).toBe("answered");
	await up({ lab: { egress: "internet", reaches: ["db"] } });
	expect(await asks("10.33.33.1")).toBe("silent");
	expect(await asks("9.9.9.9")).toBe("answered");
	expect(await asks("10.8.0.2")).toBe("answered");
	await up({ lab: { egress: ["9.9.9.9:7/udp"] } });
	expect(await asks("9.9.9.9")).toBe("answered");
	expect(await asks("10.8.0.2")).toBe("silent");
	await up({ lab: { egress: ["9.9.9.9:8/udp"] } });
	expect(await asks("9.9.9.9")).toBe("silent");
	// The host is at its uplink's address as well.
	await start(lab.host, process.execPath, "-e", ECHO, "10.33.33.34");
	await up();
	expect(await asks("10.33.33.34")).toBe("answered");
	expect(await asks("9.9.9.9")).toBe("answered");
	await up({ lab: { host: "closed" } });
	expect(await asks("10.33.33.34")).toBe("silent");
	expect(await asks("9.9.9.9")).toBe("answered");
}, 60_000);

test("on a bridge of somebody else's, each guest is held to what is said, and nobody else there", async () => {
	await lab.run((host) => host.down({ all: true }));
	for (const wire of wires.splice(0)) wire.kill();
	lab.host.sh(`
		ip link add br0 type bridge; ip link set br0 up
		ip address add 10.8.0.1/24 dev br0; ip address add fd08::1/64 dev br0 nodad
		ip link add port type veth peer name eth0 netns ${guests.b.path}
		ip link set port master br0 up`);
	guests.b.sh(`
		ip link set eth0 up; ip address add 10.8.0.9/24 dev eth0; ip address add fd08::9/64 dev eth0 nodad
		ip route add default via 10.8.0.1; ip route add default via fd08::1`);
	const foreign = (said: Said, c: Said = {}, d: Said = {}) =>
		lab.run((host) =>
			host.up(
				checkSpec({
					version: 1,
					networks: { db: { mode: "nat", uplink: "eth1", bridge: "br0", ...said } },
					taps: { c: { ...TAPS.c, ...c }, d: { ...TAPS.d, ...d } },
				} as never),
			),
		);
	await foreign({ egress: "none", host: "closed" }, {}, { egress: ["9.9.9.9", "2600::9"] });
	for (const name of ["c", "d"] as const) await plug(name, guests[name]);
	const host = ["10.8.0.1", "fd08::1"];
	const seen = (machine: Machine) => reached(machine, sorted(host, LAN, PUBLIC, D));
	expect(seen(guests.c)).toEqual(D);
	expect(seen(guests.d)).toEqual(sorted(PUBLIC, D));
	// It has no address that the LAN knows a way back to, but what the host has it reaches.
	expect(reached(guests.b, sorted(host, D))).toEqual(sorted(host, D));

	await foreign({ egress: "internet" }, { host: "open" });
	expect(seen(guests.c)).toEqual(sorted(host, PUBLIC, D));
	expect(seen(guests.d)).toEqual(sorted(PUBLIC, D));

	const nobody = { guest: { addresses: [] } };
	await expect(foreign({ host: "closed" }, nobody)).rejects.toMatchObject({
		code: "ERR_SPEC",
		issues: [{ path: "taps.c.guest.addresses" }],
	});
	await expect(
		lab.run((host) => host.up(twoNetworks({ lab: { reaches: ["db"] }, db: { addresses: [] } }))),
	).rejects.toMatchObject({ code: "ERR_SPEC", issues: [{ path: "networks.lab.reaches[0]" }] });
	expect(seen(guests.c)).toEqual(sorted(host, PUBLIC, D));
}, 120_000);
