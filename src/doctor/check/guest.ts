import { cidrOf, contains, formatAddress, parseCidr } from "../../inet/cidr.js";
import { NUD_FAILED, NUD_INCOMPLETE } from "../../uapi/neighbour.js";
import { RTN_LOCAL } from "../../uapi/rtnetlink.js";
import { type Check, type Subject, stops, warns } from "../check.js";
import { guestOf, hostAddresses, segmentOf, uplinkPorts } from "../guest.js";
import { listensOn } from "../sockets.js";

const ANY = new Uint8Array(4);
const DHCP_SERVER = 67;
const hex = (mac: Uint8Array): string =>
	Buffer.from(mac)
		.toString("hex")
		.replace(/(..)(?!$)/g, "$1:");

/** Neighbours of the segment that have answered. */
function alive({ facts, tap }: Subject) {
	if (tap === undefined) return [];
	const segment = segmentOf(facts, tap);
	const learned = segment === tap ? undefined : facts.learned(segment.index, tap.index).map(hex);
	return facts
		.neighbours(segment.index)
		.filter(({ state, isProxy }) => !isProxy && (state & (NUD_FAILED | NUD_INCOMPLETE)) === 0)
		.filter(
			({ mac }) => mac !== undefined && (learned === undefined || learned.includes(hex(mac))),
		);
}

/** Whether the guest and the host have the same address, a mistake that is hard to find. */
export const guestAddress: Check = {
	check: "guest address",
	of: "tap",
	run(subject) {
		const { facts, tap, name = "" } = subject;
		if (tap === undefined) return [];
		const given = (facts.ours(name)?.guest.addresses ?? []).map((text) => parseCidr(text).address);
		const own = given.filter((address) => facts.route({ destination: address }).type === RTN_LOCAL);
		return own.map((address) =>
			stops({
				code: "FINDING_GUEST_ADDRESS",
				message: `the guest's address ${formatAddress(address)} is an address of the host: the host keeps for itself what is for the guest`,
				evidence: [`route to ${formatAddress(address)}: local`],
				remedy: `umlnet-nl status ${name}`,
			}),
		);
	},
};

/** Whether the guest uses the address that it was given. */
export const guestDiffers: Check = {
	check: "guest's own address",
	of: "tap",
	run(subject) {
		const { facts, tap, name = "" } = subject;
		const given = (facts.ours(name)?.guest.addresses ?? []).map((text) => parseCidr(text).address);
		if (tap === undefined) return [];
		const segment = segmentOf(facts, tap);
		const host = hostAddresses(facts, segment, 4);
		const seen = alive(subject).filter(({ address }) => address.length === 4);
		const wanted = given.filter(({ length }) => length === 4);
		const isGiven = (address: Uint8Array): boolean =>
			wanted.some((one) => Buffer.compare(one, address) === 0);
		if (wanted.length > 0 && seen.length > 0 && !seen.some(({ address }) => isGiven(address))) {
			const [first] = seen;
			const found = formatAddress(first?.address ?? ANY);
			return [
				stops({
					code: "FINDING_GUEST_DIFFERS",
					message: `the guest uses ${found}, and was given ${wanted.map(formatAddress).join(", ")}`,
					evidence: [`neighbour ${found} dev ${segment.name}`],
					remedy: `umlnet-nl status ${name}`,
				}),
			];
		}
		const stray = seen.find(
			({ address }) => host.length > 0 && !host.some((one) => contains(one, address)),
		);
		if (stray === undefined || isGiven(stray.address)) return [];
		return [
			warns({
				code: "FINDING_GUEST_DIFFERS",
				message: `a machine with ${formatAddress(stray.address)} is behind ${name}, outside of the host's networks there`,
				evidence: host.map(
					({ address, prefix }) => `address ${cidrOf(address, prefix).text} dev ${segment.name}`,
				),
			}),
		];
	},
};

/** Whether another machine has the guest's address. */
export const duplicate: Check = {
	check: "duplicate address",
	of: "tap",
	run({ facts, tap, name = "" }) {
		if (tap === undefined) return [];
		const guest = guestOf(facts, tap, 4, []);
		const mac = facts.ours(name)?.guest.mac;
		if (guest === undefined) return [];
		const { segment, address } = guest;
		const known = facts
			.neighbours(segment.index)
			.find((one) => !one.isProxy && Buffer.compare(one.address, address) === 0);
		if (known?.mac === undefined || (known.state & (NUD_FAILED | NUD_INCOMPLETE)) !== 0) return [];
		const text = formatAddress(address);
		const port = segment === tap ? undefined : facts.portOf(segment.index, known.mac);
		const isElsewhere = port !== undefined && port !== tap.index && facts.ours(name) !== undefined;
		if (!isElsewhere && (mac === undefined || hex(known.mac) === mac)) return [];
		const place = isElsewhere
			? `behind ${facts.link(port)?.name}`
			: `with the MAC address ${hex(known.mac)}`;
		return [
			stops({
				code: "FINDING_DUPLICATE_ADDRESS",
				message: `another machine ${place} has the guest's address ${text}`,
				evidence: [`neighbour ${text} dev ${segment.name} lladdr ${hex(known.mac)}`],
				remedy: `ip neighbour delete ${text} dev ${segment.name}`,
			}),
		];
	},
};

/** Whether the guest has ever sent anything: from outside, a missing route or address in the guest looks the same. */
export const silent: Check = {
	check: "packets of the guest",
	of: "tap",
	run({ facts, tap, name = "" }) {
		if (tap === undefined || !tap.hasCarrier || !tap.isUp) return [];
		const counts = facts.counts(tap.index);
		if (counts === undefined || counts.received > 0) return [];
		return [
			stops({
				code: "FINDING_GUEST_SILENT",
				message: `no packet of the guest ever came: it has no address, no route, or its interface is down`,
				evidence: [`link ${name}: RX 0 packets`],
				remedy: `umlnet-nl status ${name}`,
			}),
		];
	},
};

/** Whether a guest without an address asks for one and nobody answers. */
export const dhcp: Check = {
	check: "DHCP",
	of: "tap",
	run(subject) {
		const { facts, tap, name = "" } = subject;
		if (tap === undefined || !tap.hasCarrier) return [];
		// A guest that was given an address need not ask for one.
		if ((facts.ours(name)?.guest.addresses.length ?? 0) > 0) return [];
		const segment = segmentOf(facts, tap);
		if (segment !== tap && uplinkPorts(facts, segment).length > 0) return [];
		const isSending = (facts.counts(tap.index)?.received ?? 0) > 0;
		if (!isSending || alive(subject).some(({ address }) => address.length === 4)) return [];
		if (facts.neighbours(segment.index).some(({ address }) => address.length === 4)) return [];
		if (listensOn(facts, "udp", ANY, DHCP_SERVER) !== false) return [];
		return [
			stops({
				code: "FINDING_DHCP_UNANSWERED",
				message: `the guest sends and has no address yet: if it asks for one by DHCP, nobody answers on ${segment.name}`,
				evidence: [`neighbours of ${segment.name}: none`, "no socket is bound to port 67/udp"],
				remedy: `umlnet-nl status ${name}`,
			}),
		];
	},
};
