import { type Check, warns } from "../check.js";

/** Whether the loopback addresses can be reached from outside (ip-sysctl.rst). Published ports need it of one link alone. */
export const routeLocalnet: Check = {
	check: "loopback addresses",
	of: "host",
	run({ facts }) {
		if (facts.setting("net/ipv4/conf/all/route_localnet") !== "1") return [];
		return [
			warns({
				code: "FINDING_ROUTE_LOCALNET",
				message:
					"packets to 127.0.0.0/8 are taken from every interface: neighbours and guests reach what listens on the host's loopback addresses alone",
				evidence: ["net.ipv4.conf.all.route_localnet = 1"],
				remedy: "sysctl -w net.ipv4.conf.all.route_localnet=0",
			}),
		];
	},
};
