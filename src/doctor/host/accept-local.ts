import { type Check, warns } from "../check.js";

/** Whether packets from outside may have an address of the host as their source (ip-sysctl.rst). */
export const acceptLocal: Check = {
	check: "sources of the host",
	of: "host",
	run({ facts }) {
		if (facts.setting("net/ipv4/conf/all/accept_local") !== "1") return [];
		return [
			warns({
				code: "FINDING_ACCEPT_LOCAL",
				message:
					"packets that come in by any interface may have an address of the host as their source: without the guard, a guest can pretend to be the host",
				evidence: ["net.ipv4.conf.all.accept_local = 1"],
				remedy: "sysctl -w net.ipv4.conf.all.accept_local=0",
			}),
		];
	},
};
