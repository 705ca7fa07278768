import { Reader } from "../../../netlink/bytes.js";
import type { Out } from "../../../netlink/schema.js";
import {
	NF_DROP,
	NF_INET_LOCAL_IN,
	NF_INET_POST_ROUTING,
	NF_NAT_RANGE_MAP_IPS,
	NF_NAT_RANGE_NETMAP,
	NF_NAT_RANGE_PROTO_SPECIFIED,
} from "../../../uapi/netfilter.js";
import type { targetAttrs } from "../../../uapi/nf_tables_expr.js";
import * as xt from "../../../uapi/x_tables.js";
import { fromBytes } from "../../fact/value.js";
import type { Translation } from "../connection.js";
import type { Evaluation, Run } from "../evaluation.js";
import { masqueradeAs, redirectTo, translate } from "./nat.js";
import { queue, tproxy } from "./verdict.js";

/** A range of addresses and ports, from the struct of any revision. */
interface Range {
	readonly flags: number;
	readonly low: Uint8Array;
	readonly high: Uint8Array;
	readonly min: number;
	readonly max: number;
}

/** struct nf_nat_ipv4_multi_range_compat has the number of ranges before the range itself. */
const COMPAT_HEAD = 4;
const COMPAT_SIZE = 24;
function rangeOf(info: Uint8Array, length: number): Range {
	if (info.length <= COMPAT_SIZE) {
		const { flags, min_ip, max_ip, min, max } = xt.nf_nat_ipv4_range.read(
			new Reader(info, COMPAT_HEAD),
		);
		return { flags, low: min_ip, high: max_ip, min, max };
	}
	const { flags, min_addr, max_addr, min_proto, max_proto } = xt.nf_nat_range.read(
		new Reader(info),
	);
	const cut = (address: Uint8Array): Uint8Array => address.subarray(0, length);
	return { flags, low: cut(min_addr), high: cut(max_addr), min: min_proto, max: max_proto };
}

function portOf({ flags, min, max }: Range): Partial<Translation> {
	if ((flags & NF_NAT_RANGE_PROTO_SPECIFIED) === 0) return {};
	return { port: min, ...(min !== max && { isRange: true }) };
}

const natTo =
	(kind: "snat" | "dnat") =>
	(info: Uint8Array, on: Evaluation): void => {
		const range = rangeOf(info, on.packet.isIpv4 ? 4 : 16);
		const { flags, low, high } = range;
		const isRange = Buffer.compare(low, high) !== 0;
		const own = kind === "snat" ? on.packet.source : on.packet.destination;
		const isMapped = (flags & NF_NAT_RANGE_NETMAP) !== 0;
		const mapped = low.map((byte, i) => byte | ((own[i] ?? 0) & (byte ^ (high[i] ?? 0))));
		const address = (flags & NF_NAT_RANGE_MAP_IPS) === 0 ? undefined : isMapped ? mapped : low;
		translate(on, kind, {
			...(address !== undefined && { address }),
			...(isRange && !isMapped && { isRange }),
			...portOf(range),
		});
	};

const setMark = (info: Uint8Array, { packet }: Evaluation): void => {
	const { mark, mask } = xt.xt_mark_tginfo2.read(new Reader(info));
	packet.mark = ((packet.mark & ~mask) ^ mark) >>> 0;
	if (mask === 0xffffffff) packet.unknownMark = undefined;
};

/** connmark_tg_shift(), net/netfilter/xt_connmark.c; revision 1 shifts nothing. */
const setConnectionMark = (
	info: Uint8Array,
	{ packet, connection }: Evaluation,
	revision: number,
): void => {
	if (connection === undefined) return;
	const given =
		revision < 2
			? { ...xt.xt_connmark_tginfo1.read(new Reader(info)), shift_dir: 0, shift_bits: 0 }
			: xt.xt_connmark_tginfo2.read(new Reader(info));
	const { ctmark, ctmask, nfmask, mode, shift_dir, shift_bits } = given;
	const shifted = (mark: number): number =>
		(shift_dir === xt.D_SHIFT_RIGHT ? mark >>> shift_bits : mark << shift_bits) >>> 0;
	if (mode === xt.XT_CONNMARK_SET) {
		connection.mark = shifted(((connection.mark & ~ctmask) ^ ctmark) >>> 0);
		return;
	}
	if (mode === xt.XT_CONNMARK_SAVE) {
		const kept = shifted((packet.mark & nfmask) >>> 0);
		connection.mark = ((connection.mark & ~ctmask) ^ kept) >>> 0;
		connection.unknownMark = packet.unknownMark;
		return;
	}
	const restored = shifted((connection.mark & ctmask) >>> 0);
	packet.mark = ((packet.mark & ~nfmask) ^ restored) >>> 0;
	packet.unknownMark = connection.unknownMark;
};

type Target = (info: Uint8Array, on: Evaluation, revision: number) => void;
const pass: Target = () => {};

const TARGETS: Readonly<Record<string, Target>> = {
	SNAT: natTo("snat"),
	DNAT: natTo("dnat"),
	NETMAP: (info, on) => {
		const isSource = on.point.hook === NF_INET_POST_ROUTING || on.point.hook === NF_INET_LOCAL_IN;
		natTo(isSource ? "snat" : "dnat")(info, on);
	},
	MASQUERADE: (info, on) => masqueradeAs(on, portOf(rangeOf(info, on.packet.isIpv4 ? 4 : 16))),
	REDIRECT: (info, on) => redirectTo(on, portOf(rangeOf(info, on.packet.isIpv4 ? 4 : 16))),
	MARK: setMark,
	CONNMARK: setConnectionMark,
	CT: (info, { packet }) => {
		const flags = Number(fromBytes(info.subarray(0, 2), "host"));
		if ((flags & xt.XT_CT_NOTRACK) !== 0 && packet.connection === undefined)
			packet.isUntracked = true;
	},
	NOTRACK: (_, { packet }) => {
		if (packet.connection === undefined) packet.isUntracked = true;
	},
	REJECT: (_, on) => {
		on.code = NF_DROP;
		on.manner = "reject";
	},
	NFQUEUE: (_, on) => queue({}, on),
	TPROXY: (_, on) => tproxy({}, on),
	LOG: pass,
	NFLOG: pass,
	TCPMSS: pass,
	CHECKSUM: pass,
	TRACE: pass,
	AUDIT: pass,
	CLASSIFY: pass,
	DSCP: pass,
	TOS: pass,
	TTL: pass,
	HL: pass,
	ECN: pass,
	SET: pass,
	TEE: pass,
	SECMARK: pass,
	CONNSECMARK: pass,
};

/** Of which targets the struct is another in each revision, and which are read here. */
const REVISIONS: Readonly<Record<string, readonly number[]>> = { MARK: [2], CONNMARK: [1, 2] };

/** nft_target_eval(): a target of iptables. The result of one that is not known here is reported as unknown. */
export const target: Run<Out<typeof targetAttrs>> = (data, on) => {
	const { NFTA_TARGET_NAME: name = "", NFTA_TARGET_INFO: info = new Uint8Array() } = data;
	const { NFTA_TARGET_REV: revision = 0 } = data;
	// A struct of an older revision is read as none: what it says is then unknown.
	const isKnown = REVISIONS[name]?.includes(revision) ?? true;
	const run = isKnown ? TARGETS[name] : undefined;
	if (run !== undefined) run(info, on, revision);
	else if (on.depends(`target ${name} of iptables drops it`, false)) on.code = NF_DROP;
};
