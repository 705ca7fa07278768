import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { HostPort } from "../../src/cli/session.js";
import type { RecoverReport } from "../../src/engine/report.js";
import type { Spec } from "../../src/spec/model.js";
import { umlnet } from "./console.js";
import { difference, step, tapReport, tapStatus } from "./reports.js";

const SPEC = `
version: 1
networks: { lab: { mode: host-only, addresses: [192.168.33.33/24] } }
taps: { tap0: { network: lab, owner: 500 }, tap1: { network: lab } }
`.replace("192.168.33.33/24", "192.168.33.33/32");

let directory: string;
let file: string;
beforeAll(() => {
	directory = mkdtempSync(join(tmpdir(), "umlnet-cli-"));
	file = join(directory, "lab.yaml");
	writeFileSync(file, SPEC);
});
afterAll(() => rmSync(directory, { recursive: true }));

describe("up", () => {
	const steps = [step("create tap tap0"), step("bring up tap0")];
	const report = { changed: true, steps, warnings: [] };

	/** The spec that a command line passes to the host. */
	async function specOf(
		argv: readonly string[],
		around: Parameters<typeof umlnet>[1] = {},
	): Promise<Spec> {
		const up = vi.fn<HostPort["up"]>(async () => ({ ...report, taps: [] }));
		const ended = await umlnet(["up", ...argv], { ...around, host: { up } });
		expect(ended).toMatchObject({ status: 0 });
		return up.mock.calls[0]?.[0] as Spec;
	}

	test("takes every flag of the contract", async () => {
		const spec = await specOf([
			...["tap0", "--owner", "500", "--group", "600", "--mac", "02:00:00:00:00:01"],
			...["--mtu", "1400", "--txqueuelen", "77", "--multi-queue", "--vnet-hdr", "--proxy-arp"],
			...["--address", "192.168.33.33/24", "--address", "10.9.0.1/24"],
			...["--nat", "eth1", "--snat-to", "10.33.33.34"],
			...["--guest-address", "192.168.33.34/24", "--guest-mac", "52:54:00:12:34:56"],
		]);
		expect(spec.networks.tap0).toMatchObject({
			mode: "nat",
			uplink: "eth1",
			snatTo: ["10.33.33.34"],
			proxyArp: true,
		});
		expect(spec.taps.tap0).toMatchObject({
			owner: 500,
			group: 600,
			mac: "02:00:00:00:00:01",
			mtu: 1400,
			txqueuelen: 77,
			multiQueue: true,
			vnetHdr: true,
			addresses: ["192.168.33.33/24", "10.9.0.1/24"],
			guest: { addresses: ["192.168.33.34/24"], mac: "52:54:00:12:34:56" },
		});
	});

	test("takes a bridge with an uplink", async () => {
		const spec = await specOf(["tap0", "--bridge", "br0", "--uplink", "eth1"]);
		expect(spec.networks.br0).toMatchObject({ mode: "bridged", bridge: "br0", uplink: "eth1" });
	});

	test.each([
		["the invoking user", {}, 1000, 1000],
		["who called sudo", { SUDO_UID: "1234" }, 0, 1234],
		["root without sudo", {}, 0, 0],
		["nobody strange", { SUDO_UID: "x" }, 7, 7],
	])("the owner is %s", async (_, env, uid, owner) => {
		const spec = await specOf(["tap0", "--address", "10.0.0.1/24"], { env, uid });
		expect(spec.taps.tap0?.owner).toBe(owner);
	});

	test("reads a spec from a file and from standard input", async () => {
		const fromFile = await specOf(["-f", file]);
		expect(Object.keys(fromFile.taps)).toEqual(["tap0", "tap1"]);
		expect(await specOf(["--file", "-"], { stdin: SPEC })).toEqual(fromFile);
	});

	test("hands --prune on", async () => {
		const up = vi.fn<HostPort["up"]>(async () => ({ ...report, taps: [] }));
		await umlnet(["up", "-f", file, "--prune"], { host: { up } });
		await umlnet(["up", "-f", file], { host: { up } });
		expect(up.mock.calls.map(([, options]) => options)).toEqual([
			{ prune: true },
			{ prune: false },
		]);
	});

	test("shows what was made and how to start the guest", async () => {
		const host = { up: async () => ({ ...report, taps: [tapReport()] }) };
		const { stdout, stderr } = await umlnet(["up", "tap0", "--address", "10.0.0.1/24"], { host });
		expect(stdout).toBe(
			`tap0
  network       tap0: nat via eth1
  tap           owner 500, mac 02:00:00:00:00:01, mtu 1500
  host side     192.168.33.33/24
  guest side    192.168.33.34/24
  UML           eth0=tuntap,tap0
  UML, vector   vec0:transport=tap,ifname=tap0
  QEMU          -netdev tap,id=tap0,ifname=tap0,script=no,downscript=no,vnet_hdr=off -device virtio-net-pci,netdev=tap0
  Firecracker   {"network-interfaces":[{"iface_id":"eth0","host_dev_name":"tap0"}]}
  guest kernel  ip=192.168.33.34::192.168.33.33:255.255.255.0::eth0:off
  in the guest  ip link set eth0 up; ip address add 192.168.33.34/24 dev eth0; ip route add default via 192.168.33.33 dev eth0
`,
		);
		expect(stderr).toBe("tap0 is up: 2 changes\n");
	});

	/** A spec with this many taps. */
	const many = (number: number, other = {}) =>
		Array.from({ length: number }, (_, i) => tapReport({ name: `vm${i}`, ...other }));

	test("of many taps is a line for each network, and with -v all of them", async () => {
		const taps = [
			...many(300, { network: "farm", bridge: "br0" }),
			tapReport({ network: "lab", mode: "host-only" }),
		];
		const host = { up: async () => ({ ...report, taps }) };
		const { stdout, stderr } = await umlnet(["up", "-f", file], { host });
		expect(stdout).toBe(
			`NETWORK  TAPS      CONNECTION
farm     300 taps  nat via eth1, port of br0
lab      1 tap     host-only
launch arguments: umlnet-nl status TAP shows those of one tap, -v those of all
`,
		);
		expect(stderr).toBe("301 taps are up: 2 changes\n");
		const all = await umlnet(["up", "-f", file, "-v"], { host });
		for (const { name, launch } of taps) {
			expect(all.stdout).toContain(`${name}\n  network `);
			expect(all.stdout).toContain(launch.uml);
		}
		expect(JSON.parse((await umlnet(["up", "-f", file, "--json"], { host })).stdout)).toMatchObject(
			{
				taps,
			},
		);
		expect((await umlnet(["up", "-f", file, "-q"], { host })).stdout).toBe("");
	});

	test("of few taps are all of them", async () => {
		const host = { up: async () => ({ ...report, taps: many(4) }) };
		const { stdout } = await umlnet(["up", "-f", file], { host });
		expect(stdout.match(/^ {2}UML /gm)).toHaveLength(4);
	});

	test("of many networks the first", async () => {
		const taps = many(300).map((tap) => ({ ...tap, network: tap.name }));
		const host = { up: async () => ({ ...report, taps }) };
		const { stdout } = await umlnet(["up", "-f", file], { host });
		expect(stdout.split("\n").length).toBeLessThan(20);
		expect(stdout).toContain("vm11 ");
		expect(stdout).toContain("\nand 288 more networks\n");
	});

	test("of many warnings alike shows the first, and with -v all of them", async () => {
		const warning = (i: number) => ({ code: "WARN_NO_ADDRESS", message: `vm${i} has none` });
		const warnings = [
			...Array.from({ length: 300 }, (_, i) => warning(i)),
			{ code: "WARN_UPLINK_DOWN", message: "eth1 is down" },
		];
		const host = { up: async () => ({ ...report, warnings, taps: many(300) }) };
		const { stderr } = await umlnet(["up", "-f", file], { host });
		expect(stderr).toBe(
			`warning: vm0 has none
warning: vm1 has none
warning: vm2 has none
warning: vm3 has none
warning: eth1 is down
296 more of WARN_NO_ADDRESS: -v shows them
300 taps are up: 2 changes
`,
		);
		const all = await umlnet(["up", "-f", file, "-v"], { host });
		expect(all.stderr.match(/^warning: /gm)).toHaveLength(301);
	});

	test("says so when there was nothing to do", async () => {
		const host = {
			up: async () => ({ changed: false, steps: [], taps: [tapReport()], warnings: [] }),
		};
		const { status, stderr } = await umlnet(["up", "tap0", "--address", "10.0.0.1/24"], { host });
		expect({ status, stderr }).toEqual({ status: 0, stderr: "nothing to do\n" });
	});

	test("-v shows the steps, -vv their messages", async () => {
		const steps = [step("create tap tap0", "TUNSETIFF\nflags: IFF_TAP")];
		const host = { up: async () => ({ changed: true, steps, taps: [tapReport()], warnings: [] }) };
		const argv = ["up", "tap0", "--address", "10.0.0.1/24"];
		const one = await umlnet([...argv, "-v"], { host });
		expect(one.stderr).toBe("+ create tap tap0\ntap0 is up: 1 change\n");
		const two = await umlnet([...argv, "-vv"], { host });
		expect(two.stderr).toContain("+ create tap tap0\n    TUNSETIFF\n    flags: IFF_TAP\n");
	});

	test("--json is the report with launch arguments", async () => {
		const host = { up: async () => ({ ...report, taps: [tapReport()] }) };
		const argv = ["--json", "up", "tap0", "--address", "10.0.0.1/24"];
		const { stdout } = await umlnet(argv, { host });
		expect(JSON.parse(stdout)).toMatchObject({
			changed: true,
			steps: [{ label: "create tap tap0", path: "taps.tap0" }, {}],
			taps: [{ name: "tap0", launch: { uml: "eth0=tuntap,tap0", qemu: ["-netdev", {}, {}, {}] } }],
		});
	});

	test("says of a multi-queue tap who cannot open it", async () => {
		const host = { up: async () => ({ ...report, taps: [tapReport({ multiQueue: true })] }) };
		const { stdout } = await umlnet(["up", "tap0", "--address", "10.0.0.1/24"], { host });
		expect(stdout).toContain("UML and Firecracker cannot open a multi-queue tap");
		expect(stdout).not.toContain("eth0=tuntap");
	});

	test.each([
		[["up"], "which tap?"],
		[["up", "tap0", "-f", "lab.yaml"], "give either tap0 or -f lab.yaml"],
		[["up", "-f", "lab.yaml", "--guest-mac", "x"], "--guest-mac describes one tap"],
		[["up", "tap0", "--prune"], "--prune needs a spec"],
		[["up", "-f", "/nonexistent/lab.yaml"], "there is no file /nonexistent/lab.yaml"],
		[["up", "-f", "/"], "is a directory"],
		[["plan"], "which tap?"],
		[["plan", "tap0", "tap1"], "flags describe a single tap"],
		[["plan", "tap0", "--all"], "--all is for --down"],
		[["plan", "tap0", "--prune"], "--prune needs a spec"],
		[["plan", "--down"], "which taps?"],
		[["plan", "--down", "tap0", "--mtu", "1400"], "no description of a tap"],
		[["plan", "--down", "--all", "--prune"], "no description of a tap"],
		[["down"], "which taps?"],
		[["down", "tap0", "--all"], "give only one"],
		[["down", "-f", "lab.yaml", "--all"], "give only one"],
	])("%j is bad usage", async (argv, complaint) => {
		const { status, stderr, opened } = await umlnet(argv);
		expect({ status, opened }).toEqual({ status: 2, opened: [] });
		expect(stderr).toContain(complaint);
	});
});

describe("down", () => {
	const down = () =>
		vi.fn<HostPort["down"]>(async () => ({ changed: true, steps: [step("x")], taps: ["tap0"] }));

	test("hands on names, a spec's taps, or all", async () => {
		const host = { down: down() };
		await umlnet(["down", "tap0", "tap1"], { host });
		await umlnet(["down", "-f", file], { host });
		await umlnet(["down", "--all"], { host });
		expect(host.down.mock.calls.map(([what]) => what)).toEqual([
			{ taps: ["tap0", "tap1"] },
			{ spec: expect.objectContaining({ version: 1 }) },
			{ all: true },
		]);
	});

	test("talks, and leaves stdout to programs", async () => {
		const ended = await umlnet(["down", "tap0"], { host: { down: down() } });
		expect(ended).toMatchObject({ status: 0, stdout: "", stderr: "tap0 is down: 1 change\n" });
		const json = await umlnet(["down", "tap0", "--json"], { host: { down: down() } });
		expect(JSON.parse(json.stdout)).toMatchObject({ changed: true, taps: ["tap0"] });
	});

	test("is done though tidying up failed, which is told", async () => {
		const close = () => {
			throw new Error("EBUSY: it is mounted");
		};
		const ended = await umlnet(["down", "tap0"], { host: { down: down(), close } });
		expect(ended).toMatchObject({ status: 0, stderr: expect.stringContaining("tap0 is down") });
		expect(ended.stderr).toContain("done, but closing failed: EBUSY: it is mounted\n");
		const failing = { down: () => Promise.reject(new Error("of all things")), close };
		const failed = await umlnet(["down", "tap0"], { host: failing });
		expect(failed).toMatchObject({ status: 1, stderr: expect.stringContaining("of all things") });
		expect(failed.stderr).not.toContain("EBUSY");
	});

	test("of what is down already is nothing to do, and says so", async () => {
		const host = { down: async () => ({ changed: false, steps: [], taps: [] }) };
		const ended = await umlnet(["down", "tap0"], { host });
		expect(ended).toMatchObject({ status: 0, stderr: "tap0 was not up\nnothing to do\n" });
		const all = await umlnet(["down", "--all"], { host });
		expect(all).toMatchObject({ status: 0, stderr: "nothing to do\n" });
		const ofSpec = await umlnet(["down", "-f", file], { host });
		expect(ofSpec.stderr).toBe("2 taps of the spec were not up\nnothing to do\n");
	});

	test("names what was not up beside what was", async () => {
		const ended = await umlnet(["down", "tap0", "tap1"], { host: { down: down() } });
		expect(ended).toMatchObject({
			status: 0,
			stderr: "tap1 was not up\ntap0 is down: 1 change\n",
		});
		const ofSpec = await umlnet(["down", "-f", file], { host: { down: down() } });
		expect(ofSpec.stderr).toBe("tap1 was not up\ntap0 is down: 1 change\n");
	});
});

describe("plan", () => {
	const steps = [
		step("create tap tap0", "TUNSETIFF\nflags: IFF_TAP"),
		step("set net.ipv4.ip_forward to 1"),
		step("remove address 10.0.0.1/8 from eth1"),
	];
	const report = { steps, warnings: [] };
	const host = { plan: async () => report, planDown: async () => report };

	test("marks what each step does and sums it up", async () => {
		const { stdout, stderr } = await umlnet(["plan", "-f", file], { host });
		expect(stdout).toBe(
			"+ create tap tap0\n~ set net.ipv4.ip_forward to 1\n- remove address 10.0.0.1/8 from eth1\n",
		);
		expect(stderr).toBe("3 steps: 1 to create, 1 to change, 1 to delete\n");
	});

	test("-v shows the messages", async () => {
		const { stdout } = await umlnet(["plan", "-f", file, "-v"], { host });
		expect(stdout).toContain("+ create tap tap0\n    TUNSETIFF\n    flags: IFF_TAP\n~ set");
	});

	test("hands on --prune and --down", async () => {
		const plan = vi.fn<HostPort["plan"]>(host.plan);
		await umlnet(["plan", "-f", file, "--prune"], { host: { plan } });
		expect(plan.mock.calls[0]?.[1]).toEqual({ prune: true });
		const planDown = vi.fn<HostPort["planDown"]>(host.planDown);
		await umlnet(["plan", "--down", "tap0"], { host: { planDown } });
		await umlnet(["plan", "--down", "--all"], { host: { planDown } });
		expect(planDown.mock.calls).toEqual([[{ taps: ["tap0"] }], [{ all: true }]]);
	});

	test.each([
		[["--exit-code"], steps, 6],
		[["--exit-code"], [], 0],
		[[], steps, 0],
		[["--exit-code", "-q"], steps, 6],
		[["--exit-code", "--json"], steps, 6],
	])("%j with some steps exits with its status", async (flags, given, status) => {
		const made = { plan: async () => ({ steps: given, warnings: [] }) };
		expect((await umlnet(["plan", "-f", file, ...flags], { host: made })).status).toBe(status);
	});

	test("-q is silent, --json is the report", async () => {
		const quiet = await umlnet(["plan", "-f", file, "-q"], { host });
		expect(quiet).toMatchObject({ stdout: "", stderr: "" });
		const json = await umlnet(["plan", "-f", file, "--json"], { host });
		expect(JSON.parse(json.stdout)).toEqual({ apiVersion: "umlnet.v1", ...report });
	});

	test("what will not work is said on stderr, and is in the report", async () => {
		const warnings = [
			{ code: "WARN_UPLINK_DOWN", message: "eth1 is down", path: "networks.lab.uplink" },
		];
		const host = { plan: async () => ({ steps, warnings }) };
		const { status, stderr } = await umlnet(["plan", "-f", file], { host });
		expect({ status, lines: stderr.split("\n") }).toEqual({
			status: 0,
			lines: ["warning: eth1 is down", "3 steps: 1 to create, 1 to change, 1 to delete", ""],
		});
		const json = await umlnet(["plan", "-f", file, "--json"], { host });
		expect(JSON.parse(json.stdout)).toEqual({ apiVersion: "umlnet.v1", steps, warnings });
	});
});

describe("status", () => {
	const mtu = difference("mtu is 1400, was 1500");
	const taps = [
		tapStatus(),
		tapStatus({ name: "tap10", mode: "bridged", bridge: "br0", drift: [mtu] }),
	];
	const resources = [
		{ kind: "bridge", key: "link:br0", taps: ["tap10"], drift: [difference("br0: state is down")] },
		{ kind: "tap", key: "link:tap10", taps: ["tap10"], drift: [mtu] },
		{
			kind: "address",
			key: "address:br0:fd00::1/64",
			taps: ["tap10"],
			drift: [difference("address fd00::1/64 is missing on br0")],
		},
	];
	const host = { status: async () => ({ taps, resources }) };

	test("is a table, and what drifted", async () => {
		const { status, stdout, stderr } = await umlnet(["status"], { host });
		expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
		expect(stdout).toBe(
			`TAP    NETWORK  MODE     OWNER  BRIDGE  UPLINK  HOST              GUEST             STATE
tap0   tap0     nat      500    -       eth1    192.168.33.33/24  192.168.33.34/24  ok
tap10  tap0     bridged  500    br0     eth1    192.168.33.33/24  192.168.33.34/24  drifted

drift
  br0: state is down                    for tap10
  mtu is 1400, was 1500                 for tap10
  address fd00::1/64 is missing on br0  for tap10

2 taps: 1 ok, 1 drifted
`,
		);
	});

	test.each([
		[{ exact: true }, "2 taps: 1 ok, 1 drifted; 3 objects: 0 ok, 3 not as applied"],
		[{ exact: false, strays: ["a link"] }, "3 objects: 0 ok, 3 not as applied; 1 stray"],
		[{ taps: [tapStatus()], resources: [] }, "1 tap: ok"],
	])("ends with one line of counts: %j", async (more, counts) => {
		const report = { taps, resources, ...more };
		const ended = await umlnet(["status"], { host: { status: async () => report } });
		expect(ended.stdout.trimEnd().split("\n").at(-1)).toContain(counts);
	});

	test("of named taps has launch arguments", async () => {
		const status = vi.fn(async () => ({ taps: [tapStatus()], resources: [] }));
		const { stdout } = await umlnet(["status", "tap0"], { host: { status } });
		expect(status).toHaveBeenCalledWith(["tap0"], { verify: false });
		expect(stdout).toContain("UML           eth0=tuntap,tap0\n");
	});

	test("-v lists what was made beside the taps", async () => {
		const { stdout } = await umlnet(["status", "-v"], { host });
		expect(stdout).toContain("made for them\n  bridge br0              for tap10\n");
	});

	test("--json has everything, launch arguments of all taps included", async () => {
		const { stdout } = await umlnet(["status", "--json"], { host });
		const value = JSON.parse(stdout);
		expect(value).toMatchObject({ taps, resources });
		expect(value.taps[1].launch.umlVector).toBe("vec0:transport=tap,ifname=tap10");
	});

	test("says what is missing, and what is unfinished", async () => {
		const none = { status: async () => ({ taps: [], resources: [], unfinished: "up of tap0" }) };
		const named = await umlnet(["status", "tap9"], { host: none });
		expect(named).toMatchObject({ status: 6, stdout: "" });
		expect(named.stderr).toContain("tap9: no such tap is up\n");
		expect(named.stderr).toContain("up of tap0 half done: umlnet-nl recover finishes it");
		expect((await umlnet(["status"], { host: none })).stderr).toContain("nothing of ours is up");
	});
});

describe("objects marked as umlnet-nl's that are not remembered", () => {
	const strays = ["link tap0, alias umlnet-nl lab", "forwarding of eth1, which was off before"];
	const none = { taps: [], resources: [] };

	test("is named by status, with exit 5", async () => {
		const host = { status: async () => ({ ...none, strays }) };
		const { status, stdout, stderr } = await umlnet(["status"], { host });
		expect({ status, stdout }).toEqual({ status: 5, stdout: "" });
		for (const what of strays) expect(stderr).toContain(what);
		expect(stderr).toContain("umlnet-nl recover --strays");
		expect(stderr).not.toContain("nothing of ours");
		const json = await umlnet(["status", "--json"], { host });
		expect({ status: json.status, ...JSON.parse(json.stdout) }).toMatchObject({
			status: 5,
			strays,
		});
	});

	test("is taken away by recover, if it is asked to", async () => {
		const nothing = { outcome: "nothing", steps: [step("x")], residual: [] } as const;
		const recover = vi.fn<HostPort["recover"]>(async () => ({ ...nothing, strays }));
		const { status, stderr } = await umlnet(["recover", "--strays"], { host: { recover } });
		await umlnet(["recover"], { host: { recover } });
		expect(recover.mock.calls).toEqual([[{ strays: true }], [{ strays: false }]]);
		expect({ status, stderr }).toEqual({
			status: 0,
			stderr: `${strays.map((what) => `removed: ${what}\n`).join("")}2 objects gone: 1 step\n`,
		});
	});

	test("what is not given back is named, with exit 8", async () => {
		const losses = [{ subject: "address 10.0.0.1/8", reason: "eth1 is gone" }];
		const report = { outcome: "nothing", steps: [], residual: [], strays, losses } as const;
		const host = { recover: async () => report };
		const { status, stderr } = await umlnet(["recover", "--strays"], { host });
		expect(status).toBe(8);
		expect(stderr).toContain("not given back: address 10.0.0.1/8: eth1 is gone");
	});
});

describe("recover", () => {
	const ended = (report: RecoverReport, ...flags: string[]) =>
		umlnet(["recover", ...flags], { host: { recover: async () => report } });

	test("says what it found and did", async () => {
		const steps = [step("delete tap tap0")];
		const nothing = { outcome: "nothing", steps: [], residual: [] } as const;
		expect(await ended(nothing)).toMatchObject({ status: 0, stderr: "nothing to do\n" });
		const undone = {
			outcome: "undone",
			transaction: "up of tap0",
			steps,
			residual: ["bridge br0"],
		};
		const { status, stdout, stderr } = await ended(undone as RecoverReport);
		expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
		expect(stderr).toBe(
			"up of tap0 was undone: 1 step\nleft alone, as it cannot be proven to be umlnet-nl's: bridge br0\n",
		);
		const json = await ended(undone as RecoverReport, "--json");
		expect(JSON.parse(json.stdout)).toEqual({ apiVersion: "umlnet.v1", ...undone });
	});
});
