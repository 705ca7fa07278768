import type { Cidr } from "../inet/cidr.js";
import type { Draft, DraftNetwork, DraftTap } from "./draft.js";
import type { Issues } from "./issues.js";
import type { Placed } from "./reading.js";

/** One Ethernet segment: a bridge with its taps, or a single tap. */
export interface Segment {
	/** The interface with the host's addresses: the bridge or the tap. */
	readonly name: string;
	readonly network: DraftNetwork;
	/** The host's addresses on it. */
	readonly hosts: readonly Placed<Cidr>[];
	readonly taps: readonly DraftTap[];
}

/** The segments of a draft. Taps whose network does not exist belong to none. */
export function segmentsOf(draft: Draft): readonly Segment[] {
	const bridged = new Map<DraftNetwork, DraftTap[]>();
	for (const network of draft.networks.values())
		if (network.bridge !== undefined) bridged.set(network, []);
	const alone: Segment[] = [];
	for (const tap of draft.taps.values()) {
		const network = draft.networks.get(tap.network ?? "");
		if (network === undefined) continue;
		const hosts = tap.addresses.length > 0 ? tap.addresses : network.addresses;
		const ports = bridged.get(network);
		if (ports === undefined) alone.push({ name: tap.name, network, hosts, taps: [tap] });
		else ports.push(tap);
	}
	const bridges = [...bridged].map(([network, taps]) => ({
		name: network.bridge ?? network.name,
		network,
		hosts: network.addresses,
		taps,
	}));
	return [...bridges, ...alone];
}

/** The minimum MTU of RFC 8200. Below it the kernel removes IPv6 from an interface. */
export const IPV6_MIN_MTU = 1280;

export function checkMtus(segment: Segment, issues: Issues): void {
	const { network, taps } = segment;
	const addresses = [...segment.hosts, ...taps.flatMap((tap) => tap.guest.addresses)];
	const hasIPv6 = addresses.some(({ value }) => value.family === 6);
	const tooSmall = (mtu = IPV6_MIN_MTU) => hasIPv6 && mtu < IPV6_MIN_MTU;
	const least = `must be at least ${IPV6_MIN_MTU}, because there is IPv6 on ${segment.name}`;
	const onNetwork = [...network.path, "mtu"];
	if (tooSmall(network.mtu)) issues.addMissing(onNetwork, `is ${network.mtu}, ${least}`);
	// A bridge silently drops frames that are too large for a port.
	let common = network.bridge === undefined ? undefined : network.mtu;
	for (const { mtu, path } of taps) {
		if (mtu === undefined) continue;
		if (tooSmall(mtu)) issues.add([...path, "mtu"], `is ${mtu}, ${least}`);
		if (common !== undefined && mtu !== common)
			issues.add(
				[...path, "mtu"],
				`is ${mtu}, but others on ${segment.name} have ${common}: one bridge, one MTU`,
				`set the mtu of network ${network.name}`,
			);
		if (network.bridge !== undefined) common ??= mtu;
	}
}
