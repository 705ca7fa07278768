import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../kernel/machine.js";

const project = join(import.meta.dirname, "../..");
const UNIT = join(project, "systemd/umlnet-nl.service");
const unit = readFileSync(UNIT, "utf8");

let directory: string;
let machine: Machine;
beforeAll(() => {
	directory = mkdtempSync(join(tmpdir(), "umlnet-nl-unit-"));
	mkdirSync(join(directory, "bin"));
	const program = join(directory, "bin/umlnet-nl");
	const cli = join(project, "dist/bin/umlnet-nl.cjs");
	writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${cli} "$@"\n`);
	chmodSync(program, 0o755);
	machine = new Machine();
});
afterAll(() => {
	machine.close();
	rmSync(directory, { recursive: true });
});

const NETWORK = "version: 1\nnetworks: { lab: { mode: host-only } }\n";
const specOf = (...taps: readonly string[]) =>
	`${NETWORK}taps:\n${taps.map((name) => `  ${name}: { network: lab }\n`).join("")}`;

/** Run the commands that systemd would, with the files of this test in place of the machine's. */
function perform(setting: "ExecStart" | "ExecReload" | "ExecStop", spec: string) {
	const file = join(directory, "spec.yaml");
	writeFileSync(file, spec);
	const [, line = ""] = new RegExp(`^${setting}=(.+)$`, "m").exec(unit) ?? [];
	const [command = "", ...argv] = line.replace("/etc/umlnet-nl/spec.yaml", file).split(" ");
	const { status, stdout, stderr } = spawnSync(
		"nsenter",
		[`--net=${machine.path}`, command, ...argv],
		{
			encoding: "utf8",
			env: {
				PATH: `${join(directory, "bin")}:/usr/sbin:/usr/bin:/sbin:/bin`,
				UMLNET_STATE_DIR: join(directory, "state"),
			},
		},
	);
	return { status, said: stdout + stderr };
}

const taps = (): string[] =>
	(machine.json("ip -j link") as readonly { readonly ifname: string }[])
		.map(({ ifname }) => ifname)
		.filter((name) => name !== "lo")
		.sort();

const QUIETLY = { status: 0, said: "" };

test("systemd finds nothing wrong with the unit, whether the program is on its path or not", () => {
	const copy = join(directory, "umlnet-nl.service");
	const verify = (text: string) => {
		writeFileSync(copy, text);
		const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", copy], {
			encoding: "utf8",
		});
		return { status, said: stdout + stderr };
	};
	expect(verify(unit)).toEqual(QUIETLY);
	// systemd-analyze must complain about a broken unit, which shows that it checks anything.
	expect(verify(unit.replace("/usr/bin/env ", "")).status).not.toBe(0);
});

test("systemd finds nothing wrong with the units of the daemon", () => {
	const files = ["umlnet-nl.socket", "umlnet-nl-daemon.service"].map((name) => {
		const copy = join(directory, name);
		writeFileSync(copy, readFileSync(join(project, "systemd", name), "utf8"));
		return copy;
	});
	const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", ...files], {
		encoding: "utf8",
	});
	expect({ status, said: stdout + stderr }).toEqual(QUIETLY);
});

test("start, reload and stop say nothing and forget no tap that left the spec meanwhile", () => {
	expect(perform("ExecStart", specOf("tap0", "tap1"))).toEqual(QUIETLY);
	expect(taps()).toEqual(["tap0", "tap1"]);
	expect(perform("ExecReload", specOf("tap1", "tap2"))).toEqual(QUIETLY);
	expect(taps()).toEqual(["tap1", "tap2"]);
	expect(perform("ExecStop", specOf("tap2"))).toEqual(QUIETLY);
	expect(taps()).toEqual([]);
});

test("a spec that is wrong changes nothing, is told, and does not stand in the way of a stop", () => {
	expect(perform("ExecStart", specOf("tap0"))).toEqual(QUIETLY);
	const { status, said } = perform("ExecReload", `${NETWORK}tap: {}\n`);
	expect(status).toBe(2);
	expect(said).toContain("tap: is not a known key");
	expect(taps()).toEqual(["tap0"]);
	expect(perform("ExecStop", "}")).toEqual(QUIETLY);
	expect(taps()).toEqual([]);
});
