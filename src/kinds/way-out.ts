import { ElementSet } from "./element.js";
import { TABLE } from "./mark.js";
import { member, membershipKind } from "./membership.js";
import { uplinks } from "./ruleset/set/uplinks.js";
import { isLinkName, isMapOf } from "./shape.js";

/** A link by which guests get to others than guests, and these to them. */
export interface WayOut {
	readonly link: string;
}

const UPLINKS = new ElementSet({ family: "inet", name: TABLE }, uplinks.set);

/** That a link leads to the world, shared by all who leave by it. */
export const wayOut = membershipKind<WayOut>({
	kind: "way-out",
	key: ({ link }) => `way-out:${link}`,
	members: ({ link }) => [member(UPLINKS, [link], `${link} as a way to the world`, link)],
	isMade: isMapOf({ link: isLinkName }),
	sets: [{ set: UPLINKS, made: ([link]) => ({ link: link as string }) }],
});
