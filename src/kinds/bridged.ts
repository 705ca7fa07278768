import { ElementSet } from "./element.js";
import { TABLE } from "./mark.js";
import { member, membershipKind } from "./membership.js";
import { bridged as bridgedSet } from "./ruleset/set/bridged.js";
import { isLinkName, isMapOf, isText } from "./shape.js";

/** A bridge with guests. */
export interface Bridged {
	readonly bridge: string;
	readonly network: string;
}

const BRIDGED = new ElementSet({ family: "inet", name: TABLE }, bridgedSet.set);

/** Excludes packets from one port of a bridge to another from the rules for packets between networks. */
export const bridged = membershipKind<Bridged>({
	kind: "bridged",
	key: ({ bridge }) => `bridged:${bridge}`,
	members: ({ bridge, network }) => [
		member(BRIDGED, [bridge, bridge], `way from port to port of ${bridge}`, network),
	],
	isMade: isMapOf({ bridge: isLinkName, network: isText }),
	linkOf: ({ bridge }) => bridge,
	sets: [{ set: BRIDGED, made: ([bridge]) => ({ bridge: bridge as string, network: "" }) }],
});
