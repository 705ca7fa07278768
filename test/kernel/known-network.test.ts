/** `up TAP --network NAME`: a tap in a network that is up, or that a file describes, as if it had stood in its spec. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Lab } from "./lab.js";
import { umlnet } from "./umlnet.js";

let lab: Lab;
let directory: string;
let file: string;
beforeEach(async () => {
	lab = await Lab.open();
	directory = mkdtempSync(join(tmpdir(), "umlnet-nl-network-"));
	file = join(directory, "lab.yaml");
	writeFileSync(file, spec(0));
});
afterEach(() => {
	lab.close();
	rmSync(directory, { recursive: true });
});

const run = (...args: readonly string[]) =>
	umlnet({ netns: lab.host.path, stateDir: lab.stateDir }, ...args);
const done = { status: 0 };

/** A network in which little is left as it is by itself, and so many taps beside the first. */
const spec = (more: number): string => `
version: 1
networks:
  lab:
    mode: nat
    uplink: eth1
    bridge: br0
    addresses: [192.168.33.33/24, "fd00:33::1/64"]
    snatTo: 10.33.33.34
    proxyArp: true
    mtu: 1400
taps:
  tap0: { network: lab, owner: 500, guest: { addresses: [192.168.33.34/24] } }
${more > 0 ? "  tap1: { network: lab, owner: 501, guest: { addresses: [192.168.33.35/24] } }" : ""}
`;
const TAP1 = ["tap1", "--owner", "501", "--guest-address", "192.168.33.35/24"];

test("of those that are up, to the last key, and it lasts as long as a tap of it", () => {
	expect(run("up", "-f", file)).toMatchObject(done);
	expect(run("plan", ...TAP1, "--network", "lab").stdout).toContain("create tap tap1");
	expect(run("up", ...TAP1, "--network", "lab")).toMatchObject(done);
	writeFileSync(file, spec(1));
	expect(run("plan", "-f", file, "--exit-code")).toMatchObject({ status: 0, stdout: "" });
	// Described otherwise by now, it is known so.
	writeFileSync(file, spec(1).replace("1400", "1300"));
	expect(run("up", "-f", file)).toMatchObject(done);
	// The first tap, which brought the network, goes; the network stays known.
	expect(run("down", "tap0")).toMatchObject(done);
	expect(run("up", "tap2", "--network", "lab")).toMatchObject(done);
	const { taps, networks } = JSON.parse(run("status", "--json").stdout);
	expect(taps).toMatchObject([
		{ name: "tap1", mode: "nat", bridge: "br0", uplink: "eth1" },
		{ name: "tap2", mode: "nat", bridge: "br0", uplink: "eth1" },
	]);
	expect(networks.lab).toMatchObject({ mode: "nat", bridge: "br0", proxyArp: true, mtu: 1300 });
	expect(run("down", "--all")).toMatchObject(done);
	expect(run("up", ...TAP1, "--network", "lab")).toMatchObject({
		status: 2,
		stderr: expect.stringContaining("no network lab is up"),
	});
});

test("of a file", () => {
	expect(run("up", ...TAP1, "-f", file, "--network", "lab")).toMatchObject(done);
	expect(run("status", "-q").stdout).toBe("tap1\n");
	writeFileSync(file, spec(1));
	expect(run("plan", "-f", file).stdout).not.toContain("tap1");
	expect(run("up", ...TAP1, "-f", file, "--network", "bal")).toMatchObject({
		status: 2,
		stderr: expect.stringMatching(/no network bal is in .*\n.*there are: lab/),
	});
});

test("of one that flags have made, with the tap's own addresses", () => {
	const nat = ["--address", "192.168.33.33/24", "--nat", "eth1"];
	expect(run("up", "Tap.0", ...nat)).toMatchObject(done);
	const joined = ["up", "tap1", "--network", "Tap.0", "--address", "192.168.34.33/24"];
	expect(run(...joined)).toMatchObject(done);
	const { taps } = JSON.parse(run("status", "tap1", "--json").stdout);
	expect(taps).toMatchObject([{ network: "Tap.0", mode: "nat", addresses: ["192.168.34.33/24"] }]);
});

test("a flag that describes a network beside it, and no tap, are bad usage", () => {
	expect(run("up", "-f", file)).toMatchObject(done);
	expect(run("up", ...TAP1, "--network", "lab", "--bridge", "br1")).toMatchObject({
		status: 2,
		stderr: expect.stringContaining("--bridge"),
	});
	expect(run("up", "-f", file, "--network", "lab").stderr).toContain(
		"umlnet-nl up TAP --network lab",
	);
});
