/** What a router advertises to an uplink must still be learned by the link that replaces the uplink. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { specFromFlags } from "../../src/spec/spec.js";
import { Lab } from "./lab.js";
import { Router } from "./router.js";

const PREFIX = "2001:db8:1::";
const spec = specFromFlags({ tap: "tap0", owner: 500, bridge: "br0", uplink: "eth1" });

let lab: Lab;
let router: Router;
beforeEach(async () => {
	lab = await Lab.open();
	router = new Router(lab.lan, "lan0");
	router.advertise(PREFIX, 1800);
	await shown("eth1", /^default via fe80::\S+ proto ra metric 1024/m);
	await shown("eth1", /^inet6 2001:db8:1:0:ff:fe00:e1|^inet6 2001:db8:1::ff:fe00:e1/m);
});
afterEach(() => {
	router.stop();
	lab.close();
});

const up = () => lab.run((host) => host.up(spec));
const down = () => lab.run((host) => host.down({ taps: ["tap0"] }));

/** The IPv6 addresses and routes of a link, one a line, without lifetimes. */
const configOf = (link: string): string =>
	lab.host
		.sh(`ip -6 route show dev ${link}; ip -6 address show dev ${link} scope global`)
		.split("\n")
		.map((line) => line.trim().replace(/ (expires|hoplimit) \w+| (noprefixroute|tentative)/g, ""))
		.filter((line) => /^default|^2001|^inet6/.test(line))
		.sort()
		.join("\n");

/** Wait until the configuration of a link matches. */
async function shown(link: string, what: RegExp, seconds = 5): Promise<void> {
	const deadline = performance.now() + 1000 * seconds;
	while (!what.test(configOf(link))) {
		if (performance.now() > deadline) expect(configOf(link)).toMatch(what);
		await sleep(20);
	}
}

const DEFAULT = /^default via fe80::\S+ (metric 1023|proto ra metric 1024)/m;

test("while nobody says anything, the bridge has what was learned, and the uplink has it again", async () => {
	router.stop();
	await up();
	expect(configOf("br0")).toMatch(DEFAULT);
	expect(configOf("br0")).toContain(PREFIX);
	expect(configOf("eth1")).toBe("");
	await down();
	expect(configOf("eth1")).toMatch(DEFAULT);
	expect(configOf("eth1")).toContain(PREFIX);
});

test("the next advertisement is taken, and all is as it was", async () => {
	const before = configOf("eth1");
	await up();
	await shown("br0", /proto ra metric 1024/);
	expect(configOf("br0")).toBe(before);
	expect(configOf("eth1")).toBe("");
	expect((await up()).mutations).toEqual([]);
	expect((await lab.run((host) => host.status(undefined, { verify: true }))).result.exact).toBe(
		true,
	);
	await down();
	await shown("eth1", /proto ra metric 1024/);
	expect(configOf("eth1")).toBe(before);
});

test("another prefix that is advertised meanwhile is the uplink's afterwards", async () => {
	await up();
	await shown("br0", /proto ra metric 1024/);
	router.advertise("2001:db8:2::", 1800);
	await shown("br0", /^inet6 2001:db8:2:/m);
	await down();
	await shown("eth1", /^inet6 2001:db8:2:/m);
	await shown("eth1", /proto ra metric 1024/);
});

test("a router that takes itself back is none any more, neither for the bridge nor afterwards", async () => {
	await up();
	router.advertise(PREFIX, 0);
	const deadline = performance.now() + 5000;
	while (DEFAULT.test(configOf("br0")) && performance.now() < deadline) await sleep(20);
	expect(configOf("br0")).not.toMatch(DEFAULT);
	await down();
	expect(configOf("eth1")).not.toMatch(DEFAULT);
	expect(configOf("eth1")).toContain(PREFIX);
});

test("a router is one again when the move is undone", async () => {
	const before = configOf("eth1");
	// A spec that is refused after the uplink's address has moved: the tap has the same address.
	const twice = specFromFlags({
		...{ tap: "tap0", owner: 500, bridge: "br0", uplink: "eth1" },
		address: ["10.33.33.34/8"],
	});
	await expect(lab.run((host) => host.up(twice))).rejects.toThrow("10.33.33.34/8");
	await shown("eth1", /proto ra metric 1024/);
	expect(configOf("eth1")).toBe(before);
});
