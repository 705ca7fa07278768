import { afterAll, beforeAll, expect, test } from "vitest";
import { Lab } from "../kernel/lab.js";
import { traceOf } from "../kernel/strace.js";

let lab: Lab;
beforeAll(async () => {
	lab = await Lab.open();
});
afterAll(() => lab.close());

const flags = ["tap0", "--owner", "500", "--address", "192.168.33.33/24"];

/** In an order in which each verb has something to do. */
test.each([
	["plan", ...flags, "--nat", "eth1"],
	["up", ...flags, "--nat", "eth1"],
	["status"],
	["status", "tap0", "--json"],
	["plan", "tap0", "--down", "-v"],
	["down", "tap0"],
	["plan", "tap0", "--owner", "500", "--bridge", "br0", "--uplink", "eth1"],
	["up", "tap0", "--owner", "500", "--bridge", "br0", "--uplink", "eth1"],
	["status"],
	["down", "--all"],
	["recover"],
])("%s %s %s starts no program but the one that runs it", (...args) => {
	const started = traceOf(lab, "execve,execveat", args).filter((line) => line.includes("exec"));
	expect(started).toEqual([expect.stringMatching(/^\d+ +execve\("[^"]*node"/)]);
});

test("run starts the command that it is given, its keeper, and no other program", () => {
	const args = ["run", ...flags, "--nat", "eth1", "--", "/bin/true"];
	const started = traceOf(lab, "execve,execveat", args).filter((line) => / = 0$/.test(line));
	expect(started).toEqual([
		expect.stringMatching(/^\d+ +execve\("[^"]*node"/),
		expect.stringMatching(/^\d+ +execve\("[^"]*node", .*"keeper"/),
		expect.stringMatching(/^\d+ +execve\("\/bin\/true", \["\/bin\/true"\]/),
	]);
});
