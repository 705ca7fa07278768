import { describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { matcher } from "../../src/cli/pattern.js";
import { paintFor } from "../../src/cli/render/paint.js";
import { renderTable } from "../../src/cli/render/status.js";
import type { HostPort } from "../../src/cli/session.js";
import type { StatusReport } from "../../src/service/reports.js";
import { umlnet } from "./console.js";
import { difference, tapStatus } from "./reports.js";

const mtu = difference("mtu is 1400, was 1500");
const taps = [
	tapStatus({ name: "vm1" }),
	tapStatus({ name: "vm2", drift: [mtu] }),
	tapStatus({ name: "db1" }),
];
const resources = taps.map(({ name, drift }) => ({
	kind: "tap",
	key: `link:${name}`,
	taps: [name],
	drift,
}));

/** A host with these taps, which reports those that are asked for. */
const fake = (more: Partial<StatusReport> = {}) => ({
	status: vi.fn<HostPort["status"]>(async (names) => ({
		taps: taps.filter(({ name }) => names?.includes(name) ?? true),
		resources: resources.filter((one) => names === undefined || names.includes(one.taps[0] ?? "")),
		...more,
	})),
});
const status = (...argv: readonly string[]) => umlnet(["status", ...argv], { host: fake() });

describe("--drifted", () => {
	test("shows the taps that drifted, and counts all", async () => {
		const { status: exit, stdout, stderr } = await status("--drifted");
		expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
		expect(stdout).toMatch(/^TAP .*\nvm2 .* drifted\n\ndrift\n/);
		expect(stdout).not.toMatch(/vm1|db1/);
		expect(stdout).toMatch(/\n3 taps: 2 ok, 1 drifted\n$/);
	});

	test("is for programs, too", async () => {
		expect((await status("--drifted", "-q")).stdout).toBe("vm2\n");
		expect(JSON.parse((await status("--drifted", "--json")).stdout)).toMatchObject({
			taps: [{ name: "vm2" }],
			resources: [{ key: "link:vm2" }],
		});
	});

	test("says so where nothing did", async () => {
		const { status: exit, stdout, stderr } = await status("--drifted", "vm1");
		expect({ exit, stdout, stderr }).toEqual({
			exit: 0,
			stdout: "1 tap: ok\n",
			stderr: "nothing drifted\n",
		});
	});
});

describe("--verify of many", () => {
	const many = Array.from({ length: 300 }, (_, i) =>
		tapStatus({ name: `vm${i}`, drift: i === 7 ? [mtu] : [] }),
	);
	const objects = many.map(({ name, drift }) => {
		return { kind: "tap", key: `link:${name}`, taps: [name], drift };
	});
	const verified = async (report: Partial<StatusReport>, ...argv: readonly string[]) => {
		const whole = { taps: many, resources: objects, strays: [], exact: false, ...report };
		const host = { status: async () => whole };
		return umlnet(["status", "--verify", ...argv], { host });
	};

	test("lists what differs, and counts all", async () => {
		const { status: exit, stdout } = await verified({});
		expect(exit).toBe(5);
		expect(stdout.trimEnd().split("\n")).toEqual([
			expect.stringMatching(/^TAP /),
			expect.stringMatching(/^vm7 .* drifted$/),
			"",
			"differs tap vm7: mtu is 1400, was 1500",
			"",
			"300 taps: 299 ok, 1 drifted; 300 objects: 299 ok, 1 not as applied",
		]);
	});

	test("is one line where nothing does", async () => {
		const right = { taps: many.filter((_, i) => i !== 7), resources: [], exact: true };
		const { status: exit, stdout, stderr } = await verified(right);
		expect({ exit, stdout, stderr }).toEqual({
			exit: 0,
			stdout: "299 taps: ok; 0 objects: ok\n",
			stderr: "",
		});
	});

	test("lists all with -v, and for programs", async () => {
		expect((await verified({}, "-v")).stdout.match(/^ok /gm)).toHaveLength(299);
		expect(JSON.parse((await verified({}, "--json")).stdout).taps).toHaveLength(300);
	});
});

describe("a pattern", () => {
	test.each([
		[["vm*"], ["vm1", "vm2"]],
		[["?[mb]1"], ["vm1", "db1"]],
		[
			["vm[!1]", "db1"],
			["vm2", "db1"],
		],
		[
			["db1", "*1"],
			["db1", "vm1"],
		],
	])("%j stands for the taps that are up", async (words, names) => {
		const host = fake();
		const ended = await umlnet(["status", "-q", "--verify", ...words], {
			host: { status: host.status },
		});
		expect(host.status.mock.calls).toEqual([[], [names, { verify: true }]]);
		expect(new Set(ended.stdout.trimEnd().split("\n"))).toEqual(new Set(names));
	});

	test("that stands for none is answered with no", async () => {
		const { status: exit, stdout, stderr } = await status("web*");
		expect({ exit, stdout, stderr }).toEqual({
			exit: 6,
			stdout: "",
			stderr: "web*: no such tap is up\n",
		});
		expect((await status("web*", "vm*")).status).toBe(6);
		expect((await status("db?", "vm*")).status).toBe(0);
	});

	test("that stands for many leaves launch arguments out, unless -v asks for them", async () => {
		const many = Array.from({ length: 5 }, (_, i) => tapStatus({ name: `vm${i}` }));
		const host = { status: async () => ({ taps: many, resources: [] }) };
		const of = async (...argv: readonly string[]) =>
			(await umlnet(["status", ...argv], { host })).stdout.match(/^ {2}UML /gm)?.length ?? 0;
		expect(await of("vm*")).toBe(0);
		expect(await of("vm*", "-v")).toBe(5);
		expect(await of("vm0", "vm1", "vm2", "vm3", "vm4")).toBe(5);
		expect((await status("vm*")).stdout).toContain("eth0=tuntap,vm2");
	});

	test.each([
		["vm*", ["vm", "vm1", "vm.1"], ["xvm", "v"]],
		["vm.?", ["vm.1"], ["vmx1", "vm."]],
		["[a-c]1", ["a1", "c1"], ["d1", "-1"]],
		["[^a-c]1", ["d1"], ["a1"]],
		["[]a]", ["]", "a"], ["b"]],
		["[", ["["], ["a"]],
		["[]", ["[]"], ["[", ""]],
		["a[b", ["a[b"], ["ab"]],
		["[z-a]", [], ["m"]],
		["a+(b)|c$", ["a+(b)|c$"], ["aab", "c"]],
		["**", ["", "x"], []],
	])("is read as a shell reads it: %s", (pattern, matching, others) => {
		const matches = matcher(pattern);
		expect(matching.filter((name) => !matches(name))).toEqual([]);
		expect(others.filter(matches)).toEqual([]);
	});
});

describe("-o", () => {
	test("wide has more columns", async () => {
		const { stdout } = await status("-o", "wide");
		const [header = "", first = ""] = stdout.split("\n");
		expect(header.split(/ +/)).toEqual(
			"TAP NETWORK MODE OWNER BRIDGE UPLINK HOST GUEST INDEX MTU MAC GUEST-MAC POOL STATE".split(
				" ",
			),
		);
		expect(first).toMatch(/ 7 +1500 +02:00:00:00:00:01 +- +- +ok$/);
	});

	test("table is what there is without it, name what -q has, json what --json has", async () => {
		expect((await status("-o", "table")).stdout).toBe((await status()).stdout);
		expect((await status("-o", "name")).stdout).toBe("vm1\nvm2\ndb1\n");
		expect((await status("-o", "json")).stdout).toBe((await status("--json")).stdout);
		expect((await status("-o", "json", "--json")).stdout).toBe((await status("--json")).stdout);
	});

	test("yaml says what json says", async () => {
		const { stdout } = await status("-o", "yaml");
		expect(parse(stdout)).toEqual(JSON.parse((await status("--json")).stdout));
		expect(stdout).toMatch(/^apiVersion: umlnet.v1\ntaps:\n/);
	});

	test("yaml shows and never obeys", async () => {
		const evil = "\x1b]0;owned\x07\u202etxt\x9b31m\r";
		const host = { status: async () => ({ taps: [tapStatus({ network: evil })], resources: [] }) };
		const { stdout } = await umlnet(["status", "-o", "yaml"], { host });
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
		expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
	});

	test.each([["-o", "json"], ["-ojson"], ["--output", "json"], ["--output=json"]])(
		"%s %s has errors as JSON, too",
		async (...argv) => {
			const openError = new Error("of all things");
			const { stdout, stderr } = await umlnet(["status", ...argv.filter(Boolean)], { openError });
			expect(JSON.parse(stdout)).toMatchObject({ error: { message: "of all things" } });
			expect(stderr).toBe("");
		},
	);

	test.each([
		[["-o", "xml"], "table, wide, name, json, yaml"],
		[["-o", "yaml", "--json"], "contradict each other"],
		[["-o", "yaml", "--no-header"], "is for tables"],
	])("%j is bad usage", async (argv, complaint) => {
		const { status: exit, stdout, stderr, opened } = await status(...argv);
		expect({ exit, opened }).toEqual({ exit: 2, opened: [] });
		expect(stdout + stderr).toContain(complaint);
	});
});

test("--no-header leaves the rows alone", async () => {
	const { stdout } = await status("--no-header", "vm1", "vm2");
	expect(stdout.trimEnd().split("\n")).toEqual([
		expect.stringMatching(/^vm1 .* ok$/),
		expect.stringMatching(/^vm2 .* drifted$/),
	]);
	const wide = await status("--no-header", "-o", "wide", "--drifted");
	expect(wide.stdout).toMatch(/^vm2 .* 1500 .* drifted\n$/);
	expect((await status("--no-header", "--verify")).stdout.trimEnd().split("\n")).toHaveLength(3);
});

describe("owners", () => {
	const paint = paintFor({ write() {}, isTTY: false, columns: 80 }, "never", {});
	const names = {
		user: (id: number) => (id === 500 ? "alice" : undefined),
		group: (id: number) => (id === 600 ? "kvm\x1b" : undefined),
	};

	test.each([
		[{ owner: 500 }, "alice"],
		[{ owner: 501 }, "501"],
		[{ owner: 500, group: 600 }, "alice:kvm\\x1b"],
		[{ owner: undefined, group: 601 }, ":601"],
	])("%j are shown by name where it is known: %s", (who, shown) => {
		const options = { wide: false, header: false, names };
		const [row = ""] = renderTable([tapStatus(who)], paint, options);
		expect(row.split(/ +/)[3]).toBe(shown);
	});

	test("are looked up in the files of the system, and are numbers for programs", async () => {
		const host = {
			status: async () => ({ taps: [tapStatus({ owner: 0, group: 0 })], resources: [] }),
		};
		const { stdout } = await umlnet(["status", "tap0"], { host });
		expect(stdout).toMatch(/^tap0 .* root:root /m);
		expect(stdout).toContain("owner root, group root");
		const json = await umlnet(["status", "--json"], { host });
		expect(JSON.parse(json.stdout).taps).toMatchObject([{ owner: 0, group: 0 }]);
	});
});
