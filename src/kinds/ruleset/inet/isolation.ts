import { concat, goto, iifname, isIn, oifname } from "../expression.js";
import { dropIsolation } from "../guard/drop.js";
import { isolated } from "../set/isolated.js";
import type { Chain } from "../table.js";

/**
 * What a guest would send to another by way of the host. Here, and not where packets are forwarded: with br_netfilter those
 * that a bridge passes on come by there as well, and seem to come in and leave by it. Here they come in by nothing
 * (br_nf_post_routing, net/bridge/br_netfilter_hooks.c).
 */
export const isolation: Chain = {
	create: {
		name: "isolation",
		type: "filter",
		hook: "postrouting",
		prio: -450,
		policy: "accept",
		comment: "guests that are kept apart",
	},
	rules: [[isIn(concat(iifname, oifname), isolated), goto(dropIsolation)]],
};
