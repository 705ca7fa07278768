import type { Perform } from "../perform.js";
import { refuse } from "../usage.js";
import type { Verb } from "../verb.js";

// Verbs that are planned: the help lists them, and they are refused with a message that says so.
const PLANNED = [["doctor", "why can this guest not reach the world?"]] as const;

export function addPlanned(program: Verb, perform: Perform): void {
	for (const [name, summary] of PLANNED) {
		program
			.command(name)
			.helpGroup("Not implemented yet:")
			.summary(summary)
			.description(`${summary} (not implemented yet)`)
			.argument("[words...]")
			.allowUnknownOption()
			.action(() => perform("looking", () => refuse(`umlnet-nl ${name}`)));
	}
}

/** Whether a verb is only planned. */
export const isPlanned = (verb: string): boolean => PLANNED.some(([name]) => name === verb);
