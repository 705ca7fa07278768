import { appendFileSync } from "node:fs";
import { THOROUGH } from "../seed.js";

export { seed, THOROUGH } from "../seed.js";

/** How much to do: a little in CI, all of it in a full run; UMLNET_CASES says it itself. */
export const sized = (little: number, all: number): number =>
	Number(process.env.UMLNET_CASES ?? (THOROUGH ? all : little));

/** When a campaign that is measured by how much it does ends, done or not: UMLNET_MINUTES from now. */
export const until =
	Date.now() + Number(process.env.UMLNET_MINUTES ?? Number.MAX_SAFE_INTEGER / 60_000 / 4) * 60_000;

/** Which part of the cases this process tries, so that several can share them: UMLNET_LANE=1/2. */
export function inLane<T>(cases: readonly T[]): T[] {
	const [lane = 1, lanes = 1] = (process.env.UMLNET_LANE ?? "1/1").split("/").map(Number);
	return cases.filter((_, i) => i % lanes === lane - 1);
}

/** What a campaign came to: a row of RESULTS.md. */
export interface Outcome {
	readonly campaign: string;
	readonly cases: number;
	/** Of how many there are, where they were counted. */
	readonly of?: number;
	/** What did not end as it should. */
	readonly deviations: number;
	readonly seed?: number;
	readonly notes?: string;
	/** What this process had no chance to try; it counts where no other had one. */
	readonly untried?: readonly string[];
}

/** Tell how a campaign ended, before anything is expected of it; for the run that gathers them as well. */
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
