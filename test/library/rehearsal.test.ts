import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, test, vi } from "vitest";
import { RehearsalKernel } from "../../src/kernel/rehearsal.js";
import { Pool } from "../../src/pool.js";
import { Rehearsal } from "../../src/rehearsal.js";

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
		// Up and down again, but for the first, which stays.
		expect(asked.batches).toBeGreaterThanOrEqual(2 * guests - 1);
	});

	test("takes the taps of a pool and gives them back", () => {
		const { prototype } = Pool;
		const taken = vi.spyOn(prototype, "take");
		const released = vi.spyOn(prototype, "release");
		const made = vi.spyOn(RehearsalKernel.prototype, "createTap");
		const rehearsal = new Rehearsal(true);
		let guests = 0;
		for (; !rehearsal.isOver; guests++) rehearsal.guest();
		expect(taken).toHaveBeenCalledTimes(guests - 1);
		expect(released).toHaveBeenCalledTimes(guests - 1);
		// One that waits in the pool is enough for all of them.
		expect(made).toHaveBeenCalledTimes(guests + 1);
	});

	test("asks nothing of the host it is on", () => {
		const program = `
			import { Rehearsal } from "./dist/rehearsal.js";
			const rehearsal = new Rehearsal(true);
			while (!rehearsal.isOver) rehearsal.guest();`;
		const node = ["node", "--input-type=module", "-e", program];
		const { status, stderr } = spawnSync(
			"strace",
			["-f", "-qq", "-e", "trace=socket,ioctl,openat,mkdir,setns", ...node],
			{ encoding: "utf8" },
		);
		expect(status, stderr).toBe(0);
		expect(stderr).toContain("rehearsal.js");
		expect(stderr).not.toMatch(/AF_NETLINK|\/dev\/net\/tun|\/run\/|\/proc\/sys\/net|mkdir|setns/);
	});
});
