import type { Resource } from "../engine/kind.js";
import { formatAddress, parseCidr } from "../inet/cidr.js";
import type { Network, Tap } from "../spec/model.js";
import type { BridgeGuest } from "./bridge-guest.js";
import type { Bridged } from "./bridged.js";
import { groupOf } from "./network-group.js";
import type { NetworkNumber } from "./network-number.js";
import type { Reach } from "./reach.js";
import type { Segment } from "./segment.js";
import type { WayOut } from "./way-out.js";

interface Wants {
	readonly network: NetworkNumber;
	readonly segment: Segment;
	readonly bridged: Bridged;
	readonly "bridge-guest": BridgeGuest;
	readonly "way-out": WayOut;
	readonly reach: Reach;
}
const resource = <K extends keyof Wants>(kind: K, want: Wants[K], path: string): Resource => ({
	kind,
	want,
	path,
});

/**
 * Whom the guest of a tap may reach, and who may reach it. `isShared` says that the bridge is shared with others. Most
 * of these objects belong to the network, and exist already for every guest but the first.
 */
export function policyOf(tap: Tap, network: Network, isShared: boolean): Resource[] {
	const onNetwork = `networks.${network.name}`;
	const group = groupOf(network.name);
	return [
		resource("network", { network: network.name, group }, onNetwork),
		...segmentOf(tap, network, isShared),
		...waysOut(network, isShared).map((link) =>
			resource("way-out", { link }, `${onNetwork}.uplink`),
		),
		...reachesOf(network).map((to) =>
			resource("reach", { from: network.name, to, groups: [group, groupOf(to)] }, onNetwork),
		),
	];
}

function segmentOf(tap: Tap, { name: network, bridge }: Network, isShared: boolean): Resource[] {
	const onTap = `taps.${tap.name}`;
	if (bridge === undefined) return [resource("segment", { link: tap.name, network }, onTap)];
	const place = `networks.${network}.bridge`;
	const guests = isShared ? tap.guest.addresses : [];
	return [
		resource("segment", { link: bridge, network }, place),
		resource("bridged", { bridge, network }, place),
		...guests.map((guest) => {
			const address = formatAddress(parseCidr(guest).address);
			return resource("bridge-guest", { bridge, address, network }, `${onTap}.guest.addresses`);
		}),
	];
}

/** The links to others than guests: the uplink, and a bridge that is shared with others. */
function waysOut({ mode, uplink, bridge }: Network, isShared: boolean): string[] {
	const isRouted = mode === "nat" || mode === "routed";
	const links = [isRouted ? uplink : undefined, isShared ? bridge : undefined];
	return links.filter((link) => link !== undefined);
}

/** The networks whose guests it may reach: its own, and those that it names. */
const reachesOf = ({ name, isolation }: Network): string[] => (isolation ? [] : [name]);
