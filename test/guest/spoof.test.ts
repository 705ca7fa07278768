/**
 * A real guest that lies: its own kernel takes another MAC and another address, answers for the gateway, plays DHCP server
 * and router, and sends every frame of the attack matrix. Another guest of the same bridge listens.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatAddress } from "../../src/inet/address.js";
import { linkLocalOf } from "../../src/inet/link-local.js";
import type { Party, Scene } from "../attack/attack.js";
import { GUARD_ATTACKS, STRICT_ATTACKS } from "../attack/attacks.js";
import { be16, bytes, mac } from "../attack/frames.js";
import { attach } from "../kernel/attached.js";
import { Lab } from "../kernel/lab.js";
import { Machine } from "../kernel/machine.js";
import { umlnet } from "../kernel/umlnet.js";
import { type Guest, startGuest } from "./uml.js";

const OWNER = 500;
const name = `spoof-${process.pid}`;
const party = (address: string, n: number): Party => ({
	mac: address,
	ipv4: `10.7.0.${n}`,
	ipv6: `fd07::${n}`,
	linkLocal: formatAddress(linkLocalOf(mac(address))),
});
const GUEST = party("52:54:00:00:00:02", 2);
const LISTENER = party("52:54:00:00:00:03", 3);

let lab: Lab;
let listener: Machine;
let guest: Guest;
let scene: Scene;
let wire: Awaited<ReturnType<typeof attach>>;

function up(guard: "strict" | "none"): void {
	const tap = ({ mac, ipv4, ipv6 }: Party) => ({
		network: "lab",
		owner: OWNER,
		guest: { mac, addresses: [`${ipv4}/24`, `${ipv6}/64`] },
	});
	const spec = {
		version: 1,
		networks: {
			lab: { mode: "bridged", bridge: "br0", addresses: ["10.7.0.1/24", "fd07::1/64"], guard },
		},
		taps: { tap0: tap(GUEST), tap1: tap(LISTENER) },
	};
	const around = { netns: lab.host.path, stateDir: lab.stateDir, input: JSON.stringify(spec) };
	expect(umlnet(around, "up", "-f", "-")).toMatchObject({ status: 0 });
}

/** What `umlnet-nl status` says was dropped of the guest, in packets. */
function drops(): Readonly<Record<string, number>> {
	const around = { netns: lab.host.path, stateDir: lab.stateDir };
	const { stdout } = umlnet(around, "status", "tap0", "--json");
	const { taps } = JSON.parse(stdout) as {
		taps: [{ drops?: Readonly<Record<string, { packets: number }>> }];
	};
	return Object.fromEntries(
		Object.entries(taps[0].drops ?? {}).map(([why, { packets }]) => [why, packets]),
	);
}

/** How many frames have come to the listener that are neither the host's nor ARP as the guest should speak it. */
function heard(): number {
	const [{ counter }] = (
		listener.json("nft -j list counter netdev observer others") as {
			nftables: { counter?: { packets: number } }[];
		}
	).nftables.flatMap((one) => (one.counter === undefined ? [] : [{ counter: one.counter }])) as [
		{ counter: { packets: number } },
	];
	return counter.packets;
}

/** What a command in the guest prints; it may fail, as far as the guest can tell. */
const says = async (command: string): Promise<string> => (await guest.exec(command)).stdout;
const pings = async (from: string): Promise<boolean> =>
	(await says(`ping -c 2 -i 0.2 -W 1 -I ${from} ${LISTENER.ipv4}`)).includes("2 packets received");
const isKnownAs = (address: string): string => listener.sh(`ip neighbour show ${address}`);

beforeAll(async () => {
	lab = await Lab.open("", name);
	lab.host.enter();
	up("strict");
	listener = new Machine();
	lab.host.enter();
	wire = await attach(lab.host, "tap1", listener);
	const macOf = (link: string): string =>
		(lab.host.json(`ip -j link show ${link}`) as [{ address: string }])[0].address;
	// The host's port says on its own, with a MAC of its own, which groups it is in.
	const [address, port] = [macOf("br0"), macOf("tap1")];
	const [linkLocal = ""] =
		/fe80:[^/]*/.exec(lab.host.sh("ip -6 -o address show dev br0 scope link")) ?? [];
	scene = {
		mode: "bridged",
		guest: GUEST,
		sibling: LISTENER,
		host: { mac: address, ipv4: "10.7.0.1", ipv6: "fd07::1", linkLocal },
		world: { ipv4: "203.0.113.9", ipv6: "2001:db8:9::9" },
	};
	listener.sh(`
		sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1 net.ipv4.conf.all.arp_accept=1
		ip link set eth0 address ${LISTENER.mac} up
		ip address add ${LISTENER.ipv4}/24 dev eth0
		nft -f - <<-'END'
		table netdev observer {
			counter others { }
			chain ingress {
				type filter hook ingress device "eth0" priority 0
				ether saddr { ${address}, ${port} } accept
				ether saddr ${GUEST.mac} arp htype 1 arp operation { request, reply } arp saddr ether ${GUEST.mac} arp saddr ip ${GUEST.ipv4} accept
				counter name others
			}
		}
		END`);
	guest = await startGuest({ netns: name, net: `eth0=tuntap,tap0,${GUEST.mac}`, uid: OWNER });
	// What IPv6 says on its own would be heard as well.
	await says(`
		echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
		ip link set eth0 up; ip address add ${GUEST.ipv4}/24 dev eth0`);
}, 120_000);
afterAll(async () => {
	await guest?.stop();
	if (wire !== undefined) {
		wire.kill("SIGKILL");
		await once(wire, "close");
	}
	listener?.close();
	lab?.close();
});

test("as itself it reaches its neighbour and the host, and nothing is dropped", async () => {
	const before = heard();
	expect(await pings(GUEST.ipv4)).toBe(true);
	expect(await says("ping -c 1 -W 2 10.7.0.1")).toContain("1 packets received");
	expect(heard()).toBeGreaterThan(before);
	expect(drops()).toEqual({});
});

test("with an address or a MAC of somebody else it reaches nobody", async () => {
	await says("ip address add 10.7.0.9/24 dev eth0; ip neighbour flush dev eth0");
	const before = [heard(), drops()] as const;
	expect(await pings("10.7.0.9")).toBe(false);
	// With a MAC that it knows by another's hand, it is packets and not questions for it that are dropped.
	await says(`ip neighbour replace ${LISTENER.ipv4} lladdr ${LISTENER.mac} dev eth0`);
	expect(await pings("10.7.0.9")).toBe(false);
	const byAddress = drops();
	expect(byAddress.address ?? 0).toBeGreaterThanOrEqual(3);
	await says(
		"ip link set eth0 down; ip link set eth0 address 52:54:00:00:00:66; ip link set eth0 up",
	);
	expect(await pings(GUEST.ipv4)).toBe(false);
	expect(drops().mac ?? 0).toBeGreaterThanOrEqual(2);
	expect(heard()).toBe(before[0]);
	await says(`
		ip link set eth0 down; ip link set eth0 address ${GUEST.mac}; ip link set eth0 up
		ip address del 10.7.0.9/24 dev eth0`);
	expect(await pings(GUEST.ipv4)).toBe(true);
});

test("it answers for the gateway and for its neighbour, and nobody believes it", async () => {
	listener.sh("ping -c 1 -W 2 10.7.0.1");
	const before = [heard(), drops().address ?? 0] as const;
	const known = isKnownAs("10.7.0.1");
	expect(known).toContain(scene.host.mac);
	for (const taken of ["10.7.0.1", LISTENER.ipv4])
		await says(`
			ip address add ${taken}/32 dev eth0
			arping -A -c 2 -s ${taken} ${taken}
			arping -U -c 2 -s ${taken} ${LISTENER.ipv4}
			ip address del ${taken}/32 dev eth0`);
	expect(heard()).toBe(before[0]);
	expect(isKnownAs("10.7.0.1")).toContain(scene.host.mac);
	expect(drops().address ?? 0).toBeGreaterThanOrEqual(before[1] + 6);
}, 60_000);

/** Whether somebody gives the listener a lease. */
function isLeased(): boolean {
	try {
		const said = listener.sh("busybox udhcpc -f -n -q -t 2 -T 1 -A 0 -i eth0 -s /bin/true 2>&1");
		return /lease of 10\.7\.0\.5/.test(said);
	} catch {
		return false;
	}
}
test("its DHCP server is heard by nobody, but where there is no guard", async () => {
	await says(`
		printf 'start 10.7.0.50\nend 10.7.0.59\ninterface eth0\nlease_file /tmp/leases\npidfile /tmp/pid\n' > /tmp/udhcpd
		: > /tmp/leases
		udhcpd -S /tmp/udhcpd`);
	const before = heard();
	expect(isLeased()).toBe(false);
	expect(drops().rogue ?? 0).toBeGreaterThanOrEqual(1);
	expect(heard()).toBe(before);
	up("none");
	expect(isLeased()).toBe(true);
	up("strict");
	expect(isLeased()).toBe(false);
	await says("kill $(cat /tmp/pid)");
}, 60_000);

test("every frame of the attack matrix, out of the guest itself", async () => {
	const rows = [...GUARD_ATTACKS, ...STRICT_ATTACKS].filter(
		({ modes }) => modes === undefined || modes.includes("bridged"),
	);
	const frames = rows.flatMap((row) => row.frames(scene));
	const harmless = rows.reduce((sum, row) => sum + (row.harmless ?? 0), 0);
	await says(`
		echo ${program()} | base64 -d | gzip -d > /tmp/send-frames; chmod +x /tmp/send-frames; : > /tmp/frames`);
	const input = gzipSync(bytes(...frames.flatMap((frame) => [be16(frame.length), frame]))).toString(
		"base64",
	);
	for (let at = 0; at < input.length; at += 2000)
		await says(`printf %s ${input.slice(at, at + 2000)} >> /tmp/frames`);
	const send = () =>
		guest.exec(
			"base64 -d /tmp/frames | gzip -d | /tmp/send-frames $(cat /sys/class/net/eth0/ifindex)",
		);
	const total = (): number => Object.values(drops()).reduce((sum, count) => sum + count, 0);
	const before = [heard(), total()] as const;
	expect(await send()).toMatchObject({ status: 0, stdout: "" });
	expect(frames.length).toBeGreaterThan(80);
	expect(total() - before[1]).toBe(frames.length - harmless);
	expect(heard() - before[0]).toBeLessThanOrEqual(harmless);
	// Without a guard the neighbour hears what is sent to all.
	up("none");
	const open = heard();
	expect(await send()).toMatchObject({ status: 0 });
	expect(heard() - open).toBeGreaterThan(harmless + 20);
	up("strict");
}, 60_000);

/** The program that sends frames, as base64 of its gzip. */
function program(): string {
	const directory = mkdtempSync(join(tmpdir(), "send-frames-"));
	try {
		const path = join(directory, "send-frames");
		const flags = [
			...["-Os", "-nostdlib", "-static", "-s", "-fno-pie", "-no-pie"],
			...["-fno-stack-protector", "-fno-asynchronous-unwind-tables"],
			"-Wl,-n,--build-id=none,--no-warn-rwx-segments",
		];
		execFileSync("gcc", [...flags, "-o", path, join(import.meta.dirname, "send-frames.c")]);
		return gzipSync(readFileSync(path)).toString("base64");
	} finally {
		rmSync(directory, { recursive: true });
	}
}
