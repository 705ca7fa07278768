import { type Check, warns } from "../check.js";

/**
 * Whether interfaces that are made from now on have IPv6. Writing the setting of all interfaces writes that of new ones
 * as well (addrconf_disable_change, net/ipv6/addrconf.c), so this one alone says it.
 */
export const ipv6Disabled: Check = {
	check: "IPv6",
	of: "host",
	run({ facts }) {
		if (facts.setting("net/ipv6/conf/default/disable_ipv6") !== "1") return [];
		return [
			warns({
				code: "FINDING_IPV6_DISABLED",
				message:
					"new interfaces have no IPv6, so taps and bridges have none either: a network with IPv6 addresses cannot be made",
				evidence: ["net.ipv6.conf.default.disable_ipv6 = 1"],
				remedy: "sysctl -w net.ipv6.conf.default.disable_ipv6=0",
			}),
		];
	},
};
