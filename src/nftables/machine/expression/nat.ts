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

/** Decide where the flow goes or comes from: what a rule of a nat chain is for. */
export function translate(on: Evaluation, kind: "snat" | "dnat", to: Translation): void {
	on.nat = { kind, to };
	on.code = NF_ACCEPT;
}

/** A port that rules give is one, or the first of a range in which it stays if it is in there. */
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

/** nft_nat_eval(); in the inet family a packet of the other version of IP is let pass. */
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
		// What differs between the ends is the host part, which is kept.
		const address = low.map((byte, i) => byte | ((own[i] ?? 0) & (byte ^ (high[i] ?? 0))));
		return { address };
	}
	const isRange = Buffer.compare(low, high) !== 0;
	return { address: low, ...(isRange && { isRange }) };
}

/** nf_nat_masquerade_ipv4(): without an address on the interface the packet is dropped. */
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

/** nf_nat_redirect(): to this host, by the address of the interface it came by. */
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
