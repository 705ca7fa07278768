import { describe, expect, test, vi } from "vitest";
import type { HostPort } from "../../src/cli/session.js";
import {
	ConflictError,
	LockError,
	NotConfirmedError,
	RollbackError,
} from "../../src/engine/error.js";
import type { ConfirmState } from "../../src/service/networks.js";
import { umlnet } from "./console.js";
import { step, tapReport } from "./reports.js";

const provisional = { transaction: "1-2-3", command: "down tap0", remaining: 30 };
const done = { changed: true, steps: [step("delete tap tap0")], taps: ["tap0"] };
const DOWN = ["down", "tap0", "--confirm-within", "30"];

/** A host whose `down` is provisional, and which reports these states one after the other. */
function answering(...states: readonly ConfirmState[]) {
	const rest = [...states];
	const host = {
		down: vi.fn<HostPort["down"]>(async () => ({ ...done, provisional })),
		confirmState: async () => rest.shift() ?? "unknown",
		rollBack: vi.fn<HostPort["rollBack"]>(async () => {}),
	};
	return host;
}

describe("--confirm-within", () => {
	const here = process.cwd();

	test("waits until it is confirmed, and then says what it always says", async () => {
		const host = answering("waiting", "waiting", "confirmed");
		const { status, stdout, stderr, watchdogs } = await umlnet(
			[...DOWN, "--json", "-n", "./lab", "--state-dir", "s"],
			{
				host,
			},
		);
		expect({ status, watchdogs }).toEqual({ status: 0, watchdogs: ["started", "dismissed"] });
		expect(host.down).toHaveBeenCalledWith({ taps: ["tap0"] }, { confirmWithin: 30_000 });
		expect(JSON.parse(stdout)).toEqual({ apiVersion: "umlnet.v1", ...done });
		expect(stderr).toMatch(
			/^down tap0 is rolled back at ..:..:.., in 30 s, unless it is confirmed: umlnet-nl /,
		);
		// The command must work in any directory.
		expect(stderr).toContain(` -n ${here}/lab --state-dir ${here}/s confirm\n`);
		expect(host.rollBack).not.toHaveBeenCalled();
	});

	test("rolls back when its time is over", async () => {
		const host = answering("waiting", "expired", "rolledBack");
		const { status, stdout, stderr, watchdogs } = await umlnet(DOWN, { host });
		expect({ status, stdout, watchdogs }).toEqual({
			status: 7,
			stdout: "",
			watchdogs: ["started", "dismissed"],
		});
		expect(host.rollBack).toHaveBeenCalledWith("1-2-3");
		expect(stderr).toContain("error[ERR_UNCONFIRMED] down tap0 was not confirmed in time\n");
		expect(stderr).toMatch(/rolled back: the host is as it was\n$/);
	});

	test("rolls back at once when interrupted, unless it was confirmed just before", async () => {
		const host = answering("waiting", "rolledBack");
		const { status, stderr } = await umlnet(DOWN, { host, interrupted: true });
		expect(status).toBe(7);
		expect(stderr).toContain("was interrupted before it was confirmed");
		expect(host.rollBack).toHaveBeenCalledOnce();
		expect(
			await umlnet(DOWN, { host: answering("waiting", "confirmed"), interrupted: true }),
		).toMatchObject({
			status: 0,
		});
	});

	test("leaves it to the watchdog when rolling back fails", async () => {
		const host = {
			...answering("expired"),
			rollBack: () => Promise.reject(new RollbackError(["delete tap tap0"])),
		};
		const { status, watchdogs } = await umlnet(DOWN, { host });
		expect({ status, watchdogs }).toEqual({ status: 8, watchdogs: ["started", "left alone"] });
	});

	test("does not wait where nothing was to do", async () => {
		const host = { down: async () => ({ changed: false, steps: [], taps: [] }) };
		const { status, stderr, watchdogs } = await umlnet(DOWN, { host });
		expect({ status, stderr, watchdogs }).toEqual({
			status: 0,
			stderr: "tap0 was not up\nnothing to do\n",
			watchdogs: ["started", "dismissed"],
		});
	});

	test("goes with up as well; without it there is no watchdog", async () => {
		const up = vi.fn<HostPort["up"]>(async () => ({
			...done,
			taps: [tapReport()],
			warnings: [],
		}));
		const argv = ["up", "tap0", "--address", "10.0.0.1/24"];
		expect((await umlnet([...argv, "--confirm-within", "1.5"], { host: { up } })).status).toBe(0);
		expect((await umlnet(argv, { host: { up } })).watchdogs).toEqual([]);
		expect(up.mock.calls.map(([, options]) => options)).toEqual([
			{ confirmWithin: 1500, prune: false },
			{ prune: false },
		]);
	});
});

describe("confirm", () => {
	const confirm = (answer: HostPort["confirm"], ...flags: string[]) =>
		umlnet(["confirm", ...flags], { host: { confirm: answer } });
	const report = { changed: true, transaction: "up tap0", steps: [] };

	test("says what stands, whoever confirmed it", async () => {
		expect(await confirm(async () => report)).toMatchObject({
			status: 0,
			stdout: "",
			stderr: "up tap0 stands\n",
		});
		const again = await confirm(async () => ({ ...report, changed: false }));
		expect(again).toMatchObject({ status: 0, stderr: "up tap0 was confirmed before\n" });
		const { stdout } = await confirm(async () => report, "--json");
		expect(JSON.parse(stdout)).toEqual({ apiVersion: "umlnet.v1", ...report });
	});

	test.each([
		[new NotConfirmedError("up tap0"), 7],
		[
			new ConflictError(
				"confirmation",
				"nothing that waits to be confirmed",
				"a provisional change",
			),
			5,
		],
	])("ends with its status: %o", async (error, status) => {
		expect((await confirm(() => Promise.reject(error))).status).toBe(status);
	});
});

test.each([["status"], ["recover"]])("%s says what waits to be confirmed", async (verb) => {
	const host = {
		status: async () => ({ taps: [], resources: [], provisional }),
		recover: async () => ({ outcome: "nothing" as const, steps: [], residual: [], provisional }),
	};
	const { status, stderr } = await umlnet([verb], { host });
	expect(status).toBe(0);
	expect(stderr).toContain("in 30 s, unless it is confirmed: umlnet-nl confirm\n");
	const { stdout } = await umlnet([verb, "--json"], { host });
	expect(JSON.parse(stdout)).toMatchObject({ provisional });
});

test("the watchdog wakes who waits when that one holds the lock, and tries again", async () => {
	const answers = [0, "locked", undefined];
	const { status, woken } = await umlnet(["watchdog", "7-8"], {
		host: {
			async dueIn() {
				const answer = answers.shift();
				if (answer === "locked") throw new LockError("held");
				return answer as number | undefined;
			},
		},
	});
	expect({ status, woken, answers }).toEqual({ status: 0, woken: ["7-8"], answers: [] });
});
