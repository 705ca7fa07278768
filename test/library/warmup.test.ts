import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Pool } from "../../src/host/pool.js";
import { RehearsalKernel } from "../../src/thread/warmup/canned-kernel.js";
import { Rehearsal } from "../../src/thread/warmup/warmup.js";

describe("a rehearsal", () => {
	afterEach(() => {
		vi.restoreAllMocks();
	});

	test("goes through all that a guest asks of the kernel, and comes to its end", () => {
		const asked = { taps: 0, sends: 0, batches: 0 };
		const { prototype } = RehearsalKernel;
		const { rtnetlink, nftables } = prototype;
		vi.spyOn(prototype, "createTap").mockImplementation(() => void asked.taps++);
		vi.spyOn(prototype, "rtnetlink").mockImplementation(function (this: RehearsalKernel, all) {
			asked.sends++;
			return rtnetlink.call(this, all);
		});
		vi.spyOn(prototype, "nftables").mockImplementation(function (this: RehearsalKernel, batch) {
			asked.batches++;
			return nftables.call(this, batch);
		});
		const rehearsal = new Rehearsal(false);
		let guests = 0;
		for (; !rehearsal.isOver; guests++) rehearsal.guest();
		expect(guests).toBeGreaterThan(100);
		expect(asked.taps).toBe(guests);
		expect(asked.sends).toBeGreaterThanOrEqual(guests);
		// Up and down again, but for the first of each network, which stays.
		expect(asked.batches).toBeGreaterThanOrEqual(2 * guests - 2);
	});

	test("takes the taps of a pool and gives them back, one and several at a time", () => {
		const { prototype } = Pool;
		const taken = vi.spyOn(prototype, "take");
		const released = vi.spyOn(prototype, "release");
		const made = vi.spyOn(RehearsalKernel.prototype, "createTap");
		const rehearsal = new Rehearsal(true);
		let guests = 0;
		for (; !rehearsal.isOver; guests++) rehearsal.guest();
		const crowds = released.mock.calls.map(([, names]) => names.length);
		expect(crowds).toHaveLength(guests - 2);
		expect(new Set(crowds)).toEqual(new Set([1, 4]));
		expect(taken).toHaveBeenCalledTimes(crowds.reduce((sum, crowd) => sum + crowd, 0));
		// The same four taps are enough for all of them.
		expect(made).toHaveBeenCalledTimes(guests + 4);
	});

	test("meets hosts with and without a way to where the guest will be", () => {
		const { rtnetlink } = RehearsalKernel.prototype;
		const found: (string | undefined)[] = [];
		vi.spyOn(RehearsalKernel.prototype, "rtnetlink").mockImplementation(function (
			this: RehearsalKernel,
			all,
		) {
			const outcomes = rtnetlink.call(this, all);
			for (const [i, { message }] of all.entries())
				if (message.name === "RTM_GETROUTE") found.push(outcomes[i]?.errno ?? "a route");
			return outcomes;
		});
		const rehearsal = new Rehearsal(false);
		for (let i = 0; i < 20; i++) rehearsal.guest();
		expect(new Set(found)).toEqual(new Set(["a route", "ENETUNREACH"]));
	});

	test("asks nothing of the host it is on", () => {
		const program = `
			import { Rehearsal } from "./dist/thread/warmup/warmup.js";
			const rehearsal = new Rehearsal(true);
			while (!rehearsal.isOver) rehearsal.guest();`;
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
