import type { StepConflict } from "../engine/kind.js";

const FOREIGN = "one that is not ours";
/** An object in the way may be ours after all, if the journal that said so was lost. */
export const IF_STRAY = "umlnet-nl recover --strays, if umlnet-nl status lists it";

/** The name for a new link is taken. `kind` is the kind of the new link, `tap` or `bridge`. */
export const nameTaken = (kind: string, name: string): StepConflict => ({
	subject: `link ${name}`,
	found: FOREIGN,
	wanted: `a new ${kind} ${name}`,
	hint: `choose another name, or remove it first: ip link delete ${name}; or ${IF_STRAY}`,
	link: name,
});

/** Such an object exists already. `show` is the command that lists such objects. */
export const alreadyThere = (subject: string, show: string): StepConflict => ({
	subject,
	found: FOREIGN,
	wanted: "a new one",
	hint: `remove it if nobody needs it; to see it: ${show}`,
});
