import type { Out } from "../../../netlink/schema.js";
import { IFNAMSIZ } from "../../../uapi/if.js";
import { NF_INET_LOCAL_OUT, NFPROTO_IPV4, NFPROTO_IPV6 } from "../../../uapi/netfilter.js";
import * as nft from "../../../uapi/nf_tables_const.js";
import type { metaAttrs } from "../../../uapi/nf_tables_expr.js";
import { fromBytes, type Order, toBytes } from "../../fact/value.js";
import type { Evaluation, Run } from "../evaluation.js";
import type { Device } from "../packet.js";

type Value = Uint8Array | { readonly unknown: string; readonly length: number } | undefined;

const number = (value: number, length: number, order: Order = "host"): Uint8Array =>
	toBytes(BigInt(value), order, length);
const u32 = (value: number): Uint8Array => number(value, 4);
const name = (text: string): Uint8Array => {
	const bytes = new Uint8Array(IFNAMSIZ);
	bytes.set(new TextEncoder().encode(text).subarray(0, IFNAMSIZ));
	return bytes;
};
const unknown = (what: string, length = 4) => ({ unknown: what, length }) as const;
/** A rule ends if it asks for an interface that the packet does not have here. */
const of = (device: Device | undefined, value: (device: Device) => Value): Value =>
	device === undefined ? undefined : value(device);

/**
 * The interface that a packet has at a hook without an input interface: the one that it leaves by. A packet of a socket
 * has none yet at the output hook of IP. The kernel shows its type as `iiftype`, and not its name or index as those of
 * an input interface.
 */
function currentDevice({ packet, point: { family, hook } }: Evaluation): Device | undefined {
	const isOfSocket =
		hook === NF_INET_LOCAL_OUT && (family === NFPROTO_IPV4 || family === NFPROTO_IPV6);
	return isOfSocket ? undefined : packet.out;
}

/** nft_meta_get_eval(); undefined if the rule ends. */
const GET: Readonly<Record<number, (on: Evaluation) => Value>> = {
	[nft.NFT_META_LEN]: ({ packet }) => u32(packet.length),
	[nft.NFT_META_PROTOCOL]: ({ packet }) => number(packet.protocol, 2, "big"),
	[nft.NFT_META_NFPROTO]: ({ point }) => number(point.family, 1),
	[nft.NFT_META_L4PROTO]: ({ packet }) => {
		const { l4proto } = packet.headers();
		return l4proto === undefined ? undefined : number(l4proto, 1);
	},
	[nft.NFT_META_PRIORITY]: ({ packet }) => u32(packet.priority),
	[nft.NFT_META_MARK]: ({ packet }) =>
		packet.unknownMark === undefined ? u32(packet.mark) : unknown(packet.unknownMark),
	[nft.NFT_META_IIF]: ({ packet }) => u32(packet.in?.index ?? 0),
	[nft.NFT_META_OIF]: ({ packet }) => u32(packet.out?.index ?? 0),
	[nft.NFT_META_IIFNAME]: ({ packet }) => name(packet.in?.name ?? ""),
	[nft.NFT_META_OIFNAME]: ({ packet }) => name(packet.out?.name ?? ""),
	[nft.NFT_META_IFTYPE]: (on) =>
		of(on.packet.in ?? currentDevice(on), ({ type }) => number(type, 2)),
	[nft.NFT_META_OIFTYPE]: ({ packet }) => of(packet.out, ({ type }) => number(type, 2)),
	[nft.NFT_META_IIFGROUP]: ({ packet }) => of(packet.in, ({ group }) => u32(group)),
	[nft.NFT_META_OIFGROUP]: ({ packet }) => of(packet.out, ({ group }) => u32(group)),
	[nft.NFT_META_IIFKIND]: ({ packet }) =>
		of(packet.in, ({ kind }) => (kind === undefined ? undefined : name(kind))),
	[nft.NFT_META_OIFKIND]: ({ packet }) =>
		of(packet.out, ({ kind }) => (kind === undefined ? undefined : name(kind))),
	[nft.NFT_META_SDIF]: ({ packet }) => of(packet.in, () => u32(0)),
	[nft.NFT_META_SDIFNAME]: ({ packet }) => of(packet.in, () => name("")),
	[nft.NFT_META_BRI_IIFNAME]: ({ packet }) => of(packet.in?.bridge, (bridge) => name(bridge.name)),
	[nft.NFT_META_BRI_OIFNAME]: ({ packet }) => of(packet.out?.bridge, (bridge) => name(bridge.name)),
	[nft.NFT_META_BRI_IIFPVID]: ({ packet }) =>
		of(packet.in?.bridge, () => number(packet.in?.pvid ?? 0, 2)),
	// Only packets that this host sends have a socket with an owner; forwarded ones have none.
	[nft.NFT_META_SKUID]: ({ packet }) => (packet.isLocal ? unknown("who sends it") : undefined),
	[nft.NFT_META_SKGID]: ({ packet }) =>
		packet.isLocal ? unknown("whose group sends it") : undefined,
	[nft.NFT_META_CGROUP]: ({ packet }) =>
		packet.isLocal ? unknown("the cgroup of its sender") : undefined,
	[nft.NFT_META_PKTTYPE]: ({ packet }) => number(packet.type, 1),
	[nft.NFT_META_CPU]: () => unknown("the CPU"),
	[nft.NFT_META_PRANDOM]: () => unknown("a random number"),
	[nft.NFT_META_SECPATH]: () => number(0, 1),
	[nft.NFT_META_SECMARK]: () => u32(0),
	[nft.NFT_META_RTCLASSID]: () => unknown("the realm of the route"),
	[nft.NFT_META_TIME_NS]: () => unknown("the time", 8),
	[nft.NFT_META_TIME_DAY]: () => unknown("the day of the week", 1),
	[nft.NFT_META_TIME_HOUR]: () => unknown("the hour"),
};

function set(key: number, from: number, on: Evaluation): void {
	const what = on.registers.unknown(from, 4);
	const value = what === undefined ? on.registers.load(from, 4) : new Uint8Array(4);
	const { packet } = on;
	const asNumber = Number(fromBytes(value, "host"));
	if (key === nft.NFT_META_MARK) {
		packet.mark = asNumber;
		packet.unknownMark = what;
	} else if (key === nft.NFT_META_PRIORITY) packet.priority = asNumber;
	else if (key === nft.NFT_META_PKTTYPE && what === undefined) packet.type = value[0] ?? 0;
}
export const meta: Run<Out<typeof metaAttrs>> = (data, on) => {
	const { NFTA_META_KEY: key = -1, NFTA_META_DREG: to, NFTA_META_SREG: from } = data;
	if (from !== undefined) {
		set(key, from, on);
		return;
	}
	if (to === undefined) return;
	const get = GET[key];
	// Keys of the bridge only occur in the bridge family: the kernel refuses the rule elsewhere.
	const value = get === undefined ? unknown(`meta key ${key}`) : get(on);
	if (value === undefined) on.break();
	else if ("unknown" in value) on.registers.storeUnknown(to, value.length, value.unknown);
	else on.registers.store(to, value);
};
