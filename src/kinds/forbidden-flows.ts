import type { Forbids } from "../engine/flows.js";
import type { TapReport } from "../engine/report.js";
import type { State, TapEntry } from "../engine/state.js";
import { type Cidr, contains, formatAddress, parseCidr } from "../inet/cidr.js";
import { isLinkLocal } from "../inet/link-local.js";
import type { Flow, Kernel } from "../kernel/kernel.js";
import { parseEgress } from "../spec/egress.js";
import { RTM_GETADDR, RTM_NEWADDR } from "../uapi/if_addr.js";
import { IPPROTO_ICMP } from "../uapi/in.js";
import { IPPROTO_ICMPV6 } from "../uapi/in6.js";
import type { EgressLine } from "./egress-item.js";
import { type GuestPolicy, USUAL } from "./guest-policy.js";
import { reserved4, reserved6 } from "./ruleset/set/reserved.js";

const ranges = (set: {
	readonly elem: readonly { prefix: { addr: string; len: number } }[];
}): Cidr[] => set.elem.map(({ prefix: { addr, len } }) => parseCidr(`${addr}/${len}`));
const RESERVED = [...ranges(reserved4.set), ...ranges(reserved6.set)];
const GLOBAL6 = parseCidr("2000::/3");

const isIn = (all: readonly Cidr[], address: Uint8Array): boolean =>
	all.some((one) => one.address.length === address.length && contains(one, address));
const isGlobal = (address: Uint8Array): boolean =>
	!isIn(RESERVED, address) && (address.length === 4 || isIn([GLOBAL6], address));

/** What is said of a guest: of it alone, or of its network. */
function saidOf(state: State, tap: TapReport, what: GuestPolicy["what"]): string {
	const of =
		tap.bridge === undefined
			? [tap.name]
			: tap.guest.addresses.map((one) => `${tap.bridge}:${hostOf(one)}`);
	const keys = [...of.map((one) => `${what}:${one}`), `${what}:network:${tap.network}`];
	const found = keys.map((key) => state.entries.get(key)).find((one) => one !== undefined);
	return (found?.made as GuestPolicy | undefined)?.is ?? USUAL[what];
}
const hostOf = (cidr: string): string => formatAddress(parseCidr(cidr).address);

const PORTS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 };

function isListed(state: State, { keys }: TapEntry, { to, protocol, port }: Flow): boolean {
	return keys.some((key) => {
		const entry = state.entries.get(key);
		if (entry?.kind !== "egress") return false;
		const item = parseEgress((entry.made as EgressLine).item);
		if ("preset" in item || !isIn([item.cidr], to)) return false;
		const { ports } = item;
		if (ports === undefined) return true;
		const isPort = port >= ports.first && port <= ports.last;
		return isPort && ports.protocols.some((one) => PORTS[one] === protocol);
	});
}

function mayLeave(state: State, tap: TapEntry, flow: Flow): boolean {
	const egress = saidOf(state, tap.report, "egress");
	if (egress === "internet") return isGlobal(flow.to);
	if (egress === "list") return isListed(state, tap, flow);
	return egress !== "none";
}

const isPing = ({ protocol }: Flow): boolean =>
	protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6;

function mayReachHost(state: State, { report }: TapEntry, flow: Flow): boolean {
	const to = text(flow.to);
	const isNear = isLinkLocal(flow.to) || report.addresses.some((one) => hostOf(one) === to);
	// Addresses that the host has elsewhere are beyond the segment.
	if (!isNear && saidOf(state, report, "egress") !== "full") return false;
	const host = saidOf(state, report, "host");
	return host === "open" || (host === "services" && isPing(flow));
}

function mayReachGuest(state: State, from: TapEntry, to: TapEntry, flow: Flow): boolean {
	const [a, b] = [from.report, to.report];
	if (a.name === b.name || (a.bridge !== undefined && a.bridge === b.bridge)) return true;
	if (a.network !== b.network && state.entries.has(`reach:${a.network}:${b.network}`)) return true;
	const isAlone = saidOf(state, a, "egress") === "none";
	if (a.network === b.network && !isAlone && state.entries.has(`reach:${a.network}:${a.network}`))
		return true;
	// It was opened at an address of the host, which nothing but full includes.
	return isTranslated(flow) && saidOf(state, a, "egress") === "full";
}
const isTranslated = ({ to, answerer }: Flow): boolean => Buffer.compare(to, answerer) !== 0;

/**
 * What rules would let pass no more if it began now, of the flows from and to some taps: the same that the chains forward
 * and input say. It knows guests by their addresses; of whom no address is known, nothing is ended.
 */
export const forbiddenFlows: Forbids = (state, taps, kernel) => {
	const guests = new Map<string, TapEntry>();
	const hosts = new Set<string>();
	for (const tap of state.taps.values()) {
		for (const address of tap.report.guest.addresses) guests.set(hostOf(address), tap);
		for (const address of tap.report.addresses) hosts.add(hostOf(address));
	}
	let all: ReadonlySet<string> | undefined;
	const isOfHost = (address: Uint8Array): boolean => {
		if (hosts.has(text(address))) return true;
		all ??= addressesOf(kernel);
		return all.has(text(address));
	};
	return (flow) => {
		const from = guests.get(text(flow.from));
		const to = guests.get(text(flow.answerer));
		const isOurs = [from, to].some((one) => one !== undefined && taps.has(one.report.name));
		if (!isOurs) return false;
		if (from !== undefined && to !== undefined) return !mayReachGuest(state, from, to, flow);
		if (from !== undefined)
			return isOfHost(flow.to) ? !mayReachHost(state, from, flow) : !mayLeave(state, from, flow);
		if (to === undefined || isTranslated(flow) || isOfHost(flow.from)) return false;
		return saidOf(state, to.report, "inbound") === "published";
	};
};
/** Every address of the host, on whatever link: read when the first flow is seen that it matters for. */
const addressesOf = (kernel: Kernel): ReadonlySet<string> =>
	new Set(
		kernel
			.dump(RTM_GETADDR, RTM_NEWADDR, {})
			.map(({ IFA_LOCAL, IFA_ADDRESS }) => text(IFA_LOCAL ?? IFA_ADDRESS ?? NO_ADDRESS)),
	);
const NO_ADDRESS = new Uint8Array(0);
const text = (address: Uint8Array): string => (address.length === 0 ? "" : formatAddress(address));
