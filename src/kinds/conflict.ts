import type { StepConflict } from "../engine/kind.js";

const FOREIGN = "one that is not ours";
/** What is in the way may be ours, and the journal lost that says so. */
export const IF_STRAY = "umlnet-nl recover --strays, if umlnet-nl status calls it ours";

/** The name that a new link was to have is taken. `kind`: what it was to be, `tap` or `bridge`. */
export const nameTaken = (kind: string, name: string): StepConflict => ({
	subject: `link ${name}`,
	found: FOREIGN,
	wanted: `a new ${kind} ${name}`,
	hint: `choose another name, or remove it first: ip link delete ${name}; or ${IF_STRAY}`,
	link: name,
});

/** There is such an object already. `show`: the command that lists those there are. */
export const alreadyThere = (subject: string, show: string): StepConflict => ({
	subject,
	found: FOREIGN,
	wanted: "a new one",
	hint: `remove it if nobody needs it; to see it: ${show}`,
});
