import { type Kind, linkKey } from "../engine/kind.js";
import type { MadeBridge } from "./bridge.js";
import { ElementSet } from "./element.js";
import { TABLE } from "./mark.js";
import { member, membershipKind } from "./membership.js";
import { uplinkKey } from "./port.js";
import { segments } from "./ruleset/set/segments.js";
import { isFlag, isLinkName, isMapOf, isOptional, isText } from "./shape.js";

/** The interface on which packets of guests arrive: their tap, or their bridge. */
export interface Segment {
	readonly link: string;
	readonly network: string;
}
export interface MadeSegment extends Segment {
	/**
	 * Set if the bridge is shared with others, such as its owner or a LAN, so that what arrives may be from any of them.
	 */
	readonly isShared?: true | undefined;
}

const SEGMENTS = new ElementSet({ family: "inet", name: TABLE }, segments.set);

const elements = membershipKind<MadeSegment>({
	kind: "segment",
	key: ({ link }) => `segment:${link}`,
	members: ({ link, network, isShared }) =>
		isShared ? [] : [member(SEGMENTS, [link], `${link} as a segment of guests`, network)],
	isMade: isMapOf({ link: isLinkName, network: isText, isShared: isOptional(isFlag) }),
	linkOf: ({ link }) => link,
	sets: [{ set: SEGMENTS, made: ([link]) => ({ link: link as string, network: "" }) }],
});

/** Marks a link as one from which only packets of guests arrive. */
export const segment: Kind<Segment, MadeSegment> = {
	...elements,
	resolve(want, context) {
		const bridge = context.made(linkKey(want.link)) as Partial<MadeBridge> | undefined;
		const uplink = bridge?.uplink;
		const isOnLan = uplink !== undefined && context.isWanted(uplinkKey(uplink));
		const isShared = bridge?.foreign === true || isOnLan;
		return { ...want, isShared: isShared || undefined };
	},
	reconcile(_made, want, context) {
		return this.resolve(want, context);
	},
};
