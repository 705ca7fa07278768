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

const OTHER = /not a network namespace/;
const NONE = /there is no network namespace/;

describe.each([
	["a FIFO", at("fifo"), OTHER],
	["a device", at("device"), OTHER],
	["a socket", at("socket"), OTHER],
	["a directory", at("directory"), OTHER],
	["a plain file", at("file"), OTHER],
	["a link to nothing", at("dangling"), NONE],
	["a link to itself", at("loop"), NONE],
	["a link to a FIFO", at("link-to-fifo"), OTHER],
	["below a file", at("file/netns"), NONE],
	["a namespace of another sort", "/proc/self/ns/mnt", OTHER],
	["a name that leads out of the folder of names", "..", OTHER],
	["a name longer than any file's", "x".repeat(300), NONE],
])("%s", (_, netns, message) => {
	test.each([[["status"]], [["up", "tap0"]], [["nft", "list"]]])("%j", (args) => {
		const ended = run("--json", "-n", netns, ...args);
		expect(errorOf(ended)).toMatchObject({
			code: "ERR_SPEC",
			message: expect.stringMatching(message),
			hint: expect.stringMatching(/ip netns/),
		});
		expect(ended.status).toBe(2);
	});
});

test("a link to a namespace is one", () => {
	expect(run("-n", at("link"), "status").status).toBe(0);
});
