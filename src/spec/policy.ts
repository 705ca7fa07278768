import type { Cidr } from "../inet/cidr.js";
import type { Draft, DraftNetwork, DraftTap } from "./draft.js";
import type { Egress } from "./egress.js";
import type { Issues } from "./issues.js";
import type { Placed } from "./reading.js";
import { suggestion } from "./suggestion.js";
import { type Path, quote } from "./tree.js";

/** Whom guests may reach, and who may reach them: what cannot be so, or would mean nothing. */
export function checkPolicies(draft: Draft, issues: Issues): void {
	for (const network of draft.networks.values()) {
		checkReaches(network, draft, issues);
		checkInbound(network, issues);
		checkBridged(network.egress?.[0]?.value.text, [...network.path, "egress"], network, issues);
	}
	for (const tap of draft.taps.values()) checkTap(tap, draft, issues);
}

function checkReaches({ name, path, reaches }: DraftNetwork, draft: Draft, issues: Issues): void {
	for (const [i, other] of reaches.entries()) {
		const at = [...path, "reaches", i];
		if (other === name)
			issues.add(at, "is the network itself", "its guests reach each other unless isolation is on");
		else if (reaches.indexOf(other) !== i) issues.add(at, `${quote(other)} is given twice`);
		else if (draft.networkNames !== undefined && !draft.networkNames.has(other))
			issues.add(
				at,
				`${quote(other)} is none of the networks`,
				suggestion(other, draft.networkNames) ?? "a network that is named here is described here",
			);
	}
}

function checkInbound({ path, inbound, mode }: DraftNetwork, issues: Issues): void {
	if (inbound !== "published" || mode === undefined) return;
	if (mode === "nat" || mode === "routed") return;
	issues.add(
		[...path, "inbound"],
		mode === "bridged"
			? "cannot be had in mode bridged: others on that Ethernet reach the guests without the host"
			: "has no use: in mode host-only nothing is beyond an uplink",
	);
}

/** What a bridge switches to other machines does not pass the host's rules. */
function checkBridged(
	egress: string | undefined,
	path: Path,
	{ mode, bridge }: DraftNetwork,
	issues: Issues,
): void {
	if (mode === "bridged" && egress !== undefined && egress !== "full")
		issues.add(
			path,
			`cannot be had in mode bridged: ${bridge ?? "the bridge"} switches what guests send, and the host does not see it as a router`,
			"mode nat or routed, with the same bridge",
		);
}

function checkTap(
	{ path, network: name = "", egress, host, guest }: DraftTap,
	draft: Draft,
	issues: Issues,
): void {
	const network = draft.networks.get(name);
	if (network === undefined) return;
	checkBridged(egress?.[0]?.value.text, [...path, "egress"], network, issues);
	checkListed(egress ?? [], guest.addresses, issues);
	if (guest.addresses.length > 0) return;
	checkShared(path, network, issues);
	const isListed = egress?.some(({ value }) => !("preset" in value));
	if (network.bridge === undefined && !isListed) return;
	const needed =
		network.bridge === undefined
			? "needs the guest's addresses: what is listed for one guest goes by them"
			: `needs the guest's addresses: they tell it from others on ${network.bridge}`;
	const said = { egress, host: network.bridge === undefined ? undefined : host };
	for (const [key, value] of Object.entries(said))
		if (value !== undefined && !issues.has([...path, key]))
			issues.add([...path, key], needed, "guest: { addresses: [...] }");
}

/** On a bridge that leads to a LAN, what is said of all guests is said of each by its addresses. */
function checkShared(
	tap: Path,
	{ mode, bridge, uplink, host = "open" }: DraftNetwork,
	issues: Issues,
): void {
	if (mode !== "bridged" || uplink === undefined || host === "open") return;
	issues.addMissing(
		[...tap, "guest", "addresses"],
		`are missing: they tell the guest from other machines on ${bridge}, and host goes by them there`,
		"guest: { addresses: [...] }, or no uplink",
	);
}

/** What is listed for one guest goes by its addresses, of which those of another family send nothing there. */
function checkListed(
	egress: readonly Placed<Egress>[],
	guest: readonly Placed<Cidr>[],
	issues: Issues,
): void {
	if (guest.length === 0) return;
	for (const { value, path } of egress) {
		if ("preset" in value) continue;
		const { family } = value.cidr;
		if (!guest.some((own) => own.value.family === family))
			issues.add(
				path,
				`${value.text} cannot be reached: the guest has no IPv${family} address here`,
				"say it in guest.addresses, or leave it out",
			);
	}
}
