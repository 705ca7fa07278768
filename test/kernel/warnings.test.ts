/** What cannot work is reported and done nevertheless, and `down --all` takes down what can go down. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import { Lab } from "./lab.js";
import { umlnet } from "./umlnet.js";

let lab: Lab;
let before: Snapshot;
beforeEach(async () => {
	lab = await Lab.open();
	before = lab.look();
});
afterEach(() => lab.close());

const run = (...args: readonly string[]) =>
	umlnet({ netns: lab.host.path, stateDir: lab.stateDir }, ...args);
const NAT = ["up", "tap0", "--address", "192.168.33.33/24", "--nat", "eth1"];
const BRIDGED = ["up", "tap0", "--bridge", "br0", "--uplink", "eth1"];

describe("on stderr, and in the report", () => {
	test.each([
		["an uplink that is down", "ip link set eth1 down", NAT, "WARN_UPLINK_DOWN", /eth1 is down/],
		["a port that is down", "ip link set eth1 down", BRIDGED, "WARN_UPLINK_DOWN", /eth1 is down/],
		[
			"an uplink without an address",
			"ip address flush dev eth1",
			NAT,
			"WARN_UPLINK_NO_ADDRESS",
			/eth1/,
		],
		[
			"an uplink without IPv6",
			"ip link set eth1 mtu 1000",
			[...NAT, "--address", "fd00:33::1/64"],
			"WARN_UPLINK_NO_IPV6",
			/eth1 has no IPv6/,
		],
		[
			"an address nobody has",
			"",
			[...NAT, "--snat-to", "192.0.2.7"],
			"WARN_SNAT_ADDRESS",
			/192\.0\.2\.7/,
		],
		[
			"what is said of a guest by its address, which nothing keeps it to",
			"",
			[...BRIDGED, "--guest-address", "10.33.33.37/8", "--host-access", "closed"],
			"WARN_POLICY_BY_ADDRESS",
			/guard strict/,
		],
		[
			"an uplink that is somebody's port",
			"ip link add their type bridge; ip link set their up; ip link set eth1 master their",
			NAT,
			"WARN_UPLINK_PORT",
			/port of their/,
		],
	] as const)("%s", (_, script, args, code, words) => {
		lab.host.sh(script);
		const planned = run("plan", ...args.slice(1), "--json");
		expect(JSON.parse(planned.stdout).warnings).toMatchObject([{ code }]);
		const up = run(...args);
		expect(up).toMatchObject({ status: 0, stderr: expect.stringMatching(/^warning: /m) });
		expect(up.stderr).toMatch(words);
		// Nothing is created, so no warning is repeated.
		expect(run(...args)).toMatchObject({ status: 0, stderr: "nothing to do\n" });
		expect(run("down", "tap0")).toMatchObject({ status: 0 });
	});

	test("an uplink whose other end is not there", () => {
		lab.lan.sh("ip link set lan0 down");
		expect(run(...NAT).stderr).toMatch(/warning: uplink eth1 has no carrier/);
	});

	test("nothing where all is well", () => {
		expect(run(...NAT, "--snat-to", "10.33.33.34").stderr).not.toContain("warning");
		expect(run("down", "--all")).toMatchObject({ status: 0 });
		expect(run(...BRIDGED).stderr).not.toContain("warning");
	});
});

describe("down --all, where somebody else has a port in one bridge", () => {
	beforeEach(() => {
		run(...BRIDGED);
		run("up", "tap1", "--address", "10.1.0.1/24");
		lab.host.sh("ip tuntap add mode tap name vnet0; ip link set vnet0 master br0");
	});

	test("takes all else, and names the port", () => {
		const planned = run("plan", "--down", "--all");
		expect(planned).toMatchObject({ status: 0, stderr: expect.stringContaining("vnet0") });
		expect(planned.stdout).toContain("tap1");
		const down = run("down", "--all");
		expect(down).toMatchObject({ status: 5, stderr: expect.stringContaining("vnet0") });
		expect(down.stderr).toContain("everything else is done: tap1 is down");
		expect(run("status", "-q").stdout).toBe("tap0\n");
		lab.host.sh("ip link delete vnet0");
		expect(run("down", "--all")).toMatchObject({ status: 0 });
		expect(lab.changes(before)).toEqual([]);
	});

	test("up --prune is one change: all of it, or nothing", () => {
		const spec =
			"{ version: 1, networks: { lab: { mode: host-only } }, taps: { tap2: { network: lab, owner: 0 } } }";
		const around = { netns: lab.host.path, stateDir: lab.stateDir, input: spec };
		const up = umlnet(around, "up", "-f", "-", "--prune");
		expect(up).toMatchObject({ status: 5, stderr: expect.stringContaining("vnet0") });
		expect(run("status", "-q").stdout).toBe("tap0\ntap1\n");
	});

	test("what is to be confirmed goes whole or not at all", () => {
		const down = run("down", "--all", "--confirm-within", "60");
		expect(down).toMatchObject({ status: 5, stderr: expect.stringContaining("vnet0") });
		expect(run("status", "-q").stdout).toBe("tap0\ntap1\n");
	});
});
