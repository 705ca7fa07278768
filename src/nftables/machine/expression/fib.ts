import type { Out } from "../../../netlink/schema.js";
import { IFNAMSIZ } from "../../../uapi/if.js";
import * as nft from "../../../uapi/nf_tables_const.js";
import type { fibAttrs, rtAttrs } from "../../../uapi/nf_tables_expr.js";
import { toBytes } from "../../fact/value.js";
import type { Run } from "../evaluation.js";

const number = (value: number): Uint8Array => toBytes(BigInt(value), "host", 4);

/** nft_fib4_eval(), nft_fib6_eval() and those for address types. */
export const fib: Run<Out<typeof fibAttrs>> = (data, on) => {
	const { NFTA_FIB_DREG: to = 0, NFTA_FIB_RESULT: result = 0, NFTA_FIB_FLAGS: flags = 0 } = data;
	const { packet } = on;
	if (!packet.isIpv4 && !packet.isIpv6) {
		on.break();
		return;
	}
	const has = (flag: number): boolean => (flags & flag) !== 0;
	const ofSource = has(nft.NFTA_FIB_F_SADDR);
	const [address, other] = ofSource
		? [packet.source, packet.destination]
		: [packet.destination, packet.source];
	const device = has(nft.NFTA_FIB_F_IIF)
		? packet.in
		: has(nft.NFTA_FIB_F_OIF)
			? packet.out
			: undefined;
	const found = on.world.fib({
		address,
		other,
		mark: has(nft.NFTA_FIB_F_MARK) ? packet.mark : 0,
		device,
		of: ofSource ? "source" : "destination",
		packet,
	});
	if (result === nft.NFT_FIB_RESULT_ADDRTYPE) {
		on.registers.store(to, number(found.type));
		return;
	}
	if (has(nft.NFTA_FIB_F_PRESENT)) {
		const isThere = toBytes(found.device === undefined ? 0n : 1n, "host", 1);
		return on.registers.store(to, isThere);
	}
	if (result === nft.NFT_FIB_RESULT_OIF)
		return on.registers.store(to, number(found.device?.index ?? 0));
	const name = new Uint8Array(IFNAMSIZ);
	name.set(new TextEncoder().encode(found.device?.name ?? ""));
	on.registers.store(to, name);
};

const LENGTHS: Readonly<Record<number, number>> = {
	[nft.NFT_RT_NEXTHOP6]: 16,
	[nft.NFT_RT_TCPMSS]: 2,
	[nft.NFT_RT_XFRM]: 1,
};
/** Properties of the packet's route. Few are used, and its MTU changes no verdict. */
export const rt: Run<Out<typeof rtAttrs>> = (data, on) => {
	const { NFTA_RT_KEY: key = -1, NFTA_RT_DREG: to = 0 } = data;
	on.registers.storeUnknown(to, LENGTHS[key] ?? 4, "what its route says");
};
