/** Why a packet of a guest is dropped. */
export type Reason =
	| "mac"
	| "address"
	| "protocol"
	| "rogue"
	| "isolation"
	| "egress"
	| "host"
	| "limit";

/** For what each table drops. */
export const REASONS = {
	inet: ["mac", "address", "protocol", "rogue", "isolation", "egress", "host", "limit"],
	bridge: ["mac", "address", "protocol", "rogue"],
	arp: ["mac", "address", "protocol"],
} as const satisfies Readonly<Record<string, readonly Reason[]>>;
