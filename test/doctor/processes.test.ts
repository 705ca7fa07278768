/** Programs that run, found by name where their network namespace is that of the thread that asks. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { processesNamed } from "../../src/doctor/processes.js";

/** A name that no other program of the machine has. It is as long as the kernel keeps names. */
const NAME = `umlnet-${process.pid}`.padEnd(15, "x").slice(0, 15);
const started: ChildProcess[] = [];
afterEach(() => {
	for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** Start a program of this name, and wait until it runs. */
async function start(...before: readonly string[]): Promise<number> {
	const path = join(mkdtempSync(join(tmpdir(), "umlnet-nl-")), NAME);
	copyFileSync(execFileSync("sh", ["-c", "command -v sleep"], { encoding: "utf8" }).trim(), path);
	const [program = path, ...words] = [...before, path];
	const child = spawn(program, [...words, "60"]);
	started.push(child);
	const pid = child.pid ?? 0;
	const comm = `/proc/${pid}/comm`;
	await expect.poll(() => execFileSync("cat", [comm], { encoding: "utf8" })).toBe(`${NAME}\n`);
	return pid;
}

test("one that does not run", () => {
	expect(processesNamed(NAME)).toEqual([]);
});

test("one that runs", async () => {
	const pid = await start();
	expect(processesNamed(NAME)).toEqual([pid]);
});

test.skipIf(process.getuid?.() !== 0)("one in another network namespace", async () => {
	await start("unshare", "-n");
	expect(processesNamed(NAME)).toEqual([]);
});
