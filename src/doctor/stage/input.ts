import { formatAddress } from "../../inet/address.js";
import { IPPROTO_TCP } from "../../uapi/in.js";
import { NF_INET_LOCAL_IN, NF_INET_LOCAL_OUT } from "../../uapi/netfilter.js";
import { listensOn } from "../sockets.js";
import { deviceOf, familyOf, rulesReport, traversed } from "./rules.js";
import { passes, type Stage, stopped } from "./way.js";

/** The rules of IP for packets to this host. */
export const input: Stage = (way) => {
	way.packet.out = undefined;
	return (
		rulesReport(way, "input", traversed(way, { family: familyOf(way), hook: NF_INET_LOCAL_IN })) ??
		passes("input", "no rules")
	);
};

/** Whether a program of the host receives it. The kernel itself answers echo requests. */
export const listener: Stage = (way) => {
	const { packet, facts, isAnswer } = way;
	if (isAnswer) return undefined;
	if (!packet.hasPorts) {
		const path = packet.isIpv4 ? "net/ipv4/icmp_echo_ignore_all" : "net/ipv6/icmp/echo_ignore_all";
		if (facts.setting(path) !== "1") return passes("host", "the host answers echo requests");
		const setting = path.replaceAll("/", ".");
		return stopped("host", {
			code: "FINDING_NOBODY_LISTENS",
			message: "the host answers no echo requests",
			evidence: [`${setting} = 1`],
			remedy: `sysctl -w ${setting}=0`,
		});
	}
	const protocol = packet.headers().l4proto === IPPROTO_TCP ? "tcp" : "udp";
	const port = packet.destinationPort;
	const found = listensOn(facts, protocol, packet.destination, port);
	if (found === undefined) return undefined;
	const place = `${formatAddress(packet.destination)} port ${port}/${protocol}`;
	if (found) return passes("host", `a program listens on ${place}`);
	return stopped("host", {
		code: "FINDING_NOBODY_LISTENS",
		message: `no program of the host listens on ${place}`,
		evidence: [`no socket is bound to ${place}`],
	});
};

/** The rules of IP for packets that this host sends. */
export const output: Stage = (way) => {
	if (way.entry !== "local") return undefined;
	way.packet.in = undefined;
	way.packet.out = way.output && deviceOf(way.output);
	return (
		rulesReport(
			way,
			"output",
			traversed(way, { family: familyOf(way), hook: NF_INET_LOCAL_OUT }),
		) ?? passes("output", "no rules")
	);
};
