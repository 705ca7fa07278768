import { accept, concat, equals, field, goto, iifname, isIn, raw } from "../expression.js";
import { anyIpv6 } from "../set/any-ipv6.js";
import { anyLinkLocal } from "../set/any-link-local.js";
import { guestIpv6 } from "../set/guest-ipv6.js";
import type { Chain } from "../table.js";
import { dropAddress } from "./drop.js";

/** From whom an IPv6 packet says it is. */
export const sourceIpv6: Chain = {
	create: { name: "source_ipv6" },
	rules: [
		[isIn(concat(iifname, raw("nh", 64, 128)), guestIpv6), accept],
		[isIn(iifname, anyIpv6), accept],
		[
			equals(field("ip6 saddr"), { prefix: { addr: "fe80::", len: 10 } }),
			isIn(iifname, anyLinkLocal),
			accept,
		],
		[goto(dropAddress)],
	],
};
