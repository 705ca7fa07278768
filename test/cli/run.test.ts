import { describe, expect, test, vi } from "vitest";
import type { HostPort } from "../../src/cli/session.js";
import { ConflictError, LockError } from "../../src/engine/error.js";
import { processId } from "../../src/sys/process.js";
import { umlnet } from "./console.js";
import { step, tapReport } from "./reports.js";

const RUN = ["run", "tap0", "--address", "10.0.0.1/24"];
const done = { changed: true, steps: [step("create tap tap0")] };

function host(overrides: Partial<HostPort> = {}) {
	return {
		upFor: vi.fn<HostPort["upFor"]>(async () => ({ ...done, taps: [tapReport()], warnings: [] })),
		downFor: vi.fn<HostPort["downFor"]>(async () => ({ ...done, taps: ["tap0"] })),
		...overrides,
	};
}

describe("run", () => {
	test("brings up for this process, runs, takes down, and ends as the command did", async () => {
		const fake = host();
		const command = ["qemu", "-netdev", "user", "--help"];
		const ended = await umlnet([...RUN, "--", ...command], { host: fake, commandStatus: 9 });
		expect(ended).toMatchObject({
			status: 9,
			stdout: "",
			stderr: "",
			commands: [command],
			watchdogs: ["started", "dismissed"],
		});
		expect(fake.upFor).toHaveBeenCalledWith(processId(), expect.anything());
		expect(fake.downFor).toHaveBeenCalledWith(processId());
	});

	test("runs nothing where the network could not be brought up", async () => {
		const error = new ConflictError(
			"tap tap0",
			"one that is up already",
			"one that is nobody's yet",
		);
		const fake = host({ upFor: () => Promise.reject(error) });
		expect(await umlnet([...RUN, "--", "true"], { host: fake })).toMatchObject({
			status: 5,
			commands: [],
			watchdogs: ["started", "dismissed"],
		});
		expect(fake.downFor).not.toHaveBeenCalled();
	});

	test("leaves the network to the keeper where it cannot take it down", async () => {
		const fake = host({ downFor: () => Promise.reject(new LockError("held")) });
		expect(await umlnet([...RUN, "--", "true"], { host: fake })).toMatchObject({
			status: 5,
			commands: [["true"]],
			watchdogs: ["started", "left alone"],
		});
	});

	test("runs nothing after a signal that came before", async () => {
		const fake = host();
		const ended = await umlnet([...RUN, "--", "true"], { host: fake, interrupted: true });
		expect(ended).toMatchObject({ status: 130, commands: [], watchdogs: ["started", "dismissed"] });
		expect(fake.downFor).toHaveBeenCalledOnce();
	});

	test("says what others did not get back, and that is its status where the command has none", async () => {
		const losses = [{ subject: "address 10.0.0.1/24", reason: "eth1 is gone" }];
		const fake = host({ downFor: async () => ({ ...done, taps: ["tap0"], losses }) });
		const ended = await umlnet([...RUN, "--", "true"], { host: fake });
		expect(ended).toMatchObject({ status: 8, stderr: expect.stringContaining("eth1 is gone") });
		expect((await umlnet([...RUN, "--", "x"], { host: fake, commandStatus: 4 })).status).toBe(4);
	});

	test.each([
		[RUN, "which command?"],
		[[...RUN, "--"], "which command?"],
		[["run", "tap0", "qemu", "--", "x"], "qemu: one tap is enough"],
		[["run", "--", "x"], "which tap?"],
		[["run", "tap0", "-f", "spec.yaml", "--", "x"], "either tap0 or -f spec.yaml"],
	])("%s is refused before anything is opened", async (argv, why) => {
		const { status, stderr, opened, watchdogs } = await umlnet(argv);
		expect({ status, opened, watchdogs }).toEqual({ status: 2, opened: [], watchdogs: [] });
		expect(stderr).toContain(why);
	});

	test("names that end in {fd} are descriptors, which nobody keeps where one cannot be had", async () => {
		const opened: string[] = [];
		const openTap: HostPort["openTap"] = ({ name }) => {
			opened.push(name);
			throw new ConflictError("tap tap0", "another one, or none", "the one that was brought up");
		};
		const fake = host({ openTap });
		const ended = await umlnet([...RUN, "--", "x", "fd={fd}"], { host: fake });
		expect(ended).toMatchObject({ status: 5, commands: [], watchdogs: ["started", "dismissed"] });
		expect(opened).toEqual(["tap0"]);
	});
});

describe("the keeper", () => {
	const keep = (downFor: HostPort["downFor"], stdin: string) =>
		umlnet(["keeper", "7-8"], { stdin, host: { dueIn: async () => undefined, downFor } });

	test("does nothing when it is dismissed", async () => {
		const downFor = vi.fn<HostPort["downFor"]>();
		expect((await keep(downFor, "dismissed")).status).toBe(0);
		expect(downFor).not.toHaveBeenCalled();
	});

	test("takes down when it was left, and waits for who is at work", async () => {
		const downFor = vi
			.fn<HostPort["downFor"]>(async () => ({ ...done, taps: [] }))
			.mockRejectedValueOnce(new LockError("held"));
		expect(await keep(downFor, "")).toMatchObject({ status: 0, stdout: "ready\n" });
		expect(downFor.mock.calls).toEqual([["7-8"], ["7-8"]]);
	});
});

describe("gc", () => {
	const garbage = [{ object: "tap tap0", reason: "process 7, which it was for, has ended" }];
	const gc = (...flags: string[]) =>
		umlnet(["gc", ...flags], {
			host: {
				collect: async ({ dryRun = false } = {}) => ({ ...done, changed: !dryRun, garbage }),
			},
		});

	test("says what went, and why", async () => {
		expect(await gc()).toMatchObject({
			status: 0,
			stdout: "tap tap0: process 7, which it was for, has ended\n",
			stderr: "1 object gone: 1 step\n",
		});
		expect(JSON.parse((await gc("--json")).stdout)).toMatchObject({ garbage, changed: true });
	});

	test("--dry-run says what would", async () => {
		expect((await gc("--dry-run")).stderr).toBe("1 object would go\n");
	});
});
