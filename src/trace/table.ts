import { parseAddress } from "../inet/address.js";
import type { Document } from "../nftables/json/command.js";

/** Which packets of a tap are traced. The kernel itself skips the others. */
export interface TraceFilter {
	/** ICMP stands for that of both IP versions. */
	readonly protocol?: "tcp" | "udp" | "icmp" | undefined;
	/** The source or destination address. */
	readonly address?: string | undefined;
	/** The source or destination port. */
	readonly port?: number | undefined;
}

type Expr = object;
/** Before anything else sees packets: defragmentation is at -400. */
const FIRST = -460;

const match = (left: object, right: unknown): Expr => ({ match: { op: "==", left, right } });
const meta = (key: string): object => ({ meta: { key } });
const payload = (protocol: string, field: string): object => ({ payload: { protocol, field } });

/** The conditions on a packet. Each list is one rule, because nft has no "or" between fields. */
function conditions({ protocol, address, port }: TraceFilter): readonly (readonly Expr[])[] {
	const version =
		address === undefined ? undefined : parseAddress(address).length === 4 ? "ip" : "ip6";
	const ofProtocol: Expr[] =
		protocol === undefined
			? []
			: protocol === "icmp"
				? [match(meta("l4proto"), { set: ["icmp", "ipv6-icmp"] })]
				: [match(meta("l4proto"), protocol)];
	const ofAddress: readonly (readonly Expr[])[] =
		version === undefined
			? [[]]
			: ["saddr", "daddr"].map((field) => [match(payload(version, field), address)]);
	const ofPort: readonly (readonly Expr[])[] =
		port === undefined
			? [[]]
			: ["sport", "dport"].map((field) => [match(payload("th", field), port)]);
	const isAny = port !== undefined && protocol === undefined;
	const withPorts: Expr[] = isAny ? [match(meta("l4proto"), { set: ["tcp", "udp"] })] : [];
	return ofAddress.flatMap((one) =>
		ofPort.map((other) => [...ofProtocol, ...withPorts, ...one, ...other]),
	);
}

const TRACE: Expr = { mangle: { key: meta("nftrace"), value: 1 } };

interface Hook {
	readonly family: "inet" | "bridge" | "arp";
	readonly hook: string;
	/** Which interface names the tap there. */
	readonly side: "iifname" | "oifname";
}

/**
 * The first hooks for packets from and to the interface. Packets to it are recognised by the interface only where they
 * are forwarded.
 */
const HOOKS: readonly Hook[] = [
	{ family: "inet", hook: "prerouting", side: "iifname" },
	{ family: "inet", hook: "forward", side: "oifname" },
	{ family: "inet", hook: "output", side: "oifname" },
];
const OF_PORTS: readonly Hook[] = [
	{ family: "bridge", hook: "prerouting", side: "iifname" },
	{ family: "bridge", hook: "forward", side: "oifname" },
	{ family: "bridge", hook: "output", side: "oifname" },
];
const OF_ARP: readonly Hook[] = [
	{ family: "arp", hook: "input", side: "iifname" },
	{ family: "arp", hook: "output", side: "oifname" },
];

/** What is traced: the tap, and the bridge that rules for IP see in its place. */
export interface Traced {
	readonly tap: string;
	readonly bridge?: string | undefined;
}

/**
 * Tables that mark the packets of a tap for tracing. They belong to the socket that makes them (NFT_TABLE_F_OWNER), so
 * they disappear when it is closed for whatever reason.
 */
export function tracingTables(
	name: string,
	{ tap, bridge }: Traced,
	filter: TraceFilter,
): Document {
	const isWhole =
		filter.protocol === undefined && filter.address === undefined && filter.port === undefined;
	const hooks = [...HOOKS, ...(bridge === undefined ? [] : OF_PORTS), ...(isWhole ? OF_ARP : [])];
	const families = [...new Set(hooks.map(({ family }) => family))];
	const commands: object[] = families.map((family) => ({
		add: { table: { family, name, flags: "owner" } },
	}));
	for (const { family, hook, side } of hooks) {
		const chain = hook;
		commands.push({
			add: {
				chain: {
					family,
					table: name,
					name: chain,
					type: "filter",
					hook,
					prio: FIRST,
					policy: "accept",
				},
			},
		});
		const device = family === "bridge" ? tap : (bridge ?? tap);
		for (const some of family === "arp" ? [[]] : conditions(filter)) {
			const expr = [match(meta(side), device), ...some, TRACE];
			commands.push({ add: { rule: { family, table: name, chain, expr } } });
		}
	}
	return { nftables: commands } as unknown as Document;
}
