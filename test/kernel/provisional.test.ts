/**
 * --confirm-within on the real kernel: whichever process dies, the host must end with the whole change or as before.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StateDirectory } from "../../src/engine/journal/directory.js";
import { Journal } from "../../src/engine/journal/journal.js";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import { Lab } from "./lab.js";
import { callsOf, killedAt } from "./strace.js";
import { MAIN, umlnet } from "./umlnet.js";

const UP = ["up", "tap0", "--owner", "500", "--bridge", "br0", "--uplink", "eth1"];
/** Long enough for everything that precedes it, on a busy machine as well. */
const LONG = "60";

let lab: Lab;
let before: Snapshot;
const started: ChildProcess[] = [];
beforeEach(async () => {
	lab = await Lab.open();
	before = lab.look();
});
afterEach(async () => {
	for (const child of started.splice(0))
		if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
	lab.close();
});

const command = (...args: readonly string[]) =>
	umlnet({ netns: lab.host.path, stateDir: lab.stateDir }, ...args);

/** A command that was started and now waits to be confirmed. */
class Waiting {
	readonly #child: ChildProcess;
	readonly #ended: Promise<unknown[]>;
	#stderr = "";

	private constructor(args: readonly string[]) {
		const node = [process.execPath, MAIN, "--state-dir", lab.stateDir, ...args];
		this.#child = spawn("nsenter", [`--net=${lab.host.path}`, ...node]);
		this.#ended = once(this.#child, "close");
		this.#child.stderr?.on("data", (text) => {
			this.#stderr += text;
		});
		started.push(this.#child);
	}

	static async start(...args: readonly string[]): Promise<Waiting> {
		const waiting = new Waiting(args);
		await until(() => waiting.#stderr.includes("unless it is confirmed"));
		return waiting;
	}

	/** The process ids of the waiting command and of the watchdog. */
	get pid(): number {
		return this.#child.pid as number;
	}
	get watchdog(): number {
		return Number(readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, "latin1").trim());
	}
	kill(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}
	async ended(): Promise<{ status: unknown; stderr: string }> {
		const [code, signal] = await this.#ended;
		return { status: code ?? signal, stderr: this.#stderr };
	}
}

async function until(isSo: () => boolean): Promise<void> {
	for (let tries = 0; tries < 600; tries++) {
		if (isSo()) return;
		await setTimeout(100);
	}
	throw new Error("it did not come to be so within a minute");
}
const isThere = (pid: number): boolean => existsSync(`/proc/${pid}`);
const isBridgeGone = (): boolean => !lab.host.sh("ip -o link").includes("br0");
/** The last process has removed the journal, as nothing is ours any more. */
const isForgotten = (): boolean => readdirSync(lab.stateDir).length === 0;

test("not confirmed it is rolled back, and nothing is left, no process either", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", "3");
	const { watchdog } = up;
	expect(lab.host.sh("ip link show master br0")).toMatch(/eth1.*tap0/s);
	const { status, stderr } = await up.ended();
	expect(status).toBe(7);
	expect(stderr).toContain("up tap0 was not confirmed in time");
	expect(isThere(watchdog)).toBe(false);
	expect(lab.changes(before)).toEqual([]);
});

test("confirmed it stands, and goes down to what was there", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", LONG);
	const { watchdog } = up;
	expect(command("up", "tap1", "--address", "192.168.1.1/24")).toMatchObject({
		status: 5,
		stderr: expect.stringContaining("error[ERR_PROVISIONAL] up tap0 waits to be confirmed"),
	});
	expect(command("status").stderr).toContain("up tap0 is rolled back at");
	expect(command("plan", ...UP.slice(1)).status).toBe(0);
	expect(command("confirm")).toMatchObject({ status: 0, stderr: "up tap0 stands\n" });
	expect((await up.ended()).status).toBe(0);
	expect(isThere(watchdog)).toBe(false);
	expect(command("confirm")).toMatchObject({ status: 0 });
	expect(command("status", "--verify").status).toBe(0);

	const down = await Waiting.start("down", "tap0", "--confirm-within", LONG);
	expect(command("confirm").status).toBe(0);
	expect((await down.ended()).status).toBe(0);
	expect(lab.changes(before)).toEqual([]);
	expect(command("confirm").status).toBe(5);
});

test("after kill -9 of who waits, the watchdog rolls back when it is due, in a session of its own", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", "8");
	const { watchdog } = up;
	const stat = readFileSync(`/proc/${watchdog}/stat`, "latin1");
	expect(Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3])).toBe(watchdog);
	up.kill("SIGKILL");
	expect((await up.ended()).status).toBe("SIGKILL");
	await setTimeout(1000);
	expect(lab.host.sh("ip link show master br0")).toMatch(/eth1.*tap0/s);
	await until(() => !isThere(watchdog));
	expect(lab.changes(before)).toEqual([]);
	expect(command("recover").stderr).toContain("nothing");
});

test("after kill -9 of who waits it can still be confirmed, and the watchdog leaves", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", LONG);
	const { watchdog } = up;
	up.kill("SIGKILL");
	await up.ended();
	expect(command("confirm").status).toBe(0);
	await until(() => !isThere(watchdog));
	expect(command("status", "--verify").status).toBe(0);
	expect(command("down", "--all").status).toBe(0);
	expect(lab.changes(before)).toEqual([]);
});

test("after kill -9 of both, the next command rolls back", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", "4");
	const { watchdog } = up;
	process.kill(watchdog, "SIGKILL");
	up.kill("SIGKILL");
	await up.ended();
	expect(command("recover").stderr).toContain("unless it is confirmed");
	await setTimeout(4500);
	expect(lab.host.sh("ip link show master br0")).toMatch(/eth1.*tap0/s);
	expect(command("confirm").status).toBe(7);
	expect(lab.changes(before)).toEqual([]);
});

test("killed half-way up, the watchdog undoes it at once", async () => {
	const sends = callsOf(lab, ["sendto"], UP);
	expect(command("down", "--all").status).toBe(0);
	const link = sends.findIndex(({ line }) => line.includes("RTM_NEWADDR"));
	const point = sends[link] ?? sends.at(-1);
	if (point === undefined) throw new Error("nothing was sent");
	expect(killedAt(lab, point, [...UP, "--confirm-within", LONG]).signal).toBe("SIGKILL");
	await until(isForgotten);
	expect(lab.changes(before)).toEqual([]);
});

test("stopped, it is the watchdog who rolls back, and who waits learns it", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", "4");
	up.kill("SIGSTOP");
	await until(isBridgeGone);
	up.kill("SIGCONT");
	expect((await up.ended()).status).toBe(7);
	expect(lab.changes(before)).toEqual([]);
});

test("stopped with the lock held, it is woken when it is due, and rolls back", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", "6");
	const holds = (): boolean =>
		new RegExp(`FLOCK .* ${up.pid} `).test(readFileSync("/proc/locks", "latin1"));
	for (up.kill("SIGSTOP"); !holds(); up.kill("SIGSTOP")) up.kill("SIGCONT");
	expect((await up.ended()).status).toBe(7);
	expect(lab.changes(before)).toEqual([]);
});

test("Ctrl-C rolls back at once; the end of the terminal does not", async () => {
	const first = await Waiting.start(...UP, "--confirm-within", LONG);
	first.kill("SIGINT");
	expect(await first.ended()).toMatchObject({
		status: 7,
		stderr: expect.stringContaining("was interrupted before it was confirmed"),
	});
	expect(lab.changes(before)).toEqual([]);

	const second = await Waiting.start(...UP, "--confirm-within", LONG);
	second.kill("SIGHUP");
	expect(command("confirm").status).toBe(0);
	expect((await second.ended()).status).toBe(0);
	expect(command("down", "--all").status).toBe(0);
	expect(lab.changes(before)).toEqual([]);
});

const lose = (): void => rmSync(lab.stateDir, { recursive: true });

test("the state directory removed meanwhile, who waits writes it again, and rolls back", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", "4");
	lose();
	const { status, stderr } = await up.ended();
	expect(status).toBe(7);
	expect(stderr).toContain("was not confirmed in time");
	expect(lab.changes(before)).toEqual([]);
});

test("removed meanwhile, it can still be confirmed, and goes down to what was there", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", LONG);
	lose();
	await until(() => existsSync(lab.stateDir));
	expect(command("confirm")).toMatchObject({ status: 0, stderr: "up tap0 stands\n" });
	expect((await up.ended()).status).toBe(0);
	expect(command("status", "--verify").status).toBe(0);
	expect(command("down", "--all").status).toBe(0);
	expect(lab.changes(before)).toEqual([]);
});

test("removed, and who waits killed, the watchdog rolls back", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", "5");
	const { watchdog } = up;
	await setTimeout(600);
	lose();
	up.kill("SIGKILL");
	await until(() => !isThere(watchdog));
	expect(lab.changes(before)).toEqual([]);
});

test("removed, and another journal there before anybody notices, it is rolled back at once", async () => {
	const up = await Waiting.start(...UP, "--confirm-within", LONG);
	const { watchdog } = up;
	up.kill("SIGSTOP");
	process.kill(watchdog, "SIGSTOP");
	const [namespace = ""] = readdirSync(lab.stateDir);
	lose();
	// The tables that the lost one has made would be in the way of other taps.
	const directory = new StateDirectory(lab.stateDir, namespace);
	const fresh = new Journal(directory);
	fresh.begin("9-9-9-1", "up tap9", []);
	fresh.abort("9-9-9-1");
	fresh.close();
	directory.close();
	up.kill("SIGCONT");
	process.kill(watchdog, "SIGCONT");
	const { status, stderr } = await up.ended();
	expect(status).toBe(7);
	expect(stderr).toContain("cannot be confirmed any more: its journal was removed");
	expect(isBridgeGone()).toBe(true);
	expect(command("up", "tap9", "--owner", "500").status).toBe(0);
	expect(command("status").stdout).toMatch(/^tap9/m);
	expect(command("down", "--all").status).toBe(0);
	expect(isThere(watchdog)).toBe(false);
	expect(lab.changes(before)).toEqual([]);
});
