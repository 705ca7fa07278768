import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import type { StepReport } from "../../src/engine/report.js";
import { lan } from "./hosts.js";
import { named } from "./named.js";
import { upOf } from "./requests.js";
import { Rig, scratch } from "./rig.js";
import { changes, namesIn, starts, tapsIn } from "./scenarios.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

/**
 * The effect that the first word of a label stands for. All other words stand for a change, but for what is not to be any
 * more.
 */
const VERBS: Readonly<Record<string, StepReport["effect"]>> = {
	add: "create",
	create: "create",
	put: "create",
	delete: "delete",
	remove: "delete",
	take: "delete",
	answer: "create",
	publish: "create",
	limit: "create",
	lead: "create",
	look: "create",
};
const ENDS = / (no|any) more$/;
/** A port is there before and after. */
const SETS = /^let port /;
const OPENS = /^let the host and \S+ itself reach /;
const read = ({ label }: StepReport): string => {
	const verb = label.split(" ", 1)[0] as string;
	if (SETS.test(label)) return `change: ${label}`;
	if (ENDS.test(label)) return `delete: ${label}`;
	if (OPENS.test(label)) return `create: ${label}`;
	return `${VERBS[verb] ?? "change"}: ${label}`;
};
const said = ({ label, effect }: StepReport): string => `${effect}: ${label}`;

test.each(named([...starts, ...changes]))("steps do what their labels say: %s", (_, scenario) => {
	const rig = new Rig(directory, scenario.host);
	for (const wanted of scenario.before ?? []) rig.up(wanted);
	scenario.meanwhile?.(rig.kernel);
	const up = rig.engine.planUp([{ id: 0, taps: tapsIn(scenario.spec) }]).steps;
	rig.up(scenario.spec);
	const down = rig.engine.planDown(namesIn(scenario.spec)).steps;
	rig.close();
	expect(up.length + down.length).toBeGreaterThan(0);
	expect([...up, ...down].map(said)).toEqual([...up, ...down].map(read));
});

test("what a killed process leaves is told of with what its steps do", () => {
	const rig = new Rig(directory, lan);
	rig.up([...upOf(1, "nat").taps]);
	rig.engine.down([{ id: 0, taps: ["tap1"] }], true);
	rig.restart();
	expect(rig.recover().steps.map(said)).toEqual(["delete: delete tap tap1"]);
	rig.close();
});
