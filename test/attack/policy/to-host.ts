import { BROADCAST, ipv4, ipv6, SYN, UDP, udp } from "../frames.js";
import { each, familyOf, type PolicyAttack, STATES } from "./attack.js";
import { addressOf, datagram, echo, isIpv6, segment, send, toHost } from "./frames.js";
import { HOST, PLAYERS } from "./scene.js";

/** Every address that the host has, and some that only it hears. */
export const HOST_ADDRESSES = [
	"10.7.0.1",
	"fd07::1",
	HOST.ipv4,
	HOST.ipv6,
	"8.8.4.1",
	"2600:8::1",
] as const;
const LOOPBACK = ["127.0.0.1", "127.0.0.2", "::1"] as const;
export const TO_HOST: readonly PolicyAttack[] = [
	...HOST_ADDRESSES.flatMap((address) =>
		STATES.filter(([name]) => !/echo request|INIT|unknown/.test(name)).map(
			([name, what]): PolicyAttack => ({
				name: `${name} to the host at ${address}`,
				family: familyOf(address),
				from: "guest",
				frames: send("guest", address, what),
			}),
		),
	),
	...each(HOST_ADDRESSES, (address) => ({
		name: `an echo request to the host at ${address}`,
		from: "guest" as const,
		policies: ["none"] as const,
		frames: send("guest", address, echo()),
	})),
	...each(LOOPBACK, (address) => ({
		name: `a datagram to the host at ${address}`,
		from: "guest" as const,
		closed: "neither the kernel nor the chain loopback lets it in",
		frames: send("guest", address, datagram()),
	})),
	...each(["127.0.0.1"], (address) => ({
		name: "a datagram to a published port at 127.0.0.1",
		from: "guest" as const,
		closed: "neither the kernel nor the chain loopback lets it in",
		frames: send("guest", address, datagram(8080)),
	})),
	...each(["10.7.0.1", "fd07::1", HOST.ipv4, HOST.ipv6], (address) => ({
		name: `the port at which another protocol is published, at ${address}`,
		from: "guest" as const,
		frames: send("guest", address, segment(SYN, 8080)),
	})),
	...each(["10.7.0.1", "fd07::1", HOST.ipv4, HOST.ipv6], (address) => ({
		name: `the guest's own published port, at ${address}`,
		from: "guest" as const,
		frames: send("guest", address, datagram(80)),
	})),
	...(
		[
			["255.255.255.255", BROADCAST],
			["224.0.0.1", "01:00:5e:00:00:01"],
			["ff02::1", "33:33:00:00:00:01"],
		] as const
	).map(
		([to, link]): PolicyAttack => ({
			name: `a datagram to everybody at ${to}`,
			family: familyOf(to),
			from: "guest",
			onWire: true,
			frames: (stage, probe) => {
				const ends = { from: addressOf("guest", to), to };
				const data = udp(ends, { sport: probe.sport, dport: 7 }, probe.tag);
				const whole = isIpv6(to)
					? ipv6({ ...ends, next: UDP }, data)
					: ipv4({ ...ends, protocol: UDP }, data);
				return [toHost(stage, "guest", to, whole, link)];
			},
		}),
	),
	...each(["fe80::1"], (address) => ({
		name: "a datagram to the gateway fe80::1",
		from: "guest" as const,
		frames: send("guest", address, datagram()),
	})),
	...each(["fe80::1"], (address) => ({
		name: "a datagram to the gateway fe80::1 from its link-local address",
		from: "guest" as const,
		frames: send("guest", address, datagram(), PLAYERS.guest.linkLocal),
	})),
	...each(["10.7.0.255", "8.8.4.255"], (address) => ({
		name: `a datagram to the host at ${address}, everybody of a segment`,
		from: "guest" as const,
		bridge: true,
		frames: send("guest", address, datagram()),
	})),
];
