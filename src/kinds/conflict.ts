import type { StepConflict } from "../engine/kind.js";

const FOREIGN = "one that is not ours";

/** The name that a new link was to have is taken. `kind`: what it was to be, `tap` or `bridge`. */
export const nameTaken = (kind: string, name: string): StepConflict => ({
	subject: `link ${name}`,
	found: FOREIGN,
	wanted: `a new ${kind} ${name}`,
	hint: `choose another name, or remove it first: ip link delete ${name}`,
});

/** There is such an object already. `show`: the command that lists those there are. */
export const alreadyThere = (subject: string, show: string): StepConflict => ({
	subject,
	found: FOREIGN,
	wanted: "a new one",
	hint: `remove it if nobody needs it; to see it: ${show}`,
});
