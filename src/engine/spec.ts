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

/** Who the user names of a spec are. */
export interface Accounts {
	user(name: string): number | undefined;
	group(name: string): number | undefined;
}

export interface SpecOptions {
	/** File name for messages. */
	readonly source?: string;
	/** Owner of taps that name neither owner nor group; root where the caller says nothing. */
	readonly defaultOwner?: number;
	/** Default: /etc/passwd and /etc/group. */
	readonly accounts?: Accounts;
}

/** One tap as `up TAP --flags` describes it. */
export interface Flags {
	readonly tap: string;
	readonly owner?: string | number;
	readonly group?: string | number;
	readonly addresses?: readonly string[];
	/** `--nat UPLINK` */
	readonly nat?: string;
	readonly snatTo?: string;
	readonly bridge?: string;
	readonly uplink?: string;
	readonly guestAddresses?: readonly string[];
	readonly guestMac?: string;
	readonly mac?: string;
	readonly mtu?: string | number;
	readonly multiQueue?: boolean;
	readonly vnetHdr?: boolean;
	readonly proxyArp?: boolean;
	readonly publish?: readonly string[];
}

/** Checks the text of a spec file, YAML or JSON. Throws SpecError with every issue. */
export function parseSpec(_text: string, _options: SpecOptions = {}): Spec {
	throw new Error("not yet there");
}

/** Checks a plain object. Throws SpecError with every issue. */
export function checkSpec(_value: unknown, _options: SpecOptions = {}): Spec {
	throw new Error("not yet there");
}

/** The spec of one tap described by flags. Throws SpecError with every issue. */
export function specFromFlags(_flags: Flags, _options: SpecOptions = {}): Spec {
	throw new Error("not yet there");
}
