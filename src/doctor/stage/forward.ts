import { NF_INET_FORWARD, NF_INET_POST_ROUTING } from "../../uapi/netfilter.js";
import { deviceOf, familyOf, rulesReport, traversed } from "./rules.js";
import { passes, type Stage, stopped } from "./way.js";

/** What routers do first: decrement the hop limit. */
export const hops: Stage = (way) => {
	if (way.packet.hops <= 1)
		return stopped("forward", {
			code: "FINDING_HOPS",
			message: "the packet has been passed on too often",
			evidence: [`hops left: ${way.packet.hops}`],
		});
	way.packet.passRouter();
	return undefined;
};

/** The rules of IP for forwarded packets. */
export const forward: Stage = (way) => {
	const passed = traversed(way, { family: familyOf(way), hook: NF_INET_FORWARD });
	return rulesReport(way, "forward", passed) ?? passes("forward", "no rules");
};

/** The rules of IP for packets that leave, including the host's own. */
export const postrouting: Stage = (way) => {
	way.packet.out = way.output && deviceOf(way.output);
	return rulesReport(
		way,
		"postrouting",
		traversed(way, { family: familyOf(way), hook: NF_INET_POST_ROUTING }),
	);
};
