import type { WantedTap } from "../../src/engine/plan.js";
import { parkedTap, wantedTaps } from "../../src/kinds/index.js";
import type { Spec } from "../../src/spec/model.js";
import { checkSpec } from "../../src/spec/spec.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { bare, busyLan, lan, learned, older, withSysctl } from "./hosts.js";

/** What can be brought up: the taps of a spec, or those of a pool. */
export type Wanted = Spec | readonly WantedTap[];
export const tapsIn = (wanted: Wanted): readonly WantedTap[] =>
	"taps" in wanted ? wantedTaps(wanted) : wanted;
export const namesIn = (wanted: Wanted): string[] =>
	tapsIn(wanted).map(({ report }) => report.name);

/** A spec and the host on which it is brought up. */
export interface Scenario {
	readonly name: string;
	/** The state of the host before umlnet-nl. */
	readonly host: (kernel: FakeKernel) => void;
	readonly spec: Wanted;
	/** What is already up, brought up in this order. */
	readonly before?: readonly Wanted[];
	/** What others have changed in the meantime. */
	readonly meanwhile?: (kernel: FakeKernel) => void;
	/** Our tables of these families stay, although they are empty. */
	readonly keepsTables?: readonly ("inet" | "bridge")[];
}

type Fields = Readonly<Record<string, unknown>>;

/** A spec with taps of user 500, as one writes it in a file. */
const spec = (networks: Readonly<Record<string, Fields>>, taps: Readonly<Record<string, Fields>>) =>
	checkSpec({
		version: 1,
		networks,
		taps: Object.fromEntries(
			Object.entries(taps).map(([name, tap]) => [
				name,
				{ network: "lab", ...(tap.group === undefined && { owner: 500 }), ...tap },
			]),
		),
	});

const HOST = "192.168.33.33/24";
const hostOnly = { mode: "host-only", addresses: [HOST] };
const bridge = { ...hostOnly, bridge: "br0" };
const bridged = { mode: "bridged", bridge: "br0", uplink: "eth1" };
const masquerade = { mode: "nat", uplink: "eth1", addresses: [HOST] };
const snat = { ...masquerade, snatTo: "10.33.33.34" };
const routed = { mode: "routed", uplink: "eth1", addresses: ["192.168.33.33/32"] };
const bothFamilies = { ...masquerade, addresses: [HOST, "fd00::1/64"] };
const overBridge = { ...masquerade, bridge: "br0" };

const many = (count: number): Record<string, Fields> =>
	Object.fromEntries(
		Array.from({ length: count }, (_, i) => [
			`tap${i}`,
			{ guest: { addresses: [`192.168.33.${i + 40}/24`] } },
		]),
	);

/** Guests that nobody trusts, whose addresses are known. */
const strangers = {
	tap0: { guest: { addresses: ["192.168.33.34/24", "fd00::2/64"], mac: "52:54:00:12:34:56" } },
	tap1: {
		guard: "basic",
		guest: { addresses: ["192.168.33.35/24"] },
		egress: "none",
		host: "closed",
	},
};
const restricted = {
	guard: "strict",
	isolation: true,
	egress: ["9.9.9.0/24:53/udp", "2600::/30"],
	host: "services",
};

export const specs = {
	restricted: spec({ lab: { ...bothFamilies, bridge: "br0", ...restricted } }, strangers),
	restrictedOtherwise: spec(
		{ lab: { ...bothFamilies, bridge: "br0", egress: "internet", inbound: "open" } },
		{ tap0: { ...strangers.tap0, egress: ["192.0.2.7:443/tcp"] }, tap1: { guard: "none" } },
	),
	unrestricted: spec(
		{ lab: { ...bothFamilies, bridge: "br0", guard: "none" } },
		{ tap0: strangers.tap0, tap1: {} },
	),
	restrictedPort: spec(
		{ lab: { ...bridged, isolation: true } },
		{ tap0: { guest: { addresses: ["10.33.33.36/24"] } }, tap1: {} },
	),
	restrictedRouted: spec(
		{ lab: { ...routed, isolation: true, egress: "none", inbound: "published" } },
		{
			tap0: { guest: { addresses: ["10.0.0.5/32"] } },
			tap1: { guest: { addresses: ["10.0.0.6/32"] }, egress: "full" },
		},
	),
	reaching: spec(
		{
			lab: { ...snat, reaches: ["dmz"] },
			dmz: { ...hostOnly, bridge: "br1", addresses: ["192.168.44.1/24"], isolation: true },
		},
		{ tap0: {}, tap1: { network: "dmz" } },
	),
	reachingNot: spec(
		{
			lab: snat,
			dmz: { ...hostOnly, bridge: "br1", addresses: ["192.168.44.1/24"], reaches: ["lab"] },
		},
		{ tap0: {}, tap1: { network: "dmz" } },
	),
	hostOnly: spec({ lab: hostOnly }, { tap0: {} }),
	dressed: spec(
		{ lab: hostOnly },
		{ tap0: { mac: "02:00:00:00:00:01", mtu: 1400, group: 36, owner: 500 } },
	),
	adjusted: spec({ lab: hostOnly }, { tap0: { mac: "02:00:00:00:00:01", mtu: 1400 } }),
	withMac: spec({ lab: hostOnly }, { tap0: { mac: "02:00:00:00:00:01" } }),
	plain: spec({ lab: { mode: "host-only" } }, { tap0: { multiQueue: true, vnetHdr: true } }),
	groupOnly: spec({ lab: { ...hostOnly, mtu: 9000 } }, { tap0: { group: 36 } }),
	bridge: spec({ lab: bridge }, { tap0: {} }),
	otherBridge: spec({ dmz: { ...bridge, bridge: "br1" } }, { tap0: { network: "dmz" } }),
	bridgeOfThree: spec(
		{ lab: { ...bridge, mtu: 1400 } },
		{ tap0: {}, tap1: { mac: "02:00:00:00:00:01" }, tap2: {} },
	),
	published: spec(
		{ lab: { ...bothFamilies, limits: { connections: 500 } } },
		{
			tap0: {
				guest: { addresses: ["192.168.33.34/24", "fd00::2/64"] },
				publish: ["8080:80", "10.33.33.34:2222:22/tcp", "7000-7002:7000-7002/udp"],
				limits: { download: "100mbit", upload: "20mbit" },
			},
		},
	),
	publishedOtherwise: spec(
		{ lab: bothFamilies },
		{
			tap0: {
				guest: { addresses: ["192.168.33.34/24", "fd00::2/64"] },
				publish: ["8080:81", "53:53/udp"],
				limits: { download: "50mbit", connections: 5 },
			},
		},
	),
	publishedByPort: spec(
		{ lab: bridged },
		{
			tap0: {
				guest: { addresses: ["10.33.33.36/24"], mac: "52:54:00:12:34:56" },
				publish: ["8080:80"],
				limits: { upload: "20mbit", connections: 5 },
			},
			tap1: {},
		},
	),
	bridged: spec({ lab: bridged }, { tap0: {} }),
	bridgedTwo: spec({ lab: bridged }, { tap0: {}, tap1: {} }),
	bridgedWithAddress: spec({ lab: { ...bridged, addresses: [HOST] } }, { tap0: {} }),
	snat: spec({ lab: snat }, { tap0: { guest: { addresses: ["192.168.33.34/24"] } } }),
	masquerade: spec({ lab: masquerade }, { tap0: {} }),
	masqueradeBridge: spec({ lab: overBridge }, { tap0: {}, tap1: {} }),
	routed: spec(
		{ lab: routed },
		{
			tap0: { guest: { addresses: ["10.0.0.5/32"] } },
			tap1: { guest: { addresses: ["10.0.0.6/32"] } },
		},
	),
	routedOne: spec({ lab: routed }, { tap0: { guest: { addresses: ["10.0.0.5/32"] } } }),
	routedElsewhere: spec({ lab: routed }, { tap0: { guest: { addresses: ["10.0.0.7/32"] } } }),
	dualStack: spec(
		{ lab: { ...masquerade, addresses: ["192.168.33.33/32", "fd00::1/128"] } },
		{ tap0: { guest: { addresses: ["192.168.33.34/32", "fd01::5/128"] } } },
	),
	outside: spec(
		{ lab: { ...bothFamilies, snatTo: ["10.33.33.34", "2001:db8::34"] } },
		{ tap0: {} },
	),
	outsideOfIpv6: spec({ lab: { ...bothFamilies, snatTo: "2001:db8::35" } }, { tap0: {} }),
	untranslated: spec({ lab: { ...bothFamilies, ipv6: "routed" } }, { tap0: {} }),
	proxied: spec(
		{ lab: { ...routed, proxyNeighbours: true } },
		{
			tap0: { guest: { addresses: ["10.33.33.110/32", "2001:db8::110/128"] } },
			tap1: { guest: { addresses: ["10.33.33.111/32"] } },
		},
	),
	proxiedOne: spec(
		{ lab: { ...routed, proxyNeighbours: true } },
		{ tap0: { guest: { addresses: ["10.33.33.110/32", "2001:db8::110/128"] } } },
	),
	proxiedElsewhere: spec(
		{ lab: { ...routed, proxyNeighbours: true } },
		{ tap0: { guest: { addresses: ["10.33.33.112/32"] } } },
	),
	proxyArp: spec({ lab: { ...hostOnly, proxyArp: true } }, { tap0: {} }),
	natProxyArp: spec({ lab: { ...snat, proxyArp: true } }, { tap0: {} }),
	global: spec({ lab: { ...masquerade, forwarding: "global" } }, { tap0: {} }),
	twoNetworks: spec(
		{
			lab: snat,
			dmz: { ...hostOnly, bridge: "br1", addresses: ["192.168.44.1/24", "fd00:44::1/64"] },
		},
		{
			tap0: {},
			tap1: { addresses: ["192.168.35.1/24"] },
			tap2: { network: "dmz" },
			tap3: { network: "dmz" },
		},
	),
	firstNetwork: spec({ lab: snat }, { tap0: {}, tap1: { addresses: ["192.168.35.1/24"] } }),
	fortyTaps: spec({ lab: { ...overBridge, proxyArp: true } }, many(40)),
	otherAddress: spec({ lab: { ...hostOnly, addresses: [HOST, "192.168.34.1/24"] } }, { tap0: {} }),
	onlyOther: spec({ lab: { ...hostOnly, addresses: ["192.168.34.1/24"] } }, { tap0: {} }),
} as const;

/** Specs on a host with nothing of ours. */
/** What a spec needs on a kernel that forwards IPv6 on all interfaces or on none. */
const onOlder = (wanted: Spec): readonly WantedTap[] =>
	wantedTaps(wanted, {
		uplink: (name) => ({ name, mtu: undefined }),
		foreignMtu: () => undefined,
		forcesIpv6: () => false,
	});
const busyOlder = learned(older, "eth1", "virbr0");

export const starts: readonly Scenario[] = [
	{ name: "a host-only tap", host: bare, spec: specs.hostOnly },
	{ name: "a tap with MAC, MTU, owner and group", host: bare, spec: specs.dressed },
	{ name: "a multi-queue tap without any address", host: bare, spec: specs.plain },
	{ name: "a group's tap with its network's MTU", host: lan, spec: specs.groupOnly },
	{ name: "a host-only bridge", host: lan, spec: specs.bridge },
	{ name: "three taps on one bridge", host: lan, spec: specs.bridgeOfThree },
	{ name: "a bridge over an uplink", host: lan, spec: specs.bridged },
	{ name: "a bridge over a busy uplink", host: busyLan, spec: specs.bridgedTwo },
	{
		name: "a bridge over a busy uplink whose secondary addresses are promoted",
		host: withSysctl(busyLan, ["net/ipv4/conf/all/promote_secondaries", "1"]),
		spec: specs.bridgedWithAddress,
	},
	{ name: "source NAT to a chosen address", host: lan, spec: specs.snat },
	{ name: "masquerade behind a bridge", host: lan, spec: specs.masqueradeBridge },
	{ name: "published ports and limits", host: lan, spec: specs.published },
	{ name: "published ports of a port of a bridge", host: lan, spec: specs.publishedByPort },
	{ name: "guests on a bridge that nobody trusts", host: lan, spec: specs.restricted },
	{ name: "isolated guests beside a LAN", host: busyLan, spec: specs.restrictedPort },
	{
		name: "routed guests that reach nothing, but for one",
		host: lan,
		spec: specs.restrictedRouted,
	},
	{ name: "a network whose guests reach another", host: lan, spec: specs.reaching },
	{ name: "routed guests with host routes", host: lan, spec: specs.routed },
	{ name: "guests with IPv4 and IPv6", host: lan, spec: specs.dualStack },
	{ name: "an address outside of each family", host: lan, spec: specs.outside },
	{ name: "IPv6 untranslated beside IPv4 behind NAT", host: lan, spec: specs.untranslated },
	{ name: "IPv6 on an older kernel", host: busyOlder, spec: onOlder(specs.outside) },
	{
		name: "guests whose addresses the uplink answers for, on an older kernel",
		host: busyOlder,
		spec: onOlder(specs.proxied),
	},
	{ name: "guests whose addresses the uplink answers for", host: lan, spec: specs.proxied },
	{ name: "proxy ARP without forwarding", host: bare, spec: specs.proxyArp },
	{ name: "source NAT with proxy ARP", host: busyLan, spec: specs.natProxyArp },
	{ name: "forwarding of the whole host", host: lan, spec: specs.global },
	{
		name: "forwarding of the whole host, one interface having it already",
		host: withSysctl(lan, ["net/ipv4/conf/eth1/forwarding", "1"]),
		spec: specs.global,
	},
	{
		name: "forwarding of the whole host where it is on already",
		host: withSysctl(lan, ["net/ipv4/ip_forward", "1"]),
		spec: specs.global,
	},
	{ name: "two networks", host: lan, spec: specs.twoNetworks },
	{ name: "forty taps", host: lan, spec: specs.fortyTaps },
];

/** A tap of a pool without a guest. */
const parked = [parkedTap("tap0", { owner: 500, group: undefined, vnetHdr: false }, "1-1")];

/** Several specs of which only some taps go down. */
export interface Parting {
	readonly name: string;
	readonly host: Scenario["host"];
	readonly before: readonly Wanted[];
	readonly going: readonly string[];
	/** The taps that stay. */
	readonly spec: Wanted;
}

const natOf = (name: string, address: string, more: Fields = {}): Spec =>
	spec({ [name]: { ...masquerade, addresses: [address], ...more } }, { [name]: { network: name } });
const first = natOf("tap1", "192.168.1.1/24");
const second = natOf("tap2", "192.168.2.1/24");
const wide = { forwarding: "global" };

export const partings: readonly Parting[] = [
	{
		name: "one of two taps leaves a bridge over an uplink",
		host: busyLan,
		before: [specs.bridgedTwo],
		going: ["tap1"],
		spec: specs.bridged,
	},
	{
		name: "one of two taps leaves, and with it its source NAT",
		host: lan,
		before: [first, second],
		going: ["tap1"],
		spec: second,
	},
	{
		name: "the one for whom the whole host forwards leaves, the other came later",
		host: lan,
		before: [natOf("tap1", "192.168.1.1/24", wide), second],
		going: ["tap1"],
		spec: second,
	},
	{
		name: "the one for whom the whole host forwards leaves, the other came before",
		host: lan,
		before: [second, natOf("tap1", "192.168.1.1/24", wide)],
		going: ["tap1"],
		spec: second,
	},
	{
		name: "one of two for whom the whole host forwards leaves",
		host: lan,
		before: [natOf("tap1", "192.168.1.1/24", wide), natOf("tap2", "192.168.2.1/24", wide)],
		going: ["tap1"],
		spec: natOf("tap2", "192.168.2.1/24", wide),
	},
	{
		name: "a whole network leaves",
		host: lan,
		before: [specs.twoNetworks],
		going: ["tap2", "tap3"],
		spec: specs.firstNetwork,
	},
];

const change = (
	name: string,
	before: Wanted,
	spec: Wanted,
	host: Scenario["host"] = lan,
	meanwhile?: Scenario["meanwhile"],
): Scenario => ({ name, host, before: [before], spec, ...(meanwhile && { meanwhile }) });

/** A tap of a pool that has a guest is parked again. */
function parking(name: string, spec: Spec, host: Scenario["host"] = lan): Scenario {
	return { name, host, before: [parked, spec], spec: parked };
}

/** Specs on a host where another spec is up. */
export const changes: readonly Scenario[] = [
	change("a tap gets a MAC and another MTU", specs.hostOnly, specs.adjusted),
	change("a second address beside the first", specs.hostOnly, specs.otherAddress),
	change("another address in place of the first", specs.hostOnly, specs.onlyOther),
	change("a tap joins a bridge", specs.hostOnly, specs.bridge),
	change("a tap moves to another bridge", specs.bridge, specs.otherBridge),
	change("a tap leaves its bridge", specs.bridge, specs.hostOnly),
	change("two more taps on a bridge that gets an MTU", specs.bridge, specs.bridgeOfThree),
	change("a bridge gets an uplink", specs.bridge, specs.bridgedWithAddress, busyLan),
	change("a bridge loses its uplink", specs.bridgedWithAddress, specs.bridge, busyLan),
	change("from bridged to source NAT", specs.bridged, specs.snat, busyLan),
	change("from source NAT to bridged", specs.snat, specs.bridged, busyLan),
	change("guests are trusted no more", specs.unrestricted, specs.restricted),
	change("guests are trusted now", specs.restricted, specs.unrestricted),
	change("other restrictions", specs.restricted, specs.restrictedOtherwise),
	change("a network is reached no more, and reaches", specs.reaching, specs.reachingNot),
	change("other ports and limits", specs.published, specs.publishedOtherwise),
	change("ports and limits come", specs.masquerade, specs.published),
	change("ports and limits go", specs.published, specs.masquerade),
	change("from masquerade to a chosen address", specs.masquerade, specs.snat),
	change("from a chosen address to masquerade", specs.snat, specs.masquerade),
	change(
		"from one address of IPv6 to another, and IPv4 masqueraded",
		specs.outside,
		specs.outsideOfIpv6,
	),
	change("the uplink answers for guests", specs.routedOne, specs.proxiedOne),
	change("the uplink answers for another guest", specs.proxiedOne, specs.proxiedElsewhere),
	change("the uplink answers for nobody any more", specs.proxiedOne, specs.routedOne),
	change("IPv6 is translated no more", specs.outside, specs.untranslated),
	change("IPv6 is translated now", specs.untranslated, specs.outsideOfIpv6),
	change("from host-only to routed", specs.hostOnly, specs.routed),
	change("a guest moves to another address", specs.routedOne, specs.routedElsewhere),
	change("forwarding of the whole host comes", specs.masquerade, specs.global),
	change("forwarding of the whole host goes", specs.global, specs.masquerade),
	change("proxy ARP comes", specs.snat, specs.natProxyArp),
	change("proxy ARP goes", specs.natProxyArp, specs.snat),
	change("a tap loses its MTU", specs.adjusted, specs.withMac),
	change("a parked tap is taken into service", parked, specs.natProxyArp),
	{ ...parking("a tap is parked", specs.natProxyArp), keepsTables: ["inet"] },
	{ ...parking("a tap with MAC and MTU is parked", specs.adjusted), keepsTables: ["inet"] },
	{
		...parking("a port of a bridge over an uplink is parked", specs.bridgedWithAddress, busyLan),
		keepsTables: ["inet", "bridge"],
	},
];
