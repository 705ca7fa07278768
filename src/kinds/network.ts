import type { Resource } from "../engine/kind.js";
import type { WantedTap } from "../engine/plan.js";
import { cidrOf, contains, type Family, parseCidr } from "../inet/cidr.js";
import { isLinkLocal, LINK_LOCAL_GATEWAY } from "../inet/link-local.js";
import type { Complete, Loose } from "../spec/field.js";
import { MAX_TAP_MTU, tapSettings } from "../spec/fields.js";
import type { Network, Spec, Tap, TapSettings } from "../spec/model.js";
import { IPV6_MIN_MTU } from "../spec/segments.js";
import type { Address } from "./address.js";
import type { Bridge } from "./bridge.js";
import type { Forwarding } from "./forwarding.js";
import { guardedBy, tableFor } from "./guarded.js";
import type { Ipv6Forwarding } from "./ipv6-forwarding.js";
import { needsIpv6, withRouter } from "./ipv6-router.js";
import { limitsOf } from "./limited.js";
import { DEFAULT_MTU } from "./link.js";
import { TABLE } from "./mark.js";
import type { Nat } from "./nat.js";
import { groupOf } from "./network-group.js";
import type { WayOut } from "./note.js";
import type { Option } from "./option.js";
import { checkReaches, policyOf } from "./policy.js";
import { forwardingKey, type Port, uplinkKey } from "./port.js";
import { proxiesOf, proxyingOf } from "./proxied.js";
import { publishedFamilies, publishOf } from "./published.js";
import type { Route } from "./route.js";
import type { Table } from "./table.js";
import type { Tap as TapWant } from "./tap.js";
import type { Uplink } from "./uplink.js";

interface Wants {
	readonly tap: TapWant;
	readonly bridge: Bridge;
	readonly port: Port;
	readonly address: Address;
	readonly route: Route;
	readonly forwarding: Forwarding;
	readonly "ipv6-forwarding": Ipv6Forwarding;
	readonly uplink: Uplink;
	readonly option: Option;
	readonly table: Table;
	readonly nat: Nat;
}

const resource = <K extends keyof Wants>(kind: K, want: Wants[K], path: string): Resource => ({
	kind,
	want,
	path,
});

/** A link of the host by its own name. */
export interface NamedLink {
	readonly name: string;
	readonly mtu: number | undefined;
}

/** What the host says about the links that a spec names. */
export interface HostLinks {
	/**
	 * A link by any of its names: an uplink may be given by an alternative name (`ip link property`), while our rules and
	 * keys use its own. If there is no such link, the name is returned as it is.
	 */
	uplink(link: string): NamedLink;
	/** The MTU of a bridge that somebody else made; undefined if there is none. */
	foreignMtu(bridge: string): number | undefined;
	/** Whether the kernel can switch on forwarding of IPv6 for one interface (from Linux 6.17 on). */
	forcesIpv6(): boolean;
}
const NO_LINKS: HostLinks = {
	uplink: (name) => ({ name, mtu: undefined }),
	foreignMtu: () => undefined,
	forcesIpv6: () => true,
};

/** A network together with what the host says about its links. */
interface Placed {
	readonly network: Network;
	/** The families in which the host routes to published ports of guests that it otherwise only bridges. */
	readonly bridgedTo: ReadonlySet<Family>;
	/** The MTU of the link through which packets leave it. */
	readonly mtu: number | undefined;
	/** Whether its bridge belongs to somebody else and stays as it is. */
	readonly isForeign: boolean;
	/** Whether others are on its bridge as well: its owner, or the machines on a link that becomes a port of it. */
	readonly isShared: boolean;
}

/** Every tap of a spec with all the objects that it needs. */
export function wantedTaps(spec: Spec, links: HostLinks = NO_LINKS): WantedTap[] {
	const networks = new Map(
		Object.entries(spec.networks).map(([name, network]) => [name, placed(network, spec, links)]),
	);
	checkReaches(networks);
	return Object.values(spec.taps).map((tap) => {
		const place = networks.get(tap.network) as Placed;
		const { network } = place;
		const mtu = network.mtu ?? usualMtu(tap, network, place.mtu);
		const wanted = resourcesOf(tap, { ...place, mtu });
		const resources = needsIpv6(wanted) && !links.forcesIpv6() ? withRouter(wanted) : wanted;
		return { report: report(tap, network, mtu), resources, network: spec.networks[tap.network] };
	});
}

const NO_FAMILIES: ReadonlySet<Family> = new Set();

/** A bridge of somebody else stays as it is, and its MTU follows the smallest of its ports. */
function placed(network: Network, spec: Spec, links: HostLinks): Placed {
	const bridgedTo = network.mode === "bridged" ? publishedFamilies(network, spec) : NO_FAMILIES;
	const link = network.uplink === undefined ? undefined : links.uplink(network.uplink);
	const foreign = network.bridge === undefined ? undefined : links.foreignMtu(network.bridge);
	const isForeign = foreign !== undefined;
	const mtu = foreign ?? link?.mtu;
	const isShared = isForeign || (network.mode === "bridged" && link !== undefined);
	const found = { bridgedTo, mtu, isForeign, isShared };
	if (link === undefined || link.name === network.uplink) return { network, ...found };
	return { network: { ...network, uplink: link.name }, ...found };
}

const isIpv6 = (address: string): boolean => address.includes(":");
const isWideIpv6 = (cidr: string): boolean => isIpv6(cidr) && !isLinkLocal(parseCidr(cidr).address);

/** Every segment is a link of its own, so this address may be on all of them. */
const GATEWAY = `${LINK_LOCAL_GATEWAY}/64`;

/**
 * The default MTU of a tap: that of the link through which its packets leave, because a router or a bridge on the way
 * would drop or fragment larger ones. Undefined if a new tap has it anyway. With IPv6 it is at least the minimum,
 * because the kernel would otherwise remove IPv6 from the tap.
 */
function usualMtu(tap: Tap, network: Network, mtu: number | undefined): number | undefined {
	if (mtu === undefined || mtu === DEFAULT_MTU) return undefined;
	const addresses = [...network.addresses, ...tap.addresses, ...tap.guest.addresses];
	const least = addresses.some(isIpv6) ? IPV6_MIN_MTU : 0;
	return Math.min(MAX_TAP_MTU, Math.max(least, mtu));
}

/** Whether a link is known as an uplink by this name, which is then the link's own name. */
export const isKnownUplink = (entries: ReadonlyMap<string, unknown>, link: string): boolean =>
	entries.has(forwardingKey(link)) || entries.has(uplinkKey(link));

const SETTINGS = Object.keys(tapSettings) as readonly (keyof TapSettings)[];

/**
 * An object with the settings of a tap, or else those of all taps of its network. They are added to the given object,
 * because V8 is several times slower with a spread in the middle of a literal.
 */
function withSettings<T extends object>(
	object: T,
	said: Loose<TapSettings>,
	mtu?: number,
): T & Complete<TapSettings> {
	const settings: { -readonly [K in keyof TapSettings]?: unknown } = object;
	for (const name of SETTINGS) settings[name] = said[name];
	settings.mtu ??= mtu;
	return object as T & Complete<TapSettings>;
}

const report = (tap: Tap, network: Network, mtu: number | undefined): WantedTap["report"] =>
	withSettings(
		{
			name: tap.name,
			network: network.name,
			mode: network.mode,
			bridge: network.bridge,
			uplink: network.uplink,
			addresses: network.bridge === undefined ? tap.addresses : network.addresses,
			guest: tap.guest,
			guard: tap.guard ?? network.guard,
			isolation: network.isolation,
			publish: tap.publish.length > 0 ? tap.publish : undefined,
			limits: tap.limits,
		},
		tap,
		mtu,
	);

function resourcesOf(
	tap: Tap,
	{ network, mtu, isForeign, isShared, bridgedTo }: Placed,
): Resource[] {
	const segment = network.bridge ?? tap.name;
	const withIpv6 = isIpv6Forwarded(tap, network);
	const onTap = `taps.${tap.name}`;
	const onNetwork = `networks.${network.name}`;
	const addresses = network.bridge === undefined ? tap.addresses : network.addresses;
	const addressPath = network.bridge === undefined ? onTap : onNetwork;
	// The addresses of a bridge that belongs to somebody else are up to its owner.
	const hasGateway = withIpv6 && !isForeign;
	return [
		// This comes first, because the notes on the links that follow depend on the earlier state of the uplink.
		...wayOutSwitch(network, onNetwork, withIpv6),
		...proxyingOf(tap, network),
		...bridgeOf(network, onNetwork),
		resource("tap", tapWant(tap, network, mtu), onTap),
		...(network.bridge === undefined
			? []
			: [resource("port", portOf(tap, network.bridge, network), onTap)]),
		...forwardingOf(segment, network, onNetwork, {
			ipv4: isForwarded(network) || bridgedTo.has(4),
			ipv6: withIpv6 || bridgedTo.has(6),
		}),
		...addresses.map((address) =>
			resource("address", { link: segment, address }, `${addressPath}.addresses`),
		),
		...(hasGateway ? [resource("address", { link: segment, address: GATEWAY }, onNetwork)] : []),
		...guestRoutes(tap, segment, addresses, hasGateway).map((to) =>
			resource("route", { to, dev: segment }, `${onTap}.guest.addresses`),
		),
		resource("table", { name: TABLE }, onNetwork),
		...proxiesOf(tap, network),
		...natOf(tap, segment, network, onNetwork, withIpv6),
		...policyOf(tap, network, isShared),
		...limitsOf(tap, network, mtu),
		...publishOf(tap, segment, network),
		...guardedBy(tap, network, hasGateway),
	];
}

const portOf = ({ name }: Tap, bridge: string, { isolation }: Network): Port =>
	isolation ? { link: name, bridge, isolated: true } : { link: name, bridge };

function tapWant(tap: Tap, network: Network, mtu: number | undefined): TapWant {
	const isSegment = network.bridge === undefined;
	const wayOut = isSegment ? wayOutOf(network, isIpv6Forwarded(tap, network)) : undefined;
	const linkGroup = isSegment ? groupOf(network.name) : undefined;
	const named = { name: tap.name, network: network.name, parked: false, wayOut, linkGroup };
	return withSettings(named, tap, mtu);
}

/** What routed and NATed networks switch on in addition to what belongs to their segment. */
function wayOutOf(network: Network, withIpv6: boolean): WayOut | undefined {
	const { uplink, forwarding } = network;
	const routedBy = isForwarded(network) ? uplink : undefined;
	const isIpv6 = routedBy !== undefined && withIpv6 ? true : undefined;
	const isGlobal = forwarding === "global" ? true : undefined;
	if (routedBy === undefined && isGlobal === undefined) return undefined;
	const isProxied = network.proxyNeighbours ? true : undefined;
	return { routedBy, isIpv6, isGlobal, isProxied };
}

/** Who may open the taps of a pool. This is fixed when a tap is made, so a guest takes one from a pool that matches. */
export type PoolAccess = Pick<Complete<TapSettings>, "owner" | "group" | "vnetHdr">;

/**
 * A parked tap for the next guest. The table is kept with it, because deleting and creating that around every wave of
 * guests would cost a grace period.
 */
export function parkedTap(
	name: string,
	{ owner, group, vnetHdr }: PoolAccess,
	pool: string,
): WantedTap {
	const said = { owner, group, multiQueue: false, vnetHdr };
	const blank = { name, network: "parked", parked: true, wayOut: undefined, linkGroup: undefined };
	const want = withSettings(blank, said);
	return {
		report: withSettings(
			{
				name,
				network: "parked",
				mode: "parked",
				addresses: [],
				guest: { addresses: [] },
				pool,
			},
			said,
		),
		resources: [
			resource("tap", want, "pool"),
			...(["inet", "bridge", "arp"] as const).map((family) => ({
				...tableFor(family, "pool"),
				ifPresent: true as const,
			})),
		],
	};
}

function bridgeOf(of: Network, path: string): Resource[] {
	const { name: network, bridge, uplink, mtu, mode } = of;
	if (bridge === undefined) return [];
	const member = mode === "bridged" ? uplink : undefined;
	const wayOut = wayOutOf(of, isIpv6Forwarded(undefined, of));
	const linkGroup = groupOf(network);
	const want = { name: bridge, network, mtu, uplink: member, wayOut, linkGroup };
	return [
		resource("bridge", want, `${path}.bridge`),
		...(member === undefined
			? []
			: [resource("uplink", { link: member, bridge }, `${path}.uplink`)]),
	];
}

/** Whether packets are forwarded. In routed and NATed networks they are, between the segment and the uplink only. */
const isForwarded = ({ mode }: Network): boolean => mode === "nat" || mode === "routed";

/**
 * The known addresses on a segment. All ports of a bridge must agree, so the addresses of the bridge count there; the
 * guest's count only if the bridge has none.
 */
function addressesOn(tap: Tap | undefined, network: Network): readonly string[] {
	if (network.bridge !== undefined && network.addresses.length > 0) return network.addresses;
	return tap === undefined ? [] : [...tap.addresses, ...tap.guest.addresses];
}

/**
 * Whether IPv6 is forwarded as well: if the segment has IPv6 addresses that are valid beyond the link, or the network
 * says how IPv6 leaves.
 */
function isIpv6Forwarded(tap: Tap | undefined, network: Network): boolean {
	if (!isForwarded(network)) return false;
	if (network.ipv6 !== undefined || network.snatTo.some(isIpv6)) return true;
	return addressesOn(tap, network).some(isWideIpv6);
}

/** Whether a segment may have IPv4: if none of its addresses are known, DHCP may give some. */
const hasIpv4 = (tap: Tap, network: Network): boolean => {
	const known = [...addressesOn(tap, network), ...network.snatTo];
	return known.length === 0 || !known.every(isIpv6);
};

function wayOutSwitch(network: Network, path: string, withIpv6: boolean): Resource[] {
	const { uplink: link } = network;
	if (!isForwarded(network) || link === undefined) return [];
	const place = `${path}.uplink`;
	const ipv4 = resource("forwarding", { link, forwarding: 1, proxyArp: undefined }, place);
	return withIpv6 ? [ipv4, resource("ipv6-forwarding", { link }, place)] : [ipv4];
}

function forwardingOf(
	segment: string,
	network: Network,
	path: string,
	{ ipv4: forwarded, ipv6 }: { readonly ipv4: boolean; readonly ipv6: boolean },
): Resource[] {
	const { proxyArp } = network;
	const on = forwarded ? 1 : undefined;
	const resources: Resource[] = [];
	if (forwarded || proxyArp)
		resources.push(
			resource(
				"forwarding",
				{ link: segment, forwarding: on, proxyArp: proxyArp ? 1 : undefined },
				path,
			),
		);
	if (ipv6) resources.push(resource("ipv6-forwarding", { link: segment }, path));
	if (network.forwarding === "global")
		resources.push(
			resource("option", { path: "net/ipv4/ip_forward", value: "1" }, `${path}.forwarding`),
		);
	return resources;
}

/**
 * Guests outside the host's subnets get a route of their own. For IPv6 they also do if the host has no other address
 * than that of the gateway.
 */
function guestRoutes(
	tap: Tap,
	segment: string,
	addresses: readonly string[],
	hasGateway: boolean,
): string[] {
	const subnets = addresses.map(parseCidr);
	if (segment !== tap.name && subnets.length === 0 && !hasGateway) return [];
	return tap.guest.addresses
		.map(parseCidr)
		.filter(({ family }) => subnets.length > 0 || (hasGateway && family === 6))
		.filter(({ address }) => !isLinkLocal(address))
		.filter((guest) => !subnets.some((subnet) => contains(subnet, guest.address)))
		.map(({ address }) => cidrOf(address, 8 * address.length).text);
}

/** An element for each family: a family with a source address of its own is mapped to it, the other is masqueraded. */
function natOf(
	tap: Tap,
	segment: string,
	network: Network,
	path: string,
	withIpv6: boolean,
): Resource[] {
	const { mode, uplink, snatTo, name, ipv6 } = network;
	if (mode !== "nat" || uplink === undefined) return [];
	const nat = (family: true | undefined): Resource => {
		const outside = snatTo.find((address) => isIpv6(address) === (family ?? false));
		const want = { segment, uplink, snatTo: outside, network: name, isIpv6: family };
		return resource("nat", want, path);
	};
	const resources: Resource[] = [];
	if (hasIpv4(tap, network)) resources.push(nat(undefined));
	if (withIpv6 && ipv6 !== "routed") resources.push(nat(true));
	return resources;
}
