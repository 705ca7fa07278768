import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import { Lab } from "../kernel/lab.js";
import { Machine } from "../kernel/machine.js";
import { umlnet } from "../kernel/umlnet.js";
import { type Guest, type GuestOptions, startGuest } from "./uml.js";

const OWNER = 500;
const name = `seed-${process.pid}`;

let lab: Lab;
let before: Snapshot;
beforeEach(async () => {
	lab = await Lab.open("", name);
	before = lab.look();
});
afterEach(() => lab.close());

/** Run a command line. It is started in another namespace, so that its -n is needed. */
const run = (...args: readonly string[]) =>
	umlnet({ netns: lab.lan.path, stateDir: lab.stateDir }, "-n", name, ...args);

function up(...args: readonly string[]): void {
	expect(run("up", "tap0", ...args)).toMatchObject({ status: 0 });
}
async function down(...except: readonly string[]): Promise<void> {
	expect(run("down", "tap0")).toMatchObject({ status: 0 });
	expect(lab.changes(before, except)).toEqual([]);
}
/**
 * While rules of ours look at the states of connections, the kernel tracks those of the host itself as well. When the
 * rules go, it tracks no more, but what it knew of them expires by its own timeouts: it is not ours to delete.
 */
const OF_THE_HOST = "conntrack";

type Transport = "eth0" | "vec0";
const NET: Readonly<Record<Transport, GuestOptions["net"]>> = {
	eth0: "eth0=tuntap,tap0",
	vec0: "vec0:transport=tap,ifname=tap0",
};
/** Boot a guest with an address, as the user who owns the tap. */
const boot = (on: Transport, address: string, gateway: string, mask: string): Promise<Guest> =>
	startGuest({
		netns: name,
		net: NET[on],
		ip: `ip=${address}::${gateway}:${mask}::${on}:off`,
		uid: OWNER,
	});

async function guestPings(guest: Guest, to: string): Promise<void> {
	const { stdout } = await guest.exec(`ping -c 3 -i 0.2 -W 2 ${to}`);
	expect(stdout).toContain("3 packets transmitted, 3 packets received");
}
const pings = (machine: Machine, to: string): void =>
	expect(machine.sh(`busybox ping -c 3 -i 0.2 -W 2 ${to}`)).toContain("3 packets received");

describe.each(["eth0", "vec0"] as const)("with the guest on %s", (on) => {
	test("S1: a tap of user 500, persistent and up; its guest at .34 pings .33", async () => {
		up("--owner", `${OWNER}`, "--address", "192.168.33.33/24");
		const shown = lab.host.sh("ip -d link show tap0");
		expect(shown).toMatch(/[<,]UP[,>]/);
		expect(shown).toMatch(/tun type tap .*persist on user 500/);
		{
			await using guest = await boot(on, "192.168.33.34", "192.168.33.33", "255.255.255.0");
			await guestPings(guest, "192.168.33.33");
			pings(lab.host, "192.168.33.34");
		}
		await down();
	});

	test("S2: guest, host and a third machine on the LAN all reach each other", async () => {
		up("--owner", `${OWNER}`, "--bridge", "br0", "--uplink", "eth1");
		const ports = lab.host.sh("ip -o link show master br0");
		expect(ports).toMatch(/eth1@/);
		expect(ports).toMatch(/tap0:/);
		expect(lab.host.sh("ip -4 address show dev br0")).toContain("10.33.33.34/8");
		expect(lab.host.sh("ip -4 address show dev eth1")).toBe("");
		expect(lab.host.sh("ip route")).toContain("default via 10.33.33.1 dev br0");
		expect(lab.host.sh("ip route")).not.toContain("eth1");
		{
			await using guest = await boot(on, "10.33.33.37", "10.33.33.1", "255.0.0.0");
			await guestPings(guest, "10.33.33.34");
			await guestPings(guest, "10.33.33.1");
			pings(lab.host, "10.33.33.37");
			pings(lab.host, "10.33.33.1");
			pings(lab.lan, "10.33.33.37");
			pings(lab.lan, "10.33.33.34");
		}
		await down(OF_THE_HOST);
	});
});

test("S2: the uplink keeps working through the change and back, both ways", async () => {
	const through = async (change: () => void): Promise<void> => {
		const count = 60;
		// The ping of iputils counts a packet that cannot be sent as lost, while busybox's gives up.
		const flags = ["-q", "-c", `${count}`, "-i", "0.05", "-W", "2"];
		const flights = [
			lab.lan.spawn("ping", ...flags, "10.33.33.34"),
			lab.host.spawn("ping", ...flags, "10.33.33.1"),
		].map(async (ping) => {
			let text = "";
			ping.stdout?.setEncoding("utf8").on("data", (part: string) => {
				text += part;
			});
			await once(ping, "close");
			return Number(/(\d+) received/.exec(text)?.[1]);
		});
		change();
		for (const received of await Promise.all(flights))
			expect(received).toBeGreaterThanOrEqual(count - 1);
	};
	await through(() => up("--owner", `${OWNER}`, "--bridge", "br0", "--uplink", "eth1"));
	await through(() => expect(run("down", "tap0").status).toBe(0));
	expect(lab.changes(before, [OF_THE_HOST])).toEqual([]);
});

test("S2, the pitfall: the host's own address for the guest is refused, and it says why", () => {
	const address = "10.33.33.36/24";
	const ended = run("up", "tap0", "--address", address, "--guest-address", address);
	expect(ended.status).toBe(2);
	expect(ended.stderr).toContain("10.33.33.36 is the host's own address");
	expect(ended.stderr).toContain("--guest-address");
	expect(lab.changes(before)).toEqual([]);
});

describe("S3", () => {
	let far: Machine;
	let server: Server;

	/** A machine behind the router that has a route back to the LAN only. It reports who connects. */
	beforeEach(async () => {
		far = new Machine();
		lab.lan.sh(`
			ip link add far0 type veth peer name eth0 netns ${far.path}
			ip address add 203.0.113.1/24 dev far0
			ip link set far0 up
			sysctl -qw net.ipv4.ip_forward=1`);
		far.sh(`
			ip address add 203.0.113.9/24 dev eth0
			ip link set eth0 up
			ip route add 10.0.0.0/8 via 203.0.113.1`);
		server = createServer((caller) => caller.end(`${caller.remoteAddress}\n`));
		far.enter();
		server.listen(7, "203.0.113.9");
		await once(server, "listening");
		lab.host.enter();
		before = await lab.lookSettled();
	});
	afterEach(() => {
		server.close();
		far.close();
	});

	const nat = ["--owner", `${OWNER}`, "--address", "192.168.33.33/24", "--nat", "eth1"];

	test.each([
		["eth0", "behind a chosen address", ["--snat-to", "10.33.33.34"]],
		["vec0", "behind the uplink's own", []],
	] as const)("on %s the guest reaches a far host %s", async (on, _, more) => {
		expect(() => far.sh("ip route get 192.168.33.34")).toThrow();
		up(...nat, ...more);
		{
			await using guest = await boot(on, "192.168.33.34", "192.168.33.33", "255.255.255.0");
			await guestPings(guest, "192.168.33.33");
			await guestPings(guest, "203.0.113.9");
			const { stdout } = await guest.exec("nc -w 5 203.0.113.9 7 </dev/null");
			expect(stdout).toBe("10.33.33.34\n");
		}
		await down();
	});

	test("without NAT the same guest gets no answer from there", async () => {
		const spec = `
version: 1
networks: { lab: { mode: routed, uplink: eth1, addresses: [192.168.33.33/24] } }
taps: { tap0: { network: lab, owner: ${OWNER} } }
`;
		const around = { netns: lab.host.path, stateDir: lab.stateDir, input: spec };
		expect(umlnet(around, "up", "-f", "-")).toMatchObject({ status: 0 });
		{
			await using guest = await boot("eth0", "192.168.33.34", "192.168.33.33", "255.255.255.0");
			await guestPings(guest, "192.168.33.33");
			const { stdout } = await guest.exec("ping -c 2 -i 0.2 -W 1 203.0.113.9");
			expect(stdout).toContain("0 packets received");
			up(...nat, "--snat-to", "10.33.33.34");
			await guestPings(guest, "203.0.113.9");
		}
		await down();
	});
});
