/**
 * If the given network namespace is something else, it is a usage error, reported at once, and nothing is opened that
 * could block.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "./lab.js";
import { errorOf, umlnet } from "./umlnet.js";

const place = mkdtempSync(join(tmpdir(), "umlnet-nl-netns-"));
const at = (name: string): string => join(place, name);
let lab: Lab;
beforeAll(async () => {
	lab = await Lab.open();
	for (const command of [
		["mkfifo", at("fifo")],
		["mknod", at("device"), "c", "1", "3"],
		[
			"python3",
			"-c",
			"import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
			at("socket"),
		],
	])
		expect(spawnSync(command[0] as string, command.slice(1)).status).toBe(0);
	mkdirSync(at("directory"));
	writeFileSync(at("file"), "");
	symlinkSync("nowhere", at("dangling"));
	symlinkSync("loop", at("loop"));
	symlinkSync("fifo", at("link-to-fifo"));
	symlinkSync(lab.host.path, at("link"));
});
afterAll(() => {
	lab.close();
	rmSync(place, { recursive: true });
});

const run = (...args: readonly string[]) =>
	umlnet({ netns: lab.host.path, stateDir: lab.stateDir, under: ["timeout", "20"] }, ...args);

describe.each([
	["a FIFO", at("fifo")],
	["a device", at("device")],
	["a socket", at("socket")],
	["a directory", at("directory")],
	["a plain file", at("file")],
	["a link to nothing", at("dangling")],
	["a link to itself", at("loop")],
	["a link to a FIFO", at("link-to-fifo")],
	["below a file", at("file/netns")],
	["a namespace of another sort", "/proc/self/ns/mnt"],
	["a name that leads out of the folder of names", ".."],
	["a name longer than any file's", "x".repeat(300)],
])("%s", (_, netns) => {
	test.each([[["status"]], [["up", "tap0"]], [["nft", "list"]]])("%j", (args) => {
		const ended = run("--json", "-n", netns, ...args);
		expect(errorOf(ended)).toMatchObject({
			code: "ERR_SPEC",
			message: expect.stringMatching(/not a network namespace/),
			hint: expect.stringMatching(/ip netns/),
		});
		expect(ended.status).toBe(2);
	});
});

test("a link to a namespace is one", () => {
	expect(run("-n", at("link"), "status").status).toBe(0);
});
