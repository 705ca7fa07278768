/** Two state directories in one network namespace. Only one of them can have what both would have to give back. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import { Lab } from "./lab.js";
import { umlnet } from "./umlnet.js";

let lab: Lab;
let before: Snapshot;
let place: string;
let dirs: readonly [string, string];
beforeEach(async () => {
	lab = await Lab.open();
	place = mkdtempSync(join(tmpdir(), "umlnet-two-"));
	dirs = [join(place, "one"), join(place, "the other")];
	before = lab.look();
});
afterEach(() => {
	lab.close();
	rmSync(place, { recursive: true });
});

const run = (stateDir: string, ...args: readonly string[]) =>
	umlnet({ netns: lab.host.path, stateDir }, ...args);

/** The flags of what the first has, and of what the second wants in addition. */
const PAIRS: Readonly<Record<string, readonly [first: string, second: string]>> = {
	"a tap of one name": ["tap0 --address 10.1.0.1/24", "tap0 --address 10.2.0.1/24"],
	"a bridge of one name": [
		"tap0 --bridge br0 --address 10.1.0.1/24",
		"tap1 --bridge br0 --address 10.2.0.1/24",
	],
	"the same uplink": [
		"tap0 --address 10.1.0.1/24 --nat eth1",
		"tap1 --address 10.2.0.1/24 --nat eth1",
	],
	"a bridge over an uplink that is a port already": [
		"tap0 --bridge br0 --uplink eth1",
		"tap1 --bridge br1 --uplink eth1",
	],
};

test.each(Object.entries(PAIRS))("%s is a conflict, in either order", async (_, pair) => {
	for (const [a, b] of [pair, [pair[1], pair[0]]] as const) {
		const [one, two] = dirs;
		expect(run(one, "up", ...a.split(" "))).toMatchObject({ status: 0 });
		const refused = run(two, "up", ...b.split(" "));
		expect(refused).toMatchObject({ status: 5 });
		expect(refused.stderr).toMatch(/one|port of br/);
		expect(run(one, "status", "--verify")).toMatchObject({ status: 0 });
		// What is in the journal of the first is not a stray of the second.
		expect(run(two, "status")).toMatchObject({ status: 0 });
		expect(run(two, "recover", "--strays")).toMatchObject({ status: 0 });
		expect(run(one, "status", "--verify")).toMatchObject({ status: 0 });
		expect(run(one, "down", "--all")).toMatchObject({ status: 0 });
		expect(lab.changes(before)).toEqual([]);
	}
});

test("who has it is named, with the directory", () => {
	const [one, two] = dirs;
	run(one, "up", "tap0", "--address", "10.1.0.1/24", "--nat", "eth1");
	const nat = run(two, "up", "tap1", "--address", "10.2.0.1/24", "--nat", "eth1");
	expect(nat.stderr).toContain(`that of tap0, network tap0, in state directory ${one}`);
	expect(nat.stderr).toContain(`--state-dir ${one}`);
	const name = run(two, "up", "tap0", "--address", "10.2.0.1/24");
	expect(name.stderr).toMatch(
		/found that of tap0, network tap0, in state directory .*\/one, wanted/,
	);
	expect(run(one, "down", "--all")).toMatchObject({ status: 0 });
});

test("the tables that keep guests apart belong to one of them, and the other gets them afterwards", () => {
	const [one, two] = dirs;
	const other = ["up", "tap1", "--address", "10.2.0.1/24"];
	expect(run(one, "up", "tap0", "--address", "10.1.0.1/24")).toMatchObject({ status: 0 });
	const refused = run(two, ...other);
	expect(refused).toMatchObject({ status: 5 });
	expect(refused.stderr).toContain(`that of tap0, network tap0, in state directory ${one}`);
	expect(run(one, "status", "--verify")).toMatchObject({ status: 0 });
	expect(run(one, "down", "--all")).toMatchObject({ status: 0 });
	expect(run(two, ...other)).toMatchObject({ status: 0 });
	expect(run(two, "down", "--all")).toMatchObject({ status: 0 });
	expect(lab.changes(before)).toEqual([]);
});

test("memory that was lost is found again by who uses the same directory", () => {
	const [one, two] = dirs;
	run(two, "up", "tap0", "--address", "10.1.0.1/24", "--nat", "eth1");
	rmSync(two, { recursive: true });
	expect(run(one, "status")).toMatchObject({ status: 0 });
	expect(run(two, "status")).toMatchObject({ status: 5 });
	expect(run(two, "recover", "--strays")).toMatchObject({ status: 0 });
	expect(lab.changes(before)).toEqual([]);
});
