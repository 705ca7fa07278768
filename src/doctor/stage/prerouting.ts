import { NF_INET_PRE_ROUTING } from "../../uapi/netfilter.js";
import { bridgeOf } from "./bridge.js";
import { deviceOf, familyOf, rulesReport, traversed } from "./rules.js";
import { passes, type Stage } from "./way.js";

/** The rules of IP before the destination is known. Those that the bridge has run already are not run again. */
export const prerouting: Stage = (way) => {
	if (way.entry === "local") return undefined;
	const link = bridgeOf(way) ?? way.entry.link;
	way.packet.in = deviceOf(link);
	if (way.wasPrerouted === true)
		return passes("prerouting", "the rules have seen it in the bridge (br_netfilter)");
	return rulesReport(
		way,
		"prerouting",
		traversed(way, { family: familyOf(way), hook: NF_INET_PRE_ROUTING }),
	);
};
