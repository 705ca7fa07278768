/**
 * What another state directory of this network namespace has made, which the marks of its links say. Two state
 * directories must not share what has to be given back, because neither knows when the other is done with it. This is
 * looked up only when something is in the way.
 */
import { ConflictError } from "../engine/error.js";
import type { Holder } from "../engine/explain.js";
import { placeName } from "../engine/journal/place.js";
import type { PlanContext } from "../engine/kind.js";
import type { Kernel } from "../kernel/kernel.js";
import { readAllLinks, readLinkByName } from "../kernel/read.js";
import { linksElsewhere, type MarkedLink } from "./link.js";
import { isAlias, noted, readAlias } from "./mark.js";

type Context = Pick<PlanContext, "kernel" | "place">;

const useIt = (place: string): string =>
	`that state directory has it: --state-dir ${placeName(place)}; or take it down there first`;

function holder({ name, network, notes }: Omit<MarkedLink, "link">): Holder {
	const place = noted("state", notes) ?? "";
	const found = `that of ${name}, network ${network}, in state directory ${placeName(place)}`;
	return { found, hint: useIt(place) };
}

/**
 * A link of another state directory with this note, and to whom it belongs; undefined if there is none. Reads all
 * links.
 */
export function elsewhere({ kernel, place }: Context, note?: string): Holder | undefined {
	const found = linksElsewhere({ links: readAllLinks(kernel), place }).find(
		({ notes }) => note === undefined || notes.includes(note),
	);
	return found && holder(found);
}

/** @throws ConflictError if another state directory has changed this, as a note on its links says */
export function refuseElsewhere(subject: string, note: string, context: Context): void {
	const found = elsewhere(context, note);
	if (found === undefined) return;
	throw new ConflictError(subject, found.found, "what no other state directory gives back", {
		hint: found.hint,
	});
}

/** To whom a link belongs, if it has marks of ours. */
export function whoseLink(
	kernel: Kernel,
	name: string,
	place: string | undefined,
): Holder | undefined {
	const alias = readLinkByName(kernel, name)?.IFLA_IFALIAS;
	if (alias === undefined || !isAlias(alias)) return undefined;
	const { network, notes } = readAlias(alias);
	const state = noted("state", notes);
	if (state === undefined || state === place) return undefined;
	return holder({ name, network, notes });
}
