/** What stages and checks ask of a host. Reading is elsewhere: tests give facts of their own. */
import type { Hooks } from "../nftables/machine/hook.js";
import type { Rule, Table } from "../nftables/machine/ruleset.js";
import type { TapStatus } from "../service/reports.js";

/** A port of a bridge. */
export interface PortFact {
	/** BR_STATE_* */
	readonly state: number;
	readonly isIsolated: boolean;
	readonly floods: boolean;
	readonly learns: boolean;
	readonly isLocked: boolean;
	readonly isHairpin: boolean;
	/** The VLAN of frames without a tag, where the bridge filters by VLANs; undefined where none takes them. */
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
				/** How many queues a program has open. */
				readonly queues: number;
		  }
		| undefined;
	readonly bridge?:
		| {
				readonly filtersVlans: boolean;
				/** Whether IP's rules see bridged packets, set for this bridge alone. */
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

/** A question to the routing tables, as the kernel itself answers it. */
export interface RouteQuery {
	readonly destination: Uint8Array;
	readonly source?: Uint8Array | undefined;
	/** The interface that the packet came in by; undefined for one that this host sends. */
	readonly input?: number | undefined;
	/** Only routes through this interface. */
	readonly output?: number | undefined;
	readonly mark?: number | undefined;
	/** IPPROTO_* */
	readonly protocol?: number | undefined;
	readonly sourcePort?: number | undefined;
	readonly destinationPort?: number | undefined;
}

/** Where packets go; or the errno by which the kernel refuses. */
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

/** A tap of ours as it was made, and where it drifted. What its guest is started with nobody asks here. */
export type OurTap = Omit<TapStatus, "launch">;

/** Everything that is looked at. What may not be read throws the error that says why. */
export interface Facts {
	link(index: number): LinkFact | undefined;
	linkNamed(name: string): LinkFact | undefined;
	/** How many packets an interface has had. */
	counts(index: number): { readonly received: number; readonly sent: number } | undefined;
	ports(bridge: number): readonly LinkFact[];
	addresses(index: number): readonly AddressFact[];
	route(query: RouteQuery): RouteFact;
	neighbours(index: number): readonly NeighbourFact[];
	/** The port of a bridge behind which a MAC address was seen; the index of the bridge itself for its own. */
	portOf(bridge: number, mac: Uint8Array): number | undefined;
	/** A MAC address that was seen behind a port. */
	learned(bridge: number, port: number): readonly Uint8Array[];
	setting(path: string): string | undefined;
	/** A small file below /proc; undefined where there is none. */
	file(path: string): string | undefined;
	tables(): readonly Table[];
	hooks(): Hooks;
	ruleText(table: Table, rule: Rule): string;
	/** The tap as we made it; undefined where it is not ours. */
	ours(tap: string): OurTap | undefined;
}
