import type { StageReport } from "../../service/diagnosis.js";
import { BR_STATE_FORWARDING } from "../../uapi/if_bridge.js";
import {
	NF_ACCEPT,
	NF_INET_FORWARD,
	NF_INET_LOCAL_IN,
	NF_INET_POST_ROUTING,
	NF_INET_PRE_ROUTING,
	NFPROTO_BRIDGE,
} from "../../uapi/netfilter.js";
import type { LinkFact } from "../facts.js";
import { linkReport } from "./link.js";
import { deviceOf, familyOf, rulesReport, traversed } from "./rules.js";
import { passes, type Stage, stopped, type Way } from "./way.js";

/** Where br_netfilter stands among the rules of bridges: NF_BR_PRI_BRNF of linux/netfilter_bridge.h. */
const PRI_BRNF = 0;

/** The bridge that a packet came in by a port of. */
export function bridgeOf(way: Way): LinkFact | undefined {
	if (way.entry === "local") return undefined;
	const { master } = way.entry.link;
	const link = master === undefined ? undefined : way.facts.link(master);
	return link?.kind === "bridge" ? link : undefined;
}

/** Whether IP's rules see what passes the bridge: a setting for all bridges, or for this one. */
function callsIptables(way: Way, bridge: LinkFact): boolean {
	const { isIpv4 } = way.packet;
	const name = isIpv4 ? "bridge-nf-call-iptables" : "bridge-nf-call-ip6tables";
	const forAll = way.facts.setting(`net/bridge/${name}`) === "1";
	return forAll || (isIpv4 ? bridge.bridge?.callsIptables : bridge.bridge?.callsIp6tables) === true;
}

/** Whether a port lets frames through. */
export function portReport(way: Way, port: LinkFact, bridge: LinkFact): StageReport {
	const stage = "bridge port";
	const { name: device } = port;
	if (!bridge.isUp)
		return stopped(stage, {
			code: "FINDING_BRIDGE_DOWN",
			message: `the bridge ${bridge.name} is down`,
			evidence: [`link ${bridge.name}: not UP`],
			remedy: `ip link set ${bridge.name} up`,
			device: bridge.name,
		});
	// A port without a carrier is disabled because of that.
	if (!port.isUp || !port.hasCarrier) return linkReport(stage, port, way);
	const state = port.port?.state ?? BR_STATE_FORWARDING;
	if (state !== BR_STATE_FORWARDING)
		return stopped(stage, {
			code: "FINDING_PORT_STATE",
			message: `${bridge.name} does not forward through its port ${device}`,
			evidence: [`port ${device}: state ${STATES[state] ?? state}`],
			remedy: `bridge link set dev ${device} state 3`,
			device,
		});
	if (bridge.bridge?.filtersVlans === true && port.port?.pvid === undefined)
		return stopped(stage, {
			code: "FINDING_VLAN",
			message: `${bridge.name} filters VLANs, and ${device} gives none to frames without a tag`,
			evidence: [`port ${device}: no PVID`],
			remedy: `bridge vlan add dev ${device} vid 1 pvid untagged`,
			device,
		});
	if (way.entry !== "local" && port.port?.isLocked === true && port.index === way.entry.link.index)
		if (!way.facts.learned(bridge.index, port.index).some((mac) => isSame(mac, way.guest.mac)))
			return stopped(stage, {
				code: "FINDING_PORT_STATE",
				message: `the port ${device} is locked, and the guest's MAC address is not let in`,
				evidence: [`port ${device}: locked`],
				remedy: `bridge link set dev ${device} locked off`,
				device,
			});
	return passes(stage, `${device} is a port of ${bridge.name} that forwards`, { device });
}
const STATES = ["disabled", "listening", "learning", "forwarding", "blocking"];
const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The port by which a frame comes in. */
export const inPort: Stage = (way) => {
	const bridge = bridgeOf(way);
	if (bridge === undefined || way.entry === "local") return undefined;
	return portReport(way, way.entry.link, bridge);
};

/** Rules of the bridge family before it is known where a frame goes, and with br_netfilter those of IP, too. */
export const bridgePrerouting: Stage = (way) => {
	const bridge = bridgeOf(way);
	if (bridge === undefined || way.entry === "local") return undefined;
	const { packet } = way;
	const port = deviceOf(way.entry.link, bridge);
	const point = { family: NFPROTO_BRIDGE, hook: NF_INET_PRE_ROUTING };
	packet.in = port;
	const before = traversed(way, point, { below: PRI_BRNF });
	const first = rulesReport(way, "bridge prerouting", before);
	if (before.code !== NF_ACCEPT) return first;
	if (callsIptables(way, bridge)) {
		packet.physicalIn = port;
		packet.in = deviceOf(bridge);
		way.wasPrerouted = true;
		const inner = traversed(way, { family: familyOf(way), hook: NF_INET_PRE_ROUTING });
		if (inner.code !== NF_ACCEPT) return rulesReport(way, "prerouting (br_netfilter)", inner);
		packet.in = port;
	}
	const after = traversed(way, point, { from: PRI_BRNF });
	return rulesReport(way, "bridge prerouting", after) ?? first;
};

/** A frame for the host itself leaves the bridge upwards. */
export const bridgeInput: Stage = (way) => {
	const bridge = bridgeOf(way);
	if (bridge === undefined || way.bridgedTo !== undefined) return undefined;
	const passed = traversed(way, { family: NFPROTO_BRIDGE, hook: NF_INET_LOCAL_IN });
	way.packet.in = deviceOf(bridge);
	return rulesReport(way, "bridge input", passed);
};

/** A frame for another port: isolation, and the rules between ports. */
export const bridgeForward: Stage = (way) => {
	const bridge = bridgeOf(way);
	const to = way.bridgedTo;
	if (bridge === undefined || to === undefined || to === "flood" || way.entry === "local")
		return undefined;
	const { packet } = way;
	const from = way.entry.link;
	if (from.port?.isIsolated === true && to.port?.isIsolated === true)
		return stopped("bridge forward", {
			code: "FINDING_PORT_ISOLATED",
			message: `${from.name} and ${to.name} are isolated ports of ${bridge.name}: they cannot reach each other`,
			evidence: [`port ${from.name}: isolated`, `port ${to.name}: isolated`],
			remedy: `bridge link set dev ${to.name} isolated off`,
			device: to.name,
		});
	const port = portReport(way, to, bridge);
	if (port.verdict === "stopped") return port;
	const [input, output] = [deviceOf(from, bridge), deviceOf(to, bridge)];
	const point = { family: NFPROTO_BRIDGE, hook: NF_INET_FORWARD };
	packet.in = input;
	packet.out = output;
	const before = traversed(way, point, { below: PRI_BRNF - 1 });
	if (before.code !== NF_ACCEPT) return rulesReport(way, "bridge forward", before);
	if (callsIptables(way, bridge)) {
		const filtered = innerForward(way, bridge, input, output);
		if (filtered !== undefined) return filtered;
	}
	const after = traversed(way, point, { from: PRI_BRNF - 1 });
	return (
		rulesReport(way, "bridge forward", after) ??
		rulesReport(way, "bridge forward", before) ??
		passes("bridge forward", `${bridge.name} forwards it from ${from.name} to ${to.name}`)
	);
};

type Device = ReturnType<typeof deviceOf>;
/** br_netfilter shows IP's rules the bridge, both as where it comes from and as where it goes. */
function innerForward(
	way: Way,
	bridge: LinkFact,
	input: Device,
	output: Device,
): StageReport | undefined {
	const { packet } = way;
	packet.in = packet.out = deviceOf(bridge);
	packet.physicalIn = input;
	packet.physicalOut = output;
	for (const hook of [NF_INET_FORWARD, NF_INET_POST_ROUTING]) {
		const inner = traversed(way, { family: familyOf(way), hook });
		if (inner.code === NF_ACCEPT) continue;
		const report = rulesReport(way, "forward (br_netfilter)", inner);
		const { finding } = report ?? {};
		if (report === undefined || finding === undefined) return report;
		const setting = packet.isIpv4 ? "bridge-nf-call-iptables" : "bridge-nf-call-ip6tables";
		const evidence = [...finding.evidence, `net.bridge.${setting} = 1`];
		return { ...report, finding: { ...finding, evidence } };
	}
	packet.in = input;
	packet.out = output;
	return undefined;
}

/** The port by which a frame leaves the bridge. */
export const outPort: Stage = (way) => {
	const to = way.bridgedTo;
	if (to === undefined) return undefined;
	if (to === "flood")
		return passes(
			"bridge forward",
			"its destination was not seen behind any port: it leaves by all of them",
		);
	// br_forward_finish() shows the rules no input interface here.
	way.packet.in = undefined;
	const passed = traversed(way, { family: NFPROTO_BRIDGE, hook: NF_INET_POST_ROUTING });
	const report = rulesReport(way, "bridge postrouting", passed);
	if (report?.verdict === "stopped") return report;
	way.output = to;
	return linkReport("egress", to, way);
};
