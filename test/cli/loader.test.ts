import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MAIN } from "../kernel/umlnet.js";

const CACHE = "/var/cache/umlnet-nl";
const FILE = `${CACHE}/status-${process.version}-${process.arch}`;

let stateDir: string;
beforeAll(() => {
	stateDir = mkdtempSync(join(tmpdir(), "umlnet-nl-loader-"));
});
afterAll(() => rmSync(stateDir, { recursive: true }));

/** Lines of a shell with a /var/cache of its own, where `run` is the command; what they print. */
function shell(...lines: readonly string[]): string {
	const script = [
		"set -eu",
		"mount -t tmpfs none /var/cache",
		`run() { '${process.execPath}' '${MAIN}' --state-dir '${stateDir}' status "$@"; }`,
		`what() { stat -c '%a %U %i' "$@"; }`,
		...lines,
	].join("\n");
	const { NODE_DISABLE_COMPILE_CACHE: _, ...env } = process.env;
	const command = ["--mount", "--net", "sh", "-c", script];
	const { status, stdout, stderr } = spawnSync("unshare", command, { encoding: "utf8", env });
	expect({ status, stderr: stderr.replaceAll("nothing of ours is up\n", "") }).toEqual({
		status: 0,
		stderr: "",
	});
	return stdout;
}

/** Whether what is there before a second run is used by it, or replaced after it. */
const isUsed = (...before: readonly string[]): boolean => {
	const inode = `stat -c %i ${FILE}`;
	const [first, second] = shell("run", ...before, inode, "run", inode).split("\n");
	return first === second;
};

test("the first run leaves its code for the second, for nobody else to write", () => {
	const [folder, file] = shell("run", `what ${CACHE} ${FILE}`, `ls ${CACHE}`).split("\n");
	expect(folder).toMatch(/^700 root /);
	expect(file).toMatch(/^600 root /);
	expect(isUsed()).toBe(true);
});

test.each([
	["others can write it", `chmod 666 ${FILE}`],
	["it is somebody else's", `chown nobody ${FILE}`],
	["it is a link", `mv ${FILE} /var/cache/x; ln -s /var/cache/x ${FILE}`],
	["it is cut short", `truncate -s -1 ${FILE}`],
	["there is more in it", `echo >> ${FILE}`],
	["it is empty", `: > ${FILE}`],
	["it is something else", `head -c 100000 /dev/urandom > ${FILE}`],
	["it is of another program", `sed -i '1s/cli-/old-/' ${FILE}`],
	["it is of another V8", `sed -i '1!s/./x/g' ${FILE}`],
])("where %s it is not run, but made anew", (_, spoil) => {
	expect(isUsed(spoil)).toBe(false);
});

test("nothing is read from a folder that others can write, nor left there", () => {
	const spoil = [
		`chmod 777 ${CACHE}`,
		`head -c 1000 /dev/urandom > ${FILE}`,
		`cp ${FILE} /var/cache/x`,
	];
	expect(shell("run", ...spoil, "run", `cmp ${FILE} /var/cache/x`, `ls ${CACHE} | wc -l`)).toBe(
		"1\n",
	);
});

test("without a place for it, and where Node's own switch forbids it, nothing is left", () => {
	expect(shell("NODE_DISABLE_COMPILE_CACHE=1 run", "ls /var/cache")).toBe("");
	expect(shell("mount -o remount,ro /var/cache", "run", "ls /var/cache")).toBe("");
});

test("a usage error and a version keep no code", () => {
	const others = [
		`'${process.execPath}' '${MAIN}' --version`,
		`! '${process.execPath}' '${MAIN}' nothing 2> /dev/null`,
	];
	expect(shell(...others, "ls /var/cache")).toMatch(/^[0-9.]+\n$/);
});
