import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
	closeSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { LockError } from "../../src/engine/error.js";
import { StateDirectory } from "../../src/engine/journal/directory.js";
import { HostLock } from "../../src/engine/journal/lock.js";
import { scratch } from "./rig.js";

const parent = scratch();
afterAll(() => rmSync(parent, { recursive: true }));
const PROGRAM = join(import.meta.dirname, "programs/lock.mjs");
const LONG = 30_000;

let directory: string;
let place: string;
let locks: HostLock[];
let states: StateDirectory[];
let children: ChildProcess[];
beforeEach(() => {
	directory = mkdtempSync(join(parent, "host-"));
	place = join(directory, "lock");
	locks = [];
	states = [];
	children = [];
});
afterEach(() => {
	for (const one of [...locks, ...states]) one.close();
	for (const child of children) child.kill("SIGKILL");
});

/** The directory of the lock, opened as by another process. */
function directoryOf(): StateDirectory {
	const state = new StateDirectory(directory, "lock");
	states.push(state);
	return state;
}

/** The lock, opened as by another process: flock(2) distinguishes open files, not processes. */
function lockOf(): HostLock {
	const lock = new HostLock(directoryOf());
	locks.push(lock);
	return lock;
}

/** Start the lock program as a process, and wait until it prints its first word. */
async function start(...args: readonly string[]): Promise<ChildProcess> {
	const [verb = "", ...rest] = args;
	const child = spawn(process.execPath, [PROGRAM, verb, directory, ...rest], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	children.push(child);
	if (child.stdout !== null) await once(child.stdout, "data");
	return child;
}

/** Whether a promise is still pending after everything else was done. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
	const tick = new Promise<"tick">((resolve) => setTimeout(resolve, 20, "tick"));
	return (await Promise.race([promise.then(() => "done"), tick])) === "tick";
}

describe("the lock", () => {
	test("is held by one at a time", async () => {
		const [one, other] = [lockOf(), lockOf()];
		await one.acquire(LONG);
		const turn = other.acquire(LONG);
		expect(await isWaiting(turn)).toBe(true);
		one.release();
		await turn;
		expect(one.tryAcquire()).toBe(false);
		other.release();
		expect(one.tryAcquire()).toBe(true);
	});

	test("is not tried for where somebody waits", async () => {
		const [one, other, third] = [lockOf(), lockOf(), lockOf()];
		await one.acquire(LONG);
		const turn = other.acquire(LONG);
		await isWaiting(turn);
		one.release();
		expect(third.tryAcquire()).toBe(false);
		await turn;
	});

	test("can be had again and again by one, and keeps no more than two files open", async () => {
		const state = directoryOf();
		closeSync(state.openFile("lock", true));
		const lock = new HostLock(state);
		const count = () => readdirSync("/proc/self/fd").length;
		const before = count();
		for (let i = 0; i < 100; i++) {
			await lock.acquire(LONG);
			lock.release();
		}
		expect(count() - before).toBeLessThanOrEqual(2);
		lock.close();
		expect(count()).toBe(before);
	});

	test("is given up for when its time is over, with a word about who has it", async () => {
		const [one, other] = [lockOf(), lockOf()];
		await one.acquire(LONG);
		const from = performance.now();
		const failure: unknown = await other.acquire(50).catch((error: unknown) => error);
		expect(performance.now() - from).toBeGreaterThanOrEqual(49);
		expect(failure).toBeInstanceOf(LockError);
		expect(failure).toMatchObject({ code: "ERR_LOCK", hint: expect.stringContaining("fuser") });
		// A process that gave up blocks nobody, and can try again.
		const third = lockOf();
		one.release();
		await third.acquire(LONG);
		third.release();
		await other.acquire(LONG);
	});

	test("without any time is had if it is free, and only then", async () => {
		const [one, other] = [lockOf(), lockOf()];
		await one.acquire(0);
		await expect(other.acquire(0)).rejects.toThrow(LockError);
		one.release();
		await other.acquire(0);
	});

	test("is given up for by those behind the one who waits, too", async () => {
		const [one, other, third] = [lockOf(), lockOf(), lockOf()];
		await one.acquire(LONG);
		const turn = other.acquire(LONG);
		await expect(third.acquire(30)).rejects.toThrow(LockError);
		one.release();
		await turn;
	});
});

describe("a directory that went with the last tap", () => {
	test("is made anew by the one who waited, who has the lock that counts", async () => {
		const [one, other, third] = [lockOf(), lockOf(), lockOf()];
		await one.acquire(LONG);
		const turn = other.acquire(LONG);
		await isWaiting(turn);
		directoryOf().remove();
		expect(existsSync(place)).toBe(false);
		one.release();
		await turn;
		expect(existsSync(place)).toBe(true);
		expect(third.tryAcquire()).toBe(false);
		await expect(one.acquire(30)).rejects.toThrow(LockError);
	});

	test("makes who has an old file of it queue at the new one", async () => {
		const [one, other] = [lockOf(), lockOf()];
		await one.acquire(LONG);
		one.release();
		directoryOf().remove();
		await other.acquire(LONG);
		await expect(one.acquire(30)).rejects.toThrow(LockError);
		other.release();
		await one.acquire(LONG);
	});

	test("is not tried for by its old file", async () => {
		const [one, other] = [lockOf(), lockOf()];
		await one.acquire(LONG);
		one.release();
		rmSync(place, { recursive: true });
		mkdirSync(place);
		await other.acquire(LONG);
		expect(one.tryAcquire()).toBe(false);
	});
});

describe("among processes, the lock", () => {
	test("is free when its holder is killed", async () => {
		const child = await start("hold");
		const lock = lockOf();
		expect(lock.tryAcquire()).toBe(false);
		const turn = lock.acquire(LONG);
		expect(await isWaiting(turn)).toBe(true);
		child.kill("SIGKILL");
		await turn;
	});

	test("is free when the one who waited for it is killed", async () => {
		const lock = lockOf();
		await lock.acquire(LONG);
		const child = await start("turns", "a");
		child.stdin?.end("go\n");
		const third = lockOf();
		// The child takes the turnstile as soon as it waits.
		await expect.poll(() => isTurnstileTaken()).toBe(true);
		child.kill("SIGKILL");
		await once(child, "exit");
		lock.release();
		await third.acquire(LONG);
	});

	test("goes back and forth between two", async () => {
		const turns = await race(["a", "b"], 200);
		const [less, more] = shares(turns, ["a", "b"]).sort((a, b) => a - b);
		expect(less).toBeGreaterThan((more ?? 0) / 2);
	});

	test("is had by all of eight, 50 times each", async () => {
		const names = [..."abcdefgh"];
		const turns = await race(names, 50);
		expect(turns).toHaveLength(400);
		expect(Math.min(...shares(turns, names))).toBeGreaterThanOrEqual(20);
	});

	test("is held by one at a time though each takes its directory away", async () => {
		const turns = await race([..."abcd"], 100, "last");
		expect(turns).toHaveLength(400);
	});
});

/** How many turns each process has had when the first one is done: none may be left behind. */
function shares(turns: readonly string[], names: readonly string[]): number[] {
	const through = Math.min(...names.map((name) => turns.lastIndexOf(name)));
	return names.map((name) => turns.slice(0, through + 1).filter((one) => one === name).length);
}

/** Whether somebody holds the turnstile: then the lock cannot be had, even if it is free. */
function isTurnstileTaken(): boolean {
	const probe = lockOf();
	const free = probe.tryAcquire();
	probe.close();
	return !free;
}

/** Let processes that start together take turns. Returns which one had the lock at each turn. */
async function race(
	names: readonly string[],
	times: number,
	verb: "turns" | "last" = "turns",
): Promise<string[]> {
	const racers = await Promise.all(names.map((name) => start(verb, name, `${times}`)));
	const ends = racers.map((child) => once(child, "exit"));
	for (const child of racers) child.stdin?.end("go\n");
	for (const [code] of await Promise.all(ends)) expect(code).toBe(0);
	return readFileSync(join(directory, "turns"), "utf8").trim().split("\n");
}
