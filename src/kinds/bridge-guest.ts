import { formatAddress, parseAddress } from "../inet/address.js";
import { ElementSet } from "./element.js";
import { TABLE } from "./mark.js";
import { type Membership, member, membershipKind } from "./membership.js";
import { guests4 } from "./ruleset/set/guests4.js";
import { guests6 } from "./ruleset/set/guests6.js";
import { isLinkName, isMapOf, isParsedBy, isText } from "./shape.js";

/** The address of a guest on a bridge that it shares with others. */
export interface BridgeGuest {
	readonly bridge: string;
	/** The address without a prefix length. */
	readonly address: string;
	readonly network: string;
}

const inet = { family: "inet", name: TABLE } as const;
const GUESTS4 = new ElementSet(inet, guests4.set);
const GUESTS6 = new ElementSet(inet, guests6.set);

function members({ bridge, address, network }: BridgeGuest): Membership[] {
	const set = address.includes(":") ? GUESTS6 : GUESTS4;
	return [member(set, [bridge, address], `${address} on ${bridge} as a guest`, network)];
}
const made = ([bridge, address]: readonly unknown[]): BridgeGuest => ({
	bridge: bridge as string,
	address: address as string,
	network: "",
});

/** Marks an address on a bridge as that of a guest. */
export const bridgeGuest = membershipKind<BridgeGuest>({
	kind: "bridge-guest",
	key: ({ bridge, address }) => `bridge-guest:${bridge}:${formatAddress(parseAddress(address))}`,
	members,
	isMade: isMapOf({ bridge: isLinkName, address: isParsedBy(parseAddress), network: isText }),
	linkOf: ({ bridge }) => bridge,
	sets: [
		{ set: GUESTS4, made },
		{ set: GUESTS6, made },
	],
});
