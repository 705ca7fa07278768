import type { Honest, Scene } from "./attack.js";
import {
	ALL_NODES,
	ALL_ROUTERS,
	ARP,
	advertisement,
	arp,
	BROADCAST,
	be16,
	bytes,
	dhcpRequest,
	ether,
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
	nonce,
	solicitation,
	solicitedNode,
	TCP,
	tcp,
	UDP,
	udp,
	zeroes,
} from "./frames.js";

const toHost = ({ guest, host }: Scene) => ({ from: guest.mac, to: host.mac });
const toAll = ({ guest }: Scene) => ({ from: guest.mac, to: BROADCAST });
const PORTS = { sport: 40_000, dport: 7 };

const udp4 = (scene: Scene, to: string, link = toHost(scene), ports = PORTS) => {
	const ends = { from: scene.guest.ipv4, to };
	return ether(link, IPV4, ipv4({ ...ends, protocol: UDP }, udp(ends, ports)));
};
const udp6 = (scene: Scene, to: string, from = scene.guest.ipv6, ports = PORTS) => {
	const ends = { from, to };
	return ether(toHost(scene), IPV6, ipv6({ ...ends, next: UDP, hops: 64 }, udp(ends, ports)));
};
const arpOf = (scene: Scene, operation: number, sender: string, target: string) =>
	ether(toAll(scene), ARP, arp({ operation, senderMac: scene.guest.mac, sender, target }));
const nd = (scene: Scene, from: string, type: number, rest: Uint8Array, to = ALL_NODES) => {
	const ends = { from, to: to.ip };
	const link = { from: scene.guest.mac, to: to.mac };
	return ether(link, IPV6, ipv6({ ...ends, next: ICMPV6 }, icmpv6(ends, type, rest)));
};
/** MLD stands behind a router alert (RFC 3810 §5). */
const ROUTER_ALERT = bytes([ICMPV6, 0, 5, 2, 0, 0, 1, 0]);
const MLD = { ip: "ff02::16", mac: "33:33:00:00:00:16" };
const mld = (scene: Scene, from: string, type: number, rest: Uint8Array) => {
	const ends = { from, to: MLD.ip };
	const packet = bytes(ROUTER_ALERT, icmpv6(ends, type, rest));
	return ether(
		{ from: scene.guest.mac, to: MLD.mac },
		IPV6,
		ipv6({ ...ends, next: HOP_BY_HOP, hops: 1 }, packet),
	);
};
const RECORD = bytes([0, 0, 0, 1, 4, 0, 0, 0], ip("ff02::fb"));

/** What no guard may stand in the way of. */
export const HONEST: readonly Honest[] = [
	{ name: "UDP to the world", family: "IPv4", frames: (scene) => [udp4(scene, scene.world.ipv4)] },
	{ name: "UDP to the world", family: "IPv6", frames: (scene) => [udp6(scene, scene.world.ipv6)] },
	{ name: "UDP to the host", family: "IPv4", frames: (scene) => [udp4(scene, scene.host.ipv4)] },
	{ name: "UDP to the host", family: "IPv6", frames: (scene) => [udp6(scene, scene.host.ipv6)] },
	{
		name: "UDP to the host from its link-local address",
		family: "IPv6",
		frames: (scene) => [udp6(scene, scene.host.linkLocal, scene.guest.linkLocal)],
	},
	{
		name: "TCP to the world",
		family: "IPv4",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv4, to: scene.world.ipv4 };
			return [ether(toHost(scene), IPV4, ipv4({ ...ends, protocol: TCP }, tcp(ends, PORTS)))];
		},
	},
	{
		name: "TCP to the world",
		family: "IPv6",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv6, to: scene.world.ipv6 };
			return [ether(toHost(scene), IPV6, ipv6({ ...ends, next: TCP }, tcp(ends, PORTS)))];
		},
	},
	{
		name: "echo request",
		family: "IPv4",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv4, to: scene.host.ipv4 };
			const packet = ipv4({ ...ends, protocol: ICMP }, icmp(8, 0, zeroes(12)));
			return [ether(toHost(scene), IPV4, packet)];
		},
	},
	{
		name: "echo request",
		family: "IPv6",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv6, to: scene.host.ipv6 };
			return [
				ether(toHost(scene), IPV6, ipv6({ ...ends, next: ICMPV6 }, icmpv6(ends, 128, zeroes(12)))),
			];
		},
	},
	{
		name: "fragments of UDP",
		family: "IPv4",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv4, to: scene.world.ipv4 };
			const whole = udp(ends, PORTS, zeroes(24));
			const part = (offset: number, more: boolean, data: Uint8Array) =>
				ether(toHost(scene), IPV4, ipv4({ ...ends, protocol: UDP, offset, more }, data));
			return [part(0, true, whole.subarray(0, 16)), part(2, false, whole.subarray(16))];
		},
	},
	{
		name: "fragments of UDP",
		family: "IPv6",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv6, to: scene.world.ipv6 };
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
	{
		name: "fragments of an echo request",
		family: "IPv6",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv6, to: scene.host.ipv6 };
			const whole = icmpv6(ends, 128, zeroes(40));
			const part = (offset: number, more: boolean, data: Uint8Array) =>
				ether(
					toHost(scene),
					IPV6,
					ipv6({ ...ends, next: FRAGMENT }, bytes(fragmentHeader(ICMPV6, offset, more), data)),
				);
			return [part(0, true, whole.subarray(0, 24)), part(3, false, whole.subarray(24))];
		},
	},
	{
		name: "packet too big (path MTU)",
		family: "IPv6",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv6, to: scene.world.ipv6 };
			const rest = bytes([0, 0], be16(1280), zeroes(48));
			return [ether(toHost(scene), IPV6, ipv6({ ...ends, next: ICMPV6 }, icmpv6(ends, 2, rest)))];
		},
	},
	{
		name: "fragmentation needed (path MTU)",
		family: "IPv4",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv4, to: scene.world.ipv4 };
			const rest = bytes(zeroes(2), be16(1400), zeroes(28));
			return [ether(toHost(scene), IPV4, ipv4({ ...ends, protocol: ICMP }, icmp(3, 4, rest)))];
		},
	},
	{
		name: "broadcast in its subnet",
		family: "IPv4",
		frames: (scene) => [udp4(scene, "10.7.0.255", toAll(scene))],
	},
	{
		name: "multicast DNS",
		family: "IPv4",
		frames: (scene) => [
			udp4(
				scene,
				"224.0.0.251",
				{ from: scene.guest.mac, to: "01:00:5e:00:00:fb" },
				{ sport: 5353, dport: 5353 },
			),
		],
	},
	{
		name: "DNS",
		family: "IPv4",
		frames: (scene) => [udp4(scene, scene.host.ipv4, toHost(scene), { sport: 40_000, dport: 53 })],
	},
	{
		name: "NTP",
		family: "IPv6",
		frames: (scene) => [
			udp6(scene, scene.world.ipv6, scene.guest.ipv6, { sport: 123, dport: 123 }),
		],
	},
	{
		name: "ARP request",
		family: "IPv4",
		frames: (scene) => [arpOf(scene, 1, scene.guest.ipv4, scene.host.ipv4)],
	},
	{
		name: "ARP reply",
		family: "IPv4",
		frames: (scene) => [arpOf(scene, 2, scene.guest.ipv4, scene.host.ipv4)],
	},
	{
		name: "ARP probe",
		family: "IPv4",
		frames: (scene) => [arpOf(scene, 1, "0.0.0.0", scene.guest.ipv4)],
	},
	{
		name: "gratuitous ARP, request and reply",
		family: "IPv4",
		frames: (scene) => [
			arpOf(scene, 1, scene.guest.ipv4, scene.guest.ipv4),
			arpOf(scene, 2, scene.guest.ipv4, scene.guest.ipv4),
		],
	},
	{
		name: "DHCP discover",
		family: "IPv4",
		frames: (scene) => {
			const ends = { from: "0.0.0.0", to: "255.255.255.255" };
			const packet = udp(ends, { sport: 68, dport: 67 }, dhcpRequest(scene.guest.mac));
			return [ether(toAll(scene), IPV4, ipv4({ ...ends, protocol: UDP }, packet))];
		},
	},
	{
		name: "DHCP renewal",
		family: "IPv4",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv4, to: scene.host.ipv4 };
			const packet = udp(ends, { sport: 68, dport: 67 }, dhcpRequest(scene.guest.mac));
			return [ether(toHost(scene), IPV4, ipv4({ ...ends, protocol: UDP }, packet))];
		},
	},
	{
		name: "DHCPv6 solicit",
		family: "IPv6",
		frames: (scene) => {
			const ends = { from: scene.guest.linkLocal, to: "ff02::1:2" };
			const packet = udp(ends, { sport: 546, dport: 547 });
			const link = { from: scene.guest.mac, to: "33:33:00:01:00:02" };
			return [ether(link, IPV6, ipv6({ ...ends, next: UDP }, packet))];
		},
	},
	{
		name: "duplicate address detection",
		family: "IPv6",
		frames: (scene) => [
			nd(scene, "::", 135, solicitation(scene.guest.ipv6), solicitedNode(scene.guest.ipv6)),
		],
	},
	{
		name: "duplicate address detection of its link-local address",
		family: "IPv6",
		frames: (scene) => [
			nd(
				scene,
				"::",
				135,
				solicitation(scene.guest.linkLocal),
				solicitedNode(scene.guest.linkLocal),
			),
		],
	},
	{
		name: "duplicate address detection with a nonce",
		family: "IPv6",
		frames: (scene) => [
			nd(
				scene,
				"::",
				135,
				solicitation(scene.guest.ipv6, nonce()),
				solicitedNode(scene.guest.ipv6),
			),
		],
	},
	{
		name: "neighbour solicitation",
		family: "IPv6",
		frames: (scene) => [
			nd(
				scene,
				scene.guest.ipv6,
				135,
				solicitation(scene.host.ipv6, lladdr(1, scene.guest.mac)),
				solicitedNode(scene.host.ipv6),
			),
		],
	},
	{
		name: "neighbour solicitation from its link-local address",
		family: "IPv6",
		frames: (scene) => [
			nd(
				scene,
				scene.guest.linkLocal,
				135,
				solicitation(scene.host.linkLocal, lladdr(1, scene.guest.mac)),
				solicitedNode(scene.host.linkLocal),
			),
		],
	},
	{
		name: "neighbour solicitation without a MAC, as for a probe",
		family: "IPv6",
		frames: (scene) => [
			nd(
				scene,
				scene.guest.ipv6,
				135,
				solicitation(scene.host.ipv6),
				solicitedNode(scene.host.ipv6),
			),
		],
	},
	{
		name: "neighbour advertisement",
		family: "IPv6",
		frames: (scene) => [
			nd(scene, scene.guest.ipv6, 136, advertisement(scene.guest.ipv6, lladdr(2, scene.guest.mac))),
		],
	},
	{
		name: "neighbour advertisement of its link-local address",
		family: "IPv6",
		frames: (scene) => [
			nd(
				scene,
				scene.guest.linkLocal,
				136,
				advertisement(scene.guest.linkLocal, lladdr(2, scene.guest.mac)),
			),
		],
	},
	{
		name: "router solicitation from no address",
		family: "IPv6",
		frames: (scene) => [nd(scene, "::", 133, zeroes(4), ALL_ROUTERS)],
	},
	{
		name: "router solicitation",
		family: "IPv6",
		frames: (scene) => [
			nd(
				scene,
				scene.guest.linkLocal,
				133,
				bytes(zeroes(4), lladdr(1, scene.guest.mac)),
				ALL_ROUTERS,
			),
		],
	},
	{
		name: "multicast listener reports from no address",
		family: "IPv6",
		frames: (scene) => [
			mld(scene, "::", 143, RECORD),
			mld(scene, "::", 131, bytes(zeroes(4), ip("ff02::fb"))),
			mld(scene, "::", 132, bytes(zeroes(4), ip("ff02::fb"))),
		],
	},
	{
		name: "multicast listener report",
		family: "IPv6",
		frames: (scene) => [mld(scene, scene.guest.linkLocal, 143, RECORD)],
	},
	{
		name: "IGMP report",
		family: "IPv4",
		frames: (scene) => {
			const ends = { from: scene.guest.ipv4, to: "224.0.0.22" };
			const link = { from: scene.guest.mac, to: "01:00:5e:00:00:16" };
			return [ether(link, IPV4, ipv4({ ...ends, protocol: 2, ttl: 1 }, zeroes(16)))];
		},
	},
];
