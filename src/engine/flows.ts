import { parseCidr } from "../inet/cidr.js";
import type { Flow, HostPort, Kernel, Subnet } from "../kernel/kernel.js";
import { UmlnetError } from "../sys/error.js";
import { type Kinds, kindOf, linkKey } from "./kind.js";
import type { Plan } from "./plan.js";
import type { State } from "./state.js";

/**
 * Subnets whose conntrack entries must be flushed when these taps go down: only the guests' own addresses if other
 * taps stay on the bridge, otherwise the whole subnet.
 */
export function subnetsOf(state: State, names: readonly string[]): Subnet[] {
	const going = new Set(names);
	const isShared = (bridge: string): boolean =>
		[...state.users(linkKey(bridge))].some((user) => !going.has(user));
	return names.flatMap((name) => {
		const report = state.taps.get(name)?.report;
		if (report === undefined) return [];
		const guests = report.guest.addresses.map(parseCidr).map(single);
		if (report.bridge !== undefined && isShared(report.bridge)) return guests;
		return [...report.addresses.map(parseCidr), ...guests];
	});
}

/** The published ports that a plan makes, changes and removes. */
export function portsOf(kinds: Kinds, state: State, { put, drop }: Plan["delta"]): HostPort[] {
	const before = [...put.map(({ key }) => key), ...drop].map((key) => state.entries.get(key));
	return [...put, ...before].flatMap((entry) =>
		entry === undefined ? [] : (kindOf(kinds, entry.kind).ports?.(entry.made) ?? []),
	);
}

/**
 * The taps that were up before and whose flows may be forbidden now, because the plan changes what accepts them. A new tap
 * has no flows yet.
 */
export function regoverned(kinds: Kinds, state: State, { delta, requestOf }: Plan): Set<string> {
	const changed = [
		...delta.put,
		...delta.drop.flatMap((key) => state.entries.get(key) ?? []),
	].filter(({ kind }) => kindOf(kinds, kind).governsFlows === true);
	const taps = new Set(changed.flatMap(({ key }) => [...state.users(key)]));
	if (changed.length > 0)
		for (const name of requestOf.keys()) if (state.taps.has(name)) taps.add(name);
	for (const name of delta.down) taps.delete(name);
	return taps;
}

/** Tells whether a flow from or to one of these taps is forbidden now. The kernel is asked for what is not in the state. */
export type Forbids = (
	state: State,
	taps: ReadonlySet<string>,
	kernel: Kernel,
) => (flow: Flow) => boolean;

/** Delete the forbidden flows of these taps. The change is done already, so an error here does not fail the request. */
export function endFlows(
	kernel: Kernel,
	state: State,
	taps: ReadonlySet<string>,
	forbids: Forbids | undefined,
): void {
	if (taps.size === 0 || forbids === undefined) return;
	try {
		kernel.endFlows(forbids(state, taps, kernel));
	} catch (error) {
		if (!(error instanceof UmlnetError)) throw error;
	}
}

const single = ({ address }: Subnet): Subnet => ({ address, prefix: 8 * address.length });

/** Delete the tracked flows. The change is done already, so an error here does not fail the request. */
export function forgetFlows(
	kernel: Kernel,
	subnets: readonly Subnet[],
	ports: readonly HostPort[],
): void {
	try {
		kernel.forgetFlows(subnets);
		kernel.forgetFlowsTo(ports);
	} catch (error) {
		if (!(error instanceof UmlnetError)) throw error;
	}
}
