/** What is wanted: every value good, every name known, in canonical form. Deeply frozen. */
export interface Spec {
	readonly version: 1;
	readonly networks: Readonly<Record<string, Network>>;
	readonly taps: Readonly<Record<string, Tap>>;
}

export interface Network {
	readonly name: string;
	readonly mode: "nat" | "bridged" | "routed" | "host-only";
	readonly bridge?: string;
	readonly uplink?: string;
	/** The host's, on the bridge if there is one; else every tap of the network has them in `Tap.addresses`. */
	readonly addresses: readonly string[];
	/** IPv4. Guests' IPv6 is masqueraded all the same. */
	readonly snatTo?: string;
	readonly proxyArp: boolean;
	/** Of the bridge, and of every tap without one of its own. */
	readonly mtu?: number;
	readonly isolation: boolean;
	readonly forwarding: "interface" | "global";
	/** Taps made ahead; for an engine that stays. */
	readonly pool?: NetworkPool;
}

export interface NetworkPool {
	readonly size: number;
	readonly low: number;
	/** At least one of owner and group is there. */
	readonly owner?: number;
	readonly group?: number;
	readonly vnetHdr: boolean;
}

export interface Tap {
	readonly name: string;
	/** A key of `Spec.networks`. */
	readonly network: string;
	/** At least one of owner and group is there: a tap with neither could be opened by everyone. */
	readonly owner?: number;
	readonly group?: number;
	readonly mac?: string;
	readonly mtu?: number;
	readonly multiQueue: boolean;
	readonly vnetHdr: boolean;
	/** What the host has on this tap: its own or else its network's. Empty when the tap is a port of a bridge. */
	readonly addresses: readonly string[];
	readonly guest: { readonly addresses: readonly string[]; readonly mac?: string };
	readonly publish: readonly string[];
}
