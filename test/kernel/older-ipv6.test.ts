/** Kernels before Linux 6.17 forward IPv6 on all interfaces or on none: played by hiding what this one has besides. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Host } from "../../src/host/host.js";
import { LinuxKernel } from "../../src/kernel/linux.js";
import { KernelError } from "../../src/sys/error.js";
import { Lab } from "./lab.js";
import { Router } from "./router.js";
import { labSpec } from "./specs.js";

class OlderKernel extends LinuxKernel {
	override readSysctl(path: string): string {
		if (path.endsWith("/force_forwarding")) throw new KernelError(`read(${path})`, 2);
		return super.readSysctl(path);
	}
}

let lab: Lab;
let router: Router;
beforeEach(async () => {
	lab = await Lab.open();
	router = new Router(lab.lan, "lan0");
	router.advertise("2001:db8:1::", 1800);
	await learned();
});
afterEach(() => {
	router.stop();
	lab.close();
});

async function run<T>(work: (host: Host) => Promise<T>): Promise<T> {
	const host = new Host(new OlderKernel(), { stateDir: lab.stateDir });
	try {
		return await work(host);
	} finally {
		host.close();
	}
}
const specOf = (tap: string, address: string) =>
	labSpec({ mode: "nat", uplink: "eth1" }, { [tap]: { addresses: [address] } });
const conf = (link: string, name: string): string =>
	lab.host.sh(`cat /proc/sys/net/ipv6/conf/${link}/${name}`).trim();
const settings = (): string =>
	lab.host.sh(
		"grep -s . /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/*/accept_ra || true",
	);

const defaults = (): string[] =>
	lab.host
		.sh("ip -6 route show default")
		.split("\n")
		.filter(Boolean)
		.map((line) => line.replace(/ (expires|hoplimit) \w+/g, "").trim());
async function learned(): Promise<string> {
	for (const end = Date.now() + 5000; ; await sleep(20)) {
		const route = defaults().find((line) => line.includes("proto ra"));
		if (route !== undefined) return route;
		if (Date.now() > end) throw new Error("no router was learned");
	}
}

test("the host is a router as long as somebody needs it, and learns its own routers all the while", async () => {
	const [before, route] = [settings(), await learned()];
	await run((host) => host.up(specOf("tap0", "fd00:33::1/64")));
	await run((host) => host.up(specOf("tap1", "fd00:34::1/64")));
	expect([conf("all", "forwarding"), conf("eth1", "accept_ra")]).toEqual(["1", "2"]);
	expect(defaults()).toEqual([route]);
	lab.host.sh("ip -6 route delete default dev eth1");
	expect(await learned()).toBe(route);
	expect((await run((host) => host.status(undefined, { verify: true }))).exact).toBe(true);
	await run((host) => host.down({ taps: ["tap0"] }));
	expect([conf("all", "forwarding"), conf("eth1", "accept_ra")]).toEqual(["1", "2"]);
	await run((host) => host.down({ taps: ["tap1"] }));
	expect(settings()).toBe(before);
	expect(defaults()).toEqual([route]);
});

test("what was lost is found by its marks", async () => {
	await run((host) => host.up(specOf("tap0", "fd00:33::1/64")));
	lab.host.sh(`rm -r ${lab.stateDir}`);
	await run((host) => host.recover({ strays: true }));
	expect(conf("all", "forwarding")).toBe("0");
});

test("a host that is a router already stays one", async () => {
	lab.host.sh("sysctl -qw net.ipv6.conf.eth1.accept_ra=2 net.ipv6.conf.all.forwarding=1");
	const before = settings();
	await run((host) => host.up(specOf("tap0", "fd00:33::1/64")));
	await run((host) => host.down({ all: true }));
	expect(settings()).toBe(before);
});
