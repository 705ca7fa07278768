import type { Draft, DraftNetwork, DraftTap } from "./draft.js";
import type { Issues } from "./issues.js";
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
	if (guest.addresses.length > 0) return;
	const isListed = egress?.some(({ value }) => !("preset" in value));
	if (network.bridge === undefined && !isListed) return;
	const needed =
		network.bridge === undefined
			? "needs the guest's addresses: what is listed for one guest goes by them"
			: `needs the guest's addresses: they tell it from others on ${network.bridge}`;
	const said = { egress, host: network.bridge === undefined ? undefined : host };
	for (const [key, value] of Object.entries(said))
		if (value !== undefined) issues.add([...path, key], needed, "guest: { addresses: [...] }");
}
