import { SYN } from "../frames.js";
import { each, everyWay, familyOf, type PolicyAttack, PUBLIC } from "./attack.js";
import { datagram, isIpv6, segment, send } from "./frames.js";
import { HOST, PLAYERS } from "./scene.js";
import { HOST_ADDRESSES } from "./to-host.js";

const { guest, neighbour } = PLAYERS;
/** A guest to one of another network that its own does not name. */
export const TO_NEIGHBOUR: readonly PolicyAttack[] = [
	...everyWay("guest", [neighbour.ipv4, neighbour.ipv6], "a neighbour"),
	...everyWay("neighbour", [guest.ipv4, guest.ipv6], "a neighbour"),
	...each(HOST_ADDRESSES, (address) => ({
		name: `a datagram to what a neighbour publishes at ${address}`,
		from: "guest" as const,
		frames: send("guest", address, datagram(9090)),
	})),
	...each(HOST_ADDRESSES, (address) => ({
		name: `a SYN to what a neighbour publishes at ${address}`,
		from: "guest" as const,
		frames: send("guest", address, segment(SYN, 9091)),
	})),
	...each([neighbour.ipv4, neighbour.ipv6], (address) => ({
		name: "a datagram to the port behind what a neighbour publishes",
		from: "guest" as const,
		frames: send("guest", address, datagram(90)),
	})),
	...each([PLAYERS.sibling.ipv4, PLAYERS.sibling.ipv6], (address) => ({
		name: "a datagram to a sibling on another segment",
		from: "guest" as const,
		policies: ["none"] as const,
		bridge: false,
		frames: send("guest", address, datagram()),
	})),
];

/** Somebody beyond the uplink to a guest whose network lets in nobody. */
export const INBOUND: readonly PolicyAttack[] = [
	...everyWay("world", [guest.ipv4, guest.ipv6], "a guest"),
	...each([guest.ipv4, guest.ipv6], (address) => ({
		name: "a datagram to the port behind a published one",
		from: "world" as const,
		frames: send("world", address, datagram(80)),
	})),
	...each([guest.ipv4, guest.ipv6], (address) => ({
		name: "a SYN to the port behind a published one",
		from: "world" as const,
		frames: send("world", address, segment(SYN, 81)),
	})),
	...(
		[
			["a sibling", PLAYERS.sibling],
			["a neighbour", neighbour],
			["a stranger", { ipv4: "9.9.9.8", ipv6: "2620:fe::8" }],
		] as const
	).flatMap(([whose, { ipv4, ipv6 }]) =>
		(
			[
				[guest.ipv4, ipv4],
				[guest.ipv6, ipv6],
			] as const
		).map(
			([to, from]): PolicyAttack => ({
				name: `a datagram from beyond the uplink with the address of ${whose}`,
				family: familyOf(to),
				from: "world",
				frames: send("world", to, datagram(), from),
			}),
		),
	),
	...each([HOST.ipv4, HOST.ipv6], (address) => ({
		name: "the published port by another protocol",
		from: "world" as const,
		closed: "it is the host's own",
		frames: send("world", address, segment(SYN, 8080)),
	})),
	...each([HOST.ipv4, HOST.ipv6], (address) => ({
		name: "the port of the host beside a published one",
		from: "world" as const,
		closed: "it is the host's own",
		frames: send("world", address, datagram(8082)),
	})),
	...each([HOST.ipv4, HOST.ipv6], (address) => ({
		name: "the guest's port at the host's address",
		from: "world" as const,
		closed: "it is the host's own",
		frames: send("world", address, datagram(80)),
	})),
	...each(PUBLIC, (address) => ({
		name: "an answer from another than was asked",
		from: "world" as const,
		policies: ["internet"] as const,
		closed: "it is no answer",
		frames: (stage, probe) => {
			const asked = stage.probe();
			for (const frame of send("guest", address, datagram())(stage, asked))
				stage.send("guest", frame);
			stage.forget();
			const stranger = isIpv6(address) ? "2620:fe::8" : "9.9.9.8";
			const to = stage.place.mode === "nat" ? HOST : guest;
			const back = datagram(asked.sport, 7);
			return send("world", to[isIpv6(address) ? "ipv6" : "ipv4"], back, stranger)(stage, probe);
		},
	})),
];
