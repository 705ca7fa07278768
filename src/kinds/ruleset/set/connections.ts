import type { Declaration } from "../table.js";

/** Each element has a number of its own; this one is never asked. */
const stmt = [{ "ct count": { val: 0, inv: true } }] as const;

/** Taps whose guests may have so many connections at once. */
export const connections = {
	set: { name: "connections", type: "ifname", stmt, comment: "tap, ct count over what is allowed" },
} as const satisfies Declaration;

/** The same of guests that come in by a bridge. */
export const bridgedConnections = {
	set: {
		name: "bridged_connections",
		type: ["ifname", "ether_addr"],
		stmt,
		comment: "bridge . MAC of the guest, ct count over what is allowed",
	},
} as const satisfies Declaration;
