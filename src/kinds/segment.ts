import { type Kind, linkKey } from "../engine/kind.js";
import type { MadeBridge } from "./bridge.js";
import { ElementSet } from "./element.js";
import { TABLE } from "./mark.js";
import { member, membershipKind } from "./membership.js";
import { segments } from "./ruleset/set/segments.js";
import { isFlag, isLinkName, isMapOf, isOptional, isText } from "./shape.js";

/** Where packets of guests come into the host: their tap, or their bridge. */
export interface Segment {
	readonly link: string;
	readonly network: string;
}
export interface MadeSegment extends Segment {
	/** Others than guests of ours are on the bridge as well, whoever made it or a LAN: what comes in is from any of them. */
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

/** That whatever comes in by a link is from guests. */
export const segment: Kind<Segment, MadeSegment> = {
	...elements,
	resolve(want, context) {
		const bridge = context.made(linkKey(want.link)) as Partial<MadeBridge> | undefined;
		const isShared = bridge?.foreign === true || bridge?.uplink !== undefined;
		return { ...want, isShared: isShared || undefined };
	},
	reconcile(_made, want, context) {
		return this.resolve(want, context);
	},
};
