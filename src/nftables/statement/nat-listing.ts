import {
	NF_NAT_RANGE_NETMAP,
	NFPROTO_INET,
	NFPROTO_IPV4,
	NFPROTO_IPV6,
} from "../../uapi/netfilter.js";
import { NFT_NAT_SNAT } from "../../uapi/nf_tables_const.js";
import { rangeToPrefix } from "../expression/prefix.js";
import { inetService, ipv4Addr, ipv6Addr } from "../fact/datatype.js";
import { natFlags } from "../fact/flag.js";
import { flagNames } from "../fact/name.js";
import type { StatementJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import { statementOf } from "../tree/listed.js";
import type { Node } from "../tree/node.js";
import { type ReadData, type Reading, range } from "../tree/reading.js";
import { setType } from "../tree/typing.js";

/** How an address is translated, as JSON names it. */
export type NatKind = "snat" | "dnat" | "masquerade" | "redirect";

/** One port or a range of ports. */
function portOf(min: number | undefined, max: number | undefined, reading: Reading) {
	const low = reading.loadIf(min);
	if (low !== undefined) setType(low, inetService, "big");
	if (max === undefined || max === min) return low;
	const high = reading.load(max);
	setType(high, inetService, "big");
	return low === undefined ? high : range(low, high);
}

function list(
	kind: NatKind,
	family: "ip" | "ip6" | undefined,
	nodes: { readonly addr: Node | undefined; readonly port: Node | undefined },
	given: number,
): Listed {
	return statementOf({ ...nodes }, ({ addr, port }, printer) => {
		const options = {
			...(family && { family }),
			...(addr && { addr: printer.node(addr) }),
			...(port && { port: printer.node(port) }),
			...flagNames(natFlags, given),
			...((given & NF_NAT_RANGE_NETMAP) !== 0 && { type_flags: ["prefix"] }),
		};
		return { [kind]: Object.keys(options).length === 0 ? null : options } as StatementJson;
	});
}

/** List a translation of the source to the address of the outgoing device. */
export const listMasquerade = (data: ReadData<"masq">, reading: Reading): Listed => {
	const port = portOf(data.NFTA_MASQ_REG_PROTO_MIN, data.NFTA_MASQ_REG_PROTO_MAX, reading);
	return list("masquerade", undefined, { addr: undefined, port }, data.NFTA_MASQ_FLAGS ?? 0);
};
/** List a translation of the destination to this host. */
export const listRedirect = (data: ReadData<"redir">, reading: Reading): Listed => {
	const port = portOf(data.NFTA_REDIR_REG_PROTO_MIN, data.NFTA_REDIR_REG_PROTO_MAX, reading);
	return list("redirect", undefined, { addr: undefined, port }, data.NFTA_REDIR_FLAGS ?? 0);
};

/** If a map gives more than an address, its registers are not listed one by one. */
function isWideMap(addr: Node | undefined, version: number): boolean {
	if (addr?.kind !== "map" || addr.mappings.kind !== "set reference") return false;
	const { data, dataIsInterval } = addr.mappings.set;
	const own = version === NFPROTO_IPV4 ? 32 : 128;
	return dataIsInterval || data?.bits === own + 32;
}

/** List a translation of a source or a destination. */
export function listNat(data: ReadData<"nat">, reading: Reading): Listed {
	const { NFTA_NAT_FAMILY: version = 0, NFTA_NAT_REG_ADDR_MIN: min } = data;
	const { NFTA_NAT_REG_ADDR_MAX: max, NFTA_NAT_FLAGS: given = 0 } = data;
	const kind = data.NFTA_NAT_TYPE === NFT_NAT_SNAT ? "snat" : "dnat";
	const name = version === NFPROTO_IPV4 ? "ip" : version === NFPROTO_IPV6 ? "ip6" : undefined;
	const datatype = version === NFPROTO_IPV4 ? ipv4Addr : ipv6Addr;
	const low = reading.loadIf(min);
	if (isWideMap(low, version)) return list(kind, name, { addr: low, port: undefined }, given);
	if (low !== undefined) setType(low, datatype, "big");
	let addr = low;
	if (max !== undefined && max !== min) {
		const high = reading.load(max);
		setType(high, datatype, "big");
		addr = low === undefined ? high : rangeToPrefix(range(low, high));
	}
	const port = portOf(data.NFTA_NAT_REG_PROTO_MIN, data.NFTA_NAT_REG_PROTO_MAX, reading);
	const family = reading.family === NFPROTO_INET ? name : undefined;
	return list(kind, family, { addr, port }, given);
}
