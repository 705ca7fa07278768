import { AddressError, formatAddress, parseAddress } from "../../inet/address.js";
import type { Finding, WhyQuery, WhyReport } from "../../service/diagnosis.js";
import { type Check, type Subject, warns } from "../check.js";
import { guestOf, hostAddresses, segmentOf } from "../guest.js";
import { why } from "../why.js";

/** A host that everybody can reach: Quad9, whose addresses have been the same since 2017. Nothing is sent there. */
const WORLD = { 4: "9.9.9.9", 6: "2620:fe::fe" } as const;

/** What our own rules drop was asked for in the spec, and is reported as such. */
function findingOf({ finding }: WhyReport): readonly Finding[] {
	if (finding === undefined) return [];
	if (finding.rule?.owner !== "umlnet-nl") return [finding];
	return [warns({ ...finding, message: `${finding.message}, as the spec wants it` })];
}

function ask(subject: Subject, query: Omit<WhyQuery, "tap">): readonly Finding[] {
	if (subject.tap === undefined) return [];
	try {
		return findingOf(why(subject.facts, { tap: subject.tap.name, ...query }));
	} catch (error) {
		if (error instanceof AddressError) return [];
		throw error;
	}
}

/** The IP versions that the guest uses. */
function lengths({ facts, tap, name = "" }: Subject): readonly (4 | 16)[] {
	if (tap === undefined) return [];
	const ours = facts.ours(name);
	const hasIpv6 =
		ours?.guest.addresses.some((text) => text.includes(":") && !text.startsWith("fe80")) === true ||
		hostAddresses(facts, segmentOf(facts, tap), 16).length > 0;
	const hasIpv4 = guestOf(facts, tap, 4, []) !== undefined;
	return [...(hasIpv4 || !hasIpv6 ? [4 as const] : []), ...(hasIpv6 ? [16 as const] : [])];
}

const isHostOnly = ({ facts, name = "" }: Subject): boolean =>
	facts.ours(name)?.mode === "host-only";

/** The path to the router of the host, which is the first machine beyond the uplink. */
export const toRouter: Check = {
	check: "way to the router",
	of: "tap",
	run(subject) {
		if (isHostOnly(subject)) return [];
		return lengths(subject).flatMap((length) => {
			const world = WORLD[length === 4 ? 4 : 6];
			const { gateway } = subject.facts.route({ destination: parseAddress(world) });
			return gateway === undefined ? [] : ask(subject, { address: formatAddress(gateway) });
		});
	},
};

/** The path to a machine far away. */
export const toWorld: Check = {
	check: "way to the world",
	of: "tap",
	run(subject) {
		if (isHostOnly(subject)) return [];
		return lengths(subject).flatMap((length) =>
			ask(subject, { address: WORLD[length === 4 ? 4 : 6] }),
		);
	},
};

/** The path between the guest and the host's own address on the segment. */
function askHost(subject: Subject, direction?: WhyQuery["direction"]): readonly Finding[] {
	const { facts, tap } = subject;
	if (tap === undefined) return [];
	return lengths(subject).flatMap((length) => {
		const [host] = hostAddresses(facts, segmentOf(facts, tap), length);
		return host === undefined
			? []
			: ask(subject, { address: formatAddress(host.address), direction });
	});
}

/** The path to the host's own address on the segment. */
export const toHost: Check = {
	check: "way to the host",
	of: "tap",
	run: (subject) => askHost(subject),
};

/** The path from the host to the guest. */
export const fromHost: Check = {
	check: "way from the host",
	of: "tap",
	run: (subject) => askHost(subject, "from"),
};
