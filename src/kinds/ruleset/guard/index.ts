import { anyIpv4 } from "../set/any-ipv4.js";
import { anyIpv6 } from "../set/any-ipv6.js";
import { anyLinkLocal } from "../set/any-link-local.js";
import { anyMac } from "../set/any-mac.js";
import { guestIpv4 } from "../set/guest-ipv4.js";
import { guestIpv6 } from "../set/guest-ipv6.js";
import { guestLladdrs } from "../set/guest-lladdrs.js";
import { guestMacs } from "../set/guest-macs.js";
import { hostIpv6 } from "../set/host-ipv6.js";
import type { Chain, Declaration } from "../table.js";
import { guardDhcp } from "./dhcp.js";
import { dropAddress, dropMac, dropRogue } from "./drop.js";
import { guardFragment } from "./fragment.js";
import { guardIpv4 } from "./guard-ipv4.js";
import { guardIpv6 } from "./guard-ipv6.js";
import { guardLladdr } from "./lladdr.js";
import { guardNeighbour } from "./neighbour.js";
import { rogueIpv4 } from "./rogue-ipv4.js";
import { sourceIpv4 } from "./source-ipv4.js";
import { sourceIpv6 } from "./source-ipv6.js";
import { guardTarget } from "./target.js";
import { unspecified } from "./unspecified.js";

/** The chains by which IPv4 and IPv6 of guests are looked at, wherever they come by; `rogue` as of `guardIpv6`. */
export const ipChains = (rogue: Chain): readonly Chain[] => [
	dropMac,
	dropAddress,
	dropRogue,
	rogueIpv4,
	sourceIpv4,
	guardDhcp,
	guardIpv4,
	guardFragment,
	rogue,
	guardLladdr,
	guardTarget,
	guardNeighbour,
	unspecified,
	sourceIpv6,
	guardIpv6(rogue),
];

/** The sets in which these chains look up what is known of guests, in each table that has the chains. */
export const ipSets: readonly Declaration[] = [
	guestMacs,
	anyMac,
	guestLladdrs,
	guestIpv4,
	anyIpv4,
	guestIpv6,
	anyIpv6,
	anyLinkLocal,
	hostIpv6,
];
