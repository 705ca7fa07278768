import type { Family } from "../attack.js";
import { ACK, bytes, DESTINATION, extension, ipv6, RST, SYN, UDP, udp } from "../frames.js";
import {
	addressOf,
	association,
	datagram,
	echo,
	fragments,
	isIpv6,
	other,
	type Payload,
	type Sends,
	segment,
	send,
	toHost,
	unreachableOfNothing,
} from "./frames.js";
import type { PolicyName, Role } from "./scene.js";

/** What somebody sends who is told not to. Nobody else may hear of it. */
export interface PolicyAttack {
	readonly name: string;
	readonly family: Family;
	readonly from: Role;
	readonly frames: Sends;
	/** What is said of the networks where it is one; all that forbids something where it says nothing. */
	readonly policies?: readonly PolicyName[];
	/** Who is on its own wire hears it in any case. */
	readonly onWire?: true;
	/** Where it is one. */
	readonly bridge?: boolean;
	/** Why it comes nowhere even where all is open. */
	readonly closed?: string;
	/** It is dropped of the guest all the same, and counted. */
	readonly counted?: true;
}

export const RESTRICTED = ["none", "internet", "list"] as const;
export const familyOf = (address: string): Family => (isIpv6(address) ? "IPv6" : "IPv4");
/** One row for each address. */
export const each = (
	addresses: readonly string[],
	row: (address: string) => Omit<PolicyAttack, "family">,
): PolicyAttack[] => addresses.map((address) => ({ family: familyOf(address), ...row(address) }));

/** Ways to begin without a beginning: what a filter that looks at states alone might take for an answer. */
export const STATES: readonly (readonly [name: string, what: Payload])[] = [
	["a datagram", datagram()],
	["a SYN", segment(SYN)],
	["an ACK without a SYN", segment(ACK)],
	["a SYN ACK that answers nothing", segment(SYN | ACK)],
	["a RST of nothing", segment(RST)],
	["a segment without flags", segment(0)],
	["an echo request", echo()],
	["an echo reply that answers nothing", echo("reply")],
	["port unreachable about a packet that never was", unreachableOfNothing],
	["an INIT of SCTP", association()],
	["a packet of an unknown protocol", other(253)],
	["a datagram from a port that looks like DNS", datagram(7, 53)],
	["a datagram from a port that is published", datagram(7, 80)],
];
export const everyWay = (
	from: Role,
	to: readonly string[],
	whom: string,
	more: Partial<PolicyAttack> = {},
): PolicyAttack[] => [
	...STATES.flatMap(([name, what]) =>
		each(to, (address) => ({
			name: `${name} from ${from} to ${whom}`,
			from,
			frames: send(from, address, what),
			...more,
		})),
	),
	...each(to, (address) => ({
		name: `fragments from ${from} to ${whom}`,
		from,
		frames: fragments(from, address),
		...more,
	})),
	...(["first", "last"] as const).flatMap((which) =>
		each(to, (address) => ({
			name: `the ${which} fragment alone from ${from} to ${whom}`,
			from,
			frames: fragments(from, address, which),
			closed: "a packet is put together before it goes on",
			...more,
		})),
	),
	{
		name: `a datagram behind destination options from ${from} to ${whom}`,
		family: "IPv6",
		from,
		frames: (stage, probe) => {
			const to6 = to.find(isIpv6) ?? "";
			const ends = { from: addressOf(from, to6), to: to6 };
			const data = bytes(extension(UDP), udp(ends, { sport: probe.sport, dport: 7 }, probe.tag));
			return [toHost(stage, from, to6, ipv6({ ...ends, next: DESTINATION, hops: 64 }, data))];
		},
		...more,
	},
];

/** Two of whom everybody may know. */
export const PUBLIC = ["9.9.9.9", "2620:fe::9"] as const;
export const isAttackUnder = ({ policies = RESTRICTED }: PolicyAttack, policy: PolicyName) =>
	(policies as readonly PolicyName[]).includes(policy);
