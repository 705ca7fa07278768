import { formatAddress } from "../../inet/address.js";
import { NF_INET_LOCAL_OUT, NF_INET_POST_ROUTING, NFPROTO_BRIDGE } from "../../uapi/netfilter.js";
import { portReport } from "./bridge.js";
import { linkReport } from "./link.js";
import { neighbourOf } from "./neighbour.js";
import { deviceOf, rulesReport, traversed } from "./rules.js";
import { passes, type Stage, stopped, type Way } from "./way.js";

const ETHERNET = 14;

/** The interface through which the packet leaves, and whether it fits. */
export const egress: Stage = (way) => {
	const { output, packet } = way;
	if (output === undefined)
		return stopped("egress", {
			code: "FINDING_NO_ROUTE",
			message: "the route leads to no interface",
		});
	if (output.isLoopback) return undefined;
	const report = linkReport("egress", output, way);
	if (report.verdict === "stopped" || packet.bytes.length - ETHERNET <= output.mtu) return report;
	return stopped("egress", {
		code: "FINDING_MTU",
		message: `a packet of ${packet.length} bytes does not fit ${output.name}`,
		evidence: [`link ${output.name}: mtu ${output.mtu}`],
		device: output.name,
	});
};

/** The port through which a frame leaves that the host sends through a bridge. */
function portBehind(way: Way) {
	const { facts, output, nexthop, guest } = way;
	if (output?.kind !== "bridge" || nexthop === undefined) return undefined;
	const isGuest = Buffer.compare(nexthop, guest.address) === 0;
	if (isGuest && guest.segment.index === output.index && guest.tap.index !== output.index)
		return facts.link(guest.tap.index);
	const mac = neighbourOf(facts, output, nexthop)?.mac;
	const port = mac === undefined ? undefined : facts.portOf(output.index, mac);
	return port === undefined || port === output.index ? undefined : facts.link(port);
}

/** The rules of the bridge for what the host sends, and the port through which it leaves. */
export const bridgeOutput: Stage = (way) => {
	const { output, packet } = way;
	if (output?.kind !== "bridge") return undefined;
	const port = portBehind(way);
	if (port === undefined)
		return passes(
			"bridge",
			`${output.name} sends it by all ports, for the address was not seen behind one`,
		);
	const state = portReport(way, port, output);
	if (state.verdict === "stopped") return state;
	// Rules that ask for an input interface do not match here.
	packet.in = undefined;
	packet.out = deviceOf(port, output);
	for (const [stage, hook] of [
		["bridge output", NF_INET_LOCAL_OUT],
		["bridge postrouting", NF_INET_POST_ROUTING],
	] as const) {
		const report = rulesReport(way, stage, traversed(way, { family: NFPROTO_BRIDGE, hook }));
		if (report?.verdict === "stopped") return report;
	}
	way.output = port;
	return linkReport("bridge port", port, way);
};

/** RFC 1918, shared, and unique local addresses: nobody on the Internet answers to them. */
const PRIVATE: readonly RegExp[] = [/^0a/, /^ac1[0-9a-f]/, /^c0a8/, /^64[4-7]/, /^f[cd]/, /^a9fe/];
export const isPrivate = (address: Uint8Array): boolean => {
	const text = Buffer.from(address).toString("hex");
	return PRIVATE.some((pattern) => pattern.test(text));
};

/** Whether machines beyond the uplink have a route back to the source address of the packet. */
export const source: Stage = (way) => {
	const { packet, guest, output, facts, isAnswer } = way;
	if (isAnswer || output === undefined || way.entry === "local") return undefined;
	if (Buffer.compare(packet.source, guest.address) !== 0) return undefined;
	if (output.index === guest.segment.index || output.index === guest.tap.index) return undefined;
	// Another segment of this host sends its answers here.
	if (
		output.kind === "tun" ||
		(output.kind === "bridge" && facts.ports(output.index).every(({ kind }) => kind === "tun"))
	)
		return undefined;
	const from = formatAddress(packet.source);
	const to = formatAddress(packet.destination);
	const { ours } = guest;
	if (
		ours?.mode === "nat" ||
		(ours === undefined && isPrivate(packet.source) && !isPrivate(packet.destination))
	)
		return stopped("source", {
			code:
				ours?.uplink !== undefined && ours.uplink !== output.name
					? "FINDING_WRONG_UPLINK"
					: "FINDING_NO_SNAT",
			message:
				ours?.uplink !== undefined && ours.uplink !== output.name
					? `the way to ${to} is by ${output.name}, not by the uplink ${ours.uplink}: there the source ${from} is not translated`
					: `it leaves by ${output.name} with the source ${from}, which nobody beyond knows the way back to: no rule translates it`,
			evidence: [`source behind postrouting: ${from}`, `egress: ${output.name}`],
			remedy:
				ours === undefined
					? `nft add rule ip nat postrouting oifname "${output.name}" masquerade`
					: "umlnet-nl status --verify",
			device: output.name,
		});
	way.dependsOn.push(`whether the machines behind ${output.name} know the way back to ${from}`);
	return undefined;
};
