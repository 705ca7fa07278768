import { addresses, connected, ipv6, secondaries } from "./contract/addresses.js";
import type { Behaviours } from "./contract/asking.js";
import { enslaving, following } from "./contract/bridges.js";
import { changing, creating, deleting, dumpingLinks } from "./contract/links.js";
import { neighbours } from "./contract/neighbours.js";
import { batches, chains, tables } from "./contract/nftables.js";
import { findingRoutes, removingRoutes, routes } from "./contract/routes.js";
import { setElements, sets } from "./contract/sets.js";
import { forwardings, sysctls } from "./contract/sysctls.js";
import { taps } from "./contract/taps.js";

/**
 * The behaviour of the kernel that the engine relies on. Each behaviour begins in an empty namespace. It is run on the
 * real kernel and on the fake one, so that the fake stays faithful.
 */
export const contract: Readonly<Record<string, Behaviours>> = {
	"creating links": creating,
	"changing links": changing,
	"deleting links": deleting,
	"dumping links": dumpingLinks,
	"ports and bridges": enslaving,
	"what a bridge takes from its ports": following,
	addresses,
	"secondary addresses": secondaries,
	"routes that addresses bring": connected,
	"IPv6 addresses": ipv6,
	routes,
	"removing routes": removingRoutes,
	"finding routes": findingRoutes,
	neighbours,
	taps,
	sysctls,
	forwarding: forwardings,
	"nf_tables batches": batches,
	"nf_tables tables": tables,
	"nf_tables chains and rules": chains,
	"nf_tables sets": sets,
	"nf_tables elements": setElements,
};
