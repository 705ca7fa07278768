import type { Resource } from "../engine/kind.js";
import { formatAddress, parseCidr } from "../inet/cidr.js";
import { linkLocalOf } from "../inet/link-local.js";
import { EGRESS_PRESETS } from "../spec/egress.js";
import { SpecError } from "../spec/error.js";
import type { Network, Tap } from "../spec/model.js";
import type { BridgeGuest } from "./bridge-guest.js";
import type { Bridged } from "./bridged.js";
import type { EgressLine } from "./egress-item.js";
import { type GuestPolicy, type Subject, USUAL } from "./guest-policy.js";
import { macBytes } from "./link.js";
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
	readonly policy: GuestPolicy;
	readonly egress: EgressLine;
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
		...saidOf(tap, network, isShared),
		...listedOf(tap, network, isShared),
	];
}

/** What is said of where guests may send, in a word. */
const egressOf = ({ egress }: Pick<Tap, "egress">): string | undefined =>
	egress?.[0] === undefined || PRESETS.has(egress[0]) ? egress?.[0] : "list";
const PRESETS: ReadonlySet<string> = new Set(EGRESS_PRESETS);

/** Of the host too, whoever reaches the internet alone reaches but what it does for guests, unless more is said. */
const usualHost = (egress: string): string => (egress === "internet" ? "services" : "open");

type Said = Readonly<Partial<Record<GuestPolicy["what"], string | undefined>>>;

function saidOfAll(network: Network): Said {
	const egress = egressOf(network) ?? "full";
	const inbound = network.inbound ?? (network.mode === "nat" ? "published" : "open");
	return { egress, host: network.host ?? usualHost(egress), inbound };
}

/** Where its tap says something of its own. */
function saidOfOne(tap: Tap, network: Network): Said {
	const egress = egressOf(tap);
	const isHostFree = egress !== undefined && network.host === undefined;
	return { egress, host: tap.host ?? (isHostFree ? usualHost(egress) : undefined) };
}

/** What is said of the network, once for all its guests; and of the guest, where its tap says something of its own. */
function saidOf(tap: Tap, network: Network, isShared: boolean): Resource[] {
	const [all, own] = [saidOfAll(network), saidOfOne(tap, network)];
	const onTap = `taps.${tap.name}`;
	const onNetwork = `networks.${network.name}`;
	const comment = network.name;
	const isHeld = (tap.guard ?? network.guard) === "strict";
	const say = (said: Said, of: Subject, path: string): Resource[] =>
		Object.entries(said).flatMap(([word, is]) => {
			if (is === undefined) return [];
			const what = word as GuestPolicy["what"];
			// What reaches a guest at an address that it has taken is answered there all the same.
			const isUnheld = !isHeld && "address" in of && what !== "inbound";
			const want = { what, is, of, comment, ...(isUnheld && { isUnheld: true as const }) };
			return [resource("policy", want, path)];
		});
	if (!isShared) {
		const group = groupOf(network.name);
		return [
			...say(all, { network: network.name, group }, onNetwork),
			...subjectsOf(tap, network).flatMap((of) => say(own, of, onTap)),
			...linkLocalsOf(tap, network).flatMap((of) => say({ host: own.host }, of, onTap)),
		];
	}
	// Of a bridge that others are on as well nothing can be said but of the guests whose addresses are known.
	const said: Record<string, string | undefined> = {};
	for (const [what, is] of Object.entries(all)) {
		const it = own[what as GuestPolicy["what"]] ?? is;
		if (it !== USUAL[what as GuestPolicy["what"]]) said[what] = it;
	}
	const subjects = subjectsOf(tap, network);
	// What is usual in mode nat is nobody's wish: whose address is not known is like any other machine there.
	const isWish = (what: string): boolean => what !== "inbound" || network.inbound !== undefined;
	const [unknown] = subjects.length > 0 ? [] : Object.keys(said).filter(isWish);
	if (unknown !== undefined)
		throw new SpecError([
			{
				path: `${onTap}.guest.addresses`,
				message: `are missing: ${network.bridge} is not ours alone, and ${unknown} goes by the guest's addresses there`,
				hint: `guest: { addresses: [...] }, or a bridge of our own that only guests are on`,
			},
		]);
	const nearby = said.host === undefined ? [] : linkLocalsOf(tap, network);
	return [
		...subjects.flatMap((of) => say(said, of, onTap)),
		...nearby.flatMap((of) => [
			resource("bridge-guest", { bridge: of.link, address: of.address, network: comment }, onTap),
			...say({ host: said.host }, of, onTap),
		]),
	];
}

/**
 * Networks reach each other by the link groups of their links, and a bridge of somebody else's has no group of ours. @throws
 * SpecError with each network that would reach another in vain
 */
export function checkReaches(
	places: ReadonlyMap<string, { readonly network: Network; readonly isForeign: boolean }>,
): void {
	const issues = [...places.values()].flatMap((place) =>
		place.network.reaches.flatMap((name, i) => {
			const foreign = [place, places.get(name)].find((one) => one?.isForeign)?.network;
			if (foreign === undefined) return [];
			return [
				{
					path: `networks.${place.network.name}.reaches[${i}]`,
					message: `cannot be had: ${foreign.bridge} is somebody else's, and what comes from there is not known as of network ${foreign.name}`,
					hint: `give ${foreign.name} a bridge of its own: one that is not there yet`,
				},
			];
		}),
	);
	if (issues.length > 0) throw new SpecError(issues);
}

/** What is listed as egress, line by line: of the network, and of a guest of its own. */
function listedOf(tap: Tap, network: Network, isShared: boolean): Resource[] {
	const onTap = `taps.${tap.name}.egress`;
	const onNetwork = `networks.${network.name}.egress`;
	const comment = network.name;
	const lines = (
		list: readonly string[] = [],
		subjects: readonly EgressLine["of"][],
		path: string,
	) =>
		list.flatMap((item, i) => {
			if (PRESETS.has(item)) return [];
			return subjects.map((of) => resource("egress", { of, item, comment }, `${path}[${i}]`));
		});
	const guests = tap.guest.addresses.map((one) => ({
		link: network.bridge ?? tap.name,
		address: formatAddress(parseCidr(one).address),
	}));
	const all = isShared ? guests : [{ network: network.name, group: groupOf(network.name) }];
	if (tap.egress !== undefined) return lines(tap.egress, guests, onTap);
	return lines(network.egress, all, onNetwork);
}

/** By what rules know the guest of a tap: its segment, or on a bridge its addresses. */
function subjectsOf({ name, guest }: Tap, { bridge }: Network): Subject[] {
	if (bridge === undefined) return [{ link: name }];
	return guest.addresses.map((one) => ({
		link: bridge,
		address: formatAddress(parseCidr(one).address),
	}));
}

/**
 * The address that the guest on a bridge makes of its MAC, if nobody listed it: by this it reaches the host, too, and nobody
 * beyond.
 */
function linkLocalsOf(
	{ guest: { mac, addresses } }: Tap,
	{ bridge }: Network,
): { readonly link: string; readonly address: string }[] {
	if (bridge === undefined || mac === undefined) return [];
	const address = formatAddress(linkLocalOf(macBytes(mac)));
	const isListed = addresses.some((one) => formatAddress(parseCidr(one).address) === address);
	return isListed ? [] : [{ link: bridge, address }];
}

function segmentOf(
	tap: Tap,
	{ name: network, bridge, mode }: Network,
	isShared: boolean,
): Resource[] {
	const onTap = `taps.${tap.name}`;
	if (bridge === undefined) return [resource("segment", { link: tap.name, network }, onTap)];
	const place = `networks.${network}.bridge`;
	// A bridge that only switches may get a port to a LAN with a later guest, beside those who are there.
	const guests = isShared || mode === "bridged" ? tap.guest.addresses : [];
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

/**
 * The networks whose guests it may reach: those that it names, and its own, unless these are kept from each other or reach
 * nothing beyond their segments.
 */
function reachesOf(network: Network): string[] {
	const { name, isolation, bridge, reaches } = network;
	const isAlone = isolation || (bridge === undefined && egressOf(network) === "none");
	return isAlone ? [...reaches] : [name, ...reaches];
}
