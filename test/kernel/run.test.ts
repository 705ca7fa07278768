/** `run` and `gc` on the real kernel: whichever process dies, the host must end as it was before. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { difference, type Snapshot } from "../../src/oracle/snapshot.js";
import { Lab } from "./lab.js";
import { MAIN, umlnet } from "./umlnet.js";

const TAP = ["tap0", "--owner", "500", "--address", "192.168.33.33/24"];
const NAT = [...TAP, "--nat", "eth1"];
const BRIDGED = ["tap0", "--owner", "500", "--bridge", "br0", "--uplink", "eth1"];

let lab: Lab;
let before: Snapshot;
const started: ChildProcess[] = [];
beforeEach(async () => {
	lab = await Lab.open();
	before = lab.look();
});
afterEach(() => {
	for (const child of started.splice(0))
		if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
	lab.close();
});

const command = (...args: readonly string[]) =>
	umlnet({ netns: lab.host.path, stateDir: lab.stateDir }, ...args);

/** A command under `run` that has printed its first line. */
async function running(...args: readonly string[]): Promise<ChildProcess> {
	const node = [process.execPath, MAIN, "--state-dir", lab.stateDir, "run", ...args];
	const child = spawn("nsenter", [`--net=${lab.host.path}`, ...node]);
	started.push(child);
	await once(child.stdout, "data");
	return child;
}

/** What differs from the state before. Pipes to children of this process do not count. */
const changes = (): string[] => difference(before, lab.look(), { except: ["open files"] });

const childrenOf = (pid: number): number[] =>
	readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ").map(Number);
const commandLine = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, "latin1");
const keeperOf = ({ pid }: ChildProcess): number =>
	childrenOf(pid as number).find((one) => commandLine(one).includes("\0keeper\0")) as number;

/** Wait for a condition; returns how many milliseconds that took. */
async function until(isSo: () => boolean): Promise<number> {
	const from = performance.now();
	while (performance.now() - from < 60_000) {
		if (isSo()) return performance.now() - from;
		await setTimeout(20);
	}
	throw new Error("it did not come to be so within a minute");
}
const isAllGone = (): boolean => readdirSync(lab.stateDir).length === 0;
const WAITING = ["sh", "-c", "echo there; exec sleep 600"];

test("the network is there as long as the command, whose output and status are its own", () => {
	const look = "ip -br address show tap0; nft list table inet umlnet-nl | wc -l; exit 7";
	const { status, stdout, stderr } = command("run", ...NAT, "--", "sh", "-c", look);
	expect({ status, stderr }).toEqual({ status: 7, stderr: "" });
	expect(stdout).toMatch(/^tap0 .*192\.168\.33\.33\/24.*\n[1-9][0-9]*\n$/);
	expect(changes()).toEqual([]);
});

test("what a spec describes is as well", () => {
	const spec = JSON.stringify({
		version: 1,
		networks: { lan: { mode: "bridged", bridge: "br0", uplink: "eth1" } },
		taps: { tap0: { network: "lan", owner: 500 }, tap1: { network: "lan", owner: 500 } },
	});
	const script = `exec node "$0" --state-dir "$1" run -f "$2" -- ip -o link show master br0`;
	const file = `${lab.stateDir}.spec.json`;
	lab.host.sh(`cat > ${file} <<'END'\n${spec}\nEND`);
	const out = lab.host.sh(`sh -c '${script}' ${MAIN} ${lab.stateDir} ${file}`);
	expect(out.match(/: (eth1|tap0|tap1)/g)).toHaveLength(3);
	expect(changes()).toEqual([]);
});

test.each([
	[["nosuchcommand"], 127, "no such command"],
	[["/etc/passwd"], 126, "EACCES"],
])("a command that cannot be run: %s", (words, expected, why) => {
	const { status, stderr } = command("run", ...TAP, "--", ...words);
	expect({ status, stderr }).toEqual({ status: expected, stderr: expect.stringContaining(why) });
	expect(changes()).toEqual([]);
});

test.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"] as const)(
	"%s is the command's",
	async (signal) => {
		const run = await running(...BRIDGED, "--", ...WAITING);
		run.kill(signal);
		const [code] = await once(run, "close");
		const number = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1, SIGUSR1: 10 }[signal];
		expect(code).toBe(128 + number);
		expect(changes()).toEqual([]);
	},
);

test("a command that handles a signal decides for itself", async () => {
	const trap = "trap 'echo told; exit 3' TERM; echo there; while :; do sleep 0.1; done";
	const run = await running(...TAP, "--", "sh", "-c", trap);
	run.kill("SIGTERM");
	expect(await once(run, "close")).toEqual([3, null]);
	expect(changes()).toEqual([]);
});

describe("kill -9", () => {
	test("of the command takes the network away", async () => {
		const run = await running(...NAT, "--", ...WAITING);
		const [vm] = childrenOf(run.pid as number).filter((pid) => pid !== keeperOf(run));
		process.kill(vm as number, "SIGKILL");
		expect(await once(run, "close")).toEqual([137, null]);
		expect(changes()).toEqual([]);
	});

	test.each([
		["a NATed", NAT],
		["a bridged", BRIDGED],
	])("of ourselves leaves it to the keeper, with %s network", async (_, flags) => {
		const run = await running(...flags, "--", ...WAITING);
		const keeper = keeperOf(run);
		const vm = childrenOf(run.pid as number).find((pid) => pid !== keeper) as number;
		run.kill("SIGKILL");
		// Far more than usual (docs/performance.md), because the machine may be busy.
		expect(await until(isAllGone)).toBeLessThan(10_000);
		process.kill(vm, "SIGKILL");
		await lab.lookSettled();
		expect(changes()).toEqual([]);
	});

	test("of the keeper is no matter as long as we live", async () => {
		const run = await running(...TAP, "--", ...WAITING);
		process.kill(keeperOf(run), "SIGKILL");
		run.kill("SIGTERM");
		expect(await once(run, "close")).toEqual([143, null]);
		expect(changes()).toEqual([]);
	});

	test("of both leaves it to gc, which says why; and to the next who runs on that tap", async () => {
		for (const next of [["gc"], ["run", ...TAP, "--", "true"]]) {
			const run = await running(...NAT, "--", ...WAITING);
			const { pid } = run;
			process.kill(keeperOf(run), "SIGKILL");
			run.kill("SIGKILL");
			await once(run, "exit");
			const looked = command("gc", "--dry-run", "--json");
			expect(JSON.parse(looked.stdout)).toMatchObject({
				changed: false,
				garbage: [{ object: "tap tap0", reason: `process ${pid}, which it was for, has ended` }],
			});
			expect(command(...next)).toMatchObject({ status: 0 });
			expect(changes()).toEqual([]);
		}
	});
});

test("a tap that is somebody's is refused and left alone", async () => {
	await running(...TAP, "--", ...WAITING);
	const during = await lab.lookSettled();
	expect(command("run", ...TAP, "--", "true")).toMatchObject({
		status: 5,
		stderr: expect.stringMatching(/ERR_CONFLICT.*one that is up for process \d+/),
	});
	expect(command("gc").stdout).toBe("");
	const except = ["open files", "conntrack", "state directory"];
	expect(difference(during, await lab.lookSettled(), { except })).toEqual([]);
});

test("what was brought up to stay is neither run's nor garbage", () => {
	expect(command("up", ...TAP).status).toBe(0);
	expect(command("run", ...TAP, "--", "true").status).toBe(5);
	expect(command("gc").stderr).toBe("nothing to remove\n");
	expect(command("down", "tap0").status).toBe(0);
	expect(changes()).toEqual([]);
});

test("gc takes away what nothing is known of", () => {
	expect(command("up", ...NAT).status).toBe(0);
	lab.host.sh(`rm -r ${lab.stateDir}`);
	const { garbage } = JSON.parse(command("gc", "--dry-run", "--json").stdout);
	expect(garbage).toContainEqual({
		object: expect.stringMatching(/^link tap0/),
		reason: "it is marked as umlnet-nl's, and the state directory does not know it",
	});
	expect(command("gc").status).toBe(0);
	expect(changes()).toEqual([]);
});

/** It opens nothing, because it gets the tap as descriptor 3, and has no other rights than those of the descriptor. */
const HOLDER = `
import fcntl, os, socket, struct, sys
TUNSETPERSIST, TUNSETOWNER, SIOCSIFHWADDR, TUNGETIFF = 0x400454CB, 0x400454CC, 0x8924, 0x800454D2
tap = int(sys.argv[1])
name, flags = struct.unpack("16sH", fcntl.ioctl(tap, TUNGETIFF, bytes(40))[:18])
print(name.rstrip(b"\\0").decode(), hex(flags))
os.write(tap, bytes(int(sys.argv[2])) + b"\\xff" * 12 + b"\\x08\\x00" + bytes(50))
for change in sys.argv[3:]:
    if change == "owner": fcntl.ioctl(tap, TUNSETOWNER, os.getuid())
    if change == "persistence": fcntl.ioctl(tap, TUNSETPERSIST, 0)
    if change == "mac": fcntl.ioctl(tap, SIOCSIFHWADDR, struct.pack("16sH6s", name, 1, b"\\x02\\0\\0\\0\\0\\x77") + bytes(16))
`;
const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const holder = (fd: string, header: number, ...changes: readonly string[]) => [
	...nobody,
	...["/usr/bin/python3", "-c", HOLDER, fd, String(header), ...changes],
];

describe("a descriptor", () => {
	test.each([
		[[], 0, "0x2"],
		[["--vnet-hdr"], 10, "0x4002"],
	])("of a tap with %s is a tap that its holder need not open", (flags, header, has) => {
		const { status, stdout, stderr } = command(
			"run",
			...TAP,
			...flags,
			"--",
			...holder("{fd}", header),
		);
		expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
		const [name, found] = stdout.trim().split(" ");
		expect(name).toBe("tap0");
		expect(Number(found) & 0x4002).toBe(Number(has));
		expect(changes()).toEqual([]);
	});

	test("of a tap with several queues is another queue each time", () => {
		const count = "ip -d link show tap0 | grep -o 'numqueues [0-9]*'; echo {fd}:{fd}:{fd}";
		const { stdout } = command("run", ...TAP, "--multi-queue", "--", "sh", "-c", count);
		expect(stdout).toBe("numqueues 3\n3:4:5\n");
		expect(changes()).toEqual([]);
	});

	test("of one tap is opened once", () => {
		expect(command("run", ...TAP, "--", "echo", "{fd} {fd:tap0}").stdout).toBe("3 3\n");
		const { status, stderr } = command("run", ...TAP, "--", "echo", "{fd:tap1}");
		expect({ status, stderr }).toEqual({
			status: 2,
			stderr: expect.stringContaining("{fd:tap1}: there is no tap tap1"),
		});
		expect(changes()).toEqual([]);
	});

	test.each([
		[["owner"], TAP],
		[["mac"], TAP],
		[["persistence"], NAT],
		[["owner", "mac", "persistence"], BRIDGED],
	])("whose holder changes the %s leaves nothing", async (changed, flags) => {
		const { status, stderr } = command("run", ...flags, "--", ...holder("{fd}", 0, ...changed));
		expect(stderr).not.toContain("error");
		expect(status).toBe(0);
		await lab.lookSettled();
		expect(changes()).toEqual([]);
	});
});
