import { execFileSync } from "node:child_process";
import { crc32c } from "../../../src/engine/journal/crc32c.js";
import type { Family } from "../attack.js";
import {
	ARP,
	arp,
	BROADCAST,
	type Bytes,
	be16,
	bytes,
	ether,
	ICMP,
	ICMPV6,
	IPV6,
	icmp,
	icmpv6,
	ipv6,
	lladdr,
	mac,
	SCTP,
	SYN,
	sctp,
	solicitation,
	solicitedNode,
	zeroes,
} from "../frames.js";
import { PUBLIC } from "./attack.js";
import {
	association,
	datagram,
	echo,
	fragments,
	isIpv6,
	packet,
	type Sends,
	segment,
	send,
	toHost,
} from "./frames.js";
import {
	HOST,
	PLAYERS,
	type PolicyName,
	type PolicyPlace,
	type PolicyStage,
	type Probe,
	type Role,
} from "./scene.js";

/** Something that must get through whatever is forbidden. */
export interface PolicyHonest {
	readonly name: string;
	readonly family: Family;
	readonly policies?: readonly PolicyName[];
	/** Where it is meant; everywhere where it says nothing. */
	readonly where?: (place: PolicyPlace) => boolean;
	/** Do it. @returns whether all of it got to where it should */
	readonly passes: (stage: PolicyStage) => boolean;
}
const OPEN_TO_WORLD = ["internet", "list"] as const;
const familyOf = (address: string): Family => (isIpv6(address) ? "IPv6" : "IPv4");
const each = (
	addresses: readonly string[],
	name: string,
	passes: (stage: PolicyStage, address: string) => boolean,
	more: Partial<PolicyHonest> = {},
): PolicyHonest[] =>
	addresses.map((address) => ({
		name,
		family: familyOf(address),
		passes: (stage) => passes(stage, address),
		...more,
	}));

/** Send, and take what comes to somebody without its Ethernet header. */
function comes(stage: PolicyStage, from: Role, frames: Sends, to: Role): Bytes | undefined {
	const probe = stage.probe();
	return arrives(stage, from, frames(stage, probe), to, probe);
}
function arrives(
	stage: PolicyStage,
	from: Role,
	frames: readonly Uint8Array[],
	to: Role,
	probe: Probe,
): Bytes | undefined {
	stage.forget();
	for (const frame of frames) stage.send(from, frame);
	return stage.heard(to, probe)[0]?.subarray(14);
}

/** Where a packet of IP without options came from and went to. */
function endsOf(heard: Bytes) {
	const isV6 = (heard[0] ?? 0) >> 4 === 6;
	const [from, to, header] = isV6
		? [heard.subarray(8, 24), heard.subarray(24, 40), 40]
		: [heard.subarray(12, 16), heard.subarray(16, 20), 20];
	const view = new DataView(heard.buffer, heard.byteOffset);
	const text = (address: Uint8Array) =>
		isV6
			? Buffer.from(address)
					.toString("hex")
					.replace(/(....)(?!$)/g, "$1:")
			: address.join(".");
	return {
		from: text(from),
		to: text(to),
		sport: view.getUint16(header),
		dport: view.getUint16(header + 2),
	};
}

/** Somebody answers what came. @returns what arrives of the answer */
function answered(stage: PolicyStage, by: Role, heard: Bytes, to: Role): Bytes | undefined {
	const { from, to: own, sport, dport } = endsOf(heard);
	return comes(stage, by, send(by, from, datagram(sport, dport), own), to);
}
/** Somebody says of what came that it got no further. */
function refused(
	stage: PolicyStage,
	by: Role,
	heard: Bytes,
	to: Role,
	[type, code]: readonly [number, number],
	source?: string,
): Bytes | undefined {
	const { from, to: own } = endsOf(heard);
	const probe = stage.probe();
	const ends = { from: source ?? own, to: from };
	// The last word of the header is the MTU for those who ask for it.
	const rest = bytes(zeroes(2), be16(1280), heard, probe.tag);
	const data = isIpv6(from)
		? packet(ends, ICMPV6, icmpv6(ends, type, rest, code))
		: packet(ends, ICMP, icmp(type, code, rest));
	return arrives(stage, by, [toHost(stage, by, from, data)], to, probe);
}
const UNREACHABLE = { IPv4: [3, 3], IPv6: [1, 4] } as const;
const TOO_BIG = { IPv4: [3, 4], IPv6: [2, 0] } as const;

const WAN = [HOST.ipv4, HOST.ipv6];
const GATEWAYS = ["10.7.0.1", "fd07::1"];
/** What a program of the host sends. */
function fromHost(stage: PolicyStage, address: string, port: number, to: Role): boolean {
	const probe = stage.probe();
	stage.forget();
	const octal = [...probe.tag].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
	execFileSync("nsenter", [
		`--net=${stage.lab.host.path}`,
		"bash",
		"-c",
		`printf '${octal}' > /dev/udp/${address}/${port}`,
	]);
	const [heard] = stage.heard(to, probe);
	if (heard === undefined) return false;
	// The answer gets back to the host, which has no more to say of it than that it came in.
	const before = stage.hostSeen;
	answered(stage, to, heard.subarray(14), to);
	return stage.hostSeen > before;
}

/** Published ports, which nothing that is said of egress or of the host closes. */
const PUBLISHED: readonly PolicyHonest[] = [
	...each(WAN, "a datagram to a published port, and its answer", (stage, address) => {
		const heard = comes(stage, "world", send("world", address, datagram(8080)), "guest");
		if (heard === undefined || endsOf(heard).dport !== 80) return false;
		const back = answered(stage, "guest", heard, "world");
		return back !== undefined && endsOf(back).sport === 8080;
	}),
	...each(WAN, "a SYN to a published port", (stage, address) => {
		const heard = comes(stage, "world", send("world", address, segment(SYN, 8081)), "guest");
		return heard !== undefined && endsOf(heard).dport === 81;
	}),
	...each(WAN, "fragments to a published port", (stage, address) => {
		const frames = fragments("world", address, "both", 8080);
		return comes(stage, "world", frames, "guest") !== undefined;
	}),
	...each(WAN, "an INIT of SCTP to a published port, and its INIT ACK", (stage, address) => {
		const heard = comes(stage, "world", send("world", address, association(9999)), "guest");
		if (heard === undefined) return false;
		const { from, to, sport, dport } = endsOf(heard);
		if (dport !== 99) return false;
		const probe = stage.probe();
		const ack = sctp({ sport: dport, dport: sport }, 2, 77, probe.tag);
		const frame = toHost(stage, "guest", from, packet({ from: to, to: from }, SCTP, ack));
		const back = arrives(stage, "guest", [frame], "world", probe);
		return back !== undefined && endsOf(back).sport === 9999 && isSummed(back);
	}),
	...each(WAN, "port unreachable about what came to a published port", (stage, address) => {
		const heard = comes(stage, "world", send("world", address, datagram(8080)), "guest");
		const why = UNREACHABLE[familyOf(address)];
		return heard !== undefined && refused(stage, "guest", heard, "world", why) !== undefined;
	}),
	...each(
		[...WAN, ...GATEWAYS],
		"a published port from the guest itself",
		(stage, address) =>
			isAnsweredBetween(stage, "guest", send("guest", address, datagram(8080)), "guest"),
		// With br_netfilter a bridge itself passes on what is translated to one of its guests, but never by the port by which
		// it came (br_nf_pre_routing_finish, net/bridge/br_netfilter_hooks.c; should_deliver, net/bridge/br_forward.c).
		{ where: ({ bridge, brNetfilter }) => !(bridge && brNetfilter) },
	),
	...each(
		[...WAN, ...GATEWAYS],
		"a published port from a sibling",
		(stage, address) =>
			isAnsweredBetween(stage, "sibling", send("sibling", address, datagram(8080)), "guest"),
		{ policies: OPEN_TO_WORLD },
	),
	...each(
		[...WAN, ...GATEWAYS],
		"a published port from a sibling on the same bridge",
		(stage, address) =>
			isAnsweredBetween(stage, "sibling", send("sibling", address, datagram(8080)), "guest"),
		{ where: ({ bridge }) => bridge },
	),
	...each([...WAN, "127.0.0.1"], "a published port from the host itself", (stage, address) =>
		fromHost(stage, address, 8080, "guest"),
	),
];

function isAnsweredBetween(stage: PolicyStage, from: Role, frames: Sends, to: Role): boolean {
	const heard = comes(stage, from, frames, to);
	return heard !== undefined && answered(stage, to, heard, from) !== undefined;
}

/** The sum of a packet of SCTP is right, whoever has changed its ports since. */
function isSummed(heard: Bytes): boolean {
	const own = heard.slice((heard[0] ?? 0) >> 4 === 6 ? 40 : 20);
	const view = new DataView(own.buffer);
	const sum = view.getUint32(8, true);
	view.setUint32(8, 0);
	return sum === crc32c(own);
}

/** The listed port, which the whole internet includes. */
const LISTED = 5353;
const TO_WORLD: readonly PolicyHonest[] = [
	...each(
		PUBLIC,
		"a datagram to the world, and its answer",
		(stage, address) =>
			isAnsweredBetween(stage, "guest", send("guest", address, datagram(LISTED)), "world"),
		{ policies: OPEN_TO_WORLD },
	),
	...each(
		PUBLIC,
		"fragments to the world",
		(stage, address) =>
			comes(stage, "guest", fragments("guest", address, "both", LISTED), "world") !== undefined,
		{ policies: OPEN_TO_WORLD },
	),
	...each(
		["9.9.9.9"],
		"a SYN to the world",
		(stage, address) =>
			comes(stage, "guest", send("guest", address, segment(SYN, 5354)), "world") !== undefined,
		{ policies: OPEN_TO_WORLD },
	),
	...each(
		PUBLIC,
		"an echo request to the world",
		(stage, address) =>
			comes(stage, "guest", send("guest", address, echo()), "world") !== undefined,
		{ policies: ["internet"] },
	),
	...(
		[
			["port unreachable", UNREACHABLE],
			["what is too big (path MTU)", TOO_BIG],
		] as const
	).flatMap(([what, kinds]) =>
		each(
			PUBLIC,
			`${what}, from a router on the way, about what a guest has sent`,
			(stage, address) => {
				const heard = comes(stage, "guest", send("guest", address, datagram(LISTED)), "world");
				if (heard === undefined) return false;
				const router = PLAYERS.world[isIpv6(address) ? "ipv6" : "ipv4"];
				const why = kinds[familyOf(address)];
				return refused(stage, "world", heard, "guest", why, router) !== undefined;
			},
			{ policies: OPEN_TO_WORLD },
		),
	),
	...each(
		[PLAYERS.sibling.ipv4, PLAYERS.sibling.ipv6],
		"a datagram to a sibling, and its answer",
		(stage, address) =>
			isAnsweredBetween(stage, "guest", send("guest", address, datagram()), "sibling"),
		{ policies: OPEN_TO_WORLD },
	),
];

/** Without these no guest has a neighbour to send anything to, whatever of the host is closed to it. */
const TO_HOST: readonly PolicyHonest[] = [
	{
		name: "an ARP request for the host",
		family: "IPv4",
		passes: (stage) => {
			const { mac: senderMac, ipv4: sender } = PLAYERS.guest;
			const fields = { operation: 1, senderMac, sender, target: "10.7.0.1" };
			stage.forget();
			stage.send("guest", ether({ from: senderMac, to: BROADCAST }, ARP, arp(fields)));
			return stage.said("guest", mac(stage.host.guest), ARP);
		},
	},
	{
		name: "a neighbour solicitation for the host",
		family: "IPv6",
		passes: (stage) => {
			const { mac: own, ipv6: from } = PLAYERS.guest;
			const to = solicitedNode("fd07::1");
			const ends = { from, to: to.ip };
			const data = icmpv6(ends, 135, solicitation("fd07::1", lladdr(1, own)));
			stage.forget();
			stage.send(
				"guest",
				ether({ from: own, to: to.mac }, IPV6, ipv6({ ...ends, next: ICMPV6 }, data)),
			);
			return stage.said("guest", mac(stage.host.guest), IPV6);
		},
	},
	...each(
		GATEWAYS,
		"an echo request to the host, and its reply",
		(stage, address) =>
			comes(stage, "guest", send("guest", address, echo()), "guest") !== undefined,
		{ policies: OPEN_TO_WORLD },
	),
	...each(
		[PLAYERS.guest.ipv4, PLAYERS.guest.ipv6],
		"what the host itself sends to a guest, and its answer",
		(stage, address) => fromHost(stage, address, 7, "guest"),
	),
];

export const POLICY_HONEST: readonly PolicyHonest[] = [...PUBLISHED, ...TO_WORLD, ...TO_HOST];
