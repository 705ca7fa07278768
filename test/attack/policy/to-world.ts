import { type Bytes, bytes, ip, ipv4, SYN, UDP, udp } from "../frames.js";
import { each, everyWay, type PolicyAttack, PUBLIC } from "./attack.js";
import { datagram, isIpv6, other, segment, send, toHost, unreachable } from "./frames.js";
import { HOST, PLAYERS, type PolicyStage } from "./scene.js";

/** A flow from beyond the uplink to a published port, as the guest has it. @returns what the guest received */
function publishedFlow(stage: PolicyStage, to: string): Bytes {
	const probe = stage.probe();
	for (const frame of send("world", to, datagram(8080))(stage, probe)) stage.send("world", frame);
	const [frame] = stage.heard("guest", probe);
	if (frame === undefined) throw new Error(`nothing came in at ${to}`);
	return frame.subarray(14);
}

/** A guest to the world, where nothing of the world, or little of it, is open to it. */
export const TO_WORLD: readonly PolicyAttack[] = [
	...everyWay("guest", PUBLIC, "the world", { policies: ["none", "list"] }),
	...[4, 41, 47, 50].flatMap((protocol) =>
		each(PUBLIC, (address) => ({
			name: `a tunnel's packet (protocol ${protocol}) from guest to the world`,
			from: "guest" as const,
			policies: ["none", "list"] as const,
			frames: send("guest", address, other(protocol)),
		})),
	),
	...each(PUBLIC, (address) => ({
		name: "port unreachable from guest to the world, about a flow with somebody else",
		from: "guest" as const,
		policies: ["none", "list"] as const,
		closed:
			"the kernel takes an error for one of a flow only from an end of it, and what it quotes is none here",
		counted: true as const,
		frames: (stage, probe) => {
			const flow = publishedFlow(stage, isIpv6(address) ? HOST.ipv6 : HOST.ipv4);
			const quoting = unreachable(() => bytes(flow, probe.tag));
			return send("guest", address, quoting)(stage, probe);
		},
	})),
	...each(["9.9.9.9", "2620:fe::9"], (address) => ({
		name: "another port than the listed one",
		from: "guest" as const,
		policies: ["list"] as const,
		frames: send("guest", address, datagram(5352)),
	})),
	...each(["9.9.9.9", "2620:fe::9"], (address) => ({
		name: "another protocol than the listed one",
		from: "guest" as const,
		policies: ["list"] as const,
		frames: send("guest", address, segment(SYN, 5353)),
	})),
	...each(["9.9.8.9", "9.9.10.9", "2620:ff::9"], (address) => ({
		name: `beside what is listed: ${address}`,
		from: "guest" as const,
		policies: ["list"] as const,
		frames: send("guest", address, datagram(5353)),
	})),
];

/** What is not globally reachable, or would lead there by another's hand. */
const RESERVED = [
	["private", "10.1.2.3", "172.16.0.1", "172.31.255.254", "192.168.1.1", "fd12:3456::1"],
	["a metadata service", "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192"],
	["a metadata service", "fd00:ec2::254", "fd20:ce::254"],
	["shared", "100.64.0.1", "100.127.255.254"],
	["link-local", "169.254.1.1"],
	["of documentation", "192.0.2.1", "198.51.100.1", "203.0.113.77", "2001:db8:1::77", "3fff::1"],
	["of benchmarks", "198.18.0.1", "198.19.255.254", "2001:2::1"],
	["this network", "0.1.2.3"],
	["reserved", "240.0.0.1", "255.255.255.254", "4000::1", "fec0::1"],
	["the router itself", PLAYERS.world.ipv4, PLAYERS.world.ipv6],
	["an IPv4 address in IPv6", "::ffff:9.9.9.9", "::ffff:10.7.0.1", "::10.7.0.1"],
	["6to4", "2002:909:909::1", "2002:a07:1::1", "192.88.99.1"],
	["NAT64", "64:ff9b::909:909", "64:ff9b::a07:1", "64:ff9b:1::1"],
	["Teredo", "2001:0:909:909::1"],
	["a discard prefix", "100::1"],
] as const;
export const TO_RESERVED: readonly PolicyAttack[] = RESERVED.flatMap(([what, ...addresses]) =>
	each(addresses, (address) => ({
		name: `a datagram to ${address} (${what})`,
		from: "guest",
		frames: send("guest", address, datagram(5353)),
	})),
).concat([
	{
		name: "a source route to a metadata service by way of the host",
		family: "IPv4",
		from: "guest",
		frames: (stage, probe) => {
			// The pseudo header has where it goes in the end; nobody checks it on the way.
			const ends = { from: PLAYERS.guest.ipv4, to: "10.7.0.1" };
			const options = bytes([1, 131, 7, 4], ip("169.254.169.254"));
			const data = udp(
				{ ...ends, to: "169.254.169.254" },
				{ sport: probe.sport, dport: 80 },
				probe.tag,
			);
			return [toHost(stage, "guest", ends.to, ipv4({ ...ends, protocol: UDP, options }, data))];
		},
	},
]);
