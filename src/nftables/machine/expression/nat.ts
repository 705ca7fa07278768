import type { Out } from "../../../netlink/schema.js";
import {
	NF_ACCEPT,
	NF_DROP,
	NF_INET_LOCAL_OUT,
	NF_NAT_RANGE_NETMAP,
} from "../../../uapi/netfilter.js";
import { NFT_NAT_SNAT } from "../../../uapi/nf_tables_const.js";
import type { masqAttrs, natAttrs, redirAttrs } from "../../../uapi/nf_tables_expr.js";
import { fromBytes } from "../../fact/value.js";
import type { Translation } from "../connection.js";
import type { Evaluation, Run } from "../evaluation.js";

const LOOPBACK4 = Uint8Array.of(127, 0, 0, 1);
const LOOPBACK6 = new Uint8Array(16).with(15, 1);

/** Set the new source or destination of the flow, which is what rules of a nat chain decide. */
export function translate(on: Evaluation, kind: "snat" | "dnat", to: Translation): void {
	on.nat = { kind, to };
	on.code = NF_ACCEPT;
}

/** The port in a rule is a single one, or the first of a range. A port that is already in the range is kept. */
function portOf(
	on: Evaluation,
	min: number | undefined,
	max: number | undefined,
): Partial<Translation> {
	if (min === undefined) return {};
	const low = Number(fromBytes(on.registers.load(min, 2), "big"));
	const high = max === undefined ? low : Number(fromBytes(on.registers.load(max, 2), "big"));
	return { port: low, ...(high !== low && { isRange: true }) };
}

/** nft_nat_eval(). In the inet family a packet of the other IP version passes unchanged. */
export const nat: Run<Out<typeof natAttrs>> = (data, on) => {
	if (data.NFTA_NAT_FAMILY !== undefined && data.NFTA_NAT_FAMILY !== on.point.family) return;
	const {
		NFTA_NAT_TYPE: type,
		NFTA_NAT_REG_ADDR_MIN: min,
		NFTA_NAT_REG_ADDR_MAX: max = min,
	} = data;
	const kind = type === NFT_NAT_SNAT ? "snat" : "dnat";
	const length = on.packet.isIpv4 ? 4 : 16;
	const address = min === undefined ? {} : addressOf(on, min, max ?? min, length, data, kind);
	const port = portOf(on, data.NFTA_NAT_REG_PROTO_MIN, data.NFTA_NAT_REG_PROTO_MAX);
	translate(on, kind, { ...address, ...port });
};

function addressOf(
	on: Evaluation,
	min: number,
	max: number,
	length: number,
	{ NFTA_NAT_FLAGS: flags = 0 }: Out<typeof natAttrs>,
	kind: "snat" | "dnat",
): Partial<Translation> {
	const [low, high] = [on.registers.load(min, length), on.registers.load(max, length)];
	if ((flags & NF_NAT_RANGE_NETMAP) !== 0) {
		const own = kind === "snat" ? on.packet.source : on.packet.destination;
		// The bits in which the ends differ are the host part, which is kept.
		const address = low.map((byte, i) => byte | ((own[i] ?? 0) & (byte ^ (high[i] ?? 0))));
		return { address };
	}
	const isRange = Buffer.compare(low, high) !== 0;
	return { address: low, ...(isRange && { isRange }) };
}

/** nf_nat_masquerade_ipv4(). Without an address on the interface the packet is dropped. */
export function masqueradeAs(on: Evaluation, port: Partial<Translation>): void {
	const { out } = on.packet;
	const address = out && on.world.masqueradeAddress(out, on.packet);
	if (address !== undefined) {
		translate(on, "snat", { ...port, address });
		return;
	}
	on.code = NF_DROP;
	on.manner = "masquerade without an address on the interface";
}

export const masq: Run<Out<typeof masqAttrs>> = (data, on) =>
	masqueradeAs(on, portOf(on, data.NFTA_MASQ_REG_PROTO_MIN, data.NFTA_MASQ_REG_PROTO_MAX));

/** nf_nat_redirect(): to this host, at an address of the interface on which the packet arrived. */
export function redirectTo(on: Evaluation, port: Partial<Translation>): void {
	const { packet, point } = on;
	const local = packet.isIpv4 ? LOOPBACK4 : LOOPBACK6;
	const address =
		point.hook === NF_INET_LOCAL_OUT ? local : packet.in && on.world.addressOf(packet.in, packet);
	if (address !== undefined) {
		translate(on, "dnat", { ...port, address });
		return;
	}
	on.code = NF_DROP;
	on.manner = "redirect without an address on the interface";
}

export const redir: Run<Out<typeof redirAttrs>> = (data, on) =>
	redirectTo(on, portOf(on, data.NFTA_REDIR_REG_PROTO_MIN, data.NFTA_REDIR_REG_PROTO_MAX));
