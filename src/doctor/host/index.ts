/** The checks of the host, one file each. */
import type { Check } from "../check.js";
import { acceptLocal } from "./accept-local.js";
import { arpIgnore } from "./arp-ignore.js";
import { bridgeNetfilter } from "./bridge-netfilter.js";
import { capability } from "./capability.js";
import { conntrack } from "./conntrack.js";
import { firewallManager } from "./firewall-manager.js";
import { forwardingReset } from "./forwarding-reset.js";
import { legacy } from "./iptables-legacy.js";
import { ipv6Disabled } from "./ipv6-disabled.js";
import { neighbourTable } from "./neighbour-table.js";
import { networkManager } from "./network-manager.js";
import { networkd } from "./networkd.js";
import { nftables } from "./nf-tables.js";
import { features } from "./nf-tables-features.js";
import { routeLocalnet } from "./route-localnet.js";
import { stateDirectory } from "./state-directory.js";
import { strictReversePath } from "./strict-reverse-path.js";
import { tun } from "./tun.js";
import { tunQueues } from "./tun-queues.js";

/** What nothing works without. */
export const ABILITIES: readonly Check[] = [tun, capability, nftables, features, tunQueues];

/** Tables of the kernel that may be full. */
export const TABLES: readonly Check[] = [conntrack, neighbourTable];

/** Settings, rules and programs of others that may be in the way. */
export const SURROUNDINGS: readonly Check[] = [
	legacy,
	bridgeNetfilter,
	strictReversePath,
	arpIgnore,
	acceptLocal,
	routeLocalnet,
	ipv6Disabled,
	forwardingReset,
	firewallManager,
	networkManager,
	networkd,
	stateDirectory,
];

/** All of them. */
export const HOST: readonly Check[] = [...ABILITIES, ...TABLES, ...SURROUNDINGS];
