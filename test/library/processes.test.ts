import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Lab } from "../kernel/lab.js";
import { busy } from "./journal.js";
import { library } from "./library.js";
import { node, Running } from "./program.js";

const PROCESSES = 8;
const GUESTS = "25";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

/** A process whose guests come and go this many times. */
const guests = (i: number, rounds: number): Running =>
	new Running(lab.host, node("guests.mjs", lab.stateDir, `p${i}`, GUESTS, `${rounds}`));
const all = <T>(make: (i: number) => T): T[] =>
	Array.from({ length: PROCESSES }, (_, i) => make(i));

const links = (): string[] =>
	(lab.host.json("ip -j link") as readonly { readonly ifname: string }[])
		.map(({ ifname }) => ifname)
		.filter((name) => !["lo", "eth1"].includes(name))
		.toSorted();

test("eight processes at once on one host: no errors, and nothing is left", async () => {
	const before = lab.look();
	const processes = all((i) => guests(i, 2));
	for (const ended of await Promise.all(processes.map((process) => process.end())))
		expect(ended).toEqual({ code: 0, stderr: "" });
	expect(lab.changes(before)).toEqual([]);
	expect(readdirSync(lab.stateDir)).toEqual([]);
});

/** The directory of the only journal. */
const place = () => {
	const [name] = readdirSync(lab.stateDir);
	return { directory: name === undefined ? undefined : join(lab.stateDir, name) };
};

/** Whether every thread of a process is stopped (proc_pid_stat(5)). */
const isStill = (pid: number): boolean =>
	readdirSync(`/proc/${pid}/task`).every((thread) =>
		/\) T /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, "latin1")),
	);

/** Kill a process in the middle of a transaction: it is stopped, checked and continued until it is in one. */
async function killBusy(process: Running): Promise<void> {
	for (;;) {
		process.child.kill("SIGSTOP");
		// The signal takes effect later, and a thread that still runs could finish its transaction after the check.
		while (!isStill(process.child.pid ?? 0)) await setImmediate();
		if (busy(place()) === process.child.pid) break;
		process.child.kill("SIGCONT");
		await setImmediate();
	}
	await process.end("SIGKILL");
}

test("three of eight are killed in the middle: one recover, and no halves are left", async () => {
	const before = lab.look();
	const processes = all((i) => guests(i, 1_000));
	for (const process of processes) await process.next();
	const [first, second, last, ...others] = processes as [Running, Running, Running, ...Running[]];
	await killBusy(first);
	// The next process undoes what it left, and continues.
	for (const process of others) await process.next();
	await killBusy(second);
	for (const process of others) process.go();
	for (const ended of await Promise.all(others.map((process) => process.end())))
		expect(ended).toEqual({ code: 0, stderr: "" });
	await killBusy(last);

	const host = await library.open({ netns: lab.host.path, stateDir: lab.stateDir });
	expect((await host.status()).unfinished).toMatch(/^(up|down) p2-/);
	expect((await host.recover()).outcome).toMatch(/^(undone|finished)$/);
	expect(await host.recover()).toMatchObject({ outcome: "nothing" });

	// Everything that the other processes brought up is complete.
	const { taps, resources, unfinished } = await host.status();
	expect(unfinished).toBeUndefined();
	expect(taps.map(({ name }) => name).toSorted()).toEqual(links());
	for (const { name } of taps) expect(name).toMatch(/^p[012]-/);
	expect(resources.flatMap(({ drift }) => drift)).toEqual([]);
	await host.down({ all: true });
	await host.close();
	expect(lab.changes(before)).toEqual([]);
});
