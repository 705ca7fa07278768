/** `serve` on the real kernel, with the command line, and a client in another language, of a user without any right. */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { difference, type Snapshot } from "../../src/oracle/snapshot.js";
import { checkOutput } from "../cli/output-schema.js";
import { Lab } from "../kernel/lab.js";
import { MAIN } from "../kernel/umlnet.js";

const UID = 65534;
const TAP = `n${UID}-0`;
const POLICY = `
version: 1
rules:
  guests:
    users: [${UID}]
    prefix: n{uid}-
    uplinks: [eth1]
    addresses: [10.90.0.0/16]
    taps: 2
`;
const FLAGS = [
	TAP,
	"--address",
	"10.90.1.1/24",
	"--guest-address",
	"10.90.1.2/24",
	"--nat",
	"eth1",
];

let lab: Lab;
let before: Snapshot;
let directory: string;
let socket: string;
let daemon: ChildProcess;
let log: string;

/** What is not as it was before, besides the journal, which is there as long as the daemon. */
const changes = (...except: readonly string[]): string[] =>
	difference(before, lab.look(), { except: ["open files", ...except] });
const JOURNAL = "state directory";

async function start(...args: readonly string[]): Promise<void> {
	const command = [
		process.execPath,
		MAIN,
		"--state-dir",
		lab.stateDir,
		"--socket",
		socket,
		"serve",
	];
	daemon = spawn("nsenter", [`--net=${lab.host.path}`, ...command, ...args], {
		stdio: ["ignore", "ignore", "pipe"],
	});
	log = "";
	daemon.stderr?.on("data", (text) => {
		log += text;
	});
	await until(() => log.includes("serving at"));
}
async function stop(signal: NodeJS.Signals = "SIGTERM"): Promise<readonly unknown[]> {
	if (daemon.exitCode !== null || daemon.signalCode !== null) return [];
	const ended = once(daemon, "close");
	daemon.kill(signal);
	return ended;
}
async function until(isSo: () => boolean): Promise<void> {
	for (let tries = 0; tries < 600; tries++) {
		if (isSo()) return;
		await setTimeout(50);
	}
	throw new Error(`it did not come to be so within half a minute; the daemon said ${log}`);
}

beforeEach(async () => {
	lab = await Lab.open("ip link set lo up");
	before = lab.look();
	directory = join(dirname(lab.stateDir), "daemon");
	mkdirSync(directory);
	// Who is not root has to come to the socket.
	chmodSync(dirname(directory), 0o755);
	socket = join(directory, "umlnet-nl.sock");
	writeFileSync(join(directory, "policy.yaml"), POLICY);
	await start("--policy", join(directory, "policy.yaml"));
});
afterEach(async () => {
	await stop("SIGKILL");
	lab.close();
});

const asNobody = ["setpriv", `--reuid=${UID}`, `--regid=${UID}`, "--clear-groups"];

/** Run a program to its end, in the namespace of the host. */
async function run(...command: readonly string[]) {
	const [program = "", ...args] = ["nsenter", `--net=${lab.host.path}`, ...command];
	try {
		return { status: 0, ...(await promisify(execFile)(program, args)) };
	} catch (error) {
		const { code, stdout, stderr } = error as unknown as {
			code: number;
			stdout: string;
			stderr: string;
		};
		return { status: code, stdout, stderr };
	}
}
async function umlnet(who: readonly string[], ...args: readonly string[]) {
	const ended = await run(
		...who,
		"env",
		`UMLNET_SOCKET=${socket}`,
		process.execPath,
		MAIN,
		...args,
	);
	checkOutput(args, ended.stdout);
	return ended;
}
const nobody = (...args: readonly string[]) => umlnet(asNobody, ...args);
const root = (...args: readonly string[]) => umlnet([], ...args);

test("a user without any right gets a guest behind source NAT by one command", async () => {
	const up = await nobody("up", ...FLAGS);
	expect(up).toMatchObject({ status: 0, stderr: expect.stringContaining(`${TAP} is up`) });
	expect(up.stdout).toContain(`eth0=tuntap,${TAP}`);
	expect(lab.host.sh(`ip -d link show ${TAP}`)).toContain(`user nobody`);
	expect((await nobody("up", ...FLAGS)).stderr).toContain("nothing to do");
	expect((await nobody("status", "--json")).stdout).toContain(`"owner":${UID}`);
	expect((await nobody("status", "--verify", TAP)).status).toBe(0);
	expect(await nobody("down", TAP)).toMatchObject({ status: 0 });
	expect(changes(JOURNAL)).toEqual([]);
});

describe("the policy", () => {
	test.each([
		[
			"the name",
			["vm0", "--address", "10.90.1.1/24"],
			"taps.vm0 must have a name that begins with n65534-",
		],
		[
			"the host's address",
			[TAP, "--address", "10.91.1.1/24"],
			"is 10.91.1.1/24, and may be in 10.90.0.0/16",
		],
		["the guest's address", [TAP, "--guest-address", "10.91.0.2/24"], "may be in"],
		[
			"the uplink",
			[TAP, "--address", "10.90.1.1/24", "--nat", "eth7"],
			"uplink is eth7, and may be eth1",
		],
		["the owner", [...FLAGS, "--owner", "0"], "owner can be nobody but who asks"],
		[
			"a group",
			[...FLAGS, "--owner", String(UID), "--group", "0"],
			"group can be none but a group of who asks",
		],
		["a bridge", [TAP, "--bridge", "br0", "--uplink", "eth1"], "mode is bridged"],
		["a bridge of one's own", [...FLAGS, "--bridge", "br0"], "bridge is root's to say"],
		["an address to be seen as", [...FLAGS, "--snat-to", "10.33.33.34"], "snatTo is root's to say"],
	])("does not let a user choose %s", async (_, flags, why) => {
		const { status, stderr } = await nobody("up", ...flags);
		expect({ status, stderr }).toEqual({ status: 4, stderr: expect.stringContaining(why) });
		expect(stderr).toContain("rule guests of the policy");
		expect(changes(JOURNAL)).toEqual([]);
	});

	test("counts", async () => {
		for (const n of [0, 1]) await nobody("up", `n${UID}-${n}`, "--address", `10.90.${n}.1/24`);
		const { status, stderr } = await nobody("up", `n${UID}-2`, "--address", "10.90.2.1/24");
		expect({ status, stderr }).toEqual({
			status: 4,
			stderr: expect.stringContaining("taps would be 3, and may be 2"),
		});
		expect((await nobody("down", "--all")).status).toBe(0);
		expect(changes(JOURNAL)).toEqual([]);
	});

	test("shows nobody what is another's, and lets nobody touch it", async () => {
		await root("up", "tap0", "--address", "10.10.0.1/24", "--nat", "eth1");
		const during = await lab.lookSettled();
		expect(JSON.parse((await nobody("status", "--json")).stdout)).toMatchObject({
			taps: [],
			resources: [],
		});
		expect((await nobody("status", "tap0")).status).toBe(6);
		expect((await nobody("down", "tap0")).stderr).toBe("tap0 was not up\nnothing to do\n");
		expect((await nobody("down", "--all")).status).toBe(0);
		for (const verb of ["recover", "confirm", "doctor"])
			expect((await nobody(verb)).status).toBe(4);
		const except = ["open files", "conntrack", "state directory"];
		expect(difference(during, await lab.lookSettled(), { except })).toEqual([]);
		expect((await root("down", "tap0")).status).toBe(0);
	});

	test("is nothing for who is in no rule", async () => {
		const daemonUser = ["setpriv", "--reuid=1", "--regid=1", "--clear-groups"];
		const { status, stderr } = await umlnet(daemonUser, "status");
		expect({ status, stderr }).toEqual({
			status: 4,
			stderr: expect.stringContaining("no rule for uid 1"),
		});
	});

	test("is read anew on SIGHUP, and stays where what is read is wrong", async () => {
		const file = join(directory, "policy.yaml");
		writeFileSync(file, POLICY.replace("10.90.0.0/16", "10.90.0.7/16"));
		daemon.kill("SIGHUP");
		await until(() => log.includes("the policy stays as it was"));
		expect((await nobody("status")).status).toBe(0);
		writeFileSync(file, POLICY.replace(String(UID), "1"));
		daemon.kill("SIGHUP");
		await until(() => log.includes("policy read anew"));
		expect((await nobody("status")).status).toBe(4);
	});

	test("can be checked", async () => {
		const file = join(directory, "policy.yaml");
		expect((await root("serve", "--check", "--policy", file)).stderr).toContain("1 rule");
		writeFileSync(file, POLICY.replace("prefix", "prefx"));
		const { status, stderr } = await root("serve", "--check", "--policy", file);
		expect({ status, stderr }).toEqual({
			status: 2,
			stderr: expect.stringContaining("did you mean prefix?"),
		});
	});
});

test("networks stay when the daemon ends, also by kill -9, and are there for the next", async () => {
	expect((await nobody("up", ...FLAGS)).status).toBe(0);
	for (const signal of ["SIGTERM", "SIGKILL"] as const) {
		await stop(signal);
		expect(lab.host.sh("ip -o link")).toContain(TAP);
		expect((await nobody("status")).stderr).toContain("no daemon answers at");
		await start("--policy", join(directory, "policy.yaml"));
		expect((await nobody("status", TAP)).status).toBe(0);
	}
	expect((await nobody("down", TAP)).status).toBe(0);
	expect(await stop()).toEqual([0, null]);
	expect(existsSync(socket)).toBe(false);
	expect(changes()).toEqual([]);
});

test("command line and daemon are at work on one journal", async () => {
	const alone = (...args: readonly string[]) =>
		run(process.execPath, MAIN, "--state-dir", lab.stateDir, ...args);
	expect((await alone("up", "tap0", "--address", "10.10.0.1/24")).status).toBe(0);
	expect((await root("status", "tap0")).status).toBe(0);
	const both = Array.from({ length: 4 }, (_, i) => [
		alone("up", `a${i}`, "--address", `10.20.${i}.1/24`),
		root("up", `d${i}`, "--address", `10.21.${i}.1/24`),
	]);
	for (const { status } of await Promise.all(both.flat())) expect(status).toBe(0);
	expect((await alone("down", "--all")).status).toBe(0);
	expect(JSON.parse((await root("status", "--json")).stdout)).toMatchObject({ taps: [] });
	expect(changes(JOURNAL)).toEqual([]);
});

test("who manages services is told, passes the socket on, and hears that it goes on", async () => {
	await stop();
	const manager = `
import os, socket, sys
listener = socket.socket(socket.AF_UNIX); listener.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o666); listener.listen()
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); told.bind("\\0umlnet-test-" + str(os.getpid()))
child = os.fork()
if child == 0:
    os.dup2(listener.fileno(), 3); os.set_inheritable(3, True)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", NOTIFY_SOCKET="@umlnet-test-" + str(os.getppid()), WATCHDOG_USEC="400000")
    os.execvp(sys.argv[2], sys.argv[2:])
heard = []
while heard.count("WATCHDOG=1") < 2: heard.append(told.recv(100).decode())
os.kill(child, 15)
while heard[-1] != "STOPPING=1": heard.append(told.recv(100).decode())
print(heard[0], heard[-1], os.waitpid(child, 0)[1])
`;
	const ours = [process.execPath, MAIN, "--state-dir", lab.stateDir, "serve"];
	const { stdout, stderr } = await run(
		"/usr/bin/python3",
		"-c",
		manager,
		`${socket}.given`,
		...ours,
	);
	expect(stdout).toBe("READY=1 STOPPING=1 0\n");
	expect(stderr).toContain("serving at the socket of the service manager");
});

test("a client in another language, made of the .proto alone", async () => {
	const made = join(directory, "python");
	mkdirSync(join(made, "umlnet/v1"), { recursive: true });
	const proto = join(import.meta.dirname, "../../proto");
	const files = ["spec", "service"].map((name) => `umlnet/v1/${name}.proto`);
	execFileSync("protoc", [`--proto_path=${proto}`, `--python_out=${made}`, ...files]);
	copyFileSync(join(import.meta.dirname, "client.py"), join(directory, "client.py"));
	const { status, stdout, stderr } = await run(
		...asNobody,
		"/usr/bin/python3",
		join(directory, "client.py"),
		made,
		socket,
		TAP,
	);
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	const tap = { name: TAP, network: "lab", mode: "nat", owner: UID, addresses: ["10.90.7.1/24"] };
	const failure = { code: "ERR_PERMISSION", path: "taps.other" };
	expect(JSON.parse(stdout)).toMatchObject({
		up: { changed: true, taps: [{ ...tap, launch: { uml: `eth0=tuntap,${TAP}` } }] },
		again: false,
		status: { taps: [tap], exact: true },
		plan: expect.arrayContaining(["delete"]),
		bad: {
			status: "INVALID_ARGUMENT",
			reason: "ERR_SPEC",
			details: ["google.rpc.BadRequest", "google.rpc.ErrorInfo", "umlnet.v1.Failure"],
			failure: { issues: [{ path: `taps.${TAP}.mtu` }] },
		},
		none: { status: "INVALID_ARGUMENT", reason: "ERR_USAGE" },
		denied: { status: "PERMISSION_DENIED", reason: "ERR_PERMISSION", failure },
		down: [TAP],
		health: [8, 1],
		methods: expect.arrayContaining(["Up", "Down", "Plan", "Status"]),
		deadline: "DEADLINE_EXCEEDED",
	});
	expect(changes(JOURNAL)).toEqual([]);
});
