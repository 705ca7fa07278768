/** A host that is said, not read: for what no test may do to a real one. */
import { basename, dirname } from "node:path";
import type { Facts, LinkFact, NeighbourFact, OurTap, RouteFact } from "../../src/doctor/facts.js";
import type { MissingFeature } from "../../src/doctor/features.js";
import { formatAddress, parseAddress } from "../../src/inet/address.js";
import { Hooks } from "../../src/nftables/machine/hook.js";
import type { Chain, Table } from "../../src/nftables/machine/ruleset.js";
import { KernelError } from "../../src/sys/error.js";
import * as uapi from "../../src/uapi/index.js";

export interface MadeUp {
	readonly links?: readonly LinkFact[];
	readonly neighbours?: Readonly<Record<number, readonly NeighbourFact[]>>;
	readonly addresses?: Readonly<Record<number, readonly string[]>>;
	/** By destination; what is not named has no route. */
	readonly routes?: Readonly<Record<string, RouteFact>>;
	readonly settings?: Readonly<Record<string, string>>;
	readonly files?: Readonly<Record<string, string>>;
	readonly received?: number;
	readonly ours?: Readonly<Record<string, Partial<OurTap>>>;
	readonly tables?: readonly Table[];
	/** The processes that run, by name. */
	readonly processes?: Readonly<Record<string, number>>;
	/** Rules of routing: the table that each leads to. */
	readonly routingTables?: readonly number[];
	readonly tunFeatures?: number;
	readonly missingFeatures?: readonly MissingFeature[];
	/** What may not be read. */
	readonly refusesRules?: true;
	readonly learned?: Readonly<Record<number, readonly Uint8Array[]>>;
	readonly portOf?: number;
}

export const link = (index: number, name: string, more: Partial<LinkFact> = {}): LinkFact => ({
	index,
	name,
	type: uapi.ARPHRD_ETHER,
	group: 0,
	isUp: true,
	hasCarrier: true,
	isLoopback: false,
	resolves: true,
	mtu: 1500,
	mac: Uint8Array.of(2, 0, 0, 0, 0, index),
	...more,
});
export const tap = (more: Partial<LinkFact> = {}): LinkFact =>
	link(5, "tap0", { kind: "tun", tun: { isTap: true, owner: 500, queues: 1 }, ...more });
export const neighbour = (
	address: string,
	mac: string,
	state: number = uapi.NUD_REACHABLE,
): NeighbourFact => ({
	address: parseAddress(address),
	mac: Uint8Array.from(Buffer.from(mac.replaceAll(":", ""), "hex")),
	state,
	isProxy: false,
});

export function madeUp(host: MadeUp): Facts {
	const { links = [], tables = [] } = host;
	const rules = (): readonly Table[] => {
		if (host.refusesRules)
			throw new KernelError("NFT_MSG_GETTABLE", "EPERM", { kernel: "operation not permitted" });
		return tables;
	};
	return {
		link: (index) => links.find((one) => one.index === index),
		linkNamed: (name) => links.find((one) => one.name === name),
		counts: () => (host.received === undefined ? undefined : { received: host.received, sent: 0 }),
		ports: (bridge) => links.filter(({ master }) => master === bridge),
		addresses: (index) =>
			(host.addresses?.[index] ?? []).map((text) => {
				const [address = "", prefix] = text.split("/");
				return { address: parseAddress(address), prefix: Number(prefix), isTentative: false };
			}),
		route: ({ destination }) =>
			host.routes?.[formatAddress(destination)] ?? { errno: "ENETUNREACH", type: uapi.RTN_UNICAST },
		neighbours: (index) => host.neighbours?.[index] ?? [],
		portOf: () => host.portOf,
		learned: (_, port) => host.learned?.[port] ?? [],
		setting: (path) => host.settings?.[path],
		file: (path) => host.files?.[path],
		tables: rules,
		hooks: () => new Hooks(rules()),
		ruleText: () => "",
		directory: (path) =>
			Object.keys(host.files ?? {})
				.filter((file) => dirname(file) === path)
				.map((file) => basename(file)),
		processes: (name) => {
			const pid = host.processes?.[name];
			return pid === undefined ? [] : [pid];
		},
		routingRules: () =>
			(host.routingTables ?? []).map((table, i) => ({ priority: 100 + i, table })),
		tunFeatures: () => host.tunFeatures,
		missingFeatures: () => host.missingFeatures ?? [],
		ours: (name) => {
			const one = host.ours?.[name];
			return (
				one &&
				({
					name,
					mode: "nat",
					addresses: [],
					drift: [],
					guest: { addresses: [] },
					...one,
				} as OurTap)
			);
		},
	};
}

/** A table with empty chains, with a policy at the hook for forwarded packets or regular ones. */
export function table(
	name: string,
	chains: readonly string[],
	policy?: number,
	family: number = uapi.NFPROTO_IPV4,
): Table {
	const made = {
		family,
		name,
		isDormant: false,
		chains: new Map<string, Chain>(),
		sets: new Map(),
		objects: new Map(),
	};
	for (const chain of chains)
		made.chains.set(chain, {
			table: made,
			name: chain,
			rules: [],
			base:
				policy === undefined
					? undefined
					: { type: "filter", hook: uapi.NF_INET_FORWARD, priority: 0, policy, devices: [] },
		});
	return made;
}
