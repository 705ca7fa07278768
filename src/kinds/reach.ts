import { ElementSet } from "./element.js";
import { TABLE } from "./mark.js";
import { member, membershipKind } from "./membership.js";
import { reaches } from "./ruleset/set/reaches.js";
import { siblings } from "./ruleset/set/siblings.js";
import { isListOf, isMapOf, isText, isWhole } from "./shape.js";

/** Guests of one network may open connections to those of another, or to each other. */
export interface Reach {
	readonly from: string;
	readonly to: string;
	/** The link groups of both networks. */
	readonly groups: readonly [from: number, to: number];
}

const inet = { family: "inet", name: TABLE } as const;
const REACHES = new ElementSet(inet, reaches.set);
const SIBLINGS = new ElementSet(inet, siblings.set);

/** Permits connections between networks. Everything else is dropped. */
export const reach = membershipKind<Reach>({
	kind: "reach",
	key: ({ from, to }) => `reach:${from}:${to}`,
	members: ({ from, to, groups }) =>
		from === to
			? [member(SIBLINGS, groups, `way between guests of ${from}`, from)]
			: [member(REACHES, groups, `way from guests of ${from} to those of ${to}`, `${from} ${to}`)],
	governsFlows: true,
	isMade: isMapOf({
		from: isText,
		to: isText,
		groups: isListOf(isWhole(0, 0xffff_ffff)),
	}),
	sets: [
		{
			set: SIBLINGS,
			made: (groups) => ({ from: "", to: "", groups: groups as Reach["groups"] }),
		},
		{
			set: REACHES,
			made: (groups) => ({ from: "", to: "another", groups: groups as Reach["groups"] }),
		},
	],
});
