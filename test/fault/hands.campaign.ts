/**
 * Between our `up` and our `down` others change the host: they delete links, add addresses, routes and leases, change
 * settings, flush rules. Whatever command of ours follows, nobody else may be blocked, nothing of theirs may be lost,
 * and what cannot be given back must be named. Afterwards the host must be as they would have made it without us.
 */
import { expect, test, vi } from "vitest";
import { Dice } from "../engine/dice.js";
import { inLane, report, seed, sized, THOROUGH } from "./campaign.js";
import { type Case, HOSTS, titleOf, VERBS } from "./hands/case.js";
import type { Mutation } from "./hands/mutation.js";
import { MUTATIONS } from "./hands/mutations.js";
import { resultOf } from "./hands/run.js";
import { SCENARIOS, type Scenario } from "./hands/scenario.js";

vi.setConfig({ testTimeout: 3_600_000 });

const fits = ({ needs = [] }: Mutation, { has }: Scenario): boolean =>
	needs.every((need) => has.includes(need));

/** One mutation on its own, in every scenario, before every command. */
const alone = (mutation: Mutation): Case[] =>
	SCENARIOS.filter((scenario) => fits(mutation, scenario)).flatMap((scenario) =>
		VERBS.map((verb): Case => ({ host: "plain", scenario, mutations: [mutation], verb })),
	);

/** What such a mutation leaves cannot be predicted together with others. */
const standsAlone = ({ mend, orElse, replaces, renames }: Mutation): boolean =>
	mend !== undefined || orElse !== undefined || replaces === true || renames === true;

/** Several random mutations in a random scenario. */
function anyCase(dice: Dice): Case {
	const scenario = dice.pick(SCENARIOS);
	const all = MUTATIONS.filter((mutation) => fits(mutation, scenario));
	const host = dice.pick(Object.keys(HOSTS) as (keyof typeof HOSTS)[]);
	const some = [...new Set(Array.from({ length: 1 + dice.next(3) }, () => dice.pick(all)))];
	// Of a link that is another one by now, nobody can tell twice what it takes along.
	const once = some.filter(
		(one, i) => !one.mayReturn || some.findIndex((it) => it.mayReturn) === i,
	);
	const mutations = once.some(standsAlone) ? once.filter(standsAlone).slice(0, 1) : once;
	return { host, scenario, mutations, verb: dice.pick(VERBS) };
}

test(`what others do meanwhile is theirs, and nobody is held up by it, seed ${seed}`, async () => {
	const dice = new Dice(seed);
	// All cases of one mutation are in one lane, because they share an expectation.
	const singles = THOROUGH ? MUTATIONS.map(alone) : [];
	const count = sized(150, singles.flat().length + 2000);
	const more = Math.max(0, count - singles.flat().length);
	const cases = inLane([...singles, ...Array.from({ length: more }, () => [anyCase(dice)])]).flat();
	const took = new Set<string>();
	const flaws: string[] = [];
	let named = 0;
	for (const one of cases) {
		const result = await resultOf(one);
		for (const name of result.took) took.add(name);
		named += result.named;
		if (result.flaws.length > 0) flaws.push([titleOf(one), ...result.flaws].join("\n  "));
	}
	report({
		campaign: "others' hands",
		cases: cases.length,
		deviations: flaws.length,
		seed,
		notes: `${MUTATIONS.length} mutations, ${SCENARIOS.length} scenarios, ${named} losses told`,
		untried: MUTATIONS.map(({ name }) => name).filter((name) => !took.has(name)),
	});
	expect(flaws).toEqual([]);
	expect(took.size).toBeGreaterThan(MUTATIONS.length / 4);
});
