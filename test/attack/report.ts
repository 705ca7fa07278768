import { appendFileSync } from "node:fs";

/** How something that a guest sent ended in one place: a row of RESULTS.md. */
export interface Outcome {
	readonly matrix: string;
	/** Mode and hooks: `routed, br_netfilter on`. */
	readonly place: string;
	readonly name: string;
	/** It was not as it should be. */
	readonly wrong: boolean;
}

/** Tell how it ended, for the run that gathers all of them. */
export function report(outcome: Outcome): void {
	const file = process.env.UMLNET_ATTACK_ROWS;
	if (file !== undefined) appendFileSync(file, `${JSON.stringify(outcome)}\n`);
}
