import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { umlnet } from "./console.js";

const SHELLS = ["bash", "zsh", "fish"] as const;

let directory: string;
beforeAll(async () => {
	directory = mkdtempSync(join(tmpdir(), "umlnet-completion-"));
	for (const shell of SHELLS) {
		const { stdout } = await umlnet(["completion", shell], { tty: true });
		writeFileSync(join(directory, shell), stdout);
	}
});
afterAll(() => rmSync(directory, { recursive: true }));

const installed = (shell: string) => spawnSync(shell, ["-c", "true"]).status === 0;

test.each(SHELLS)("the script for %s is plain text that names every verb", async (shell) => {
	const { status, stdout, stderr } = await umlnet(["completion", shell]);
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	expect(stdout).not.toContain("\x1b");
	for (const word of [
		"up",
		"down",
		"plan",
		"status",
		"recover",
		"demo",
		"--guest-address".slice(2),
	])
		expect(stdout).toContain(word);
});

for (const shell of SHELLS)
	test.skipIf(!installed(shell))(`${shell} accepts its script`, () => {
		execFileSync(shell, ["-n", join(directory, shell)]);
	});

describe("bash completes", () => {
	/** What bash offers for the last word. A function replaces `umlnet-nl status -q`. */
	function offers(...words: string[]): readonly string[] {
		const script = `
			source ${directory}/bash
			compopt() { :; }
			umlnet-nl() { [[ "$*" == "$EXPECTED status -q" ]] && printf '%s\\n' tap0 tap7; }
			COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
			_umlnet_nl
			printf '%s\\n' "\${COMPREPLY[@]}"`;
		const netns = words.includes("-n") ? "-n lab" : "";
		const env = { ...process.env, EXPECTED: netns };
		const stdout = execFileSync("bash", ["-c", script, "bash", "umlnet-nl", ...words], { env });
		return String(stdout).split("\n").filter(Boolean);
	}

	test.each([
		[
			[""],
			[
				"up",
				"down",
				"run",
				"plan",
				"status",
				"graph",
				"recover",
				"confirm",
				"gc",
				"doctor",
				"why",
				"trace",
				"serve",
				"nft",
				"demo",
				"schema",
				"completion",
			],
		],
		[["st"], ["status"]],
		[["-n", "lab", "re"], ["recover"]],
		[
			["--color", ""],
			["auto", "always", "never"],
		],
		[
			["completion", ""],
			["bash", "zsh", "fish"],
		],
		[
			["up", "--guest"],
			["--guest-address", "--guest-mac"],
		],
		[
			["nft", ""],
			["apply", "list", "watch"],
		],
		[["nft", "apply", "--che"], ["--check"]],
		[["up", "--owner", "roo"], ["root"]],
		[["up", "--js"], ["--json"]],
		[["up", "tap0", "--nat", "lo"], ["lo"]],
		[["up", ""], []],
		[["up", "--mtu", ""], []],
		[["down", "--al"], ["--all"]],
		[
			["-n", "lab", "down", "ta"],
			["tap0", "tap7"],
		],
	])("%j to %j", (words, expected) => {
		expect(offers(...words)).toEqual(expected);
	});
});
