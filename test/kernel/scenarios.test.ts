import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { difference } from "../../src/oracle/snapshot.js";
import { Lab } from "./lab.js";
import { VARIANTS } from "./specs.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

describe.each(Object.entries(VARIANTS))("%s", (_, spec) => {
	const taps = Object.keys(spec.taps);

	test("comes up, goes down to exactly what was there, and a second time changes nothing", async () => {
		const before = lab.look();

		const up = await lab.run((host) => host.up(spec));
		expect(up.result.changed).toBe(true);
		expect(up.mutations).not.toEqual([]);
		const standing = await lab.lookSettled();
		expect(difference(before, standing)).not.toEqual([]);

		const again = await lab.run((host) => host.up(spec));
		expect(again.result).toMatchObject({ changed: false, steps: [] });
		expect(again.mutations).toEqual([]);
		expect(lab.changes(standing)).toEqual([]);

		const { result } = await lab.run((host) => host.status());
		expect(result.taps.map(({ name }) => name).toSorted()).toEqual(taps.toSorted());
		expect(result.taps.flatMap(({ drift }) => drift)).toEqual([]);
		expect(result.resources.flatMap(({ drift }) => drift)).toEqual([]);

		const down = await lab.run((host) => host.down({ taps }));
		expect(down.result.changed).toBe(true);
		expect(lab.changes(before)).toEqual([]);

		const downAgain = await lab.run((host) => host.down({ taps }));
		expect(downAgain.result).toMatchObject({ changed: false, taps: [] });
		expect(downAgain.mutations).toEqual([]);
		expect(lab.changes(before)).toEqual([]);
	});
});
