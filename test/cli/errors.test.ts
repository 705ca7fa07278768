import { describe, expect, test } from "vitest";
import {
	ConflictError,
	LockError,
	RollbackError,
	UnsupportedError,
} from "../../src/engine/error.js";
import { DeadlineError, DumpInterruptedError, OverrunError } from "../../src/netlink/error.js";
import { KernelError, UmlnetError } from "../../src/sys/error.js";
import { umlnet } from "./console.js";
import { difference, step, tapStatus } from "./reports.js";

/** How `down tap0` ends if the host throws this error. */
const ended = (error: Error, ...flags: string[]) =>
	umlnet(["down", "tap0", ...flags], { host: { down: () => Promise.reject(error) } });

/** The error that Node throws when a system call on a file fails. */
const fileError = (code: string, path: string) =>
	Object.assign(new Error(`${code}: …, open '${path}'`), {
		code,
		errno: -1,
		syscall: "open",
		path,
	});

const refused = new KernelError("RTM_NEWLINK", 22, {
	kernel: "mtu less than device minimum",
	attribute: "RTM_NEWLINK.IFLA_MTU",
	step: "create bridge br0",
	path: "networks.lab.mtu",
	hint: "a bridge takes 68 and more",
});

describe("the exit status", () => {
	test.each([
		[new UmlnetError("ERR_SPEC", "x"), 2],
		[new UnsupportedError("x"), 2],
		[refused, 3],
		[new KernelError("ioctl(TUNSETIFF)", 1), 4],
		[new KernelError("open(/dev/net/tun)", 13), 4],
		[fileError("EACCES", "/run/umlnet-nl"), 4],
		[fileError("EPERM", "/proc/sys/net/ipv4/ip_forward"), 4],
		[fileError("EROFS", "/run/umlnet-nl"), 4],
		[new ConflictError("link br0", "a dummy interface", "a bridge"), 5],
		[new LockError("another umlnet-nl is at work"), 5],
		[new UmlnetError("ERR_UNCONFIRMED", "not confirmed in time"), 7],
		[new RollbackError(["bridge br0"], { cause: refused }), 8],
		[fileError("ENOSPC", "/run/umlnet-nl/journal"), 3],
		[fileError("EMFILE", "/dev/net/tun"), 3],
		[new UmlnetError("ERR_JOURNAL", "cannot be written"), 3],
		[new UmlnetError("ERR_WIRE", "x"), 3],
		[new OverrunError(new Error("ENOBUFS")), 3],
		[new DeadlineError("RTM_NEWLINK", 5000), 3],
		[new DumpInterruptedError("RTM_GETROUTE", 10), 3],
		[new TypeError("x is not a function"), 1],
	])("for %o is %i, also when the host does not open", async (error, status) => {
		expect((await ended(error)).status).toBe(status);
		expect((await umlnet(["status"], { openError: error })).status).toBe(status);
	});
});

describe("for people, an error", () => {
	test("says what, why, where, what to do and what became of the host", async () => {
		const { stdout, stderr } = await ended(refused);
		expect(stdout).toBe("");
		expect(stderr).toBe(
			`error[ERR_KERNEL] cannot create bridge br0
  kernel: RTM_NEWLINK: EINVAL: mtu less than device minimum at RTM_NEWLINK.IFLA_MTU
  at networks.lab.mtu
  hint: a bridge takes 68 and more
rolled back: the host is as it was
`,
		);
	});

	test("before the first step says that nothing was changed", async () => {
		const { stderr } = await ended(new LockError("another umlnet-nl is at work", { hint: "wait" }));
		expect(stderr).toBe(
			"error[ERR_LOCK] another umlnet-nl is at work\n  hint: wait\nnothing was changed\n",
		);
	});

	test("of a command that only looks says nothing of changes", async () => {
		const { stderr } = await umlnet(["status"], { openError: refused });
		expect(stderr).not.toMatch(/changed|rolled/);
	});

	test("of an incomplete rollback names every residual and the cause", async () => {
		const error = new RollbackError(["bridge br0", "address 10.0.0.1/8 on br0"], {
			cause: refused,
		});
		const { stderr } = await ended(error);
		expect(stderr).toContain("  left behind: bridge br0\n");
		expect(stderr).toContain("  left behind: address 10.0.0.1/8 on br0\n");
		expect(stderr).toContain("  because: RTM_NEWLINK: EINVAL: mtu less than device minimum");
		expect(stderr).toContain("rolled back only in part: `umlnet-nl recover` finishes it\n");
	});

	test("of missing permission names the capability or the file", async () => {
		const capability = await ended(new KernelError("ioctl(TUNSETIFF)", 1));
		expect(capability.stderr).toContain("CAP_NET_ADMIN");
		const file = await ended(fileError("EACCES", "/run/umlnet-nl"));
		expect(file.stderr).toContain("cannot open /run/umlnet-nl: permission denied");
		expect(file.stderr).toContain("the right to /run/umlnet-nl");
	});

	test("that nobody foresaw is called a bug, with its stack at -vv only", async () => {
		const error = new TypeError("x is not a function", { cause: new Error("deeper") });
		const plain = await ended(error);
		expect(plain.stderr).toContain("error[ERR_INTERNAL] x is not a function");
		expect(plain.stderr).toContain("this is a bug");
		expect(plain.stderr).not.toContain("errors.test");
		expect((await ended(error, "-v")).stderr).toContain("  because: deeper\n");
		expect((await ended(error, "-vv")).stderr).toContain("errors.test");
	});

	test("in a spec has one block an issue, with line and column", async () => {
		const stdin = `version: 1
networks:
  lab: { mode: host-only, adresses: [10.0.0.1/24] }
taps:
  tap0: { network: lab, mtu: 3 }
`;
		const { status, stderr, opened } = await umlnet(["up", "-f", "-"], { stdin });
		expect({ status, opened }).toEqual({ status: 2, opened: [] });
		expect(stderr.match(/^error\[ERR_SPEC\] /gm)).toHaveLength(2);
		expect(stderr).toContain("networks.lab.adresses");
		expect(stderr).toMatch(/at <stdin>:3:27 networks\.lab\.adresses\n {2}hint: .*addresses/);
		expect(stderr).toContain("at <stdin>:5:30 taps.tap0.mtu\n");
		expect(stderr).toMatch(/nothing was changed\n$/);
	});

	test.each(["/dev/zero", "/dev", "/nowhere"])("in what is no file: %s", async (file) => {
		const { status, stderr, opened } = await umlnet(["up", "-f", file]);
		expect({ status, opened }).toEqual({ status: 2, opened: [] });
		expect(stderr).toContain(file);
		expect(stderr).toMatch(/nothing was changed\n$/);
	});

	test("in a spec: a pool needs a program that keeps running", async () => {
		const stdin =
			"version: 1\nnetworks: { lab: { mode: host-only, pool: { size: 3 } } }\ntaps: {}\n";
		const { status, stderr, opened } = await umlnet(["up", "-f", "-"], { stdin });
		expect({ status, opened }).toEqual({ status: 2, opened: [] });
		expect(stderr).toContain("networks.lab.pool");
	});

	test("in flags names the flag: the pitfall of the seed", async () => {
		const address = "10.33.33.36/24";
		const argv = ["up", "tap0", "--address", address, "--guest-address", address];
		const { status, stderr, opened } = await umlnet(argv);
		expect({ status, opened }).toEqual({ status: 2, opened: [] });
		expect(stderr).toContain("taps.tap0.guest.addresses[0]: ");
		expect(stderr).toContain("the host's own address");
		expect(stderr).toContain("  at --guest-address\n");
	});
});

describe("for programs, an error", () => {
	const keys = ["code", "message", "path", "step", "errno", "kernel", "hint", "issues"];

	test("is one object on stdout with all keys and the same exit status", async () => {
		const { status, stdout, stderr } = await ended(refused, "--json");
		expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
		expect(JSON.parse(stdout)).toEqual({
			apiVersion: "umlnet.v1",
			error: {
				code: "ERR_KERNEL",
				message: refused.message,
				path: "networks.lab.mtu",
				step: "create bridge br0",
				errno: "EINVAL",
				kernel: "mtu less than device minimum",
				hint: "a bridge takes 68 and more",
				issues: [],
			},
		});
	});

	test("tells what the kernel said also when it is only the cause", async () => {
		const error = new RollbackError(["bridge br0"], { cause: refused });
		const { stdout } = await ended(error, "--json");
		expect(JSON.parse(stdout).error).toMatchObject({
			code: "ERR_ROLLBACK",
			message: expect.stringContaining("bridge br0"),
			step: "create bridge br0",
			errno: "EINVAL",
			kernel: "mtu less than device minimum",
		});
	});

	test.each([
		[new TypeError("x")],
		[fileError("EACCES", "/run/umlnet-nl")],
		[new LockError("busy")],
	])("always has its keys: %o", async (error) => {
		const { stdout } = await ended(error, "--json");
		expect(Object.keys(JSON.parse(stdout).error)).toEqual(keys);
	});

	test("lists every issue of a spec with path, line and column", async () => {
		const stdin = "version: 1\nnetworks: {}\ntaps:\n  tap0: { network: lab, mtu: 3 }\n";
		const { stdout } = await umlnet(["--json", "up", "-f", "-"], { stdin });
		const { message } = JSON.parse(stdout).error;
		expect(message).toContain("<stdin>:4:20 taps.tap0.network: ");
		expect(message).toContain("<stdin>:4:30 taps.tap0.mtu: ");
	});
});

describe("a terminal shows and never obeys", () => {
	const evil = "\x1b]0;owned\x07\u202etxt\x9b31m\r";

	test("names and kernel messages", async () => {
		const taps = [tapStatus({ network: evil, drift: [difference(`renamed to ${evil}`)] })];
		const host = {
			status: async () => ({
				taps,
				resources: [{ kind: evil, key: evil, taps: [evil], drift: [difference(evil)] }],
			}),
			plan: async () => ({ steps: [step(`create ${evil}`, `a\n${evil}`)], warnings: [] }),
			down: () =>
				Promise.reject(new KernelError("x", 22, { kernel: evil, step: evil, path: evil })),
		};
		const spec = "version: 1\nnetworks: {}\ntaps: {}\n";
		for (const argv of [
			["status", "-v"],
			["status", "tap0"],
			["status", evil],
			["status", "--json"],
			["plan", "-f", "-", "-v"],
			["plan", "-f", "-", "--json"],
			["down", evil],
			["down", evil, "-vv"],
			["down", evil, "--json"],
			["up", evil, "--mtu", evil],
			["up", "-f", evil],
			["up", "tap0", evil],
			[`--${evil}`],
		]) {
			const { stdout, stderr } = await umlnet(argv, { host, stdin: spec });
			// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
			expect(stdout + stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
		}
	});

	test("JSON keeps the characters, escaped", async () => {
		const host = { status: async () => ({ taps: [tapStatus({ network: evil })], resources: [] }) };
		const { stdout } = await umlnet(["status", "--json"], { host, tty: true });
		expect(JSON.parse(stdout).taps[0].network).toBe(evil);
	});
});
