import { formatAddress } from "../inet/cidr.js";
import type { Draft, DraftNetwork, DraftTap } from "./draft.js";
import { checkGuests } from "./guests.js";
import type { Issues } from "./issues.js";
import { checkLinks } from "./links.js";
import { checkPolicies } from "./policy.js";
import { checkPublished } from "./published.js";
import { checkMtus, segmentsOf } from "./segments.js";
import { checkSubnets } from "./subnets.js";
import { suggestion } from "./suggestion.js";
import { quote } from "./tree.js";

/** Check how values relate to each other: everything about a spec that a single value does not show. */
export function checkDraft(draft: Draft, issues: Issues): void {
	for (const network of draft.networks.values()) checkMode(network, issues);
	for (const tap of draft.taps.values()) {
		checkMembership(tap, draft, issues);
		checkConnections(tap, draft, issues);
		checkGuard(tap, draft, issues);
	}
	checkLinks(draft, issues);
	checkPolicies(draft, issues);
	const segments = segmentsOf(draft);
	for (const segment of segments) checkMtus(segment, issues);
	checkSubnets(segments, issues);
	checkGuests(draft, segments, issues);
	checkPublished(draft, issues);
}

/** Check what each mode requires and excludes. */
function checkMode(network: DraftNetwork, issues: Issues): void {
	const { mode, path } = network;
	if (mode === "bridged" && network.bridge === undefined)
		issues.addMissing([...path, "bridge"], "is missing: mode bridged makes the taps ports of it");
	if (mode === "nat" && network.uplink === undefined)
		issues.addMissing([...path, "uplink"], "is missing: mode nat sends traffic out there");
	if (mode === "host-only" && network.uplink !== undefined)
		issues.add(
			[...path, "uplink"],
			"has no use: in mode host-only nothing leaves the host",
			"nat or routed send traffic out there, bridged makes it a port",
		);
	if (mode === "host-only" && network.forwarding === "global")
		issues.add([...path, "forwarding"], "has no use: in mode host-only nothing is forwarded");
	checkIpv6(network, issues);
	checkProxyNeighbours(network, issues);
	if (mode !== undefined && mode !== "nat" && network.snatTo.length > 0)
		issues.add([...path, "snatTo"], `has no use: mode ${mode} does not translate addresses`);
}

/** Check the IPv6 setting against the mode and the addresses for source NAT. */
function checkIpv6({ mode, ipv6, snatTo, path }: DraftNetwork, issues: Issues): void {
	if (ipv6 === undefined || mode === undefined) return;
	const place = [...path, "ipv6"];
	if (mode === "bridged" || mode === "host-only")
		issues.add(place, `has no use: in mode ${mode} the host forwards no packets`);
	else if (mode === "routed" && ipv6 === "nat")
		issues.add(place, "has no use: mode routed does not translate addresses", "mode nat does");
	if (mode !== "nat" || ipv6 !== "routed") return;
	const outside = snatTo.find(({ value }) => value.family === 6);
	if (outside !== undefined)
		issues.add(
			outside.path,
			`${formatAddress(outside.value.address)} has no use: with ipv6: routed that is not translated`,
		);
}

function checkProxyNeighbours(network: DraftNetwork, issues: Issues): void {
	const { mode, ipv6, uplink, proxyNeighbours, path } = network;
	if (!proxyNeighbours || mode === undefined) return;
	const place = [...path, "proxyNeighbours"];
	if (mode === "nat" && ipv6 !== "routed")
		issues.add(
			place,
			"has no use: in mode nat nobody beyond the uplink sees the guests' addresses",
			"mode routed, or ipv6: routed for IPv6 alone",
		);
	else if (mode === "bridged" || mode === "host-only")
		issues.add(place, `has no use: in mode ${mode} the host forwards no packets`);
	else if (uplink === undefined)
		issues.addMissing([...path, "uplink"], "is missing: proxyNeighbours answers there");
}

/** Who is held strictly to what is given of it: without that nothing it sends would pass. */
function checkGuard({ guard, guest, network, path }: DraftTap, draft: Draft, issues: Issues): void {
	if ((guard ?? draft.networks.get(network ?? "")?.guard) !== "strict") return;
	const why = "is missing: guard strict lets pass what comes from it, and nothing else";
	if (guest.mac === undefined)
		issues.addMissing(
			[...path, "guest", "mac"],
			why,
			"52:54:00:12:34:56, as the guest is given it",
		);
	if (guest.addresses.length === 0)
		issues.addMissing([...path, "guest", "addresses"], why, "guard basic asks for none");
}

/** A suggestion compares a name with all others, so only the first issues get one. */
const SUGGESTIONS = 50;

/** What the host tracks of a guest behind a bridge is told from what it tracks of the others by its MAC. */
function checkConnections(tap: DraftTap, draft: Draft, issues: Issues): void {
	const network = draft.networks.get(tap.network ?? "");
	const most = tap.limits?.connections ?? network?.limits?.connections;
	if (most === undefined || network?.bridge === undefined || tap.guest.mac !== undefined) return;
	issues.addMissing(
		[...tap.path, "guest", "mac"],
		"is missing: connections of a guest on a bridge are told from those of others by its MAC",
		"say it in guest.mac, or by --guest-mac; or leave out the limit of connections",
	);
}

function checkMembership(tap: DraftTap, draft: Draft, issues: Issues): void {
	if (tap.network === undefined || draft.networkNames === undefined) return;
	const network = draft.networks.get(tap.network);
	if (network === undefined && !draft.networkNames.has(tap.network)) {
		const hint =
			issues.count < SUGGESTIONS ? suggestion(tap.network, draft.networkNames) : undefined;
		issues.add([...tap.path, "network"], `${quote(tap.network)} is not one of the networks`, hint);
	}
	if (network?.bridge === undefined) return;
	// Repeating an address of the bridge is harmless; another one would be unreachable.
	const onBridge = new Set(network.addresses.map(({ value }) => value.text));
	for (const { value, path } of tap.addresses)
		if (!onBridge.has(value.text))
			issues.add(
				path,
				`${formatAddress(value.address)} cannot be on a port of a bridge: frames for it go to the bridge`,
				`put it into the addresses of network ${network.name}`,
			);
}
