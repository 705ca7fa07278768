import { back, concat, equals, goto, iifname, isIn, raw } from "../expression.js";
import { anyIpv6 } from "../set/any-ipv6.js";
import { anyLinkLocal } from "../set/any-link-local.js";
import { guestIpv6 } from "../set/guest-ipv6.js";
import type { Chain } from "../table.js";
import { dropAddress } from "./drop.js";
import { target } from "./rogue-ipv6.js";

/** The address that a guest says it has, or is about to have. */
export const guardTarget: Chain = {
	create: { name: "guard_target" },
	rules: [
		[isIn(concat(iifname, target), guestIpv6), back],
		[isIn(iifname, anyIpv6), back],
		[equals(raw("th", 64, 16), 0xfe80), isIn(iifname, anyLinkLocal), back],
		[goto(dropAddress)],
	],
};
