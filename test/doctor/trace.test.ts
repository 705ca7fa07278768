/** What `trace` tells of real packets of a guest, and that nothing of it stays behind. */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TraceEvent, type TraceFilter, trace } from "../../src/trace/trace.js";
import { Lab } from "../kernel/lab.js";
import { labSpec } from "../kernel/specs.js";
import { MAIN } from "../kernel/umlnet.js";
import { settled } from "../oracle/settled.js";
import { Guest } from "./guest.js";

const CONFIG = {
	mac: "52:54:00:00:00:22",
	address: "192.168.33.34",
	prefix: 24,
	gateway: "192.168.33.33",
};
const NETWORK = { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] };

let lab: Lab;
let guest: Guest;
beforeEach(async () => {
	lab = await Lab.open();
	await lab.run((host) =>
		host.up(labSpec(NETWORK, { tap0: { guest: { addresses: ["192.168.33.34/24"] } } })),
	);
	guest = new Guest("tap0", CONFIG);
	await settled();
});
afterEach(() => {
	guest.close();
	lab.close();
});

/** What is told while the guest pings. */
async function traced(filter: TraceFilter = {}, to = "10.33.33.1"): Promise<TraceEvent[]> {
	const enough = new AbortController();
	const events: TraceEvent[] = [];
	const reading = (async () => {
		for await (const event of trace("tap0", { signal: enough.signal, filter }))
			if (!("overrun" in event)) events.push(event);
	})();
	await guest.ping(to, 400);
	await sleep(100);
	enough.abort();
	await reading;
	return events;
}

const tables = (): string => lab.host.sh("nft list tables");

describe.skipIf(process.getuid?.() !== 0)("a trace", () => {
	test("tells which rule dropped a packet, in the words of nft", async () => {
		lab.host.sh(
			"nft add table ip foreign; nft 'add chain ip foreign c { type filter hook forward priority 0; }'",
		);
		lab.host.sh("nft add rule ip foreign c iifname tap0 ip daddr 10.33.33.1 counter drop");
		const events = await traced();
		const drop = events.find(({ verdict }) => verdict === "drop");
		expect(drop).toMatchObject({
			family: "ip",
			table: "foreign",
			chain: "c",
			hook: "forward",
			step: "rule",
			input: "tap0",
			output: "eth1",
		});
		expect(drop?.rule).toMatch(
			/^iifname "tap0" ip daddr 10\.33\.33\.1 counter packets \d+ bytes \d+ drop$/,
		);
		// All steps of the packet have its number.
		const about = events.find(
			({ packet, about: said }) => packet === drop?.packet && said !== undefined,
		)?.about;
		expect(about).toBe("icmp 192.168.33.34 > 10.33.33.1");
	});

	test("tells of packets in both directions, and of the policy of iptables", async () => {
		lab.host.sh(
			"iptables-nft -A FORWARD -i tap0 -j ACCEPT; iptables-nft -A FORWARD -o wlan0 -j ACCEPT",
		);
		const events = await traced();
		// The interfaces are told with the first step of a packet at a hook.
		const toGuest = events.filter(({ output }) => output === "tap0").map(({ packet }) => packet);
		const policies = events.filter(({ step, table }) => step === "policy" && table === "filter");
		expect(
			policies.some(({ packet, verdict }) => toGuest.includes(packet) && verdict === "accept"),
		).toBe(true);
		expect(events.some(({ rule, input }) => input === "tap0" && rule?.includes("accept"))).toBe(
			true,
		);
	});

	test("passes over what the filter does not want", async () => {
		lab.host.sh("iptables-nft -A FORWARD -j ACCEPT");
		expect(await traced({ protocol: "tcp", port: 80 })).toEqual([]);
		expect(await traced({ address: "10.33.33.9" })).toEqual([]);
		expect((await traced({ protocol: "icmp", address: "10.33.33.1" })).length).toBeGreaterThan(0);
	});

	test("leaves nothing behind when it is left, and nothing when it is killed", async () => {
		const before = tables();
		for await (const event of trace("tap0", { signal: AbortSignal.timeout(50) }))
			expect(event).toBeDefined();
		expect(tables()).toBe(before);
		const child = spawn(
			"nsenter",
			[`--net=${lab.host.path}`, process.execPath, MAIN, "trace", "tap0"],
			{ stdio: "ignore" },
		);
		for (let i = 0; i < 100 && !tables().includes("umlnet-nl-trace"); i++) await sleep(50);
		expect(tables()).toContain("umlnet-nl-trace");
		child.kill("SIGKILL");
		for (let i = 0; i < 100 && tables() !== before; i++) await sleep(20);
		expect(tables()).toBe(before);
	});

	test("says that events were dropped, and goes on", async () => {
		lab.host.sh("iptables-nft -A FORWARD -j ACCEPT");
		const enough = new AbortController();
		const told = trace("tap0", { signal: enough.signal, bufferBytes: 32_768 });
		const first = told.next();
		await guest.ping("10.33.33.1", 300);
		const seen = [(await first).value];
		// Nobody reads meanwhile.
		for (let i = 0; i < 5; i++) await guest.ping("10.33.33.1", 200);
		setTimeout(() => enough.abort(), 400);
		for await (const event of told) seen.push(event);
		expect(seen.some((event) => event !== undefined && "overrun" in event)).toBe(true);
		expect(
			seen.filter((event) => event !== undefined && "verdict" in event).length,
		).toBeGreaterThan(0);
	});

	test("is refused for what is not there", () => {
		expect(() => trace("tap7")).toThrow(/there is no interface tap7/);
	});
});
