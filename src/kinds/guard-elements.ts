import { formatAddress } from "../inet/address.js";
import { linkLocalOf } from "../inet/link-local.js";
import type { Kernel } from "../kernel/kernel.js";
import type { Request } from "../netlink/request.js";
import { type Declared, ElementSet, type Types } from "./element.js";
import { macBytes } from "./link.js";
import { TABLE } from "./mark.js";
import { anyIpv4 } from "./ruleset/set/any-ipv4.js";
import { anyIpv6 } from "./ruleset/set/any-ipv6.js";
import { anyLinkLocal } from "./ruleset/set/any-link-local.js";
import { anyMac } from "./ruleset/set/any-mac.js";
import { guestIpv4 } from "./ruleset/set/guest-ipv4.js";
import { guestIpv6 } from "./ruleset/set/guest-ipv6.js";
import { guestLladdrs } from "./ruleset/set/guest-lladdrs.js";
import { guestMacs } from "./ruleset/set/guest-macs.js";
import { guests } from "./ruleset/set/guests.js";
import { hostIpv6 } from "./ruleset/set/host-ipv6.js";
import { ports } from "./ruleset/set/ports.js";
import { unboundGuests } from "./ruleset/set/unbound-guests.js";
import type { CompiledTable } from "./ruleset/table.js";

/** What is known of a guest, as far as its frames are held to it. */
export interface GuestFacts {
	readonly tap: string;
	readonly network: string;
	/** The tap is a port of this bridge. */
	readonly bridge?: string | undefined;
	readonly level: "basic" | "strict";
	readonly mac?: string | undefined;
	/** Without prefix lengths. */
	readonly addresses: readonly string[];
	/** Link-local addresses that the host has there. */
	readonly hostIpv6?: readonly string[] | undefined;
}

// For nft the keys of some are bits: which, their declarations say.
const LLADDR = ["ifname", "ether_addr"] as const;
const IPV6 = ["ifname", "ipv6_addr"] as const;

/** The types of a key depend on the set: that each guest's are texts is all that is used here. */
const setOf = <K extends Types>(
	table: Pick<CompiledTable, "family" | "name">,
	declared: Declared<K>,
) => new ElementSet(table, declared) as unknown as GuestSet;

const setsOf = (family: "inet" | "bridge" | "arp") => {
	const table = { family, name: TABLE };
	return {
		guests: setOf(table, guests.set),
		macs: setOf(table, guestMacs.set),
		anyMac: setOf(table, anyMac.set),
		ipv4: setOf(table, guestIpv4.set),
		anyIpv4: setOf(table, anyIpv4.set),
	};
};
const ipSetsOf = (family: "inet" | "bridge") => {
	const table = { family, name: TABLE } as const;
	return {
		...setsOf(family),
		unbound: setOf(table, unboundGuests.set),
		lladdrs: setOf(table, { name: guestLladdrs.set.name, type: LLADDR }),
		ipv6: setOf(table, { name: guestIpv6.set.name, type: IPV6 }),
		anyIpv6: setOf(table, anyIpv6.set),
		anyLinkLocal: setOf(table, anyLinkLocal.set),
		hostIpv6: setOf(table, { name: hostIpv6.set.name, type: IPV6 }),
	};
};
type ArpSets = ReturnType<typeof setsOf>;
type IpSets = ReturnType<typeof ipSetsOf>;

const INET = ipSetsOf("inet");
const BRIDGE = ipSetsOf("bridge");
const ARP = setsOf("arp");
/** On a bridge, too, there is what only this family sees. */
const INET_PORTS = setOf({ family: "inet", name: TABLE }, ports.set);

/** A set whose keys begin with the tap of a guest, each value of them a text. */
export type GuestSet = Pick<ElementSet<readonly ["ifname", "ifname"]>, "name" | "family"> & {
	add(elements: readonly GuestElement[]): Request;
	destroy(elements: readonly GuestElement[]): Request[];
	read(kernel: Kernel, key: readonly string[]): unknown;
	strays(
		kernel: Kernel,
		keys: readonly (readonly string[])[],
	): { readonly what: string; readonly key: readonly string[] | undefined }[];
};
export interface GuestElement {
	readonly key: readonly string[];
	readonly comment?: string | undefined;
}
/** What a guest has in one set. */
export interface InSet {
	readonly set: GuestSet;
	readonly elements: readonly GuestElement[];
}

/** All sets that guests are in. */
export const guardSets: readonly GuestSet[] = [
	...[INET, BRIDGE, ARP].flatMap((sets) => Object.values(sets)),
	INET_PORTS,
];

const isIpv6 = (address: string): boolean => address.includes(":");

/** Whether anything is given that the frames of a guest are held to. */
export const isBound = ({ mac, addresses }: Pick<GuestFacts, "mac" | "addresses">): boolean =>
	mac !== undefined || addresses.length > 0;

/** Whether ARP of a guest is looked at by a table of its own: on a bridge one table sees all frames. */
export const needsArp = (guest: Pick<GuestFacts, "mac" | "addresses" | "bridge">): boolean =>
	guest.bridge === undefined &&
	(guest.mac !== undefined || guest.addresses.some((address) => !isIpv6(address)));

/** Everything by which the frames of a guest are known, set by set. */
export function guardElements(guest: GuestFacts): InSet[] {
	const sets = guest.bridge === undefined ? INET : BRIDGE;
	const own = isBound(guest) ? boundElements(guest, sets) : [only(sets.unbound, guest)];
	return [
		...own,
		...(guest.bridge === undefined ? [] : [only(INET_PORTS, guest)]),
		...hostElements(guest, sets),
		...(needsArp(guest) ? arpElements(guest, ARP) : []),
	];
}

/** The tap alone. */
const only = (set: GuestSet, { tap, network }: GuestFacts): InSet => ({
	set,
	elements: [{ key: [tap], comment: network }],
});

const beside = (set: GuestSet, { tap, network }: GuestFacts, values: readonly string[]): InSet => ({
	set,
	elements: values.map((value) => ({ key: [tap, value], comment: network })),
});

/** The same, where nft shows numbers: what they mean stands beside. */
const inWords = (
	set: GuestSet,
	{ tap, network }: GuestFacts,
	values: readonly string[],
): InSet => ({
	set,
	elements: values.map((value) => ({ key: [tap, value], comment: `${network} ${value}` })),
});

const macElements = (guest: GuestFacts, sets: ArpSets): InSet =>
	guest.mac === undefined ? only(sets.anyMac, guest) : beside(sets.macs, guest, [guest.mac]);

/** Who is held strictly has no address of a family of which none is given. */
function ipv4Elements(guest: GuestFacts, sets: ArpSets): InSet[] {
	const given = guest.addresses.filter((address) => !isIpv6(address));
	if (given.length > 0) return [beside(sets.ipv4, guest, given)];
	return guest.level === "basic" ? [only(sets.anyIpv4, guest)] : [];
}

/** The same; but for a link-local address, without which there is no IPv6. */
function ipv6Elements(guest: GuestFacts, sets: IpSets): InSet[] {
	const given = guest.addresses.filter(isIpv6);
	if (guest.level === "basic")
		return given.length === 0
			? [only(sets.anyIpv6, guest)]
			: [inWords(sets.ipv6, guest, given), only(sets.anyLinkLocal, guest)];
	const { mac } = guest;
	const made = mac === undefined ? [] : [formatAddress(linkLocalOf(macBytes(mac)))];
	return [inWords(sets.ipv6, guest, [...new Set([...given, ...made])])];
}

const boundElements = (guest: GuestFacts, sets: IpSets): InSet[] => [
	only(sets.guests, guest),
	macElements(guest, sets),
	...(guest.mac === undefined ? [] : [inWords(sets.lladdrs, guest, [guest.mac])]),
	...ipv4Elements(guest, sets),
	...ipv6Elements(guest, sets),
];

const arpElements = (guest: GuestFacts, sets: ArpSets): InSet[] => [
	only(sets.guests, guest),
	macElements(guest, sets),
	...ipv4Elements(guest, sets),
];

/** What a guest that may have any link-local address must leave to the host. */
function hostElements(guest: GuestFacts, sets: IpSets): InSet[] {
	const hosts = (guest.hostIpv6 ?? []).filter((address) => !guest.addresses.includes(address));
	if (guest.level === "strict" || hosts.length === 0) return [];
	return [beside(sets.hostIpv6, guest, hosts)];
}
