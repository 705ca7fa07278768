/** Without root `status` shows what everybody may see, and says what it does not show. */
import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Lab } from "./lab.js";
import { errorOf, umlnet } from "./umlnet.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
	// Like /run, which everybody may enter.
	chmodSync(dirname(lab.stateDir), 0o755);
	for (const args of [
		["tap0", "--owner", "500", "--address", "192.168.33.33/24", "--nat", "eth1", "--mtu", "1400"],
		["tap1", "--group", "600", "--bridge", "br0", "--address", "192.168.34.1/24", "--vnet-hdr"],
	])
		expect(run("up", ...args)).toMatchObject({ status: 0 });
	lab.host.sh("ip tuntap add mode tap name theirs; ip address add 192.168.34.2/24 dev br0");
});
afterEach(() => lab.close());

const around = () => ({ netns: lab.host.path, stateDir: lab.stateDir });
const run = (...args: readonly string[]) => umlnet(around(), ...args);
const OTHER = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "--bounding-set=-all"];
const asOther = (...args: readonly string[]) => umlnet({ ...around(), under: OTHER }, ...args);

test("taps, their networks, owners, bridges and addresses", () => {
	const { status, stdout, stderr } = asOther("status");
	expect(status).toBe(0);
	const rows = stdout
		.trimEnd()
		.split("\n")
		.map((line) => line.split(/ +/));
	expect(rows).toEqual([
		["TAP", "NETWORK", "MODE", "OWNER", "BRIDGE", "UPLINK", "HOST", "GUEST", "STATE"],
		["tap0", "tap0", "unknown", "500", "-", "eth1", "192.168.33.33/24", "-", "-"],
		["tap1", "br0", "unknown", ":600", "br0", "-", "192.168.34.1/24", "-", "-"],
		[""],
		["2", "taps"],
	]);
	expect(stderr).toContain(
		`not shown: how guests are connected, what they use and what drifted is written in ${lab.stateDir}, for root alone\n`,
	);
	expect(stderr).toContain("nf_tables to CAP_NET_ADMIN alone");
	expect(stderr).toContain("sudo umlnet-nl status");
	expect(stderr).not.toMatch(/error|not tidied up/);
});

test("as data it tells the same as to root, but for what was asked for", () => {
	const seen = JSON.parse(asOther("status", "--json").stdout);
	const known = JSON.parse(run("status", "--json").stdout);
	expect(seen.unseen).toHaveLength(2);
	expect(known.unseen).toBeUndefined();
	for (const [i, tap] of known.taps.entries())
		for (const key of [
			"name",
			"index",
			"network",
			"owner",
			"group",
			"multiQueue",
			"vnetHdr",
			"bridge",
			"addresses",
		])
			expect([key, seen.taps[i][key]]).toEqual([key, tap[key]]);
	expect(seen.taps[0]).toMatchObject({ mtu: 1400, drift: [], guest: { addresses: [] } });
	expect(seen.taps[0].launch.uml).toBe("eth0=tuntap,tap0");
	expect(seen.resources.map(({ key }: { readonly key: string }) => key)).toEqual(
		expect.arrayContaining(["link:tap0", "link:tap1", "link:br0", "forwarding:eth1"]),
	);
});

test("names and patterns are answered, and what is not ours is not up", () => {
	expect(asOther("status", "tap1", "-q")).toMatchObject({ status: 0, stdout: "tap1\n" });
	expect(asOther("status", "tap?", "-q").stdout).toBe("tap0\ntap1\n");
	expect(asOther("status", "theirs")).toMatchObject({ status: 6 });
});

describe("what cannot be told is refused", () => {
	test.each([["--verify"], ["--drifted"]])("%s", (flag) => {
		const ended = asOther("status", flag, "--json");
		expect(ended.status).toBe(4);
		expect(errorOf(ended)).toMatchObject({
			code: "ERR_PERMISSION",
			hint: expect.stringContaining("as root"),
		});
	});

	test.each([["up", "tap2"], ["down", "tap0"], ["recover"]])("%s %s", (...args) => {
		expect(asOther(...args)).toMatchObject({ status: 4 });
		expect(run("status", "--verify")).toMatchObject({ status: 0 });
	});
});

test("where nothing is ours, nothing is hidden", () => {
	expect(run("down", "--all")).toMatchObject({ status: 0 });
	expect(asOther("status")).toMatchObject({
		status: 0,
		stdout: "",
		stderr: "nothing of ours is up\n",
	});
});
