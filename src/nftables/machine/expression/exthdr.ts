import type { Out } from "../../../netlink/schema.js";
import { IPPROTO_TCP } from "../../../uapi/in.js";
import {
	IPPROTO_DSTOPTS,
	IPPROTO_FRAGMENT,
	IPPROTO_HOPOPTS,
	IPPROTO_ROUTING,
} from "../../../uapi/in6.js";
import * as nft from "../../../uapi/nf_tables_const.js";
import type { exthdrAttrs } from "../../../uapi/nf_tables_expr.js";
import type { Run } from "../evaluation.js";
import type { Packet } from "../packet.js";

const HEADER6 = 40;
const HEADER4 = 20;
const SEGMENT_HEADER = 20;
const UNIT = 8;
const WALKED = [IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_DSTOPTS];

/** The offset of an extension header of this type. */
function extension(packet: Packet, type: number): number | undefined {
	if (!packet.isIpv6) return undefined;
	let next = packet.bytes[packet.network + 6] ?? 0;
	let at = packet.network + HEADER6;
	while (packet.at(at, 2) !== undefined) {
		if (next === type) return at;
		if (!WALKED.includes(next)) return undefined;
		const length = next === IPPROTO_FRAGMENT ? UNIT : UNIT * ((packet.bytes[at + 1] ?? 0) + 1);
		next = packet.bytes[at] ?? 0;
		at += length;
	}
	return undefined;
}

/** The offset of an option with this number, among options of type and length. 0 ends the options, and 1 is padding. */
function option(packet: Packet, type: number, from: number, to: number): number | undefined {
	for (let at = from; at < Math.min(to, packet.bytes.length); ) {
		const kind = packet.bytes[at] ?? 0;
		if (kind === type) return at;
		if (kind === 0) return undefined;
		const length = kind === 1 ? 1 : (packet.bytes[at + 1] ?? 0);
		if (length === 0) return undefined;
		at += length;
	}
	return undefined;
}

function find(packet: Packet, op: number, type: number): number | undefined {
	if (op === nft.NFT_EXTHDR_OP_IPV6) return extension(packet, type);
	if (op === nft.NFT_EXTHDR_OP_IPV4) {
		if (!packet.isIpv4) return undefined;
		const end = packet.network + 4 * ((packet.bytes[packet.network] ?? 0) & 15);
		return option(packet, type, packet.network + HEADER4, end);
	}
	if (op !== nft.NFT_EXTHDR_OP_TCPOPT) return undefined;
	const { l4proto, transport, isLaterFragment } = packet.headers();
	if (l4proto !== IPPROTO_TCP || isLaterFragment) return undefined;
	const end = transport + 4 * ((packet.bytes[transport + 12] ?? 0) >> 4);
	return option(packet, type, transport + SEGMENT_HEADER, end);
}

/** Options and extension headers. Writing to them changes no verdict here. */
export const exthdr: Run<Out<typeof exthdrAttrs>> = (data, on) => {
	const { NFTA_EXTHDR_TYPE: type = 0, NFTA_EXTHDR_OP: op = 0, NFTA_EXTHDR_DREG: to } = data;
	if (to === undefined) return;
	const { NFTA_EXTHDR_OFFSET: offset = 0, NFTA_EXTHDR_LEN: length = 0 } = data;
	const at = find(on.packet, op, type);
	if (((data.NFTA_EXTHDR_FLAGS ?? 0) & nft.NFT_EXTHDR_F_PRESENT) !== 0)
		return on.registers.store(to, Uint8Array.of(at === undefined ? 0 : 1));
	const bytes = at === undefined ? undefined : on.packet.at(at + offset, length);
	if (bytes === undefined) on.break();
	else on.registers.store(to, bytes);
};
