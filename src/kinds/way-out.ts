import { ElementSet } from "./element.js";
import { TABLE } from "./mark.js";
import { member, membershipKind } from "./membership.js";
import { uplinks } from "./ruleset/set/uplinks.js";
import { isLinkName, isMapOf } from "./shape.js";

/** A link through which guests reach others than guests, and are reached by them. */
export interface WayOut {
	readonly link: string;
}

const UPLINKS = new ElementSet({ family: "inet", name: TABLE }, uplinks.set);

/** Marks a link as leading to the world. It is shared by all networks that leave through it. */
export const wayOut = membershipKind<WayOut>({
	kind: "way-out",
	key: ({ link }) => `way-out:${link}`,
	members: ({ link }) => [member(UPLINKS, [link], `${link} as a way to the world`, link)],
	isMade: isMapOf({ link: isLinkName }),
	sets: [{ set: UPLINKS, made: ([link]) => ({ link: link as string }) }],
});
