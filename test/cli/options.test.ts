import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { version } from "../../src/cli/version.js";
import { umlnet } from "./console.js";
import { difference, tapStatus } from "./reports.js";

const host = { status: async () => ({ taps: [tapStatus()], resources: [] }) };

describe("global options", () => {
	test.each([
		[["-n", "lab", "status"]],
		[["status", "-n", "lab"]],
		[["--netns", "lab", "status", "tap0"]],
		[["status", "tap0", "--netns=lab"]],
	])("stand before and after the verb: %j", async (argv) => {
		const { status, opened } = await umlnet(argv, { host });
		expect({ status, opened }).toEqual({ status: 0, opened: [{ netns: "lab" }] });
	});

	test("reach the host", async () => {
		const argv = ["status", "-n", "/run/netns/x", "--state-dir", "/s", "--timeout", "2.5"];
		const { opened } = await umlnet(argv, { host, env: { UMLNET_STATE_DIR: "/other" } });
		expect(opened).toEqual([{ netns: "/run/netns/x", stateDir: "/s", timeout: 2500 }]);
	});

	test("the state directory may come from the environment", async () => {
		const one = await umlnet(["status"], { host, env: { UMLNET_STATE_DIR: "/e" } });
		expect(one.opened).toEqual([{ stateDir: "/e" }]);
		const none = await umlnet(["status"], { host, env: { UMLNET_STATE_DIR: "" } });
		expect(none.opened).toEqual([{}]);
	});

	test.each([
		[["--timeout", "soon", "status"], "number of seconds"],
		[["--timeout", "-1", "status"], "number of seconds"],
		[["--timeout", "1e9", "status"], "number of seconds"],
		[["up", "tap0", "--confirm-within", "0"], "a second or more"],
		[["up", "tap0", "--confirm-within", "soon"], "number of seconds"],
		[["status", "--confirm-within", "30"], "is for up and down only"],
		[["--confirm-within", "30", "plan", "tap0"], "is for up and down only"],
		[["--color", "blue", "status"], "auto, always, never"],
		[["--netns", "", "status"], "must not be empty"],
		[["--state-dir", "", "status"], "must not be empty"],
		[["status", "--netns"], "argument missing"],
	])("are checked: %j", async (argv, complaint) => {
		const { status, stderr, opened } = await umlnet(argv, { host });
		expect(stderr).toContain(complaint);
		expect({ status, opened }).toEqual({ status: 2, opened: [] });
	});

	test("-q leaves only data that was asked for", async () => {
		const { stdout, stderr } = await umlnet(["status", "-q"], { host });
		expect({ stdout, stderr }).toEqual({ stdout: "tap0\n", stderr: "" });
	});
});

describe("color", () => {
	const drifted = {
		status: async () => ({ taps: [tapStatus({ drift: [difference("x")] })], resources: [] }),
	};
	const escapes = async (argv: readonly string[], tty: boolean, env = {}) => {
		const { stdout } = await umlnet(["status", ...argv], { host: drifted, tty, env });
		return stdout.includes("\x1b[");
	};

	test.each([
		["a terminal", true, [], {}, true],
		["a pipe", false, [], {}, false],
		["a terminal with NO_COLOR", true, [], { NO_COLOR: "1" }, false],
		["a terminal with an empty NO_COLOR", true, [], { NO_COLOR: "" }, true],
		["a dumb terminal", true, [], { TERM: "dumb" }, false],
		["a pipe with --color always", false, ["--color", "always"], {}, true],
		["--color always over NO_COLOR", true, ["--color=always"], { NO_COLOR: "1" }, true],
		["a terminal with --color never", true, ["--color", "never"], {}, false],
		["JSON on a terminal", true, ["--json"], {}, false],
	])("%s", async (_, tty, argv, env, colored) => {
		expect(await escapes(argv, tty, env)).toBe(colored);
	});

	test("errors are colored by the same rules", async () => {
		expect((await umlnet(["bogus"], { tty: true })).stderr).toContain("\x1b[31m");
		expect((await umlnet(["bogus"])).stderr).not.toContain("\x1b");
	});
});

describe("help and version", () => {
	test("the version is the package's", async () => {
		expect(version).toBe(manifest.version);
		expect(await umlnet(["--version"])).toMatchObject({ status: 0, stdout: `${version}\n` });
	});

	test.each([[["--help"]], [["-h"]], [["help"]]])("%j goes to stdout", async (argv) => {
		const { status, stdout, stderr } = await umlnet(argv);
		expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
		expect(stdout).toContain("Usage: umlnet-nl");
	});

	test.each(["up", "down", "plan", "status", "recover", "confirm", "completion", "demo", "nft"])(
		"%s --help has three examples",
		async (verb) => {
			const { status, stdout } = await umlnet([verb, "--help"]);
			expect(status).toBe(0);
			expect(stdout.split("Examples:")[1]?.match(/^ {2}# /gm)).toHaveLength(3);
		},
	);

	test("no command at all is bad usage, with help for the person and JSON for the program", async () => {
		const { status, stdout, stderr } = await umlnet(["--json"]);
		expect(status).toBe(2);
		expect(stderr).toContain("Usage: umlnet-nl");
		expect(JSON.parse(stdout)).toMatchObject({ error: { code: "ERR_USAGE" } });
	});
});

describe("bad usage", () => {
	test.each([
		[["upp", "tap0"], "unknown command 'upp'", "did you mean up?"],
		[["up", "tap0", "--mtuu", "3"], "unknown option '--mtuu'", "did you mean --mtu?"],
		[["down", "tap0", "--netn", "x"], "unknown option '--netn'", "did you mean --netns?"],
		[["up", "tap0", "tap1"], "too many arguments", "--help"],
		[["recover", "now"], "too many arguments", "--help"],
		[["completion"], "missing required argument 'shell'", "--help"],
		[["completion", "tcsh"], "bash, zsh, fish", "--help"],
	])("%j", async (argv, complaint, hint) => {
		const { status, stdout, stderr, opened } = await umlnet(argv);
		expect({ status, stdout, opened }).toEqual({ status: 2, stdout: "", opened: [] });
		expect(stderr).toMatch(/^error\[ERR_USAGE\] /);
		expect(stderr).toContain(complaint);
		expect(stderr).toContain(`  hint: `);
		expect(stderr).toContain(hint);
	});

	test("under --json, wherever that stands", async () => {
		for (const argv of [
			["--json", "upp"],
			["upp", "--json"],
			["--color", "x", "--json"],
		]) {
			const { status, stdout, stderr } = await umlnet(argv);
			expect({ status, stderr }).toEqual({ status: 2, stderr: "" });
			expect(JSON.parse(stdout)).toMatchObject({ error: { code: "ERR_USAGE" } });
		}
	});
});

describe("what is not implemented yet is refused", () => {
	test.each(["up", "plan"])("%s --publish", async (verb) => {
		const argv = [verb, "tap0", "--address", "10.0.0.1/24", "--publish", "2222:22/tcp"];
		const { status, stderr, opened } = await umlnet(argv);
		expect({ status, opened }).toEqual({ status: 2, opened: [] });
		expect(stderr).toContain("taps.tap0.publish[0]: leads nowhere: the guest has no address here");
		expect(stderr).toContain("at --publish");
	});
});
