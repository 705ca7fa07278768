import type { Declaration } from "../table.js";

/**
 * Bridges that guests are on, each with itself. With br_netfilter loaded and bridge-nf-call-iptables on, as it is in new
 * namespaces, what one port sends to another passes the hook of forwarded packets: it comes in by the bridge, and leaves by
 * it (br_nf_forward_finish, net/bridge/br_netfilter_hooks.c).
 */
export const bridged = {
	set: { name: "bridged", type: ["ifname", "ifname"], comment: "bridge . the same bridge" },
} as const satisfies Declaration;
