import { cidrOf, contains, formatAddress } from "../../inet/cidr.js";
import { Packet } from "../../nftables/machine/packet.js";
import { ARPOP_REPLY, ARPOP_REQUEST, arp as arpPacket } from "../../packet/arp.js";
import { BROADCAST, ethernet } from "../../packet/ethernet.js";
import type { StageReport } from "../../service/diagnosis.js";
import { ETH_P_ARP } from "../../uapi/if_ether.js";
import { PACKET_BROADCAST, PACKET_HOST } from "../../uapi/if_packet.js";
import {
	NF_ARP_IN,
	NF_ARP_OUT,
	NF_INET_LOCAL_IN,
	NF_INET_PRE_ROUTING,
	NF_NETDEV_INGRESS,
	NFPROTO_ARP,
	NFPROTO_BRIDGE,
	NFPROTO_NETDEV,
} from "../../uapi/netfilter.js";
import { RTN_LOCAL } from "../../uapi/rtnetlink.js";
import { hostAddresses, isOnLink } from "../guest.js";
import { deviceOf, rulesReport, traversed } from "./rules.js";
import { passes, type Stage, stopped, type Way } from "./way.js";

const STAGE = "arp";
const ETHER = 1;

/** The address that the guest must resolve before it can send: the destination, or the host as its gateway. */
function soughtBy({ guest, packet, facts }: Way): Uint8Array | undefined {
	if (isOnLink(guest, packet.destination)) return packet.destination;
	const all = hostAddresses(facts, guest.segment, 4);
	return (all.find((one) => contains(one, guest.address)) ?? all[0])?.address;
}

/** Whether the host answers for an address that is not its own. */
function isProxied({ facts, guest }: Way, address: Uint8Array): boolean {
	const { segment } = guest;
	const isSet = ["all", segment.name].some(
		(name) => facts.setting(`net/ipv4/conf/${name}/proxy_arp`) === "1",
	);
	if (isSet) return facts.route({ destination: address }).output !== segment.index;
	return facts
		.neighbours(segment.index)
		.some((one) => one.isProxy && Buffer.compare(one.address, address) === 0);
}

interface Party {
	readonly mac: Uint8Array;
	readonly address: Uint8Array;
}

function frame(op: number, from: Party, to: Party): Packet {
	const isQuestion = op === ARPOP_REQUEST;
	const payload = arpPacket.encode({
		arp_op: op,
		arp_sha: from.mac,
		arp_spa: from.address,
		arp_tha: isQuestion ? new Uint8Array(to.mac.length) : to.mac,
		arp_tpa: to.address,
	});
	const h_dest = isQuestion ? BROADCAST : to.mac;
	const bytes = ethernet.encode({ h_dest, h_source: from.mac, h_proto: ETH_P_ARP, payload });
	return new Packet(bytes, isQuestion ? PACKET_BROADCAST : PACKET_HOST, undefined);
}

/** A frame of the guest, through the rules of the tap, of the bridge and of ARP. */
function comesIn(way: Way, packet: Packet): StageReport | undefined {
	const { tap, segment } = way.guest;
	const isBridged = segment.index !== tap.index;
	const one = { ...way, packet };
	packet.in = deviceOf(tap, isBridged ? segment : undefined);
	const points = [
		{ family: NFPROTO_NETDEV, hook: NF_NETDEV_INGRESS },
		...(isBridged
			? [NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN].map((hook) => ({ family: NFPROTO_BRIDGE, hook }))
			: []),
	];
	for (const point of points) {
		const report = rulesReport(one, STAGE, traversed(one, point));
		if (report?.verdict === "stopped") return report;
	}
	packet.in = deviceOf(segment);
	return rulesReport(one, STAGE, traversed(one, { family: NFPROTO_ARP, hook: NF_ARP_IN }));
}

/** A frame of the host. */
function goesOut(way: Way, packet: Packet): StageReport | undefined {
	const one = { ...way, packet };
	packet.out = deviceOf(way.guest.segment);
	return rulesReport(one, STAGE, traversed(one, { family: NFPROTO_ARP, hook: NF_ARP_OUT }));
}

/** The rules that questions and answers of both sides pass: the guest looks for the host, and the host for the guest. */
function rules(way: Way, sought: Uint8Array): StageReport | undefined {
	const guest: Party = way.guest;
	const host: Party = { mac: way.guest.segment.mac, address: sought };
	const exchange = [
		() => comesIn(way, frame(ARPOP_REQUEST, guest, host)),
		() => goesOut(way, frame(ARPOP_REPLY, host, guest)),
		() => goesOut(way, frame(ARPOP_REQUEST, host, guest)),
		() => comesIn(way, frame(ARPOP_REPLY, guest, host)),
	];
	for (const step of exchange) {
		const report = step();
		if (report?.verdict === "stopped") return report;
	}
	return undefined;
}

/** Before a guest can send IPv4 it asks who has an address, and the host must answer. */
export const arp: Stage = (way) => {
	const { entry, guest, packet, facts, isAnswer, bridgedTo } = way;
	if (entry === "local" || entry.link.index !== guest.tap.index) return undefined;
	if (!packet.isIpv4 || isAnswer || bridgedTo !== undefined || guest.segment.type !== ETHER)
		return undefined;
	const sought = soughtBy(way);
	if (sought === undefined)
		return stopped(STAGE, {
			code: "FINDING_NO_ADDRESS",
			message: `the host has no IPv4 address on ${guest.segment.name}: the guest has no gateway`,
			evidence: [`addresses of ${guest.segment.name}: none`],
			device: guest.segment.name,
		});
	const report = rules(way, sought);
	if (report?.verdict === "stopped") return report;
	const text = formatAddress(sought);
	const isOwn = facts.route({ destination: sought }).type === RTN_LOCAL;
	if (isOwn && facts.setting(`net/ipv4/conf/${guest.segment.name}/arp_ignore`) === "8")
		return stopped(STAGE, {
			code: "FINDING_PROXY_ARP",
			message: `the host answers no ARP on ${guest.segment.name}`,
			evidence: [`net.ipv4.conf.${guest.segment.name}.arp_ignore = 8`],
			remedy: `sysctl -w net.ipv4.conf.${guest.segment.name}.arp_ignore=0`,
			device: guest.segment.name,
		});
	if (isOwn || isProxied(way, sought))
		return passes(STAGE, `the host answers when the guest asks for ${text}`, {
			device: guest.segment.name,
		});
	return stopped(STAGE, {
		code: "FINDING_PROXY_ARP",
		message: `the guest takes ${text} for a machine of its own network (${cidrOf(guest.address, guest.prefix ?? 32).text}) and asks for it, and the host does not answer for it`,
		evidence: [`net.ipv4.conf.${guest.segment.name}.proxy_arp = 0`],
		remedy: `sysctl -w net.ipv4.conf.${guest.segment.name}.proxy_arp=1`,
		device: guest.segment.name,
	});
};
