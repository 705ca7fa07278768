/** How fast a guest receives and sends by a real tap, measured by iperf3, and how many connections it may have. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { attach } from "./attached.js";
import { Lab } from "./lab.js";
import { Machine } from "./machine.js";
import { labSpec } from "./specs.js";

let lab: Lab;
let guest: Machine;
let running: ChildProcess[];
beforeEach(async () => {
	lab = await Lab.open("ip address add 2001:db8:1::10/64 dev eth1");
	lab.lan.sh("ip address add 2001:db8:1::1/64 dev lan0");
	guest = new Machine();
	running = [];
	lab.host.enter();
});
const end = (): Promise<unknown> =>
	Promise.all(
		running.splice(0).map((one) => {
			one.kill("SIGKILL");
			return once(one, "close");
		}),
	);
afterEach(async () => {
	await end();
	guest.close();
	lab.close();
});

const DOWN = 40e6;
const UP = 20e6;
const spec = (limits: object) =>
	labSpec(
		{ mode: "nat", uplink: "eth1" },
		{
			t1: {
				addresses: ["10.7.1.1/24", "fd07:1::1/64"],
				guest: { addresses: ["10.7.1.2/24", "fd07:1::2/64"] },
				limits,
			},
		},
	);

async function attached(): Promise<void> {
	running.push(await attach(lab.host, "t1", guest));
	guest.sh(`
		ip link set eth0 up
		ip address add 10.7.1.2/24 dev eth0; ip route add default via 10.7.1.1
		ip address add fd07:1::2/64 dev eth0; ip route add default via fd07:1::1`);
}

interface Measured {
	readonly end: { readonly sum_received: { readonly bits_per_second: number } };
}
/** Bits per second of one TCP connection in five seconds. */
const measured = (options: string): number =>
	(guest.json(`iperf3 --json -t 5 -c 10.33.33.1 ${options}`) as Measured).end.sum_received
		.bits_per_second;

test("rates are what was asked for, within a twentieth, and change in place", async () => {
	const before = await lab.lookSettled();
	await lab.run((host) => host.up(spec({ download: "40mbit", upload: "20mbit" })));
	await attached();
	running.push(lab.lan.spawn("iperf3", "-s"));
	await new Promise((resolve) => setTimeout(resolve, 500));
	let seconds = 0;
	// A machine with much to do slows down whoever sends; nothing lets through more than the limit.
	const within = (options: string, wanted: number): void => {
		for (let tries = 1; ; tries++) {
			const share = measured(options) / wanted;
			seconds += 5;
			expect(share).toBeLessThan(1.05);
			if (share > 0.95) return;
			expect(tries, `${share} of what was asked for`).toBeLessThan(4);
		}
	};
	within("-R", DOWN);
	within("", UP);
	const change = spec({ download: "10mbit", upload: "20mbit" });
	await lab.run((host) => host.up(change));
	within("-R", 10e6);
	const { result } = await lab.run((host) => host.status(["t1"]));
	const [tap] = result.taps;
	expect(tap?.drift).toEqual([]);
	const { download, upload } = tap?.traffic ?? {};
	expect(download?.bytes).toBeGreaterThan((5 * (DOWN + 10e6) * 0.95) / 8);
	expect(download?.bytes).toBeLessThan((seconds * DOWN * 1.1) / 8);
	expect(upload?.bytes).toBeGreaterThan((5 * UP * 0.95) / 8);
	expect(upload?.bytes).toBeLessThan((seconds * UP * 1.1) / 8);
	await end();
	await lab.run((host) => host.down({ all: true }));
	expect(await lab.networkChanges(before)).toEqual([]);
}, 120_000);

const MANY = `
import socket, time
opened = []
for _ in range(4):
    for host in ("10.33.33.1", "2001:db8:1::1"):
        s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        s.settimeout(0.5)
        try:
            s.connect((host, 5201))
            opened.append(s)
        except OSError: pass
print(len(opened))
`;
const LISTEN = `
import socket, time
s = socket.socket(socket.AF_INET6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("::", 5201)); s.listen(50)
print("ready", flush=True)
time.sleep(60)
`;

test("connections of both families are counted together, and what is too much is dropped", async () => {
	await lab.run((host) => host.up(spec({ connections: 5 })));
	await attached();
	const listener = lab.lan.spawn("python3", "-c", LISTEN);
	running.push(listener);
	await once(listener.stdout as NodeJS.ReadableStream, "data");
	expect(guest.sh(`python3 -c '${MANY}'`).trim()).toBe("5");
	const { result } = await lab.run((host) => host.status(["t1"]));
	expect(result.taps[0]?.drops?.limit?.packets).toBeGreaterThan(0);
}, 60_000);
