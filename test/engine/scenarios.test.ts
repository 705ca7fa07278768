import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { namedPictureOf } from "./picture.js";
import { Rig, scratch } from "./rig.js";
import { changes, type Scenario, starts } from "./scenarios.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

/** The host with everything that is there before the scenario's own spec. */
function ready({ host, before, meanwhile }: Scenario): Rig {
	const rig = new Rig(directory, host);
	if (before !== undefined) rig.up(before);
	if (meanwhile !== undefined) rig.kernel.aside(() => meanwhile(rig.kernel));
	return rig;
}

const all = [...starts, ...changes];

describe.each(all)("$name", (scenario) => {
	const names = Object.keys({ ...scenario.before?.taps, ...scenario.spec.taps });

	test("is told by status without drift", () => {
		const rig = ready(scenario);
		rig.up(scenario.spec);
		const { taps, resources, unfinished } = rig.engine.status();
		expect(taps.map(({ name }) => name).sort()).toEqual([...new Set(names)].sort());
		expect(taps.flatMap(({ drift }) => drift)).toEqual([]);
		expect(resources.flatMap(({ drift }) => drift)).toEqual([]);
		expect(unfinished).toBeUndefined();
		rig.close();
	});

	test("changes nothing when it is asked for again", () => {
		const rig = ready(scenario);
		rig.up(scenario.spec);
		const picture = rig.picture();
		rig.kernel.heal();
		rig.up(scenario.spec);
		expect(rig.kernel.operations.filter(({ mutates }) => mutates)).toEqual([]);
		rig.restart();
		rig.up(scenario.spec);
		expect(rig.kernel.mutations).toBe(0);
		expect(rig.picture()).toBe(picture);
		rig.close();
	});

	test("is planned and told without a change", () => {
		const rig = ready(scenario);
		const picture = rig.picture();
		rig.kernel.heal();
		rig.engine.planUp([]);
		rig.engine.status();
		rig.engine.planDown(names);
		expect(rig.kernel.mutations).toBe(0);
		expect(rig.picture()).toBe(picture);
		rig.close();
	});

	test("goes down to what was there before", () => {
		const rig = new Rig(directory, scenario.host);
		const picture = rig.picture();
		if (scenario.before) rig.up(scenario.before);
		rig.up(scenario.spec);
		expect(rig.picture()).not.toBe(picture);
		rig.restart();
		rig.down(...names);
		expect(rig.picture()).toBe(picture);
		expect(rig.journal.isEmpty).toBe(true);
		rig.kernel.heal();
		rig.down(...names);
		expect(rig.kernel.operations).toEqual([]);
		rig.close();
	});
});

test.each(changes)("$name: the end is that of a fresh start", ({ host, before, spec }) => {
	const changed = new Rig(directory, host);
	if (before) changed.up(before);
	changed.up(spec);
	const picture = namedPictureOf(changed.kernel);
	changed.close();
	const gone = Object.keys(before?.taps ?? {}).filter((name) => !Object.hasOwn(spec.taps, name));
	expect(gone).toEqual([]);
	const fresh = new Rig(directory, host);
	fresh.up(spec);
	expect(picture).toBe(namedPictureOf(fresh.kernel));
	fresh.close();
});
