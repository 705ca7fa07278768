import { ethernet } from "../packet/ethernet.js";
import { ICMP_ECHO, ICMP_ECHOREPLY, icmp } from "../packet/icmp.js";
import { ICMPV6_ECHO_REPLY, ICMPV6_ECHO_REQUEST, icmpv6 } from "../packet/icmpv6.js";
import { ipv4 } from "../packet/ipv4.js";
import { ipv6 } from "../packet/ipv6.js";
import { tcp } from "../packet/tcp.js";
import { udp } from "../packet/udp.js";
import { ETH_P_IP, ETH_P_IPV6 } from "../uapi/if_ether.js";
import { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP } from "../uapi/in.js";
import { IPPROTO_ICMPV6 } from "../uapi/in6.js";

/** The packet to send. */
export interface Sent {
	readonly source: Uint8Array;
	readonly destination: Uint8Array;
	readonly protocol: "tcp" | "udp" | "icmp";
	readonly sourcePort: number;
	readonly destinationPort: number;
	/** Whether to make the answer to it instead. */
	readonly isAnswer: boolean;
	readonly fromMac: Uint8Array;
	readonly toMac: Uint8Array;
}

function bodyOf(sent: Sent): readonly [protocol: number, body: Uint8Array] {
	const { isAnswer, sourcePort: source, destinationPort: dest } = sent;
	const around = { saddr: sent.source, daddr: sent.destination };
	const payload = new Uint8Array(32);
	if (sent.protocol === "tcp") {
		const options = { TCPOPT_MAXSEG: 1460 };
		const flags = { syn: 1, ack: isAnswer ? 1 : 0 };
		return [
			IPPROTO_TCP,
			tcp.encode({ source, dest, seq: 1, window: 64240, ...flags, options }, around),
		];
	}
	if (sent.protocol === "udp") return [IPPROTO_UDP, udp.encode({ source, dest, payload }, around)];
	if (sent.source.length === 4) {
		const type = isAnswer ? ICMP_ECHOREPLY : ICMP_ECHO;
		return [IPPROTO_ICMP, icmp.encode({ type, echo: { id: 1, sequence: 1 }, payload })];
	}
	const icmp6_type = isAnswer ? ICMPV6_ECHO_REPLY : ICMPV6_ECHO_REQUEST;
	const u_echo = { identifier: 1, sequence: 1 };
	return [IPPROTO_ICMPV6, icmpv6.encode({ icmp6_type, u_echo, payload }, around)];
}

/** A complete frame, as it would come out of a tap. */
export function frameOf(sent: Sent): Uint8Array {
	const { source: saddr, destination: daddr, fromMac: h_source, toMac: h_dest } = sent;
	const [protocol, body] = bodyOf(sent);
	const isIpv4 = saddr.length === 4;
	const payload = isIpv4
		? ipv4.encode({ saddr, daddr, protocol, payload: body })
		: ipv6.encode({ saddr, daddr, nexthdr: protocol, payload: body });
	return ethernet.encode({ h_dest, h_source, h_proto: isIpv4 ? ETH_P_IP : ETH_P_IPV6, payload });
}
