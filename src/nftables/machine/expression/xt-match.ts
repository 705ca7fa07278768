import { Reader } from "../../../netlink/bytes.js";
import type { Codec, Out } from "../../../netlink/schema.js";
import { IPS_DST_NAT, IPS_SRC_NAT } from "../../../uapi/nf_conntrack_common.js";
import type { matchAttrs } from "../../../uapi/nf_tables_expr.js";
import * as xt from "../../../uapi/x_tables.js";
import { fromBytes } from "../../fact/value.js";
import type { Tuple } from "../connection.js";
import type { Evaluation, Run } from "../evaluation.js";
import type { Packet } from "../packet.js";
import { STATE_BITS, stateOf } from "./ct.js";

/** Whether a match matches; undefined if that is unknown. */
type Answer = boolean | undefined;
type Match = (info: Uint8Array, on: Evaluation) => Answer;

const read = <O>(codec: Codec<O, never>, info: Uint8Array): O => codec.read(new Reader(info));
/** Words of two bytes in the byte order of the machine. */
const words = (bytes: Uint8Array): number[] => {
	const out: number[] = [];
	for (let at = 0; at + 2 <= bytes.length; at += 2)
		out.push(Number(fromBytes(bytes.subarray(at, at + 2), "host")));
	return out;
};
const has = (flags: number, flag: number): boolean => (flags & flag) !== 0;
const within = (ports: Uint8Array, port: number, isInverted: boolean): boolean => {
	const [low = 0, high = 0] = words(ports);
	return (port >= low && port <= high) !== isInverted;
};
/** A match on ports does not match a packet whose ports are not visible. */
const hasPorts = (packet: Packet): boolean => packet.hasPorts;

const tcp: Match = (info, { packet }) => {
	const { spts, dpts, option, flg_mask, flg_cmp, invflags } = read(xt.xt_tcp, info);
	if (!hasPorts(packet)) return false;
	const flags = packet.bytes[packet.headers().transport + 13] ?? 0;
	return (
		within(spts, packet.sourcePort, has(invflags, xt.XT_TCP_INV_SRCPT)) &&
		within(dpts, packet.destinationPort, has(invflags, xt.XT_TCP_INV_DSTPT)) &&
		((flags & flg_mask) === flg_cmp) !== has(invflags, xt.XT_TCP_INV_FLAGS) &&
		(option === 0 ? true : undefined)
	);
};

const udp: Match = (info, { packet }) => {
	const { spts, dpts, invflags } = read(xt.xt_udp, info);
	return (
		hasPorts(packet) &&
		within(spts, packet.sourcePort, has(invflags, xt.XT_UDP_INV_SRCPT)) &&
		within(dpts, packet.destinationPort, has(invflags, xt.XT_UDP_INV_DSTPT))
	);
};

const multiport: Match = (info, { packet }) => {
	const { flags, count, ports, pflags, invert } = read(xt.xt_multiport_v1, info);
	if (!hasPorts(packet)) return false;
	const all = words(ports).slice(0, count);
	const isAmong = (port: number): boolean => {
		for (let i = 0; i < all.length; i++) {
			const low = all[i] ?? 0;
			// A marked port begins a range, and the next one ends it.
			const high = (pflags[i] ?? 0) === 0 ? low : (all[++i] ?? low);
			if (port >= low && port <= high) return true;
		}
		return false;
	};
	const [source, destination] = [packet.sourcePort, packet.destinationPort];
	const holds =
		flags === xt.XT_MULTIPORT_SOURCE
			? isAmong(source)
			: flags === xt.XT_MULTIPORT_DESTINATION
				? isAmong(destination)
				: isAmong(source) || isAmong(destination);
	return holds !== (invert !== 0);
};

const icmp: Match = (info, { packet }) => {
	const { type, code, invflags } = read(xt.ipt_icmp, info);
	const { transport, isLaterFragment } = packet.headers();
	const bytes = packet.at(transport, 2);
	if (isLaterFragment || bytes === undefined) return false;
	const [low = 0, high = 0] = code;
	const isAny = type === 0xff;
	const [ownType = 0, ownCode = 0] = bytes;
	const holds = isAny || (ownType === type && ownCode >= low && ownCode <= high);
	return holds !== has(invflags, xt.IPT_ICMP_INV);
};
/** 0xff is an ordinary type in ICMPv6. Ranges of codes match as for ICMP. */
const icmp6: Match = icmp;

/** The addresses of both families are in unions of 16 bytes. */
const isMasked = (address: Uint8Array, wanted: Uint8Array, mask: Uint8Array): boolean =>
	address.every((byte, i) => (byte & (mask[i] ?? 0)) === ((wanted[i] ?? 0) & (mask[i] ?? 0)));

function stateHolds(on: Evaluation, mask: number): boolean {
	const bits = stateOf(on);
	const flow = on.connection;
	let own = bits === STATE_BITS.untracked ? xt.XT_CONNTRACK_STATE_UNTRACKED : bits;
	if (flow !== undefined && has(flow.status, IPS_SRC_NAT)) own |= xt.XT_CONNTRACK_STATE_SNAT;
	if (flow !== undefined && has(flow.status, IPS_DST_NAT)) own |= xt.XT_CONNTRACK_STATE_DNAT;
	return has(own, mask);
}

const conntrack: Match = (info, on) => {
	const want = read(xt.xt_conntrack_mtinfo3, info);
	const { match_flags: asked, invert_flags: inverted } = want;
	const holds = (flag: number, value: boolean): boolean =>
		!has(asked, flag) || value !== has(inverted, flag);
	if (!holds(xt.XT_CONNTRACK_STATE, stateHolds(on, want.state_mask))) return false;
	const flow = on.connection;
	if (flow === undefined) return has(asked, xt.XT_CONNTRACK_STATE);
	if (has(asked, xt.XT_CONNTRACK_EXPIRES)) return undefined;
	const { original, reply } = flow;
	const ports = (
		tuple: Tuple,
		flag: number,
		of: keyof Tuple,
		low: number,
		high: number | undefined,
	) => {
		const port = tuple[of] as number;
		return holds(flag, port >= low && port <= (high ?? low));
	};
	return (
		holds(xt.XT_CONNTRACK_DIRECTION, flow.direction === "original") &&
		holds(xt.XT_CONNTRACK_PROTO, flow.protocol === want.l4proto) &&
		holds(
			xt.XT_CONNTRACK_ORIGSRC,
			isMasked(original.source, want.origsrc_addr, want.origsrc_mask),
		) &&
		holds(
			xt.XT_CONNTRACK_ORIGDST,
			isMasked(original.destination, want.origdst_addr, want.origdst_mask),
		) &&
		holds(xt.XT_CONNTRACK_REPLSRC, isMasked(reply.source, want.replsrc_addr, want.replsrc_mask)) &&
		holds(
			xt.XT_CONNTRACK_REPLDST,
			isMasked(reply.destination, want.repldst_addr, want.repldst_mask),
		) &&
		holds(xt.XT_CONNTRACK_STATUS, has(flow.status, want.status_mask)) &&
		ports(
			original,
			xt.XT_CONNTRACK_ORIGSRC_PORT,
			"sourcePort",
			want.origsrc_port,
			want.origsrc_port_high,
		) &&
		ports(
			original,
			xt.XT_CONNTRACK_ORIGDST_PORT,
			"destinationPort",
			want.origdst_port,
			want.origdst_port_high,
		) &&
		ports(
			reply,
			xt.XT_CONNTRACK_REPLSRC_PORT,
			"sourcePort",
			want.replsrc_port,
			want.replsrc_port_high,
		) &&
		ports(
			reply,
			xt.XT_CONNTRACK_REPLDST_PORT,
			"destinationPort",
			want.repldst_port,
			want.repldst_port_high,
		)
	);
};

const addrtype: Match = (info, on) => {
	const { source, dest, flags } = read(xt.xt_addrtype_info_v1, info);
	const { packet, world } = on;
	const device = has(flags, xt.XT_ADDRTYPE_LIMIT_IFACE_IN)
		? packet.in
		: has(flags, xt.XT_ADDRTYPE_LIMIT_IFACE_OUT)
			? packet.out
			: undefined;
	const holds = (mask: number, of: "source" | "destination", inverted: number): boolean => {
		if (mask === 0) return true;
		const [address, other] =
			of === "source" ? [packet.source, packet.destination] : [packet.destination, packet.source];
		const { type } = world.fib({ address, other, mark: 0, device, of, packet });
		return has(mask, 2 ** type) !== has(flags, inverted);
	};
	return (
		holds(source, "source", xt.XT_ADDRTYPE_INVERT_SOURCE) &&
		holds(dest, "destination", xt.XT_ADDRTYPE_INVERT_DEST)
	);
};

const MATCHES: Readonly<Record<string, Match>> = {
	comment: () => true,
	tcp,
	udp,
	multiport,
	icmp,
	icmp6,
	conntrack,
	addrtype,
	mac: (info, { packet }) => {
		const { srcaddr, invert } = read(xt.xt_mac_info, info);
		if (!packet.hasLinkHeader) return false;
		const own = packet.at(6, 6) ?? new Uint8Array();
		return (Buffer.compare(own, srcaddr) === 0) !== (invert !== 0);
	},
	iprange: (info, { packet }) => {
		const want = read(xt.xt_iprange_mtinfo, info);
		const isIn = (address: Uint8Array, low: Uint8Array, high: Uint8Array): boolean =>
			Buffer.compare(address, low.subarray(0, address.length)) >= 0 &&
			Buffer.compare(address, high.subarray(0, address.length)) <= 0;
		const holds = (flag: number, inverted: number, value: boolean): boolean =>
			!has(want.flags, flag) || value !== has(want.flags, inverted);
		return (
			holds(xt.IPRANGE_SRC, xt.IPRANGE_SRC_INV, isIn(packet.source, want.src_min, want.src_max)) &&
			holds(
				xt.IPRANGE_DST,
				xt.IPRANGE_DST_INV,
				isIn(packet.destination, want.dst_min, want.dst_max),
			)
		);
	},
	pkttype: (info, { packet }) => {
		const { pkttype, invert } = read(xt.xt_pkttype_info, info);
		return (packet.type === pkttype) !== (invert !== 0);
	},
	mark: (info, { packet }) => {
		const { mark, mask, invert } = read(xt.xt_mark_mtinfo1, info);
		if (packet.unknownMark !== undefined) return undefined;
		return ((packet.mark & mask) >>> 0 === mark) !== (invert !== 0);
	},
	connmark: (info, { connection }) => {
		const { mark, mask, invert } = read(xt.xt_connmark_mtinfo1, info);
		if (connection === undefined) return false;
		if (connection.unknownMark !== undefined) return undefined;
		return ((connection.mark & mask) >>> 0 === mark) !== (invert !== 0);
	},
	length: (info, { packet }) => {
		const { min, max, invert } = read(xt.xt_length_info, info);
		return (packet.length >= min && packet.length <= max) !== (invert !== 0);
	},
	physdev: (info, { packet }) => {
		const { physindev, physoutdev, invert, bitmask } = read(xt.xt_physdev_info, info);
		const { physicalIn, physicalOut } = packet;
		const isBridged = physicalIn !== undefined && physicalOut !== undefined;
		const holds = (flag: number, value: boolean): boolean =>
			!has(bitmask, flag) || value !== has(invert, flag);
		return (
			holds(xt.XT_PHYSDEV_OP_BRIDGED, isBridged) &&
			holds(xt.XT_PHYSDEV_OP_ISIN, physicalIn !== undefined) &&
			holds(xt.XT_PHYSDEV_OP_ISOUT, physicalOut !== undefined) &&
			holds(xt.XT_PHYSDEV_OP_IN, physicalIn?.name === physindev) &&
			holds(xt.XT_PHYSDEV_OP_OUT, physicalOut?.name === physoutdev)
		);
	},
};

/** The revisions whose structs are read here, where a match has several. */
const REVISIONS: Readonly<Record<string, readonly number[]>> = {
	addrtype: [1],
	connmark: [1],
	conntrack: [2, 3],
	iprange: [1],
	mark: [1],
	multiport: [1],
};

/** nft_match_eval(): a match of iptables. What ours cannot tell of is tried both ways. */
export const match: Run<Out<typeof matchAttrs>> = (data, on) => {
	const { NFTA_MATCH_NAME: name = "", NFTA_MATCH_INFO: info = new Uint8Array() } = data;
	const isKnown = REVISIONS[name]?.includes(data.NFTA_MATCH_REV ?? 0) ?? true;
	const answer = isKnown ? MATCHES[name]?.(info, on) : undefined;
	if (!(answer ?? on.depends(`match ${name} of iptables`, false))) on.break();
};
