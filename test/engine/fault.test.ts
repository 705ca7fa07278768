import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { report } from "../fault/campaign.js";
import { Dice } from "./dice.js";
import { named } from "./named.js";
import { scratch } from "./rig.js";
import { noFlaws, partingRun, type Run, runsOf } from "./run.js";
import { changes, partings, starts } from "./scenarios.js";
import { someOf } from "./some.js";
import { THOROUGH, type Trouble, troublesOf, troublesOfMaking } from "./trouble.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

/** About so many of the operations of a run are tried in CI. */
const MOST = 14;

const scenarios = [...starts, ...changes];
// Where there are many operations most are alike, so each meets only a few of the troubles in turn.
const turns = ({ operations: { length } }: Run): number =>
	THOROUGH || length <= 40 ? Number.POSITIVE_INFINITY : length <= 100 ? 4 : 1;
const isFew = ({ operations }: Run, k: number): boolean => operations.length <= 100 || k % 10 === 0;

/**
 * The troubles that the k-th operation of a run may meet. Objects of others can be in the way only if we have none
 * there already.
 */
function troublesAt(run: Run, k: number, isStart: boolean): readonly Trouble[] {
	const operation = run.at(k);
	const all = isStart ? troublesOfMaking(operation) : troublesOf(operation);
	const from = k * turns(run);
	if (turns(run) >= all.length) return all;
	return Array.from({ length: turns(run) }, (_, i) => all[(from + i) % all.length] as Trouble);
}

const trouble = (run: Run, k: number, { name }: Trouble) =>
	`${run.name}: ${run.at(k).name} (${k}) ${name}`;

describe("an operation that fails leaves all or nothing, or says what it leaves", () => {
	let cases = 0;
	let deviations = 0;
	afterAll(() => {
		report({ campaign: "every operation at the seam fails", cases, deviations });
		// Another test adds those in groups, for 20 000 together.
		expect(cases).toBeGreaterThan(THOROUGH ? 18_000 : 3000);
	});

	/** Make one operation fail, and perhaps check whether it works afterwards. */
	function meet(run: Run, k: number, one: Trouble, again: boolean): string[] {
		const rig = run.ready();
		rig.kernel.failAt(k, one.error, one.mode, one.when);
		const error = run.attempt(rig);
		let flaw = rig.kernel.fired > 0 ? run.flaw(rig, error) : "the fault met nobody";
		if (flaw === undefined && again && error !== undefined) flaw = run.flawOfAgain(rig);
		rig.close();
		cases++;
		if (flaw !== undefined) deviations++;
		return flaw === undefined ? [] : [`${trouble(run, k, one)}: ${flaw}`];
	}

	function everyFault(runs: readonly Run[], isFirst: boolean): string[] {
		return runs.flatMap((run) => {
			const isStart = isFirst && run.verb === "up";
			return someOf(run.places, MOST).flatMap(([k]) =>
				troublesAt(run, k, isStart).flatMap((one, i) =>
					meet(run, k, one, i === 0 && isFew(run, k)),
				),
			);
		});
	}

	test.each(named(scenarios))("%s", (_, scenario) => {
		noFlaws(everyFault(runsOf(directory, scenario), scenario.before === undefined));
	});

	test.each(named(partings))("%s", (_, parting) => {
		noFlaws(everyFault([partingRun(directory, parting)], false));
	});
});

describe("an operation that fails, and then the undoing of it", () => {
	const PAIRS = THOROUGH ? 10_000 : 400;
	const dice = new Dice();

	/** Make operation k fail, and then also one that comes after it. */
	function meetTwice(run: Run, k: number, first: Trouble): string | undefined {
		const probe = run.ready();
		probe.kernel.failAt(k, first.error, first.mode, first.when);
		run.attempt(probe);
		const operations = [...probe.kernel.operations];
		probe.close();
		if (operations.length <= k) return "nothing came after it";
		const j = k + 1 + dice.next(operations.length - k);
		const operation = operations[j - 1] as (typeof operations)[number];
		const second = dice.pick(troublesOf(operation));
		const rig = run.ready();
		rig.kernel.failAt(k, first.error, first.mode, first.when);
		rig.kernel.failAt(j, second.error, second.mode, second.when);
		const error = run.attempt(rig);
		const flaw = rig.kernel.fired > 1 ? run.flaw(rig, error) : "the second fault met nobody";
		rig.close();
		return flaw && `${trouble(run, k, first)}, ${operation.name} (${j}) ${second.name}: ${flaw}`;
	}

	test(`ends as well, ${PAIRS} pairs, seed ${dice.seed}`, () => {
		const runs = scenarios.flatMap((scenario) => runsOf(directory, scenario));
		let pairs = 0;
		const flaws: string[] = [];
		while (pairs < PAIRS) {
			const run = dice.pick(runs);
			const k = dice.pick(run.places);
			const once = troublesOf(run.at(k)).filter(({ mode }) => mode === "once");
			const flaw = meetTwice(run, k, dice.pick(once));
			if (flaw === "nothing came after it") continue;
			if (flaw !== undefined) flaws.push(flaw);
			pairs++;
		}
		const { seed } = dice;
		const campaign = "a fault, and another while it is undone";
		report({ campaign, cases: pairs, deviations: flaws.length, seed });
		noFlaws(flaws);
	});
});
