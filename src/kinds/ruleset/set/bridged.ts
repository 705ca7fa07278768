import type { Declaration } from "../table.js";

/**
 * Bridges with guests, each as a pair with itself. If br_netfilter is loaded and bridge-nf-call-iptables is on, as it
 * is in new namespaces, packets from one port to another pass the forward hook, with the bridge as both their input and
 * their output interface (br_nf_forward_finish, net/bridge/br_netfilter_hooks.c).
 */
export const bridged = {
	set: { name: "bridged", type: ["ifname", "ifname"], comment: "bridge . the same bridge" },
} as const satisfies Declaration;
