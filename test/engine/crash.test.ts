import { rmSync } from "node:fs";
import { afterAll, describe, test } from "vitest";
import { report } from "../fault/campaign.js";
import { dies, type Place, placesOf, told } from "./death.js";
import { Dice } from "./dice.js";
import { named } from "./named.js";
import { type Rig, scratch } from "./rig.js";
import { noFlaws, partingRun, type Run, runsOf } from "./run.js";
import { changes, partings, type Scenario, starts } from "./scenarios.js";
import { someOf } from "./some.js";

const directory = scratch();
const dice = new Dice();
let deviations = 0;
const counts = { deaths: 0, "in recover": 0, before: 0, after: 0 };
afterAll(() => {
	rmSync(directory, { recursive: true });
	const notes = Object.entries(counts)
		.map(([name, count]) => `${count} ${name}`)
		.join(", ");
	const cases = counts.deaths + counts["in recover"];
	const { seed } = dice;
	report({ campaign: "a process dies at any operation (model)", cases, deviations, seed, notes });
});

/**
 * What is wrong after another process has recovered: the host must be exactly as before or exactly as after, and stay
 * so.
 */
function flawOfRecovery(run: Run, rig: Rig, again = true): string | undefined {
	rig.recover();
	const now = rig.picture();
	if (now !== run.start && now !== run.end) return "between before and after";
	counts[now === run.start ? "before" : "after"]++;
	rig.kernel.heal();
	if (rig.recover().outcome !== "nothing") return "recovered twice";
	rig.restart();
	if (!rig.journal.isSettled) return "still unfinished in the journal";
	const flaw = run.flawOfState(rig);
	if (flaw !== undefined) return flaw;
	if (rig.kernel.operations.length > 0) return "recovering nothing touched the kernel";
	return again && now === run.start ? run.flawOfAgain(rig) : undefined;
}

const placesIn = (run: Run): Place[] => placesOf(run.operations.length, run.writes);

/** Let the process die once, and return what is wrong after another one has recovered. */
function flawOfDeath(run: Run, place: Place): string | undefined {
	const rig = run.ready();
	const died = dies(rig, place, () => run.act(rig));
	const flaw = died ? flawOfRecovery(run, rig) : "did not die";
	rig.close();
	counts.deaths++;
	return flaw && `${run.name}: died ${told(place)}: ${flaw}`;
}

const SMALL = 5;
/** About so many of the places of a run are tried in CI: once, and with a second death. */
const MOST = 30;
const MOST_TWICE = 4;

/** Let the process die once, and the process that recovers die as well, at every place or at some. */
function flawsOfSecondDeath(run: Run, place: Place, dice: Dice): string[] {
	const probe = run.ready();
	dies(probe, place, () => run.act(probe));
	probe.recover();
	const inRecover = placesOf(probe.kernel.operations.length, 1);
	probe.close();
	const some = run.operations.length < SMALL ? inRecover : [dice.pick(inRecover)];
	return some.flatMap((second) => {
		const rig = run.ready();
		dies(rig, place, () => run.act(rig));
		dies(rig, second, () => rig.recover());
		const flaw = flawOfRecovery(run, rig, false);
		rig.close();
		counts["in recover"]++;
		return flaw ? [`${run.name}: died ${told(place)}, then ${told(second)}: ${flaw}`] : [];
	});
}

const scenarios = [...starts, ...changes];
const runsIn = (scenario: Scenario): Run[] => runsOf(directory, scenario);

function flawsOfDeaths(runs: readonly Run[]): string[] {
	const flaws = runs
		.flatMap((run) => someOf(placesIn(run), MOST).map(([place]) => flawOfDeath(run, place)))
		.filter((flaw) => flaw !== undefined);
	deviations += flaws.length;
	return flaws;
}

describe("after a process died, and another recovered, all is as before or as after", () => {
	test.each(named(scenarios))("%s", (_, scenario) => {
		noFlaws(flawsOfDeaths(runsIn(scenario)));
	});

	test.each(named(partings))("%s", (_, parting) => {
		noFlaws(flawsOfDeaths([partingRun(directory, parting)]));
	});
});

describe("after the one that recovered died as well, all is as before or as after", () => {
	test.each(named(scenarios))(`%s, seed ${dice.seed}`, (_, scenario) => {
		const flaws = runsIn(scenario).flatMap((run) =>
			someOf(placesIn(run), MOST_TWICE).flatMap(([place]) => flawsOfSecondDeath(run, place, dice)),
		);
		deviations += flaws.length;
		noFlaws(flaws);
	});
});
