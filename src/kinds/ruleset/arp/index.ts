import { TABLE } from "../../mark.js";
import { anyIpv4 } from "../set/any-ipv4.js";
import { anyMac } from "../set/any-mac.js";
import { drops } from "../set/drops.js";
import { guestIpv4 } from "../set/guest-ipv4.js";
import { guestMacs } from "../set/guest-macs.js";
import { guests } from "../set/guests.js";
import type { DeclaredTable } from "../table.js";
import { guardChains } from "./guard.js";

/** ARP of guests by taps that are no ports, which nothing else sees. */
export const arp: DeclaredTable = {
	family: "arp",
	name: TABLE,
	comment: "ARP of guests, by umlnet-nl",
	declarations: [guests, guestMacs, anyMac, guestIpv4, anyIpv4, drops],
	chains: guardChains,
};
