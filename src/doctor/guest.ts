import { type Cidr, cidrOf, contains, formatAddress, parseCidr } from "../inet/cidr.js";
import { NUD_FAILED, NUD_INCOMPLETE } from "../uapi/neighbour.js";
import type { Facts, LinkFact, OurTap } from "./facts.js";
import type { Guest } from "./stage/way.js";

/** The MAC address of a guest whose own is unknown. */
const SOME_MAC = Uint8Array.of(0x52, 0x54, 0, 0, 0, 1);

/** The bridge that a tap is a port of, or the tap itself: the interface with the host's side of the segment. */
export function segmentOf(facts: Facts, tap: LinkFact): LinkFact {
	const master = tap.master === undefined ? undefined : facts.link(tap.master);
	return master?.kind === "bridge" ? master : tap;
}

/** The addresses of the host on a segment, for one IP version. */
export const hostAddresses = (facts: Facts, segment: LinkFact, length: number): Cidr[] =>
	facts
		.addresses(segment.index)
		.filter(({ address }) => address.length === length && !isLinkLocal(address))
		.map(({ address, prefix }) => cidrOf(address, prefix));

const isLinkLocal = (address: Uint8Array): boolean =>
	address[0] === 0xfe && (address[1] ?? 0) >> 6 === 2;

/** The neighbours of a segment that have answered and may be the guest of the tap. */
function neighbours(facts: Facts, tap: LinkFact, segment: LinkFact, length: number) {
	const known = facts
		.neighbours(segment.index)
		.filter(
			({ address, isProxy }) => address.length === length && !isProxy && !isLinkLocal(address),
		);
	if (segment.index === tap.index) return known;
	const learned = facts
		.learned(segment.index, tap.index)
		.map((mac) => Buffer.from(mac).toString("hex"));
	return known.filter(
		({ mac }) => mac !== undefined && learned.includes(Buffer.from(mac).toString("hex")),
	);
}

/** The address after another one in its network, which a guest most probably has. */
export function next({ address }: Cidr): Uint8Array {
	const last = address.length - 1;
	const own = address[last] ?? 0;
	return address.with(last, own === 0xfe ? own - 1 : own + 1);
}

const given = (ours: OurTap | undefined, length: number): Cidr | undefined =>
	ours?.guest.addresses
		.map((text) => parseCidr(text))
		.find(({ address }) => address.length === length && !isLinkLocal(address));

/** What is known about the guest of a tap; undefined if not even an address can be guessed. */
export function guestOf(
	facts: Facts,
	tap: LinkFact,
	length: number,
	assumed: string[],
): Guest | undefined {
	const segment = segmentOf(facts, tap);
	const ours = facts.ours(tap.name);
	const host = hostAddresses(facts, segment, length);
	const seen = neighbours(facts, tap, segment, length);
	const alive = seen.filter(({ state }) => (state & (NUD_FAILED | NUD_INCOMPLETE)) === 0);
	const wanted = given(ours, length);
	const [first] = host;
	const address = wanted?.address ?? alive[0]?.address ?? (first && next(first));
	if (address === undefined) return undefined;
	if (wanted === undefined && alive.length === 0)
		assumed.push(
			`that the guest has the address ${formatAddress(address)}: nobody said one, and none was seen`,
		);
	const around = host.find((one) => contains(one, address));
	const mac = ours?.guest.mac === undefined ? undefined : parseMac(ours.guest.mac);
	const known = seen.find((one) => Buffer.compare(one.address, address) === 0)?.mac;
	const learned =
		segment.index === tap.index ? undefined : facts.learned(segment.index, tap.index)[0];
	return {
		tap,
		segment,
		address,
		prefix: wanted?.prefix ?? around?.prefix,
		mac: mac ?? known ?? learned ?? SOME_MAC,
		ours,
	};
}

const parseMac = (text: string): Uint8Array =>
	Uint8Array.from(Buffer.from(text.replaceAll(":", ""), "hex"));

/** Whether an address is in the guest's own network. */
export const isOnLink = ({ address, prefix }: Guest, other: Uint8Array): boolean =>
	prefix !== undefined &&
	address.length === other.length &&
	contains(cidrOf(address, prefix), other);

/**
 * Whether the guest sends packets for other networks through the host. On a bridge with an uplink, its gateway is the
 * router of the LAN, unless the spec says otherwise.
 */
export function hostIsGateway(facts: Facts, { segment, tap, ours, address }: Guest): boolean {
	if (segment.index === tap.index) return true;
	if (ours !== undefined && ours.mode !== "bridged") return true;
	if (hostAddresses(facts, segment, address.length).length === 0) return false;
	return uplinkPorts(facts, segment).length === 0;
}

/** Ports of a bridge behind which there are other machines than guests. */
export const uplinkPorts = (facts: Facts, { index }: LinkFact): LinkFact[] =>
	facts.ports(index).filter(({ kind }) => kind !== "tun");
