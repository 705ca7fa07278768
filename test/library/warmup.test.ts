import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Pool } from "../../src/host/pool.js";
import { CannedKernel } from "../../src/thread/warmup/canned-kernel.js";
import { WarmUp } from "../../src/thread/warmup/warmup.js";

describe("the warm-up", () => {
	afterEach(() => {
		vi.restoreAllMocks();
	});

	test("goes through all that a guest asks of the kernel, and comes to its end", () => {
		const asked = { taps: 0, sends: 0, batches: 0 };
		const { prototype } = CannedKernel;
		const { rtnetlink, nftables } = prototype;
		vi.spyOn(prototype, "createTap").mockImplementation(() => void asked.taps++);
		vi.spyOn(prototype, "rtnetlink").mockImplementation(function (this: CannedKernel, all) {
			asked.sends++;
			return rtnetlink.call(this, all);
		});
		vi.spyOn(prototype, "nftables").mockImplementation(function (this: CannedKernel, batch) {
			asked.batches++;
			return nftables.call(this, batch);
		});
		const warmUp = new WarmUp(false);
		let guests = 0;
		for (; !warmUp.isDone; guests++) warmUp.runOnce();
		expect(guests).toBeGreaterThan(100);
		expect(asked.taps).toBe(guests);
		expect(asked.sends).toBeGreaterThanOrEqual(guests);
		// Each guest is brought up and down, except for the first one of each network, which stays up.
		expect(asked.batches).toBeGreaterThanOrEqual(2 * guests - 2);
	});

	test("takes the taps of a pool and gives them back, one and several at a time", () => {
		const { prototype } = Pool;
		const taken = vi.spyOn(prototype, "take");
		const released = vi.spyOn(prototype, "release");
		const made = vi.spyOn(CannedKernel.prototype, "createTap");
		const warmUp = new WarmUp(true);
		let guests = 0;
		for (; !warmUp.isDone; guests++) warmUp.runOnce();
		const crowds = released.mock.calls.map(([, names]) => names.length);
		expect(crowds).toHaveLength(guests - 2);
		expect(new Set(crowds)).toEqual(new Set([1, 4]));
		expect(taken).toHaveBeenCalledTimes(crowds.reduce((sum, crowd) => sum + crowd, 0));
		// The same four taps are enough for all of them.
		expect(made).toHaveBeenCalledTimes(guests + 4);
	});

	test("meets hosts with and without a way to where the guest will be", () => {
		const { rtnetlink } = CannedKernel.prototype;
		const found: (string | undefined)[] = [];
		vi.spyOn(CannedKernel.prototype, "rtnetlink").mockImplementation(function (
			this: CannedKernel,
			all,
		) {
			const outcomes = rtnetlink.call(this, all);
			for (const [i, { message }] of all.entries())
				if (message.name === "RTM_GETROUTE") found.push(outcomes[i]?.errno ?? "a route");
			return outcomes;
		});
		const warmUp = new WarmUp(false);
		for (let i = 0; i < 20; i++) warmUp.runOnce();
		expect(new Set(found)).toEqual(new Set(["a route", "ENETUNREACH"]));
	});

	test("asks nothing of the host it is on", () => {
		const program = `
			import { WarmUp } from "./dist/thread/warmup/warmup.js";
			const warmUp = new WarmUp(true);
			while (!warmUp.isDone) warmUp.runOnce();`;
		const node = ["node", "--input-type=module", "-e", program];
		const { status, stderr } = spawnSync(
			"strace",
			["-f", "-qq", "-e", "trace=socket,ioctl,openat,mkdir,setns", ...node],
			{ encoding: "utf8" },
		);
		expect(status, stderr).toBe(0);
		expect(stderr).toContain("warmup.js");
		expect(stderr).not.toMatch(/AF_NETLINK|\/dev\/net\/tun|\/run\/|\/proc\/sys\/net|mkdir|setns/);
	});
});
