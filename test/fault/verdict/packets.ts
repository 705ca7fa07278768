/** Random packets with few different values, so that rules match them often. */
import { parseAddress } from "../../../src/inet/address.js";
import { ethernet } from "../../../src/packet/ethernet.js";
import { icmp } from "../../../src/packet/icmp.js";
import { icmpv6 } from "../../../src/packet/icmpv6.js";
import { ipv4 } from "../../../src/packet/ipv4.js";
import { ipv6 } from "../../../src/packet/ipv6.js";
import { tcp } from "../../../src/packet/tcp.js";
import { udp } from "../../../src/packet/udp.js";
import * as uapi from "../../../src/uapi/index.js";
import type { Dice } from "../../engine/dice.js";

export const HOST_MAC = "02:00:00:00:00:0b";
export const GUEST_MACS = ["02:00:00:00:00:0a", "02:00:00:00:00:0c"] as const;
export const SOURCES4 = ["10.9.0.2", "10.9.0.3", "10.9.0.77"] as const;
export const SOURCES6 = ["fd09::2", "fd09::3"] as const;
export const TARGETS4 = ["10.9.0.1", "10.8.0.1", "10.8.0.9", "10.8.0.10", "192.0.2.7"] as const;
export const TARGETS6 = ["fd09::1", "fd08::1", "fd08::9", "2001:db8::7"] as const;
export const PORTS = [22, 53, 80, 443, 1000, 8080] as const;

/** A packet, and the number by which it is recognised behind the rules. */
export interface Sent {
	readonly id: number;
	readonly frame: Uint8Array;
	readonly isIpv4: boolean;
	readonly text: string;
}

const mac = (text: string): Uint8Array =>
	Uint8Array.from(Buffer.from(text.replaceAll(":", ""), "hex"));

/** A packet that a guest sends to its host. */
export function drawPacket(dice: Dice, id: number): Sent {
	const isIpv4 = dice.next(3) > 0;
	const [from, to] = isIpv4
		? [dice.pick(SOURCES4), dice.pick(TARGETS4)]
		: [dice.pick(SOURCES6), dice.pick(TARGETS6)];
	const around = { saddr: parseAddress(from), daddr: parseAddress(to) };
	const source = dice.pick(PORTS);
	const dest = dice.pick(PORTS);
	const payload = new Uint8Array(dice.pick([0, 5, 100, 600]));
	const kind = dice.pick(["tcp", "tcp", "udp", "udp", "icmp"] as const);
	const made = {
		tcp: (): [number, Uint8Array] => {
			// Connection tracking may consider anything but the first segment of a flow invalid.
			const options = dice.next(2) === 0 ? { TCPOPT_MAXSEG: 1460 } : {};
			return [
				uapi.IPPROTO_TCP,
				tcp.encode({ source, dest, seq: 1, syn: 1, window: 500, options }, around),
			];
		},
		udp: (): [number, Uint8Array] => [
			uapi.IPPROTO_UDP,
			udp.encode({ source, dest, payload }, around),
		],
		icmp: (): [number, Uint8Array] =>
			isIpv4
				? [uapi.IPPROTO_ICMP, icmp.encode({ type: 8, echo: { id: source, sequence: 1 }, payload })]
				: [
						uapi.IPPROTO_ICMPV6,
						icmpv6.encode(
							{ icmp6_type: 128, u_echo: { identifier: source, sequence: 1 }, payload },
							around,
						),
					],
	}[kind]();
	const [protocol, body] = made;
	const tos = dice.pick([0, 0, 0x10]);
	const packet = isIpv4
		? ipv4.encode({ ...around, protocol, payload: body, id, tos, ttl: dice.pick([64, 2]) })
		: ipv6.encode({ ...around, nexthdr: protocol, payload: body, flow_lbl: id });
	const h_source = dice.pick(GUEST_MACS);
	const frame = ethernet.encode({
		h_dest: mac(HOST_MAC),
		h_source: mac(h_source),
		h_proto: isIpv4 ? uapi.ETH_P_IP : uapi.ETH_P_IPV6,
		payload: packet,
	});
	return {
		id,
		frame,
		isIpv4,
		text: `${id}: ${kind} ${from}:${source} > ${to}:${dest} from ${h_source}`,
	};
}
