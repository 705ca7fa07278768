import { appendFileSync } from "node:fs";
import { THOROUGH } from "../seed.js";

export { seed, THOROUGH } from "../seed.js";

/** How many cases to try: few in CI, all in a full run, or as many as UMLNET_CASES says. */
export const sized = (little: number, all: number): number =>
	Number(process.env.UMLNET_CASES ?? (THOROUGH ? all : little));

/** When a campaign that has no end of its own must stop, whether it is done or not: UMLNET_MINUTES from now. */
export const until =
	Date.now() + Number(process.env.UMLNET_MINUTES ?? Number.MAX_SAFE_INTEGER / 60_000 / 4) * 60_000;

/** The part of the cases that this process tries, so that several processes can share them: UMLNET_LANE=1/2. */
export function inLane<T>(cases: readonly T[]): T[] {
	const [lane = 1, lanes = 1] = (process.env.UMLNET_LANE ?? "1/1").split("/").map(Number);
	return cases.filter((_, i) => i % lanes === lane - 1);
}

/** The result of a campaign: a row of RESULTS.md. */
export interface Outcome {
	readonly campaign: string;
	readonly cases: number;
	/** How many cases there are in all, if that is known. */
	readonly of?: number;
	/** How many cases did not end as they should. */
	readonly deviations: number;
	readonly seed?: number;
	readonly notes?: string;
	/** What this process could not try. It is reported if no other process could either. */
	readonly untried?: readonly string[];
}

/** Report the result of a campaign before anything is expected of it. The run that gathers results reads it. */
export function report(outcome: Outcome): void {
	const { campaign, deviations, notes, of } = outcome;
	const cases = of === undefined ? `${outcome.cases}` : `${outcome.cases} of ${of}`;
	const by = outcome.seed === undefined ? "" : `, seed ${outcome.seed}`;
	console.log(
		`${campaign}: ${cases} cases, ${deviations} deviations${by}${notes ? `; ${notes}` : ""}`,
	);
	const file = process.env.UMLNET_RESULTS;
	if (file !== undefined) appendFileSync(file, `${JSON.stringify(outcome)}\n`);
}
