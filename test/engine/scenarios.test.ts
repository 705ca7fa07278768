import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import type { Step } from "../../src/engine/kind.js";
import type { Action } from "../../src/kernel/action.js";
import { execute } from "../../src/kernel/execute.js";
import { TABLE } from "../../src/kinds/mark.js";
import { table } from "../../src/kinds/table.js";
import { KernelError } from "../../src/sys/error.js";
import { named } from "./named.js";
import { namedPictureOf } from "./picture.js";
import { Rig, scratch } from "./rig.js";
import { changes, namesIn, type Parting, partings, type Scenario, starts } from "./scenarios.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

/** The host with everything that precedes the scenario's own spec. */
function ready({ host, before = [], meanwhile }: Scenario): Rig {
	const rig = new Rig(directory, host);
	for (const wanted of before) rig.up(wanted);
	if (meanwhile !== undefined) rig.kernel.aside(() => meanwhile(rig.kernel));
	return rig;
}

const all = [...starts, ...changes];
const makeTable = (family: "inet" | "bridge"): Action => {
	const [{ do: make }] = table.create({ name: TABLE, family }) as [Step];
	return make;
};

describe.each(named(all))("%s", (_, scenario) => {
	const { before = [], spec } = scenario;
	const names = [...new Set([...before, spec].flatMap(namesIn))];

	test("is told by status without drift", () => {
		const rig = ready(scenario);
		rig.up(scenario.spec);
		const { taps, resources, unfinished } = rig.engine.status();
		expect(taps.map(({ name }) => name).sort()).toEqual([...names].sort());
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
		for (const wanted of before) rig.up(wanted);
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

describe.each(named(partings))("%s", (_, { host, before, going, spec }) => {
	test("and what stays is as if the other had never been", () => {
		const rig = new Rig(directory, host);
		const start = rig.picture();
		for (const wanted of before) rig.up(wanted);
		rig.restart();
		rig.down(...going);
		const picture = namedPictureOf(rig.kernel);
		expect(rig.engine.status().taps.flatMap(({ drift }) => drift)).toEqual([]);
		rig.kernel.heal();
		rig.up(spec);
		expect(rig.kernel.mutations).toBe(0);
		rig.down(...namesIn(spec));
		expect(rig.picture()).toBe(start);
		rig.close();
		const fresh = new Rig(directory, host);
		fresh.up(spec);
		expect(picture).toBe(namedPictureOf(fresh.kernel));
		fresh.close();
	});
});

test("flows that cannot be forgotten are no failure", () => {
	const [{ host, before, going }] = partings as readonly [Parting];
	const rig = new Rig(directory, host);
	for (const wanted of before) rig.up(wanted);
	rig.kernel.forgetFlows = () => {
		throw new KernelError("IPCTNL_MSG_CT_GET", "ENOBUFS");
	};
	rig.down(...going);
	expect([...rig.journal.state.taps.keys()]).not.toContain(going[0]);
	rig.close();
});

test.each(named(changes))(
	"%s: the end is that of a fresh start",
	(_, { host, before = [], spec, keepsTables = [] }) => {
		const changed = new Rig(directory, host);
		for (const wanted of before) changed.up(wanted);
		changed.up(spec);
		const picture = namedPictureOf(changed.kernel);
		changed.close();
		const fresh = new Rig(directory, host);
		fresh.up(spec);
		execute(fresh.kernel, keepsTables.map(makeTable));
		expect(picture).toBe(namedPictureOf(fresh.kernel));
		fresh.close();
	},
);
