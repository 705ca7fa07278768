import { formatAddress, parseAddress } from "../../inet/address.js";
import { type cidrOf, contains } from "../../inet/cidr.js";
import type { Finding, WhyQuery, WhyReport } from "../../service/diagnosis.js";
import { type Check, type Subject, stops, warns } from "../check.js";
import type { Facts, PublishedFact } from "../facts.js";
import { guestOf, hostAddresses, next } from "../guest.js";
import type { Entry, Guest } from "../stage/way.js";
import { ask, EPHEMERAL, SOME_MAC } from "../why.js";

/** Where a connection to a published port comes from. */
interface Caller {
	/** The place in words: `from beyond eth1`, `from the host itself`. */
	readonly place: string;
	readonly entry: Entry;
	readonly source: Uint8Array;
	/** The address of the host that it is made to. */
	readonly destination: Uint8Array;
}

const isLoopback = (address: Uint8Array): boolean => address.length === 4 && address[0] === 127;

/** A neighbour of the uplink: the router if it is behind it, else whoever may have the next address. */
function neighbour(facts: Facts, uplink: number, own: readonly ReturnType<typeof cidrOf>[]) {
	const [first] = own;
	if (first === undefined) return undefined;
	const far = parseAddress(first.address.length === 4 ? "9.9.9.9" : "2620:fe::fe");
	const { gateway, output } = facts.route({ destination: far });
	const isBehind = output === uplink && gateway !== undefined;
	return isBehind && own.some((one) => contains(one, gateway)) ? gateway : next(first);
}

/** Who has to reach a port: a machine beyond the uplink, and the host itself. */
function callersOf(
	facts: Facts,
	{ ours }: Guest,
	host: string | undefined,
	length: number,
): Caller[] {
	const uplink = ours?.uplink === undefined ? undefined : facts.linkNamed(ours.uplink);
	const own = uplink === undefined ? [] : hostAddresses(facts, uplink, length);
	const destination = host === undefined ? own[0]?.address : parseAddress(host);
	if (destination === undefined) return [];
	const callers: Caller[] = [];
	const source = uplink && neighbour(facts, uplink.index, own);
	if (uplink !== undefined && source !== undefined && !isLoopback(destination))
		callers.push({
			place: `from beyond ${uplink.name}`,
			entry: { link: uplink },
			source,
			destination,
		});
	callers.push({ place: "from the host itself", entry: "local", source: destination, destination });
	return callers;
}

/** A packet that no rule has translated ends at the host: before its input rules, or at its sockets. */
const isUntranslated = ({ way }: WhyReport): boolean =>
	way.some(({ stage }) => stage === "input" || stage === "host");

function look(subject: Subject, published: PublishedFact, length: number): readonly Finding[] {
	const { facts, tap } = subject;
	const { protocol, ports, host } = published;
	const guest = tap && guestOf(facts, tap, length, []);
	if (guest === undefined || protocol === "sctp") return [];
	return callersOf(facts, guest, host, length).flatMap(({ place, entry, source, destination }) => {
		const address = formatAddress(destination);
		const query: WhyQuery = {
			tap: guest.tap.name,
			direction: "from",
			address,
			port: ports.first,
			protocol,
		};
		const sent = {
			source,
			destination,
			protocol,
			sourcePort: EPHEMERAL,
			destinationPort: ports.first,
			isAnswer: false,
			fromMac: SOME_MAC,
			// The answer comes from where the packet has arrived.
			toMac: guest.mac,
		};
		const report = ask(query, { facts, guest, sent, entry }, []);
		const what = `port ${ports.first}/${protocol} of ${address}, ${place}`;
		if (isUntranslated(report))
			return [
				stops({
					code: "FINDING_NOT_PUBLISHED",
					message: `${what}, does not lead to the guest: no rule translates it`,
					evidence: report.way.map(({ stage, message }) => `${stage}: ${message}`),
					remedy: "umlnet-nl status --verify",
				}),
			];
		const { finding } = report;
		if (finding === undefined) return [];
		const evidence = [...finding.evidence, what];
		// What stops all packets is found on other ways as well, in the same words.
		if (finding.rule === undefined) return [{ ...finding, evidence }];
		const told = { ...finding, evidence, message: `${what}: ${finding.message}` };
		return [finding.rule.owner === "umlnet-nl" ? warns(told) : told];
	});
}

const portsOf = ({ guestPorts: { first, last }, protocol }: PublishedFact): string =>
	`${first === last ? first : `${first}-${last}`}/${protocol}`;

/**
 * The ways to the ports that the guest publishes, the first of each range: from beyond the uplink and from the host. SCTP
 * is not followed.
 */
export const toPublished: Check = {
	check: "ways to published ports",
	of: "tap",
	run(subject) {
		const { facts, name = "" } = subject;
		const ours = facts.ours(name);
		const publish = ours?.publish ?? [];
		const given = (ours?.guest.addresses ?? []).map((text) => (text.includes(":") ? 16 : 4));
		const found = publish.flatMap((one) =>
			([4, 16] as const)
				.filter((length) => given.includes(length))
				.filter((length) => one.family === undefined || (one.family === 4) === (length === 4))
				.flatMap((length) => look(subject, one, length)),
		);
		if (found.length > 0 || publish.length === 0) return found;
		const ports = publish.map(portsOf).join(", ");
		return [
			warns({
				code: "FINDING_GUEST_PORTS",
				message: `published ports lead to the guest; whether a program there listens on ${ports} cannot be seen from outside`,
				evidence: [`publish: ${ports}`],
				remedy: `umlnet-nl trace ${name} port ${publish[0]?.guestPorts.first}`,
			}),
		];
	},
};
