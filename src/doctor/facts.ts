/** What stages and checks ask about a host. Reading it is elsewhere, so that tests can pass their own facts. */
import type { Hooks } from "../nftables/machine/hook.js";
import type { Rule, Table } from "../nftables/machine/ruleset.js";
import type { TapStatus } from "../service/reports.js";
import type { MissingFeature } from "./features.js";

/** A port of a bridge. */
export interface PortFact {
	/** BR_STATE_* */
	readonly state: number;
	readonly isIsolated: boolean;
	readonly floods: boolean;
	readonly learns: boolean;
	readonly isLocked: boolean;
	readonly isHairpin: boolean;
	/** The VLAN of untagged frames, if the bridge filters by VLAN; undefined if none accepts them. */
	readonly pvid?: number | undefined;
}

/** An interface. */
export interface LinkFact {
	readonly index: number;
	readonly name: string;
	/** ARPHRD_* */
	readonly type: number;
	readonly group: number;
	readonly isUp: boolean;
	readonly hasCarrier: boolean;
	readonly isLoopback: boolean;
	readonly resolves: boolean;
	readonly mtu: number;
	readonly mac: Uint8Array;
	/** `tun`, `bridge`, `veth`; undefined for hardware. */
	readonly kind?: string | undefined;
	/** The index of the interface that it is a port of. */
	readonly master?: number | undefined;
	readonly port?: PortFact | undefined;
	readonly tun?:
		| {
				readonly isTap: boolean;
				readonly owner?: number | undefined;
				readonly group?: number | undefined;
				/** How many queues a program has opened. */
				readonly queues: number;
		  }
		| undefined;
	readonly bridge?:
		| {
				readonly filtersVlans: boolean;
				/** Whether rules for IP see bridged packets because of a setting of this bridge. */
				readonly callsIptables: boolean;
				readonly callsIp6tables: boolean;
		  }
		| undefined;
}

/** A neighbour of an interface. */
export interface NeighbourFact {
	readonly address: Uint8Array;
	readonly mac: Uint8Array | undefined;
	/** NUD_* */
	readonly state: number;
	readonly isProxy: boolean;
}

/** A look-up in the routing tables, which the kernel itself answers. */
export interface RouteQuery {
	readonly destination: Uint8Array;
	readonly source?: Uint8Array | undefined;
	/** The interface on which the packet arrived; undefined for a packet that this host sends. */
	readonly input?: number | undefined;
	/** Only routes through this interface. */
	readonly output?: number | undefined;
	readonly mark?: number | undefined;
	/** IPPROTO_* */
	readonly protocol?: number | undefined;
	readonly sourcePort?: number | undefined;
	readonly destinationPort?: number | undefined;
}

/** Where packets go, or the errno with which the kernel refuses. */
export interface RouteFact {
	readonly errno?: string | undefined;
	/** RTN_* */
	readonly type: number;
	readonly output?: number | undefined;
	readonly gateway?: Uint8Array | undefined;
	readonly source?: Uint8Array | undefined;
	readonly mtu?: number | undefined;
}

/** An address of an interface. */
export interface AddressFact {
	readonly address: Uint8Array;
	readonly prefix: number;
	readonly isTentative: boolean;
}

/** Ports of the host that lead to a guest. */
export interface PublishedFact {
	/** The address of the host; undefined for all of its addresses. */
	readonly host: string | undefined;
	/** The IP version of the host's addresses; undefined for both. */
	readonly family: 4 | 6 | undefined;
	readonly protocol: "tcp" | "udp" | "sctp";
	readonly ports: { readonly first: number; readonly last: number };
	readonly guestPorts: { readonly first: number; readonly last: number };
}

/** A tap of ours as it was made, and where it has drifted, without launch arguments. */
export type OurTap = Omit<TapStatus, "launch" | "publish"> & {
	readonly publish?: readonly PublishedFact[] | undefined;
};

/** A rule that chooses a routing table. */
export interface RoutingRuleFact {
	readonly priority: number;
	/** RT_TABLE_*; RT_TABLE_UNSPEC for a rule that does something else. */
	readonly table: number;
}

/** Everything that is examined. If something may not be read, the error says why. */
export interface Facts {
	link(index: number): LinkFact | undefined;
	linkNamed(name: string): LinkFact | undefined;
	/** How many packets an interface has received and sent. */
	counts(index: number): { readonly received: number; readonly sent: number } | undefined;
	ports(bridge: number): readonly LinkFact[];
	addresses(index: number): readonly AddressFact[];
	route(query: RouteQuery): RouteFact;
	neighbours(index: number): readonly NeighbourFact[];
	/** The port of a bridge behind which a MAC address was seen; the index of the bridge for its own addresses. */
	portOf(bridge: number, mac: Uint8Array): number | undefined;
	/** The MAC addresses that were seen behind a port. */
	learned(bridge: number, port: number): readonly Uint8Array[];
	setting(path: string): string | undefined;
	/** A small file below /proc; undefined if it does not exist. */
	file(path: string): string | undefined;
	tables(): readonly Table[];
	hooks(): Hooks;
	ruleText(table: Table, rule: Rule): string;
	/** The tap as we made it; undefined if it is not ours. */
	ours(tap: string): OurTap | undefined;
	/** The names in a directory in order; empty if there is no such directory. */
	directory(path: string): readonly string[];
	/** The processes with this name (`comm` of proc(5), at most 15 bytes) in the same network namespace. */
	processes(name: string): readonly number[];
	/** The rules that choose the routing table, for IPv4. */
	routingRules(): readonly RoutingRuleFact[];
	/** The answer to TUNGETFEATURES, IFF_*; undefined if the device may not be opened. */
	tunFeatures(): number | undefined;
	/** What our rules need and nf_tables does not have. */
	missingFeatures(): readonly MissingFeature[];
}
