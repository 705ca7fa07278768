import { TABLE } from "../../mark.js";
import { anyIpv4 } from "../set/any-ipv4.js";
import { anyIpv6 } from "../set/any-ipv6.js";
import { anyLinkLocal } from "../set/any-link-local.js";
import { anyMac } from "../set/any-mac.js";
import { drops } from "../set/drops.js";
import { guestIpv4 } from "../set/guest-ipv4.js";
import { guestIpv6 } from "../set/guest-ipv6.js";
import { guestLladdrs } from "../set/guest-lladdrs.js";
import { guestMacs } from "../set/guest-macs.js";
import { guests } from "../set/guests.js";
import { hostIpv6 } from "../set/host-ipv6.js";
import { unboundGuests } from "../set/unbound-guests.js";
import type { DeclaredTable } from "../table.js";
import { guardChains } from "./guard.js";

/** What guests send by ports of bridges. */
export const bridge: DeclaredTable = {
	family: "bridge",
	name: TABLE,
	comment: "guests on bridges, by umlnet-nl",
	declarations: [
		guests,
		unboundGuests,
		guestMacs,
		anyMac,
		guestLladdrs,
		guestIpv4,
		anyIpv4,
		guestIpv6,
		anyIpv6,
		anyLinkLocal,
		hostIpv6,
		drops,
	],
	chains: guardChains,
};
