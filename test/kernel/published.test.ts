/** Ports of the host that lead to guests: from wherever they are asked, as whom the guest sees that, and what stays closed. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attach, seenAt, tellAt } from "./attached.js";
import { Lab } from "./lab.js";
import { Machine } from "./machine.js";
import { labSpec } from "./specs.js";

const HOST = { ipv4: "10.33.33.34", ipv6: "2001:db8:1::10" } as const;
const LAN = { ipv4: "10.33.33.1", ipv6: "2001:db8:1::1" } as const;

let lab: Lab;
let guests: Machine[];
let running: ChildProcess[];
beforeEach(async () => {
	lab = await Lab.open(`ip address add ${HOST.ipv6}/64 dev eth1`);
	lab.lan.sh(`ip address add ${LAN.ipv6}/64 dev lan0`);
	guests = [new Machine(), new Machine()];
	running = [];
	lab.host.enter();
});
/** Let everything end that was started, and its pipes with it. */
const end = (): Promise<unknown> =>
	Promise.all(
		running.splice(0).map((one) => {
			one.kill("SIGKILL");
			return once(one, "close");
		}),
	);
afterEach(async () => {
	await end();
	for (const guest of guests) guest.close();
	lab.close();
});

const publish = [
	"8080:80",
	`${HOST.ipv4}:2222:80/tcp`,
	`[${HOST.ipv6}]:53:80/udp`,
	"70-72:78-80/udp",
];

interface Network {
	readonly network: object;
	/** Of each guest: its tap's side, and its own. */
	readonly sides: readonly (readonly [host: string, guest: string])[];
	readonly gateway: string;
	readonly hairpin: string;
}
const routed = { mode: "nat", uplink: "eth1" } as const;
const apart: Network = {
	network: routed,
	sides: [
		["10.7.1.1", "10.7.1.2"],
		["10.7.2.1", "10.7.2.2"],
	],
	gateway: "10.7.1.1",
	hairpin: "10.7.1.1",
};
const bridged: Network = {
	network: { ...routed, bridge: "br0", addresses: ["10.7.1.1/24", "fd07:1::1/64"] },
	sides: [
		["10.7.1.1", "10.7.1.2"],
		["10.7.1.1", "10.7.1.3"],
	],
	gateway: "10.7.1.1",
	hairpin: "10.7.1.1",
};

const toIpv6 = (ipv4: string): string => {
	const [, , subnet, host] = ipv4.split(".");
	return `fd07:${subnet}::${host}`;
};

async function up({ network, sides }: Network): Promise<void> {
	const isOnBridge = "bridge" in network;
	const taps = Object.fromEntries(
		sides.map(([host, guest], i) => [
			`t${i + 1}`,
			{
				...(!isOnBridge && { addresses: [`${host}/24`, `${toIpv6(host)}/64`] }),
				guest: { addresses: [`${guest}/24`, `${toIpv6(guest)}/64`] },
				...(i === 0 && { publish }),
			},
		]),
	);
	await lab.run((host) => host.up(labSpec(network as never, taps as never)));
	for (const [i, [host, own]] of sides.entries()) {
		const guest = guests[i] as Machine;
		running.push(await attach(lab.host, `t${i + 1}`, guest));
		guest.sh(`
			ip link set eth0 up
			ip address add ${own}/24 dev eth0; ip route add default via ${host}
			ip address add ${toIpv6(own)}/64 dev eth0; ip route add default via ${toIpv6(host)}`);
	}
	running.push(await tellAt(guests[0] as Machine, 80));
}

describe.each<[string, Network]>([
	["taps of their own", apart],
	["one bridge", bridged],
])("guests on %s", (_, network) => {
	test("are asked at the host's ports, and see who asks wherever that can be", async () => {
		lab.host.sh("sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || true");
		lab.host.sh("sysctl -qw net.bridge.bridge-nf-call-ip6tables=0 2>/dev/null || true");
		const before = await lab.lookSettled();
		await up(network);
		const [self, sibling] = guests as [Machine, Machine];
		const [[, own], [, other]] = network.sides as [
			readonly [string, string],
			readonly [string, string],
		];
		const isApart = network === apart;
		const from = (machine: Machine, host: string, port: number, protocol?: "udp") =>
			seenAt(machine, host, port, protocol);
		// From beyond the uplink.
		expect(from(lab.lan, HOST.ipv4, 8080)).toBe(LAN.ipv4);
		expect(from(lab.lan, HOST.ipv6, 8080)).toBe(LAN.ipv6);
		expect(from(lab.lan, HOST.ipv4, 2222)).toBe(LAN.ipv4);
		expect(from(lab.lan, HOST.ipv6, 53, "udp")).toBe(LAN.ipv6);
		expect(from(lab.lan, HOST.ipv4, 72, "udp")).toBe(LAN.ipv4);
		// From the host itself.
		expect(from(lab.host, HOST.ipv4, 8080)).toBe(HOST.ipv4);
		expect(from(lab.host, HOST.ipv6, 8080)).toBe(HOST.ipv6);
		expect(from(lab.host, "127.0.0.1", 8080)).toBe(network.gateway);
		expect(from(lab.host, "::1", 8080)).toBe("refused");
		// From a sibling, and from the guest itself.
		expect(from(sibling, HOST.ipv4, 8080)).toBe(isApart ? other : network.hairpin);
		expect(from(sibling, HOST.ipv6, 8080)).toBe(toIpv6(isApart ? other : network.hairpin));
		expect(from(self, HOST.ipv4, 8080)).toBe(network.hairpin);
		expect(from(self, HOST.ipv6, 8080)).toBe(toIpv6(network.hairpin));
		// What is published at one address is so at that alone; nothing else is.
		expect(from(lab.host, "127.0.0.1", 2222)).toBe("refused");
		expect(from(lab.lan, HOST.ipv4, 80)).toBe("refused");
		expect(own).not.toBe(other);
		await end();
		await lab.run((host) => host.down({ all: true }));
		expect(await lab.networkChanges(before)).toEqual([]);
	}, 60_000);
});

test("what the kernel remembers of a port is forgotten when it comes and when it goes", async () => {
	await up(apart);
	const [, sibling] = guests as [Machine, Machine];
	// One flow all the time: the same two ports.
	const asked = () => seenAt(lab.lan, HOST.ipv4, 72, "udp", 4000);
	expect(asked()).toBe(LAN.ipv4);
	const taps = (published: readonly string[]) => ({
		t1: {
			addresses: ["10.7.1.1/24", "fd07:1::1/64"],
			guest: { addresses: ["10.7.1.2/24", "fd07:1::2/64"] },
			publish: published,
		},
	});
	await lab.run((host) => host.up(labSpec(routed as never, taps([]) as never)));
	expect(asked()).not.toBe(LAN.ipv4);
	await lab.run((host) => host.up(labSpec(routed as never, taps(publish) as never)));
	expect(asked()).toBe(LAN.ipv4);
	expect(sibling).toBeDefined();
}, 60_000);

test("a port that a program of the host listens at is refused, and the program named", async () => {
	const before = await lab.lookSettled();
	running.push(await tellAt(lab.host, 8080));
	const taps = {
		t1: { guest: { addresses: ["10.7.1.2/24"] }, addresses: ["10.7.1.1/24"], publish: ["8080:80"] },
	};
	const refused = lab.run((host) => host.up(labSpec(routed as never, taps as never)));
	await expect(refused).rejects.toMatchObject({
		code: "ERR_CONFLICT",
		message: expect.stringMatching(
			/tcp port 8080 of all IPv4 addresses: .*python3 \(process [0-9]+\) listening there/,
		),
		path: "taps.t1.publish[0]",
	});
	await end();
	expect(await lab.networkChanges(before)).toEqual([]);
});

test("a port that is another guest's is refused, and the guest named", async () => {
	const tap = (name: string, subnet: number) => ({
		[name]: {
			guest: { addresses: [`10.7.${subnet}.2/24`] },
			addresses: [`10.7.${subnet}.1/24`],
			publish: ["8080:80"],
		},
	});
	await lab.run((host) => host.up(labSpec(routed as never, tap("t1", 1) as never)));
	const refused = lab.run((host) => host.up(labSpec(routed as never, tap("t2", 2) as never)));
	await expect(refused).rejects.toMatchObject({
		code: "ERR_CONFLICT",
		message: expect.stringContaining("published for t1"),
	});
	await lab.run((host) => host.down({ taps: ["t1"] }));
	await lab.run((host) => host.up(labSpec(routed as never, tap("t2", 2) as never)));
});
