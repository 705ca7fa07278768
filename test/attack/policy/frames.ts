/** Frames of those who play a part where policies are attacked; each carries the tag of its probe. */
import {
	type Bytes,
	be16,
	bytes,
	type Ends,
	ether,
	FRAGMENT,
	fragmentHeader,
	ICMP,
	ICMPV6,
	IPV4,
	IPV6,
	icmp,
	icmpv6,
	ipv4,
	ipv6,
	SCTP,
	SYN,
	sctp,
	TCP,
	tcp,
	UDP,
	udp,
	zeroes,
} from "../frames.js";
import { PLAYERS, type PolicyStage, type Probe, type Role } from "./scene.js";

export type Sends = (stage: PolicyStage, probe: Probe) => readonly Uint8Array[];
export type Payload = (ends: Ends, probe: Probe) => { protocol: number; data: Bytes };

export const isIpv6 = (address: string): boolean => address.includes(":");
export const addressOf = (role: Role, to: string): string =>
	PLAYERS[role][isIpv6(to) ? "ipv6" : "ipv4"];

/** A packet, in either family. */
export const packet = (ends: Ends, protocol: number, data: Uint8Array): Bytes =>
	isIpv6(ends.to)
		? ipv6({ ...ends, next: protocol, hops: 64 }, data)
		: ipv4({ ...ends, protocol }, data);

/** What somebody hands to the host, which then has to find a way for it. */
export const toHost = (
	stage: PolicyStage,
	role: Role,
	to: string,
	data: Uint8Array,
	link = stage.host[role],
): Bytes => ether({ from: PLAYERS[role].mac, to: link }, isIpv6(to) ? IPV6 : IPV4, data);

/** One packet to an address, by way of the host. */
export const send =
	(role: Role, to: string, what: Payload, from = addressOf(role, to)): Sends =>
	(stage, probe) => {
		const ends = { from, to };
		const { protocol, data } = what(ends, probe);
		return [toHost(stage, role, to, packet(ends, protocol, data))];
	};

export const datagram =
	(dport = 7, sport?: number): Payload =>
	(ends, probe) => ({
		protocol: UDP,
		data: udp(ends, { sport: sport ?? probe.sport, dport }, probe.tag),
	});
export const segment =
	(flags = SYN, dport = 7, sport?: number): Payload =>
	(ends, probe) => ({
		protocol: TCP,
		data: tcp(ends, { sport: sport ?? probe.sport, dport }, flags, probe.tag),
	});
export const association =
	(dport = 7): Payload =>
	(_, probe) => ({ protocol: SCTP, data: sctp({ sport: probe.sport, dport }, 1, 0, probe.tag) });
/** An echo request, or the reply to one that nobody sent. */
export const echo =
	(what: "request" | "reply" = "request"): Payload =>
	(ends, { tag, sport }) => {
		const rest = bytes(be16(sport), be16(1), tag);
		return isIpv6(ends.to)
			? { protocol: ICMPV6, data: icmpv6(ends, what === "request" ? 128 : 129, rest) }
			: { protocol: ICMP, data: icmp(what === "request" ? 8 : 0, 0, rest) };
	};
/** Another protocol, of which the kernel knows nothing. */
export const other =
	(protocol: number): Payload =>
	(_, { tag }) => ({ protocol, data: bytes(zeroes(8), tag) });

/** Port unreachable, about a packet. */
export const unreachable =
	(quoted: (ends: Ends, probe: Probe) => Uint8Array): Payload =>
	(ends, probe) => {
		const rest = bytes(zeroes(4), quoted(ends, probe));
		return isIpv6(ends.to)
			? { protocol: ICMPV6, data: icmpv6(ends, 1, rest, 4) }
			: { protocol: ICMP, data: icmp(3, 3, rest) };
	};
/** Port unreachable, about a packet that was never there. */
export const unreachableOfNothing: Payload = unreachable(({ from, to }, probe) => {
	const ends = { from: to, to: from };
	return packet(ends, UDP, udp(ends, { sport: 53, dport: probe.sport }, probe.tag));
});

/** Two fragments of a datagram; or one of them alone. */
export const fragments =
	(role: Role, to: string, which: "both" | "first" | "last" = "both", dport = 7): Sends =>
	(stage, probe) => {
		const ends = { from: addressOf(role, to), to };
		const whole = udp(ends, { sport: probe.sport, dport }, bytes(probe.tag, zeroes(8), probe.tag));
		const part = (offset: number, more: boolean, data: Uint8Array) =>
			toHost(
				stage,
				role,
				to,
				isIpv6(to)
					? ipv6(
							{ ...ends, next: FRAGMENT, hops: 64 },
							bytes(fragmentHeader(UDP, offset, more, probe.sport & 0xff), data),
						)
					: ipv4({ ...ends, protocol: UDP, offset, more, id: probe.sport }, data),
			);
		const first = part(0, true, whole.subarray(0, 16));
		const last = part(2, false, whole.subarray(16));
		if (which === "both") return [first, last];
		return [which === "first" ? first : last];
	};
