import { type Cidr, cidrOf, contains } from "../inet/cidr.js";
import type { World } from "../nftables/machine/evaluation.js";
import type { Packet } from "../nftables/machine/packet.js";
import { RTN_UNICAST } from "../uapi/rtnetlink.js";
import type { Facts } from "./facts.js";
import { deviceOf } from "./stage/rules.js";

const isOf = (packet: Packet, { length }: Uint8Array): boolean => (length === 4) === packet.isIpv4;

/** What rules ask about the host, answered from its facts. */
export function worldOf(facts: Facts): World {
	const own = (index: number, packet: Packet): Cidr[] =>
		facts
			.addresses(index)
			.filter(({ address }) => isOf(packet, address))
			.map(({ address, prefix }) => cidrOf(address, prefix));
	return {
		fib({ address, device, mark }) {
			const { errno, type, output } = facts.route({ destination: address, mark });
			if (errno !== undefined) return { device: undefined, type: RTN_UNICAST };
			const link = output === undefined ? undefined : facts.link(output);
			const isThere = type === RTN_UNICAST && (device === undefined || device.index === output);
			return { device: isThere && link !== undefined ? deviceOf(link) : undefined, type };
		},
		masqueradeAddress({ index }, packet) {
			const all = own(index, packet);
			const { gateway } = facts.route({ destination: packet.destination });
			const next = gateway ?? packet.destination;
			return (all.find((one) => contains(one, next)) ?? all[0])?.address;
		},
		addressOf: ({ index }, packet) => own(index, packet)[0]?.address,
	};
}
