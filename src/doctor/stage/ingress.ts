import { NF_NETDEV_EGRESS, NF_NETDEV_INGRESS, NFPROTO_NETDEV } from "../../uapi/netfilter.js";
import { deviceOf, rulesReport, traversed } from "./rules.js";
import type { Stage } from "./way.js";

/** The rules of the interface itself, before anything else sees the packet. */
export const ingress: Stage = (way) => {
	if (way.entry === "local") return undefined;
	way.packet.in = deviceOf(way.entry.link);
	const point = { family: NFPROTO_NETDEV, hook: NF_NETDEV_INGRESS };
	return rulesReport(way, "ingress", traversed(way, point));
};

/** The rules of the interface through which it leaves, after everything else. */
export const egressRules: Stage = (way) => {
	if (way.output === undefined) return undefined;
	const { in: input } = way.packet;
	way.packet.in = undefined;
	way.packet.out = deviceOf(way.output);
	const point = { family: NFPROTO_NETDEV, hook: NF_NETDEV_EGRESS };
	const report = rulesReport(way, "egress", traversed(way, point));
	way.packet.in = input;
	return report;
};
