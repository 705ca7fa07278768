import type { Out } from "../../../netlink/schema.js";
import * as nft from "../../../uapi/nf_tables_const.js";
import type { ctAttrs } from "../../../uapi/nf_tables_expr.js";
import { fromBytes, toBytes } from "../../fact/value.js";
import type { Connection, Tuple } from "../connection.js";
import type { Evaluation, Run } from "../evaluation.js";

/** NF_CT_STATE_BIT() of include/uapi/linux/netfilter/nf_conntrack_common.h. */
export const STATE_BITS = {
	invalid: 1,
	established: 2,
	related: 4,
	new: 8,
	untracked: 64,
} as const;

/** NFT_CT_STATE of a packet. Before connection tracking has seen it, it is invalid. */
export function stateOf({ packet }: Pick<Evaluation, "packet">): number {
	if (packet.isUntracked) return STATE_BITS.untracked;
	return STATE_BITS[packet.connection?.state ?? "invalid"];
}

type Value = Uint8Array | { readonly unknown: string; readonly length: number } | undefined;
const number = (value: number, length = 4): Uint8Array => toBytes(BigInt(value), "host", length);
const port = (value: number): Uint8Array => toBytes(BigInt(value), "big", 2);
const unknown = (what: string, length = 4) => ({ unknown: what, length }) as const;
const LABELS = 16;

/** The keys that belong to one direction of the flow. */
const OF_TUPLE: Readonly<Record<number, (tuple: Tuple) => Uint8Array>> = {
	[nft.NFT_CT_SRC]: ({ source }) => source,
	[nft.NFT_CT_DST]: ({ destination }) => destination,
	[nft.NFT_CT_SRC_IP]: ({ source }) => source,
	[nft.NFT_CT_DST_IP]: ({ destination }) => destination,
	[nft.NFT_CT_SRC_IP6]: ({ source }) => source,
	[nft.NFT_CT_DST_IP6]: ({ destination }) => destination,
	[nft.NFT_CT_PROTO_SRC]: ({ sourcePort }) => port(sourcePort),
	[nft.NFT_CT_PROTO_DST]: ({ destinationPort }) => port(destinationPort),
};

const OF_FLOW: Readonly<Record<number, (flow: Connection) => Value>> = {
	[nft.NFT_CT_DIRECTION]: ({ direction }) => number(direction === "reply" ? 1 : 0, 1),
	[nft.NFT_CT_STATUS]: ({ status }) => number(status),
	[nft.NFT_CT_MARK]: ({ mark, unknownMark }) =>
		unknownMark === undefined ? number(mark) : unknown(unknownMark),
	[nft.NFT_CT_L3PROTOCOL]: ({ family }) => number(family, 1),
	[nft.NFT_CT_PROTOCOL]: ({ protocol }) => number(protocol, 1),
	[nft.NFT_CT_HELPER]: () => undefined,
	[nft.NFT_CT_LABELS]: () => new Uint8Array(LABELS),
	[nft.NFT_CT_ZONE]: () => number(0, 2),
	[nft.NFT_CT_SECMARK]: () => number(0),
	[nft.NFT_CT_EXPIRATION]: () => unknown("when conntrack forgets the flow"),
	[nft.NFT_CT_BYTES]: () => unknown("how many bytes the flow has had", 8),
	[nft.NFT_CT_PKTS]: () => unknown("how many packets the flow has had", 8),
	[nft.NFT_CT_AVGPKT]: () => unknown("how large the packets of the flow are", 8),
	[nft.NFT_CT_ID]: () => unknown("the id of the flow"),
};

function get(key: number, direction: number | undefined, on: Evaluation): Value {
	if (key === nft.NFT_CT_STATE) return number(stateOf(on));
	const flow = on.connection;
	if (flow === undefined || on.packet.isUntracked) return undefined;
	const ofTuple = OF_TUPLE[key];
	if (ofTuple !== undefined) return ofTuple(direction === 1 ? flow.reply : flow.original);
	return OF_FLOW[key]?.(flow);
}

function set(key: number, from: number, on: Evaluation): void {
	const flow = on.connection;
	if (flow === undefined || key !== nft.NFT_CT_MARK) return;
	const what = on.registers.unknown(from, 4);
	flow.unknownMark = what;
	flow.mark = what === undefined ? Number(fromBytes(on.registers.load(from, 4), "host")) : 0;
}

/** nft_ct_get_eval(), nft_ct_set_eval(). */
export const ct: Run<Out<typeof ctAttrs>> = (data, on) => {
	const { NFTA_CT_KEY: key = -1, NFTA_CT_DREG: to, NFTA_CT_SREG: from } = data;
	if (from !== undefined) {
		set(key, from, on);
		return;
	}
	if (to === undefined) return;
	const value = get(key, data.NFTA_CT_DIRECTION, on);
	if (value === undefined) on.break();
	else if ("unknown" in value) on.registers.storeUnknown(to, value.length, value.unknown);
	else on.registers.store(to, value);
};

/** nft_notrack_eval(). A packet that connection tracking has seen stays tracked. */
export const notrack: Run = (_, { packet }) => {
	if (packet.connection === undefined) packet.isUntracked = true;
};
