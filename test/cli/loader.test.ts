import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Dice } from "../engine/dice.js";
import { report, seed, sized } from "../fault/campaign.js";
import { MAIN } from "../kernel/umlnet.js";

const CACHE = "/var/cache/umlnet-nl";
const FILE = `${CACHE}/status-${process.version}-${process.arch}`;

let stateDir: string;
beforeAll(() => {
	stateDir = mkdtempSync(join(tmpdir(), "umlnet-nl-loader-"));
});
afterAll(() => rmSync(stateDir, { recursive: true }));

/** Run lines of shell with a private /var/cache and /run, where `run` is the command; returns what they print. */
function shell(...lines: readonly string[]): string {
	const script = [
		"set -eu",
		"mount -t tmpfs none /var/cache; mount -t tmpfs -o mode=755 none /run",
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

/** Whether the second run uses the present cache, or replaces it. */
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

/** Flips one bit of a file. `node` runs it with the index of the byte and of the bit. */
const FLIP = `
	const fs = require("node:fs"), [, file, byte, bit] = process.argv;
	const bytes = fs.readFileSync(file), at = byte % bytes.length;
	bytes[at] ^= 1 << bit;
	fs.writeFileSync(file, bytes);`;

test("with a bit flipped anywhere it says and does the same, and the code is made anew", () => {
	const dice = new Dice(seed);
	const count = sized(6, 600);
	const flips = Array.from({ length: count }, () => `${dice.next(2 ** 31)} ${dice.next(8)}`);
	const said = shell(
		"run 2> /run/right; run 2> /run/same; cmp /run/right /run/same",
		`while read -r byte bit; do
			'${process.execPath}' -e '${FLIP}' ${FILE} $byte $bit; cp ${FILE} /run/bad
			run > /run/out 2> /run/said || echo "byte $byte bit $bit: exit $?"
			cmp /run/right /run/said && ! test -s /run/out || echo "byte $byte bit $bit: $(head -n 1 /run/said)"
			! cmp -s ${FILE} /run/bad || echo "byte $byte bit $bit: the file is still there"
		done <<'END'\n${flips.join("\n")}\nEND`,
	);
	const deviations = said.split("\n").filter(Boolean);
	report({
		campaign: "kept code with a bit flipped",
		cases: count,
		deviations: deviations.length,
		seed,
	});
	expect(deviations).toEqual([]);
});

test("killed at any call that has to do with it, it leaves nothing but what the next run makes good", () => {
	const under = `strace -f -qq -P ${FILE} -e signal=none -o /run/trace`;
	const said = shell(
		`try() { rm -rf ${CACHE}; mkdir -m 700 ${CACHE}; echo old > ${FILE}; chmod 600 ${FILE}; ${under} "$@" \\
			'${process.execPath}' '${MAIN}' --state-dir '${stateDir}' status > /dev/null 2>&1; }`,
		// Each call by its name, and how many calls of that name came before.
		`try; sed -E 's/^[0-9]+ +//; s/\\(.*//' /run/trace | awk '{ print $1, ++n[$1] }' > /run/calls`,
		`while read -r call at; do
			! try -e inject=$call:signal=KILL:when=$at
			run; inode=$(stat -c %i ${FILE}); run
			test "$(ls ${CACHE}) $(stat -c %i ${FILE})" = "${basename(FILE)} $inode"
			echo $call
		done < /run/calls`,
	);
	// The cache file is looked for, removed, created and written.
	const calls = said.split("\n");
	expect(calls).toEqual(expect.arrayContaining(["openat", "unlink", "write", "close"]));
});

test("a chunk that is changed in place runs as it is now", () => {
	const words = "nothing of ours is up";
	const said = shell(
		`mkdir /run/package; cp -r '${join(MAIN, "../..")}' /run/package/dist`,
		`ln -s '${join(MAIN, "../../../node_modules")}' /run/package/node_modules`,
		`run() { '${process.execPath}' /run/package/dist/bin/${basename(MAIN)} --state-dir '${stateDir}' status "$@"; }`,
		"run; run",
		`sed -i 's/${words}/${words.toUpperCase()}/' $(grep -l '${words}' /run/package/dist/bin/*.cjs)`,
		"run 2>&1; run 2>&1",
	);
	expect(said).toBe(`${words.toUpperCase()}\n`.repeat(2));
});

test("a usage error and a version keep no code", () => {
	const others = [
		`'${process.execPath}' '${MAIN}' --version`,
		`! '${process.execPath}' '${MAIN}' nothing 2> /dev/null`,
	];
	expect(shell(...others, "ls /var/cache")).toMatch(/^[0-9.]+\n$/);
});
