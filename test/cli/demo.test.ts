import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { missing } from "../guest/uml.js";
import { umlnet } from "./console.js";

// The demo moves the thread into its namespaces, so this file has no other test.

const PROJECT = join(import.meta.dirname, "../..");

test("the demo shows a guest that reaches the world as the uplink, and leaves nothing", async () => {
	const { status, stdout, stderr } = await umlnet(["demo"]);
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	expect(stdout).toContain("guest: a network namespace");
	expect(stdout).toMatch(/pings 192\.168\.33\.33, the host: 3 of 3 came back/);
	expect(stdout).toMatch(/pings 10\.33\.33\.99, .*: 3 of 3 came back.*; it saw 10\.33\.33\.34\n/);
	expect(stdout).toContain("nothing is left: ");
});

test("the demo under --json is one object", async () => {
	const { status, stdout } = await umlnet(["demo", "--json"]);
	expect(status).toBe(0);
	const { events } = JSON.parse(stdout) as { events: readonly { event: string }[] };
	expect(events.map(({ event }) => event)).toEqual([
		"built",
		"up",
		"guest",
		"pinged",
		"pinged",
		"down",
		"left",
	]);
	expect(events.at(-1)).toEqual({ event: "left", differences: [] });
});

test.skipIf(missing().length > 0)("npm run demo boots a real guest", () => {
	const argv = [join(PROJECT, "test/demo"), "--color", "never"];
	const { stdout, stderr } = spawnSync("bash", argv, { encoding: "utf8" });
	expect(stderr).not.toContain("Warning");
	expect(stdout).toMatch(/guest: User Mode Linux as uid 500, booted in \d+ ms/);
	expect(stdout).toMatch(/10\.33\.33\.99, .*: 3 of 3 came back.*; it saw 10\.33\.33\.34\n/);
	expect(stdout).toContain('"tap0" . "eth1"');
	expect(stdout).toContain("nothing is left: ");
});
