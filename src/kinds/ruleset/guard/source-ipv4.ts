import { accept, concat, equals, field, goto, iifname, isIn } from "../expression.js";
import { anyIpv4 } from "../set/any-ipv4.js";
import { guestIpv4 } from "../set/guest-ipv4.js";
import type { Chain } from "../table.js";
import { dropAddress } from "./drop.js";

/** From whom an IPv4 packet says it is. Who has no address yet asks for one (RFC 2131). */
export const sourceIpv4: Chain = {
	create: { name: "source_ipv4" },
	rules: [
		[isIn(concat(iifname, field("ip saddr")), guestIpv4), accept],
		[isIn(iifname, anyIpv4), accept],
		[
			equals(field("ip saddr"), "0.0.0.0"),
			equals(field("ip daddr"), "255.255.255.255"),
			equals(field("udp sport"), 68),
			equals(field("udp dport"), 67),
			accept,
		],
		[goto(dropAddress)],
	],
};
