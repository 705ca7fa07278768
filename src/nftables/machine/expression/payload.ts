import type { Out } from "../../../netlink/schema.js";
import { IPPROTO_GRE, IPPROTO_IPIP, IPPROTO_TCP, IPPROTO_UDP } from "../../../uapi/in.js";
import * as nft from "../../../uapi/nf_tables_const.js";
import type { payloadAttrs } from "../../../uapi/nf_tables_expr.js";
import type { Evaluation, Run } from "../evaluation.js";
import type { Packet } from "../packet.js";

const DATAGRAM_HEADER = 8;

/** nft_payload_inner_offset(), for the protocols that it knows. */
function innerOffset(packet: Packet): number | undefined {
	const { l4proto, transport, isLaterFragment } = packet.headers();
	if (l4proto === undefined || isLaterFragment) return undefined;
	switch (l4proto) {
		case IPPROTO_UDP:
			return transport + DATAGRAM_HEADER;
		case IPPROTO_TCP:
			return transport + 4 * ((packet.bytes[transport + 12] ?? 0) >> 4);
		case IPPROTO_IPIP:
			return transport;
		case IPPROTO_GRE: {
			const flags = packet.bytes[transport] ?? 0;
			return transport + 4 + [0x80, 0x20, 0x10].filter((bit) => (flags & bit) !== 0).length * 4;
		}
		default:
			return undefined;
	}
}

/** The offset of a header; undefined if the packet has none. */
function baseOf(packet: Packet, base: number): number | undefined {
	switch (base) {
		case nft.NFT_PAYLOAD_LL_HEADER:
			return packet.hasLinkHeader ? 0 : undefined;
		case nft.NFT_PAYLOAD_NETWORK_HEADER:
			return packet.network;
		case nft.NFT_PAYLOAD_TRANSPORT_HEADER: {
			const { l4proto, transport, isLaterFragment } = packet.headers();
			return l4proto === undefined || isLaterFragment ? undefined : transport;
		}
		case nft.NFT_PAYLOAD_INNER_HEADER:
			return innerOffset(packet);
		default:
			return undefined;
	}
}

function write(data: Out<typeof payloadAttrs>, at: number, on: Evaluation): void {
	const { NFTA_PAYLOAD_SREG: from = 0, NFTA_PAYLOAD_LEN: length = 0 } = data;
	if (on.registers.unknown(from, length) === undefined)
		on.packet.write(at, on.registers.load(from, length));
}

/** nft_payload_eval() and nft_payload_set_eval(). The rule ends for a packet that does not have these bytes. */
export const payload: Run<Out<typeof payloadAttrs>> = (data, on) => {
	const { NFTA_PAYLOAD_BASE: base = 0, NFTA_PAYLOAD_OFFSET: offset = 0 } = data;
	const { NFTA_PAYLOAD_LEN: length = 0, NFTA_PAYLOAD_DREG: to } = data;
	const start = baseOf(on.packet, base);
	const bytes = start === undefined ? undefined : on.packet.at(start + offset, length);
	if (start === undefined || bytes === undefined) on.break();
	else if (to === undefined) write(data, start + offset, on);
	else on.registers.store(to, bytes);
};
