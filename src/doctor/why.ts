import { formatAddress, parseAddress } from "../inet/cidr.js";
import { type Choices, explore } from "../nftables/machine/choices.js";
import { answering } from "../nftables/machine/hook.js";
import { Packet } from "../nftables/machine/packet.js";
import type { PacketReport, StageReport, WhyQuery, WhyReport } from "../service/diagnosis.js";
import { PACKET_HOST } from "../uapi/if_packet.js";
import { RTN_LOCAL } from "../uapi/rtnetlink.js";
import type { Facts, LinkFact } from "./facts.js";
import { frameOf, type Sent } from "./frame.js";
import { guestOf, hostIsGateway, isOnLink, uplinkPorts } from "./guest.js";
import { walk } from "./stage/leg.js";
import { type Entry, type Guest, stopped, type Way } from "./stage/way.js";
import { worldOf } from "./world.js";

/** A port that the kernel might choose for a connection. */
export const EPHEMERAL = 40_000;
export const SOME_MAC = Uint8Array.of(2, 0, 0, 0, 0, 0xfe);

/** A query, with everything that follows from it. */
export interface Question {
	readonly facts: Facts;
	readonly guest: Guest;
	readonly sent: Sent;
	readonly entry: Entry;
}

/** Where a frame goes that arrives on a port of a bridge: to another port, or to the host itself. */
function bridgedTo(
	{ facts, guest }: Question,
	entry: Entry,
	destination: Uint8Array,
): Way["bridgedTo"] {
	const { segment, tap } = guest;
	if (entry === "local" || segment.index === tap.index) return undefined;
	if (entry.link.master !== segment.index) return undefined;
	const isGuests = Buffer.compare(destination, guest.address) === 0;
	const isHosts = facts.route({ destination }).type === RTN_LOCAL;
	if (entry.link.index !== tap.index) return isGuests ? tap : undefined;
	if (isHosts && (isOnLink(guest, destination) || hostIsGateway(facts, guest))) return undefined;
	if (!isOnLink(guest, destination) && hostIsGateway(facts, guest)) return undefined;
	return portTowards(facts, guest, destination);
}

function portTowards(facts: Facts, guest: Guest, destination: Uint8Array): LinkFact | "flood" {
	const { segment, tap } = guest;
	const { gateway } = facts.route({ destination });
	const next = isOnLink(guest, destination) ? destination : (gateway ?? destination);
	const mac = facts
		.neighbours(segment.index)
		.find((one) => Buffer.compare(one.address, next) === 0)?.mac;
	const port = mac === undefined ? undefined : facts.portOf(segment.index, mac);
	const known =
		port === undefined || port === segment.index || port === tap.index
			? undefined
			: facts.link(port);
	// For another guest of ours it is known which tap it is behind.
	const other = facts
		.ports(segment.index)
		.find(({ name }) =>
			facts.ours(name)?.guest.addresses.some((text) => text.startsWith(`${formatAddress(next)}/`)),
		);
	const found = known ?? other;
	if (found !== undefined) return found;
	const [uplink, ...others] = uplinkPorts(facts, segment);
	return uplink !== undefined && others.length === 0 ? uplink : "flood";
}

/** The interface on which packets from an address arrive. */
function entryFrom(facts: Facts, guest: Guest, address: Uint8Array): Entry {
	const found = facts.route({ destination: address });
	if (found.type === RTN_LOCAL) return "local";
	const link = found.output === undefined ? undefined : facts.link(found.output);
	if (link === undefined) return "local";
	return {
		link: link.kind === "bridge" ? portFrom(facts, guest, link, found.gateway ?? address) : link,
	};
}

function portFrom(facts: Facts, guest: Guest, bridge: LinkFact, next: Uint8Array): LinkFact {
	if (bridge.index === guest.segment.index) {
		const port = portTowards(facts, guest, next);
		return port === "flood" ? bridge : port;
	}
	const mac = facts
		.neighbours(bridge.index)
		.find((one) => Buffer.compare(one.address, next) === 0)?.mac;
	const port = mac === undefined ? undefined : facts.portOf(bridge.index, mac);
	const known = port === undefined || port === bridge.index ? undefined : facts.link(port);
	return known ?? uplinkPorts(facts, bridge)[0] ?? bridge;
}

function wayOf(
	question: Question,
	choices: Choices,
	entry: Entry,
	sent: Sent,
	dependsOn: string[],
): Way {
	const { facts, guest } = question;
	const packet = new Packet(frameOf(sent), PACKET_HOST, undefined);
	if (entry === "local") {
		packet.hasLinkHeader = false;
		packet.isLocal = true;
	}
	const target = bridgedTo(question, entry, sent.destination);
	const { isAnswer } = sent;
	return {
		facts,
		guest,
		choices,
		entry,
		isAnswer,
		packet,
		bridgedTo: target,
		dependsOn,
		world: worldOf(facts),
	};
}

interface Followed {
	readonly way: readonly StageReport[];
	readonly back: readonly StageReport[];
	readonly arrives: boolean;
	readonly dependsOn: readonly string[];
}

/** Where the answer enters, and its packet: the arrived packet in the other direction. */
function answerOf({ sent, guest, entry: first }: Question, way: Way): readonly [Entry, Sent] {
	const { packet, output, bridgedTo: port } = way;
	const answer: Sent = {
		...sent,
		source: packet.destination,
		destination: packet.source,
		sourcePort: packet.destinationPort,
		destinationPort: packet.sourcePort,
		isAnswer: true,
		fromMac: sent.toMac,
		toMac: sent.fromMac,
	};
	const left = port === "flood" ? undefined : (port ?? output);
	// The host itself answers what ended here.
	if (left === undefined) return [port === "flood" ? { link: guest.segment } : "local", answer];
	// The host's own packets come back to the host.
	return [
		first === "local" || left.index !== guest.tap.index ? { link: left } : { link: guest.tap },
		answer,
	];
}

/** Rules of iptables-legacy are in no listing of nf_tables, and may drop what all others let pass. */
function legacyRules(facts: Facts, { source }: Sent): string[] {
	const file = source.length === 4 ? "ip_tables_names" : "ip6_tables_names";
	const names = (facts.file(`/proc/thread-self/net/${file}`) ?? "").split("\n").filter(Boolean);
	return names.length === 0
		? []
		: [`what the rules of iptables-legacy say, in ${names.join(", ")}`];
}

function follow(question: Question, choices: Choices): Followed {
	const dependsOn = legacyRules(question.facts, question.sent);
	const way: StageReport[] = [];
	const back: StageReport[] = [];
	const first = wayOf(question, choices, question.entry, question.sent, dependsOn);
	if (!walk(first, way)) return { way, back, arrives: false, dependsOn };
	if (first.bridgedTo === "flood") {
		dependsOn.push("behind which port of the bridge its destination is, and whether it answers");
		return { way, back, arrives: true, dependsOn };
	}
	const [entry, sent] = answerOf(question, first);
	const answer = wayOf(question, choices, entry, sent, dependsOn);
	if (first.packet.connection !== undefined)
		answer.packet.connection = answering(first.packet.connection);
	answer.packet.isUntracked = first.packet.isUntracked;
	return { way, back, arrives: walk(answer, back), dependsOn };
}

const reportOf = ({ source, destination, protocol, destinationPort }: Sent): PacketReport => ({
	source: formatAddress(source),
	destination: formatAddress(destination),
	protocol: protocol === "icmp" && source.length === 16 ? "icmpv6" : protocol,
	...(protocol !== "icmp" && { port: destinationPort }),
});

/** A query that cannot be answered: there is no such tap, or no address of its guest is known. */
function refused(query: WhyQuery, report: StageReport, assumed: readonly string[]): WhyReport {
	const { tap, direction = "to", address, protocol = "icmp", port } = query;
	return {
		tap,
		direction,
		packet: { source: "", destination: address, protocol, ...(port !== undefined && { port }) },
		arrives: false,
		way: [report],
		back: [],
		finding: report.finding,
		dependsOn: [],
		assumed,
	};
}

/** The path of one packet, and of its answer. @throws AddressError, KernelError */
export function why(facts: Facts, query: WhyQuery): WhyReport {
	const { tap: name, direction = "to", port } = query;
	const other = parseAddress(query.address);
	const protocol = query.protocol ?? (port === undefined ? "icmp" : "tcp");
	const assumed: string[] = [];
	const tap = facts.linkNamed(name);
	if (tap === undefined)
		return refused(
			query,
			stopped("tap", {
				code: "FINDING_TAP_ABSENT",
				message: `there is no interface ${name}`,
				remedy: facts.ours(name) === undefined ? undefined : "umlnet-nl status",
			}),
			assumed,
		);
	const guest = guestOf(facts, tap, other.length, assumed);
	if (guest === undefined)
		return refused(
			query,
			stopped("tap", {
				code: "FINDING_NO_ADDRESS",
				message: `neither the host nor the guest has an address of IPv${other.length === 4 ? 4 : 6} on ${name}`,
				device: name,
			}),
			assumed,
		);
	const isTo = direction === "to";
	const entry: Entry = isTo ? { link: tap } : entryFrom(facts, guest, other);
	const sent: Sent = {
		source: isTo ? guest.address : other,
		destination: isTo ? other : guest.address,
		protocol,
		sourcePort: protocol === "icmp" ? 0 : EPHEMERAL,
		destinationPort: port ?? 0,
		isAnswer: false,
		fromMac: isTo ? guest.mac : SOME_MAC,
		toMac: isTo ? guest.segment.mac : guest.mac,
	};
	return ask(query, { facts, guest, sent, entry }, assumed);
}

/** Follow a packet on all of its ways, and its answer. */
export function ask(query: WhyQuery, question: Question, assumed: readonly string[]): WhyReport {
	const { ways, isComplete } = explore((choices) => follow(question, choices));
	const [{ result, assumptions }] = ways;
	const others = ways.slice(1).filter(({ result: other }) => other.arrives !== result.arrives);
	const last = [...result.way, ...result.back].at(-1);
	const deciding = others.flatMap(({ assumptions: all }) => all.map(({ on }) => on));
	const depends = assumptions.map(({ on }) => on).filter((on) => deciding.includes(on));
	return {
		tap: query.tap,
		direction: query.direction ?? "to",
		packet: reportOf(question.sent),
		arrives: result.arrives,
		way: result.way,
		back: result.back,
		...(!result.arrives && { finding: last?.finding }),
		dependsOn: [
			...new Set([
				...depends,
				...result.dependsOn,
				...(isComplete ? [] : ["more than could be followed in all combinations"]),
			]),
		],
		assumed,
	};
}
