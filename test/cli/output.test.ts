import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { MAIN } from "../kernel/umlnet.js";

const shell = (line: string) =>
	spawnSync("bash", ["-c", `set -o pipefail; ${line}`], { encoding: "utf8" });
const HELP = `'${process.execPath}' '${MAIN}' --help`;

test("a reader who has seen enough is no error", () => {
	const { status, stdout, stderr } = shell(`${HELP} | true; echo "\${PIPESTATUS[0]}"`);
	expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "0\n", stderr: "" });
});

test("what cannot be written is told, and is a failure", () => {
	const { status, stderr } = shell(`${HELP} > /dev/full`);
	expect(status).toBe(1);
	expect(stderr).toBe(
		"umlnet-nl: cannot write the output: ENOSPC: no space left on device, write\n",
	);
});

test("without an output it does its work", () => {
	expect(shell(`${HELP} >&- 2>&-`)).toMatchObject({ status: 0, stdout: "", stderr: "" });
	expect(shell(`${HELP} > /dev/null`)).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

/**
 * Makes its standard output non-blocking, as Node does with pipes that it opens, fills it, and then continues as the
 * command.
 */
const FULL_PIPE = `
const { writeSync } = require("node:fs");
new (require("node:net").Socket)({ fd: 1, readable: false }).unref();
const fill = () => {
	try { for (;;) writeSync(1, "-".repeat(64)); } catch (error) { if (error.code !== "EAGAIN") throw error; }
};
fill();
// The reader takes some into a buffer of its own first.
setTimeout(() => {
	fill();
	process.send("full");
	process.argv.push("--help");
	require(process.argv[1]);
}, 300);
`;

test("a full pipe that does not block loses nothing", async () => {
	const child = spawn(process.execPath, ["-e", FULL_PIPE, MAIN], {
		stdio: ["ignore", "pipe", "inherit", "ipc"],
	});
	await once(child, "message");
	const { stdout: whole } = shell(HELP);
	// The output is read only from here on.
	const [written] = await Promise.all([
		text(child.stdout as NodeJS.ReadableStream),
		once(child, "close"),
	]);
	expect(written.replace(/^-+/, "")).toBe(whole);
	expect(child.exitCode).toBe(0);
});
