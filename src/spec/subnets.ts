import { compareAddresses } from "../inet/address.js";
import { type Cidr, contains, isSingle, network } from "../inet/cidr.js";
import type { DraftNetwork } from "./draft.js";
import type { Issues } from "./issues.js";
import type { Placed } from "./reading.js";
import type { Segment } from "./segments.js";
import { formatPath } from "./tree.js";

interface Claim extends Placed<Cidr> {
	readonly segment: Segment;
	readonly first: Uint8Array;
}

/**
 * Check that no two segments have overlapping subnets, because the host can look for a subnet behind one interface
 * only. A single address (/32, /128) claims no subnet: it may be on every tap, with a route to each guest.
 */
export function checkSubnets(segments: readonly Segment[], issues: Issues): void {
	const order = new Map<Claim, number>();
	const shared = new Map<DraftNetwork, number>();
	for (const segment of segments) {
		const before = shared.get(segment.network) ?? 0;
		const inherits = segment.hosts === segment.network.addresses;
		if (inherits) shared.set(segment.network, before + 1);
		// What all taps inherit from their network is one mistake, and not one for each tap.
		if (inherits && before > 0) continue;
		for (const { value, path } of segment.hosts)
			if (!isSingle(value)) order.set({ value, path, segment, first: network(value) }, order.size);
	}
	for (const [network, taps] of shared) checkShared(network, taps, issues);
	checkOverlaps(order, issues);
}

function checkShared(network: DraftNetwork, taps: number, issues: Issues): void {
	if (taps < 2) return;
	for (const { value, path } of network.addresses)
		if (!isSingle(value))
			issues.add(
				path,
				`${value.text} would be on each of ${taps} taps, but the host finds a subnet behind one interface only`,
				`give the network a bridge, each tap addresses of its own, or make it /${value.address.length * 8}`,
			);
}

/**
 * The claims are sorted by first address and size, so that whatever contains a subnet is on a stack when the subnet is
 * reached.
 */
function checkOverlaps(order: ReadonlyMap<Claim, number>, issues: Issues): void {
	const claims = [...order.keys()].sort(
		(a, b) => compareAddresses(a.first, b.first) || a.value.prefix - b.value.prefix,
	);
	const enclosing: Claim[] = [];
	for (const claim of claims) {
		let top = enclosing.at(-1);
		while (top !== undefined && !contains(top.value, claim.first)) {
			enclosing.pop();
			top = enclosing.at(-1);
		}
		// This is short: subnets of one segment are on the stack once, so at most one for each prefix length is visited.
		const other = enclosing.findLast(({ segment }) => segment !== claim.segment);
		if (top?.segment !== claim.segment || top.value.prefix !== claim.value.prefix)
			enclosing.push(claim);
		if (other === undefined) continue;
		const [earlier, later] =
			(order.get(other) ?? 0) < (order.get(claim) ?? 0) ? [other, claim] : [claim, other];
		issues.add(
			later.path,
			`${later.value.text} on ${later.segment.name} overlaps ${earlier.value.text} on ${earlier.segment.name} (${formatPath(earlier.path)}): the host finds a subnet behind one interface only`,
		);
	}
}
