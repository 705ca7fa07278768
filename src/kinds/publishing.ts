import type { Kind, Step } from "../engine/kind.js";
import { alreadyThere } from "./conflict.js";
import { absent } from "./difference.js";
import { ElementSet } from "./element.js";
import { linksElsewhere } from "./link.js";
import { TABLE } from "./mark.js";
import { publishing as declared } from "./ruleset/set/publishing.js";
import { isLinkName, isMapOf, isText } from "./shape.js";

/** A segment whose guests publish ports of the host. */
export interface Publishing {
	/** The interface on which their packets arrive: their tap, or their bridge. */
	readonly segment: string;
	readonly network: string;
}

const PUBLISHING = new ElementSet({ family: "inet", name: TABLE }, declared.set);

const keyOf = ({ segment }: Publishing) => [segment, segment] as const;
const actions = (made: Publishing) =>
	PUBLISHING.actions({ key: keyOf(made), comment: made.network });
const words = ({ segment }: Publishing): string => `published ports of ${segment}`;

function addStep(made: Publishing): Step {
	const { add, remove } = actions(made);
	return {
		label: `let the host and ${made.segment} itself reach ${words(made)}`,
		phase: "filter",
		effect: "create",
		do: add,
		undo: [remove],
		conflict: alreadyThere(words(made), "nft list ruleset"),
	};
}

/**
 * What all published ports of a segment need: guests reach them by the host's address, even if that leads back to their
 * own segment, the host reaches them by 127.0.0.1, and guests reach nothing else there. It is an element of a set.
 */
export const publishing: Kind<Publishing, Publishing> = {
	kind: "publishing",
	key: ({ segment }) => `publishing:${segment}`,
	resolve: (want) => want,
	create: (made) => [addStep(made)],
	remove(made) {
		const { add, remove } = actions(made);
		const label = `let nobody reach ${words(made)} any more`;
		return [{ label, phase: "filter", effect: "delete", do: remove, undo: [add] }];
	},
	drift: (made, kernel) =>
		PUBLISHING.read(kernel, keyOf(made)) !== undefined
			? []
			: [absent(words(made), `nothing is known of ${words(made)}`)],
	change: (made, next, kernel) =>
		PUBLISHING.read(kernel, keyOf(made)) === undefined ? [addStep(next)] : [],
	isMade: isMapOf({ segment: isLinkName, network: isText }),
	strays(made, look) {
		const others = new Set(linksElsewhere(look).map(({ name }) => name));
		return PUBLISHING.strays(look.kernel, made.map(keyOf))
			.map(({ what, key: [segment] = [""] }) => ({ what, made: { segment, network: "" } }))
			.filter((stray) => !others.has(stray.made.segment));
	},
};
