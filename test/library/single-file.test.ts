import { execFile } from "node:child_process";
import {
	closeSync,
	cpSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Lab } from "../kernel/lab.js";
import { root } from "./library.js";
import { type Ended, run, strace } from "./program.js";

const execute = promisify(execFile);
const UP = "up tap0 --owner 500 --address 192.168.33.33/24 --nat eth1 --snat-to 10.33.33.34".split(
	" ",
);

let directory: string;
let program: string;
let empty: string;
let lab: Lab;
beforeAll(async () => {
	// The part of `npm run build:bin` that does not build dist/, which other tests are using.
	await execute(process.execPath, [join(root, "scripts/build-bin.mjs")]);
	directory = mkdtempSync(join(tmpdir(), "umlnet-nl-bin-"));
	empty = mkdtempSync(join(tmpdir(), "umlnet-nl-empty-"));
	// A directory with nothing else in it that the program could use.
	program = join(directory, "umlnet-nl");
	cpSync(join(root, "bin/umlnet-nl"), program);
	lab = await Lab.open();
});
afterAll(() => {
	lab.close();
	for (const path of [directory, empty]) rmSync(path, { recursive: true });
});

/** Run it in an empty directory with an empty environment. */
const bare = (args: readonly string[], under: readonly string[] = []): Promise<Ended> =>
	run(lab.host, [...under, "env", "-i", program, ...args], { cwd: empty });

test("its unit and its manual pages lie beside it", () => {
	for (const [name, source] of [
		["umlnet-nl.service", "systemd/umlnet-nl.service"],
		["umlnet-nl.1", "docs/man/umlnet-nl.1"],
		["umlnet-nl-spec.5", "docs/man/umlnet-nl-spec.5"],
	] as const)
		expect(readFileSync(join(root, "bin", name))).toEqual(readFileSync(join(root, source)));
});

test("there is one for each C library, whichever this machine has", async () => {
	const script = join(root, "scripts/build-bin.mjs");
	const { stdout } = await execute(process.execPath, [script, "--libc", "glibc,musl"]);
	for (const [libc, loader] of [
		["glibc", /^\/lib(64)?\/ld-linux-[\w-]+\.so\.\d$/],
		["musl", /^\/lib\/ld-musl-\w+\.so\.1$/],
	] as const) {
		expect(stdout).toContain(`umlnet-nl-${libc}: for ${libc}, `);
		expect(interpreterOf(join(root, `bin/umlnet-nl-${libc}`))).toMatch(loader);
	}
	await expect(execute(process.execPath, [script, "--libc", "uclibc"])).rejects.toMatchObject({
		code: 2,
		stderr: "--libc uclibc: there are glibc and musl\n",
	});
}, 300_000);

/**
 * The dynamic loader that an ELF file names, which belongs to its C library. The name is near the beginning of the
 * file.
 */
function interpreterOf(program: string): string | undefined {
	const head = Buffer.alloc(4096);
	const fd = openSync(program, "r");
	readSync(fd, head);
	closeSync(fd);
	return /\/lib[\w/.-]+/.exec(head.toString("latin1"))?.[0];
}

test("it says its version", async () => {
	const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	expect(await bare(["--version"])).toEqual({
		code: 0,
		signal: null,
		stdout: `${version}\n`,
		stderr: "",
	});
});

test("S3 comes up, is told, and goes down to what was there, with no other program's help", async () => {
	const before = lab.look();
	const trace = join(directory, "trace");
	const state = ["--state-dir", lab.stateDir];
	const up = await bare(
		[...state, ...UP, "--json"],
		strace(trace, "-y", "-e", "trace=execve,fork,vfork,openat"),
	);
	expect(up).toMatchObject({ code: 0 });
	expect(JSON.parse(up.stdout)).toMatchObject({ changed: true, taps: [{ name: "tap0" }] });
	// The only two calls of execve are for env and for the program.
	const calls = readFileSync(trace, "utf8");
	const started = calls.match(/\b(execve|v?fork)\(.*\) = 0$/gm) ?? [];
	expect(started.map((line) => /"([^"]*)"/.exec(line)?.[1]?.split("/").at(-1))).toEqual([
		"env",
		"umlnet-nl",
	]);
	// Nothing is unpacked first, because execution may be forbidden there. It only creates files of its state.
	const made = calls.split("\n").filter((line) => line.includes("O_CREAT"));
	expect(made.length).toBeGreaterThan(0);
	expect(made.filter((line) => !line.includes(`<${lab.stateDir}/`))).toEqual([]);

	const { code, stdout } = await bare([...state, "status", "--json"]);
	expect(code).toBe(0);
	expect(JSON.parse(stdout)).toMatchObject({
		taps: [{ name: "tap0", mode: "nat", owner: 500, uplink: "eth1", drift: [] }],
	});
	const [tap] = lab.host.json("ip -j -d address show tap0") as object[];
	expect(tap).toMatchObject({
		ifalias: expect.stringMatching(/^umlnet-nl tap0 forwarding=eth1 state=/),
		linkinfo: { info_kind: "tun", info_data: { persist: true, user: 500 } },
		addr_info: expect.arrayContaining([expect.objectContaining({ local: "192.168.33.33" })]),
	});
	expect(lab.host.sh("nft list ruleset")).toMatch(/"tap0" \. "eth1"[^}]*10\.33\.33\.34/);
	expect(lab.host.sh("cat /proc/sys/net/ipv4/conf/tap0/forwarding").trim()).toBe("1");

	const down = await bare([...state, "down", "tap0", "--json"]);
	expect(down.code).toBe(0);
	expect(JSON.parse(down.stdout)).toMatchObject({ changed: true, taps: ["tap0"] });
	expect(lab.changes(before)).toEqual([]);
	expect(readdirSync(empty)).toEqual([]);
});

// Nothing is changed before the watchdog is ready; without one the command would exit with 1.
test("it is its own watchdog, and rolls back what nobody confirms", async () => {
	const before = lab.look();
	const up = await bare(["--state-dir", lab.stateDir, ...UP, "--confirm-within", "2"]);
	expect(up).toMatchObject({ code: 7, stdout: "" });
	expect(up.stderr).toContain("up tap0 was not confirmed in time");
	expect(lab.changes(before)).toEqual([]);
});
