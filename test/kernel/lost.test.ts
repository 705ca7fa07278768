/**
 * The state directory is lost while something is up. Objects that carry our marks must be reported, and can be removed
 * as if they were still in the journal, along with all that was changed for them.
 */
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConflictError } from "../../src/engine/error.js";
import type { StatusReport } from "../../src/engine/report.js";
import { Lab } from "./lab.js";
import { labSpec, type S1, S2, S3, VARIANTS } from "./specs.js";
import { umlnet } from "./umlnet.js";

const BUSY = `
	ip address add 10.33.33.35/8 dev eth1
	ip address add 172.16.5.1/16 dev eth1
	ip -6 address add 2001:db8:1::10/64 dev eth1 nodad
	ip -6 route add default via 2001:db8:1::1 dev eth1
	ip route add 10.99.0.0/16 via 10.33.33.2 metric 100 src 10.33.33.35
	ip neighbour add 10.33.33.9 lladdr 02:00:00:00:00:09 dev eth1 nud permanent
	until ip -6 route show table local | grep -q "^local 2001:db8:1::10 "; do sleep 0.05; done`;

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open(BUSY);
});
afterEach(() => lab.close());

const lose = (): void => rmSync(lab.stateDir, { recursive: true });
const status = async (): Promise<StatusReport> => (await lab.run((host) => host.status())).result;
const recover = async () => (await lab.run((host) => host.recover({ strays: true }))).result;
const linksIn = (spec: typeof S1): string[] => [
	...Object.keys(spec.taps),
	...Object.values(spec.networks).flatMap(({ bridge }) => bridge ?? []),
];

test.each(Object.entries(VARIANTS))("%s is found by its marks, and taken away", async (_, spec) => {
	const before = await lab.lookSettled();
	await lab.run((host) => host.up(spec));
	lose();
	const { taps, strays = [] } = await status();
	expect(taps).toEqual([]);
	for (const link of linksIn(spec))
		expect(strays.some((what) => what.split(/[ ,]/).includes(link))).toBe(true);
	const { residual, losses, ...report } = await recover();
	expect({ residual, losses }).toEqual({ residual: [], losses: undefined });
	expect(report.strays).toEqual(strays);
	expect(await lab.networkChanges(before)).toEqual([]);
	expect(await status()).toMatchObject({ taps: [], strays: [] });
	expect(await recover()).toMatchObject({ strays: [], steps: [] });
});

const NAT = { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] };
const ROUTED = labSpec({ ...NAT, mode: "routed" }, { tap0: {} });
const BOTH = VARIANTS["NAT of both families"] as typeof S1;
const GLOBAL = labSpec({ ...NAT, forwarding: "global" }, { tap0: {} });

describe("what was so before us stays so:", () => {
	test.each([
		["forwarding of the uplink", "sysctl -qw net.ipv4.conf.eth1.forwarding=1", ROUTED],
		["IPv6 forwarding of the uplink", "sysctl -qw net.ipv6.conf.eth1.force_forwarding=1", BOTH],
		["IPv6 forwarding of all", "sysctl -qw net.ipv6.conf.all.force_forwarding=1", BOTH],
		["IPv6 of a router", "sysctl -qw net.ipv6.conf.all.forwarding=1", BOTH],
		["forwarding of all interfaces", "sysctl -qw net.ipv4.ip_forward=1", ROUTED],
		["forwarding of all interfaces, wanted", "sysctl -qw net.ipv4.ip_forward=1", GLOBAL],
	])("%s", async (_, script, spec) => {
		lab.host.sh(script);
		const before = await lab.lookSettled();
		await lab.run((host) => host.up(spec));
		lose();
		await recover();
		expect(await lab.networkChanges(before)).toEqual([]);
	});

	test("and what others switched on since, too", async () => {
		await lab.run((host) => host.up(ROUTED));
		lose();
		lab.host.sh("sysctl -qw net.ipv4.ip_forward=1");
		await recover();
		expect(lab.host.sh("sysctl -n net.ipv4.conf.eth1.forwarding")).toBe("1\n");
	});
});

test("what is remembered stays: only the rest goes", async () => {
	const other = labSpec({ mode: "host-only", bridge: "br7" }, { tap7: {} });
	await lab.run((host) => host.up(other));
	// Memory that is older than the last change, as out of a backup.
	const old = mkdtempSync(join(tmpdir(), "umlnet-old-"));
	cpSync(lab.stateDir, old, { recursive: true, preserveTimestamps: true });
	await lab.run((host) => host.up(S3));
	lose();
	cpSync(old, lab.stateDir, { recursive: true, preserveTimestamps: true });
	rmSync(old, { recursive: true });
	const before = await lab.lookSettled();
	const { strays = [] } = await status();
	expect(strays.join()).not.toMatch(/tap7|br7/);
	expect((await recover()).strays).toEqual(strays);
	const gone = await lab.networkChanges(before);
	expect(gone.length).toBeGreaterThan(0);
	expect(gone.join()).not.toMatch(/tap7|br7/);
	expect(await status()).toMatchObject({ taps: [{ name: "tap7", drift: [] }], strays: [] });
});

test("the last tap of several that note it gives back what the first one switched on", async () => {
	const before = await lab.lookSettled();
	const each = (name: string) => labSpec({ ...NAT, mode: "routed" }, { [name]: {} });
	await lab.run((host) => host.up(each("tap0")));
	await lab.run((host) => host.up(each("tap1")));
	await lab.run((host) => host.down({ taps: ["tap0"] }));
	lose();
	await recover();
	expect(await lab.networkChanges(before)).toEqual([]);
});

test("a port of others keeps its bridge, all of it stays, and the port is named", async () => {
	await lab.run((host) => host.up(S2));
	lose();
	lab.host.sh("ip link add theirs type veth peer name other; ip link set theirs master br0 up");
	const before = await lab.lookSettled();
	await expect(recover()).rejects.toThrow(ConflictError);
	await expect(recover()).rejects.toThrow("theirs");
	expect(await lab.networkChanges(before)).toEqual([]);
	lab.host.sh("ip link delete theirs");
	expect((await recover()).residual).toEqual([]);
	expect(await status()).toMatchObject({ strays: [] });
});

test("an uplink that is gone is named, and nothing of ours stays", async () => {
	await lab.run((host) => host.up(S2));
	lose();
	lab.host.sh("ip link delete eth1");
	const { losses = [] } = await recover();
	expect(losses.map(({ subject }) => subject)).toContain("address 10.33.33.34/8");
	expect(losses[0]?.reason).toBe("eth1 is gone");
	expect(await status()).toMatchObject({ strays: [] });
});

describe("while a process runs that knows what was in it,", () => {
	const other = labSpec({ mode: "host-only", bridge: "br7" }, { tap7: {} });

	test("it is written again with the next change, or when the process ends", async () => {
		const before = await lab.lookSettled();
		await lab.run(async (host) => {
			await host.up(S3);
			lose();
			expect(await host.status()).toMatchObject({
				taps: [{ name: "tap0", drift: [] }],
				strays: [],
			});
			lose();
			await host.up(other);
			expect((await status()).taps.map(({ name }) => name).sort()).toEqual(["tap0", "tap7"]);
			lose();
		});
		const { taps, strays } = await status();
		expect(taps).toMatchObject([
			{ name: "tap0", drift: [] },
			{ name: "tap7", drift: [] },
		]);
		expect(strays).toEqual([]);
		await lab.run((host) => host.down({ all: true }));
		expect(await lab.networkChanges(before)).toEqual([]);
	});

	test("who takes it all away without it is not contradicted", async () => {
		const before = await lab.lookSettled();
		await lab.run(async (host) => {
			await host.up(S3);
			lose();
			expect((await recover()).residual).toEqual([]);
			expect(await host.status()).toMatchObject({ taps: [], strays: [] });
		});
		expect(await status()).toMatchObject({ taps: [], strays: [] });
		expect(await lab.networkChanges(before)).toEqual([]);
	});
});

test("a table that has but our name is somebody else's", async () => {
	lab.host.sh("nft add table inet umlnet-nl");
	const before = await lab.lookSettled();
	expect(await status()).toMatchObject({ strays: [] });
	expect(await recover()).toMatchObject({ strays: [], steps: [] });
	expect(await lab.networkChanges(before)).toEqual([]);
});

test("who may see nothing of nf_tables is told of the rest, and that nothing is up where nothing is", async () => {
	chmodSync(join(lab.stateDir, ".."), 0o755);
	const nobody = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"];
	const status = () =>
		umlnet({ netns: lab.host.path, stateDir: lab.stateDir, under: nobody }, "status");
	expect(status()).toMatchObject({ status: 0, stderr: "nothing of ours is up\n" });
	await lab.run((host) => host.up(S3));
	lose();
	expect(status()).toMatchObject({ status: 5, stderr: expect.stringMatching(/link tap0/) });
	await recover();
});

test("the command line says so, on stderr, with exit 5", async () => {
	const run = (...args: readonly string[]) =>
		umlnet({ netns: lab.host.path, stateDir: lab.stateDir }, ...args);
	const before = await lab.lookSettled();
	await lab.run((host) => host.up(S3));
	lose();
	const found = run("status");
	expect(found).toMatchObject({ status: 5, stdout: "" });
	expect(found.stderr).toMatch(/link tap0, alias umlnet-nl tap0/);
	expect(found.stderr).toMatch(/forwarding of eth1, which was off before/);
	expect(found.stderr).toMatch(/nft table inet umlnet-nl/);
	expect(found.stderr).toMatch(/recover --strays/);
	expect(found.stderr).not.toMatch(/nothing of ours/);
	expect(run("status", "tap0")).toMatchObject({ stderr: "tap0: no such tap is up\n" });
	expect(JSON.parse(run("status", "--json").stdout)).toMatchObject({ taps: [] });
	const conflict = run("up", "tap0", "--owner", "500", "--address", "192.168.33.33/24");
	expect(conflict.status).toBe(5);
	expect(conflict.stderr).toMatch(/recover --strays/);
	const gone = run("recover", "--strays");
	expect(gone).toMatchObject({ status: 0, stdout: "" });
	expect(gone.stderr).toMatch(/removed: link tap0/);
	expect(await lab.networkChanges(before)).toEqual([]);
	expect(run("status")).toMatchObject({ status: 0, stderr: "nothing of ours is up\n" });
});
