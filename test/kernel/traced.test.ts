/** -vv shows all requests to the kernel and its answers, and no secrets. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { traced } from "../../src/kernel/traced.js";
import { KernelError } from "../../src/sys/error.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { Lab } from "./lab.js";
import { umlnet } from "./umlnet.js";

/** The number of a request, whether the line is a request or an answer, and its first line. */
const LINE = /^(\d+)([<>]) (.*)$/gm;

describe("on the real kernel", () => {
	let lab: Lab;
	beforeEach(async () => {
		lab = await Lab.open();
	});
	afterEach(() => lab.close());
	const run = (...args: readonly string[]) =>
		umlnet({ netns: lab.host.path, stateDir: lab.stateDir }, ...args);
	const NAT = ["tap0", "--owner", "500", "--address", "192.168.33.33/24", "--nat", "eth1"];

	test("every question of an up stands there with its answer, in order, on stderr", () => {
		const { status, stdout, stderr } = run("up", ...NAT, "-vv");
		expect({ status, stdout }).toEqual({ status: 0, stdout: run("up", ...NAT).stdout });
		const lines = [...stderr.matchAll(LINE)];
		const asked = lines.filter(([, , way]) => way === ">");
		expect(asked.length).toBeGreaterThan(20);
		for (const [, number] of asked)
			expect(
				lines.some(([, n, way]) => n === number && way === "<"),
				`answer ${number}`,
			).toBe(true);
		expect(lines.map(([, number]) => Number(number))).toEqual(
			lines.map(([, number]) => Number(number)).sort((a, b) => a - b),
		);
		expect(stderr).toMatch(
			/> open \/dev\/net\/tun\n {6}TUNSETIFINDEX \d+\n {6}TUNSETIFF tap0\n {6}TUNSETOWNER 500\n/,
		);
		expect(stderr).toMatch(
			/> RTM_NEWADDR\n(?: {6}.*\n)* {6}IFA_LOCAL c0a82121\n(?: {6}.*\n)* {6}flags NLM_F_EXCL NLM_F_CREATE\n/,
		);
		expect(stderr).toMatch(/> NFT_MSG_NEWTABLE\n/);
		expect(stderr).toMatch(/< committed\n/);
	});

	test("a refusal stands there in the kernel's words", () => {
		lab.host.sh("ip link add tap0 type bridge");
		const { status, stderr } = run("up", "tap0", "-vv");
		expect(status).toBe(5);
		expect(stderr).toMatch(/(\d+)> open \/dev\/net\/tun\n(?: {6}.*\n)*\1< EBUSY: /);
	});

	test("one -v and -q tell nothing of it, and --json keeps stdout to itself", () => {
		expect(run("plan", ...NAT, "-v").stderr).not.toMatch(LINE);
		expect(run("plan", ...NAT, "-vv", "-q").stderr).not.toMatch(LINE);
		const { stdout, stderr } = run("plan", ...NAT, "-vv", "--json");
		expect(JSON.parse(stdout).steps.length).toBeGreaterThan(3);
		expect(stderr).toMatch(/> RTM_GETLINK/);
	});

	test("the key that IPv6 addresses are made from is shown nowhere", () => {
		const SECRET = "2001:db8:5ec:1::1";
		const expanded = "2001:0db8:05ec:0001:0000:0000:0000:0001";
		const set = (link: string, value: string) =>
			lab.host.sh(`sysctl -qw net.ipv6.conf.${link}.stable_secret=${value}`);
		set("eth1", SECRET);
		const bridged = ["tap0", "--bridge", "br0", "--uplink", "eth1"];
		const said = [run("plan", ...bridged, "-vv"), run("up", ...bridged, "-vv")];
		set("br0", "2001:db8:5ec:2::1");
		said.push(run("status", "--verify", "-vv"), run("plan", "--down", "tap0", "-vv"));
		said.push(run("down", "tap0", "-vv"));
		const all = said.map(({ stdout, stderr }) => stdout + stderr).join("");
		expect(said.map(({ status }) => status)).toEqual([0, 0, expect.any(Number), 0, 0]);
		expect(
			all.match(/stable_secret.*\(secret\)|\(secret\).*stable_secret/g)?.length,
		).toBeGreaterThan(4);
		for (const secret of [SECRET, expanded, "5ec:", "05ec"]) expect(all).not.toContain(secret);
	});
});

describe("a kernel that refuses", () => {
	test("is told to, and what it throws comes through", () => {
		const kernel = new FakeKernel();
		const told: string[] = [];
		const watched = traced(kernel, (lines) => told.push(lines));
		expect(() => watched.readSysctl("net/nowhere")).toThrow(KernelError);
		expect(told).toEqual(["1> read /proc/sys/net/nowhere", "1< ENOENT: no such file or directory"]);
		expect(watched.identity).toBe(kernel.identity);
		expect(watched.chooseIndex()).toBeGreaterThan(0);
		expect(told).toHaveLength(2);
	});
});
