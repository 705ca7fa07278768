import { rmSync } from "node:fs";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { lan } from "./hosts.js";
import { dropTable, hasTable } from "./our-table.js";
import { downOf, rejected, upOf } from "./requests.js";
import { Rig, scratch } from "./rig.js";

vi.mock(import("../../src/sys/clock.js"), async (original) => ({
	...(await original()),
	monotonic: () => clock,
}));

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

const MAX_AGE = 10;
let rig: Rig;
let clock: number;
beforeEach(() => {
	clock = 1000;
	rig = new Rig(directory, lan);
	// Two guests, so that others than this one use the table and the uplink.
	for (const id of [1, 2]) up(id);
	return () => {
		rig.close();
	};
});

const up = (id: number) =>
	rig.engine.up([upOf(id, "nat", `192.168.${10 + id}.1/24`)], undefined, MAX_AGE);
/** The requests to the kernel that only read, except for the look-up of the tap's own subnet. */
function looks(act: () => void): number {
	const before = rig.kernel.operations.length;
	act();
	return rig.kernel.operations.slice(before).filter(({ mutates }) => !mutates).length - 1;
}

describe("what many stand on", () => {
	test("is looked at once in a while, not for every tap", () => {
		expect(looks(() => up(3))).toBeGreaterThan(0);
		clock += MAX_AGE - 1;
		expect(looks(() => up(4))).toBe(0);
		clock += 1;
		expect(looks(() => up(5))).toBeGreaterThan(0);
	});

	test("is looked at again when something fails, and then it is mended", () => {
		up(3);
		dropTable(rig);
		expect(rejected(up(4))).toEqual([]);
		expect(hasTable(rig)).toBe(true);
		rig.engine.down(downOf(1, 2, 3, 4));
		expect(rig.journal.isEmpty).toBe(true);
	});

	test("is looked at for a tap that is asked for by itself, which is all there is", () => {
		up(3);
		rig.engine.down(downOf(1, 2));
		const before = rig.kernel.operations.length;
		expect(rejected(up(3))).toEqual([]);
		const asked = rig.kernel.operations.slice(before).map(({ name }) => name);
		expect(asked).toContain("NFT_MSG_GETCHAIN");
		expect(asked).toContain("RTM_GETNETCONF");
	});
});
