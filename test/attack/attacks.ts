import type { Attack, Scene } from "./attack.js";
import {
	ALL_NODES,
	ALL_ROUTERS,
	ARP,
	advertisement,
	arp,
	BROADCAST,
	be16,
	bytes,
	DESTINATION,
	dhcpRequest,
	ether,
	extension,
	FRAGMENT,
	fragmentHeader,
	HOP_BY_HOP,
	ICMP,
	ICMPV6,
	IPV4,
	IPV6,
	icmp,
	icmpv6,
	ip,
	ipv4,
	ipv6,
	lladdr,
	solicitation,
	solicitedNode,
	TCP,
	tagged,
	tcp,
	UDP,
	udp,
	zeroes,
} from "./frames.js";

const OTHER_MAC = "02:00:00:00:00:99";
const OTHER_IPV4 = "10.7.0.77";
const OTHER_IPV6 = "fd07::77";
const OTHER_LINK_LOCAL = "fe80::77";

const toHost = ({ guest, host }: Scene) => ({ from: guest.mac, to: host.mac });
const toAll = ({ guest }: Scene) => ({ from: guest.mac, to: BROADCAST });
const toNodes = ({ guest }: Scene) => ({ from: guest.mac, to: ALL_NODES.mac });
const PORTS = { sport: 40_000, dport: 7 };

/** A UDP packet to the world from an address. */
const from4 = (scene: Scene, from: string, link = toHost(scene)) => {
	const ends = { from, to: scene.world.ipv4 };
	return ether(link, IPV4, ipv4({ ...ends, protocol: UDP }, udp(ends, PORTS)));
};
const from6 = (scene: Scene, from: string, link = toHost(scene)) => {
	const ends = { from, to: scene.world.ipv6 };
	return ether(link, IPV6, ipv6({ ...ends, next: UDP, hops: 64 }, udp(ends, PORTS)));
};
const toAll4 = (scene: Scene, ports: typeof PORTS, from: string, payload = zeroes(8)) => {
	const ends = { from, to: "255.255.255.255" };
	return ether(toAll(scene), IPV4, ipv4({ ...ends, protocol: UDP }, udp(ends, ports, payload)));
};
/** ICMPv6 to all nodes from an address. */
const nd = (scene: Scene, from: string, type: number, rest: Uint8Array, to = ALL_NODES) => {
	const ends = { from, to: to.ip };
	const link = { from: scene.guest.mac, to: to.mac };
	return ether(link, IPV6, ipv6({ ...ends, next: ICMPV6 }, icmpv6(ends, type, rest)));
};
const arpOf = (
	scene: Scene,
	sender: string,
	senderMac: string,
	operation = 2,
	target = scene.host.ipv4,
) =>
	ether(
		toAll(scene),
		ARP,
		arp({ operation, senderMac, sender, target, targetMac: scene.host.mac }),
	);

/** A router advertisement that nobody asked for. */
const RA = bytes([64, 0], be16(1800), zeroes(8));
const RS = zeroes(4);
/** ICMPv6 behind something. */
const behind = (scene: Scene, next: number, header: Uint8Array, type: number, rest: Uint8Array) => {
	const ends = { from: scene.guest.linkLocal, to: ALL_NODES.ip };
	return ether(
		toNodes(scene),
		IPV6,
		ipv6({ ...ends, next }, bytes(header, icmpv6(ends, type, rest))),
	);
};

const MACS: readonly Attack[] = [
	{
		name: "UDP from another MAC",
		family: "IPv4",
		reason: "mac",
		frames: (scene) => [from4(scene, scene.guest.ipv4, { from: OTHER_MAC, to: scene.host.mac })],
	},
	{
		name: "UDP from the host's MAC",
		family: "IPv4",
		reason: "mac",
		frames: (scene) => [from4(scene, scene.guest.ipv4, { from: scene.host.mac, to: BROADCAST })],
	},
	{
		name: "UDP from the sibling's MAC",
		family: "IPv4",
		reason: "mac",
		frames: (scene) => [
			from4(scene, scene.guest.ipv4, { from: scene.sibling.mac, to: scene.host.mac }),
		],
	},
	{
		name: "UDP from another MAC",
		family: "IPv6",
		reason: "mac",
		frames: (scene) => [from6(scene, scene.guest.ipv6, { from: OTHER_MAC, to: scene.host.mac })],
	},
	{
		name: "ARP in a frame from another MAC",
		family: "IPv4",
		reason: "mac",
		frames: (scene) => [
			ether(
				{ from: OTHER_MAC, to: BROADCAST },
				ARP,
				arp({
					operation: 1,
					senderMac: scene.guest.mac,
					sender: scene.guest.ipv4,
					target: scene.host.ipv4,
				}),
			),
		],
	},
	{
		name: "ARP that says another MAC has the guest's address",
		family: "IPv4",
		reason: "mac",
		frames: (scene) => [arpOf(scene, scene.guest.ipv4, OTHER_MAC)],
	},
	{
		name: "ARP probe for another MAC",
		family: "IPv4",
		reason: "mac",
		frames: (scene) => [arpOf(scene, "0.0.0.0", OTHER_MAC, 1)],
	},
	{
		name: "DHCP request for another MAC",
		family: "IPv4",
		reason: "mac",
		frames: (scene) => [toAll4(scene, { sport: 68, dport: 67 }, "0.0.0.0", dhcpRequest(OTHER_MAC))],
	},
	{
		name: "DHCP request whose MAC is in another fragment",
		family: "IPv4",
		reason: ["mac", "address"],
		frames: (scene) => {
			const ends = { from: "0.0.0.0", to: "255.255.255.255" };
			const whole = udp(ends, { sport: 68, dport: 67 }, dhcpRequest(OTHER_MAC));
			const part = (offset: number, more: boolean, data: Uint8Array) =>
				ether(toAll(scene), IPV4, ipv4({ ...ends, protocol: UDP, offset, more }, data));
			// Of the second it is dropped that it comes from nobody.
			return [part(0, true, whole.subarray(0, 16)), part(2, false, whole.subarray(16))];
		},
	},
	{
		name: "neighbour solicitation that says another MAC has the guest's address",
		family: "IPv6",
		reason: "mac",
		frames: (scene) => [
			nd(
				scene,
				scene.guest.ipv6,
				135,
				solicitation(scene.host.ipv6, lladdr(1, OTHER_MAC)),
				solicitedNode(scene.host.ipv6),
			),
		],
	},
	{
		name: "neighbour advertisement that says another MAC has the guest's address",
		family: "IPv6",
		reason: "mac",
		frames: (scene) => [
			nd(scene, scene.guest.ipv6, 136, advertisement(scene.guest.ipv6, lladdr(2, OTHER_MAC))),
		],
	},
	{
		name: "neighbour advertisement with a MAC of its own and another",
		family: "IPv6",
		reason: "mac",
		frames: (scene) => [
			nd(
				scene,
				scene.guest.ipv6,
				136,
				advertisement(scene.guest.ipv6, lladdr(1, scene.guest.mac), lladdr(2, OTHER_MAC)),
			),
		],
	},
	{
		name: "router solicitation that says another MAC has the guest's address",
		family: "IPv6",
		reason: "mac",
		frames: (scene) => [
			nd(scene, scene.guest.linkLocal, 133, bytes(RS, lladdr(1, OTHER_MAC)), ALL_ROUTERS),
		],
	},
];

const ADDRESSES: readonly Attack[] = [
	...(
		[
			["nobody's address", () => OTHER_IPV4],
			["the sibling's address", ({ sibling }: Scene) => sibling.ipv4],
			["the host's address", ({ host }: Scene) => host.ipv4],
			["the world's address", ({ world }: Scene) => world.ipv4],
			["a link-local address", () => "169.254.7.7"],
			["no address", () => "0.0.0.0"],
			["loopback", () => "127.0.0.1"],
		] as const
	).map(
		([whose, address]): Attack => ({
			name: `UDP from ${whose}`,
			family: "IPv4",
			reason: "address",
			frames: (scene) => [from4(scene, address(scene))],
		}),
	),
	...(
		[
			["nobody's address", () => OTHER_IPV6],
			["the sibling's address", ({ sibling }: Scene) => sibling.ipv6],
			["the host's address", ({ host }: Scene) => host.ipv6],
			["the host's link-local address", ({ host }: Scene) => host.linkLocal],
			["the world's address", ({ world }: Scene) => world.ipv6],
			["no address", () => "::"],
			["an IPv4 address", () => "::ffff:10.7.0.2"],
		] as const
	).map(
		([whose, address]): Attack => ({
			name: `UDP from ${whose}`,
			family: "IPv6",
			reason: "address",
			frames: (scene) => [from6(scene, address(scene))],
		}),
	),
	{
		name: "TCP from the sibling's address",
		family: "IPv4",
		reason: "address",
		frames: (scene) => {
			const ends = { from: scene.sibling.ipv4, to: scene.world.ipv4 };
			return [ether(toHost(scene), IPV4, ipv4({ ...ends, protocol: TCP }, tcp(ends, PORTS)))];
		},
	},
	{
		name: "fragments from the sibling's address",
		family: "IPv4",
		reason: "address",
		frames: (scene) => {
			const ends = { from: scene.sibling.ipv4, to: scene.world.ipv4 };
			const whole = udp(ends, PORTS, zeroes(24));
			const part = (offset: number, more: boolean, data: Uint8Array) =>
				ether(toHost(scene), IPV4, ipv4({ ...ends, protocol: UDP, offset, more }, data));
			return [part(0, true, whole.subarray(0, 16)), part(2, false, whole.subarray(16))];
		},
	},
	{
		name: "fragments from the sibling's address",
		family: "IPv6",
		reason: "address",
		frames: (scene) => {
			const ends = { from: scene.sibling.ipv6, to: scene.world.ipv6 };
			const whole = udp(ends, PORTS, zeroes(24));
			const part = (offset: number, more: boolean, data: Uint8Array) =>
				ether(
					toHost(scene),
					IPV6,
					ipv6({ ...ends, next: FRAGMENT }, bytes(fragmentHeader(UDP, offset, more), data)),
				);
			return [part(0, true, whole.subarray(0, 16)), part(2, false, whole.subarray(16))];
		},
	},
	...(
		[
			["reply", 2],
			["request", 1],
		] as const
	).flatMap(([word, operation]): Attack[] => [
		{
			name: `ARP ${word} that says the guest has the host's address`,
			family: "IPv4",
			reason: "address",
			frames: (scene) => [arpOf(scene, scene.host.ipv4, scene.guest.mac, operation)],
		},
		{
			name: `ARP ${word} that says the guest has the sibling's address`,
			family: "IPv4",
			reason: "address",
			frames: (scene) => [arpOf(scene, scene.sibling.ipv4, scene.guest.mac, operation)],
		},
	]),
	{
		name: "gratuitous ARP for the host's address",
		family: "IPv4",
		reason: "address",
		frames: (scene) => [
			arpOf(scene, scene.host.ipv4, scene.guest.mac, 1, scene.host.ipv4),
			arpOf(scene, scene.host.ipv4, scene.guest.mac, 2, scene.host.ipv4),
		],
	},
	{
		name: "ARP reply from no address",
		family: "IPv4",
		reason: "address",
		frames: (scene) => [arpOf(scene, "0.0.0.0", scene.guest.mac, 2)],
	},
	...(
		[
			["the sibling's address", ({ sibling }: Scene) => sibling.ipv6],
			["the host's address", ({ host }: Scene) => host.ipv6],
			["nobody's address", () => OTHER_IPV6],
		] as const
	).map(
		([whose, address]): Attack => ({
			name: `neighbour advertisement of ${whose}`,
			family: "IPv6",
			reason: "address",
			frames: (scene) => [
				nd(scene, scene.guest.ipv6, 136, advertisement(address(scene), lladdr(2, scene.guest.mac))),
			],
		}),
	),
	{
		name: "neighbour advertisement of the host's link-local address",
		family: "IPv6",
		reason: "address",
		modes: ["bridged"],
		frames: (scene) => [
			nd(
				scene,
				scene.guest.linkLocal,
				136,
				advertisement(scene.host.linkLocal, lladdr(2, scene.guest.mac)),
			),
		],
	},
	{
		name: "neighbour advertisement of fe80::1",
		family: "IPv6",
		reason: "address",
		modes: ["routed", "NATed"],
		frames: (scene) => [
			nd(scene, scene.guest.linkLocal, 136, advertisement("fe80::1", lladdr(2, scene.guest.mac))),
		],
	},
	{
		name: "duplicate address detection of the sibling's address",
		family: "IPv6",
		reason: "address",
		frames: (scene) => [
			nd(scene, "::", 135, solicitation(scene.sibling.ipv6), solicitedNode(scene.sibling.ipv6)),
		],
	},
	{
		name: "duplicate address detection of the host's address",
		family: "IPv6",
		reason: "address",
		frames: (scene) => [
			nd(scene, "::", 135, solicitation(scene.host.ipv6), solicitedNode(scene.host.ipv6)),
		],
	},
	{
		name: "echo request from no address",
		family: "IPv6",
		reason: "address",
		frames: (scene) => [nd(scene, "::", 128, zeroes(4))],
	},
];

const PROTOCOLS: readonly Attack[] = [
	...(
		[
			["a VLAN tag", 5],
			["a priority tag", 0],
		] as const
	).flatMap(([what, vid]): Attack[] => [
		{
			name: `IPv4 behind ${what}`,
			family: "IPv4",
			reason: "protocol",
			always: true,
			modes: ["bridged"],
			frames: (scene) => {
				const ends = { from: scene.guest.ipv4, to: scene.world.ipv4 };
				const packet = ipv4({ ...ends, protocol: UDP }, udp(ends, PORTS));
				return [tagged(toHost(scene), vid, IPV4, packet)];
			},
		},
		{
			name: `IPv6 behind ${what}`,
			family: "IPv6",
			reason: "protocol",
			always: true,
			modes: ["bridged"],
			frames: (scene) => {
				const ends = { from: scene.guest.ipv6, to: scene.world.ipv6 };
				const packet = ipv6({ ...ends, next: UDP }, udp(ends, PORTS));
				return [tagged(toHost(scene), vid, IPV6, packet)];
			},
		},
	]),
	{
		name: "IPv4 from the sibling's address behind a priority tag",
		family: "IPv4",
		reason: "address",
		modes: ["routed", "NATed"],
		frames: (scene) => {
			const ends = { from: scene.sibling.ipv4, to: scene.world.ipv4 };
			const packet = ipv4({ ...ends, protocol: UDP }, udp(ends, PORTS));
			return [tagged(toHost(scene), 0, IPV4, packet)];
		},
	},
	{
		name: "IPv4 behind two VLAN tags",
		family: "IPv4",
		reason: "protocol",
		always: true,
		modes: ["bridged"],
		frames: (scene) => [
			ether(toHost(scene), 0x88a8, bytes(be16(5), be16(0x8100), be16(6), be16(IPV4), zeroes(40))),
		],
	},
	...(
		[
			["spanning tree (LLC)", 0x0026],
			["RARP", 0x8035],
			["LLDP", 0x88cc],
			["PPPoE", 0x8863],
			["802.1X", 0x888e],
			["MPLS", 0x8847],
			["an unknown type", 0x1234],
		] as const
	).map(
		([what, type]): Attack => ({
			name: `${what} frames`,
			family: "IPv4",
			reason: "protocol",
			always: true,
			modes: ["bridged"],
			frames: (scene) => [ether(toAll(scene), type, zeroes(46))],
		}),
	),
	{
		name: "IPv4 from the sibling's address to the bridge's own group",
		family: "IPv4",
		reason: "protocol",
		modes: ["bridged"],
		always: true,
		frames: (scene) => [
			from4(scene, scene.sibling.ipv4, { from: scene.guest.mac, to: "01:80:c2:00:00:0e" }),
		],
	},
	{
		name: "spanning tree to the bridge's own group",
		family: "IPv4",
		reason: "protocol",
		modes: ["bridged"],
		always: true,
		frames: (scene) => [
			ether({ from: scene.guest.mac, to: "01:80:c2:00:00:00" }, 0x0026, zeroes(46)),
		],
	},
	{
		name: "ARP of another kind of hardware",
		family: "IPv4",
		reason: "protocol",
		modes: ["bridged"],
		frames: (scene) => [
			ether(
				toAll(scene),
				ARP,
				arp({
					operation: 1,
					senderMac: scene.guest.mac,
					sender: scene.guest.ipv4,
					target: scene.host.ipv4,
					hardware: 6,
				}),
			),
		],
	},
	{
		name: "reverse ARP as an operation of ARP",
		family: "IPv4",
		reason: "protocol",
		frames: (scene) => [arpOf(scene, scene.guest.ipv4, scene.guest.mac, 3)],
	},
];

const ROGUES: readonly Attack[] = [
	{
		name: "DHCP offer",
		family: "IPv4",
		reason: "rogue",
		always: true,
		frames: (scene) => [
			toAll4(scene, { sport: 67, dport: 68 }, scene.guest.ipv4, dhcpRequest(OTHER_MAC, 2)),
		],
	},
	{
		name: "DHCP offer from a port that is not the server's",
		family: "IPv4",
		reason: "rogue",
		always: true,
		frames: (scene) => [
			toAll4(scene, { sport: 1067, dport: 68 }, scene.guest.ipv4, dhcpRequest(OTHER_MAC, 2)),
		],
	},
	{
		name: "DHCP offer in fragments",
		family: "IPv4",
		reason: "rogue",
		always: true,
		harmless: 1,
		frames: (scene) => {
			const ends = { from: scene.guest.ipv4, to: "255.255.255.255" };
			const whole = udp(ends, { sport: 67, dport: 68 }, dhcpRequest(OTHER_MAC, 2));
			const part = (offset: number, more: boolean, data: Uint8Array) =>
				ether(toAll(scene), IPV4, ipv4({ ...ends, protocol: UDP, offset, more }, data));
			return [part(0, true, whole.subarray(0, 16)), part(2, false, whole.subarray(16))];
		},
	},
	{
		name: "ICMP redirect",
		family: "IPv4",
		reason: "rogue",
		always: true,
		frames: (scene) => {
			const ends = { from: scene.guest.ipv4, to: scene.host.ipv4 };
			const rest = bytes(ip(scene.guest.ipv4), zeroes(28));
			return [ether(toHost(scene), IPV4, ipv4({ ...ends, protocol: ICMP }, icmp(5, 1, rest)))];
		},
	},
	{
		name: "ICMP router advertisement",
		family: "IPv4",
		reason: "rogue",
		always: true,
		frames: (scene) => {
			const ends = { from: scene.guest.ipv4, to: "255.255.255.255" };
			const rest = bytes([1, 2], be16(1800), ip(scene.guest.ipv4), zeroes(4));
			return [ether(toAll(scene), IPV4, ipv4({ ...ends, protocol: ICMP }, icmp(9, 0, rest)))];
		},
	},
	{
		name: "router advertisement",
		family: "IPv6",
		reason: "rogue",
		always: true,
		frames: (scene) => [nd(scene, scene.guest.linkLocal, 134, RA)],
	},
	{
		name: "router advertisement behind destination options",
		family: "IPv6",
		reason: "rogue",
		always: true,
		frames: (scene) => [behind(scene, DESTINATION, extension(ICMPV6), 134, RA)],
	},
	{
		name: "router advertisement behind hop-by-hop options",
		family: "IPv6",
		reason: "rogue",
		always: true,
		frames: (scene) => [behind(scene, HOP_BY_HOP, extension(ICMPV6), 134, RA)],
	},
	{
		name: "router advertisement in a fragment that is whole",
		family: "IPv6",
		reason: "rogue",
		always: true,
		frames: (scene) => [behind(scene, FRAGMENT, fragmentHeader(ICMPV6, 0, false), 134, RA)],
	},
	{
		name: "router advertisement in fragments",
		family: "IPv6",
		reason: "rogue",
		always: true,
		harmless: 1,
		frames: (scene) => {
			const ends = { from: scene.guest.linkLocal, to: ALL_NODES.ip };
			const whole = icmpv6(ends, 134, RA);
			const part = (offset: number, more: boolean, data: Uint8Array) =>
				ether(
					toNodes(scene),
					IPV6,
					ipv6({ ...ends, next: FRAGMENT }, bytes(fragmentHeader(ICMPV6, offset, more), data)),
				);
			return [part(0, true, whole.subarray(0, 8)), part(1, false, whole.subarray(8))];
		},
	},
	{
		name: "router advertisement of which the first fragment shows nothing",
		family: "IPv6",
		reason: "rogue",
		always: true,
		harmless: 1,
		frames: (scene) => {
			const ends = { from: scene.guest.linkLocal, to: ALL_NODES.ip };
			const part = (offset: number, more: boolean, data: Uint8Array) =>
				ether(
					toNodes(scene),
					IPV6,
					ipv6({ ...ends, next: FRAGMENT }, bytes(fragmentHeader(DESTINATION, offset, more), data)),
				);
			return [part(0, true, extension(ICMPV6)), part(1, false, icmpv6(ends, 134, RA))];
		},
	},
	{
		name: "redirect",
		family: "IPv6",
		reason: "rogue",
		always: true,
		frames: (scene) => [
			nd(
				scene,
				scene.guest.linkLocal,
				137,
				bytes(zeroes(4), ip(scene.guest.linkLocal), ip(scene.world.ipv6)),
			),
		],
	},
	{
		name: "DHCPv6 reply",
		family: "IPv6",
		reason: "rogue",
		always: true,
		frames: (scene) => {
			const ends = { from: scene.guest.linkLocal, to: ALL_NODES.ip };
			const packet = udp(ends, { sport: 547, dport: 546 });
			return [ether(toNodes(scene), IPV6, ipv6({ ...ends, next: UDP }, packet))];
		},
	},
	{
		name: "DHCPv6 reply from a port that is not the server's",
		family: "IPv6",
		reason: "rogue",
		always: true,
		frames: (scene) => {
			const ends = { from: scene.guest.linkLocal, to: ALL_NODES.ip };
			const packet = udp(ends, { sport: 1547, dport: 546 });
			return [ether(toNodes(scene), IPV6, ipv6({ ...ends, next: UDP }, packet))];
		},
	},
	{
		name: "neighbour advertisement of the sibling's address behind destination options",
		family: "IPv6",
		reason: "rogue",
		always: true,
		frames: (scene) => [
			behind(scene, DESTINATION, extension(ICMPV6), 136, advertisement(scene.sibling.ipv6)),
		],
	},
];

/** What a guard lets through by no way; the reasons are those of `status`. */
export const GUARD_ATTACKS: readonly Attack[] = [...MACS, ...ADDRESSES, ...PROTOCOLS, ...ROGUES];

/** Only of a guest that is held strictly. */
export const STRICT_ATTACKS: readonly Attack[] = [
	{
		name: "UDP from a link-local address that is not made of its MAC",
		family: "IPv6",
		reason: "address",
		frames: (scene) => [from6(scene, OTHER_LINK_LOCAL)],
	},
	{
		name: "neighbour advertisement of a link-local address that is not made of its MAC",
		family: "IPv6",
		reason: "address",
		frames: (scene) => [nd(scene, scene.guest.linkLocal, 136, advertisement(OTHER_LINK_LOCAL))],
	},
	{
		name: "duplicate address detection of a link-local address that is not made of its MAC",
		family: "IPv6",
		reason: "address",
		frames: (scene) => [
			nd(scene, "::", 135, solicitation(OTHER_LINK_LOCAL), solicitedNode(OTHER_LINK_LOCAL)),
		],
	},
];
