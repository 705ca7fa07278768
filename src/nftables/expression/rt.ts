import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../../uapi/netfilter.js";
import { NFT_RT_NEXTHOP4, NFT_RT_NEXTHOP6 } from "../../uapi/nf_tables_const.js";
import { invalid, ipv4Addr, ipv6Addr } from "../fact/datatype.js";
import { ipVersions } from "../fact/family.js";
import { rtKeys } from "../fact/key.js";
import { ip, ip6, NETWORK } from "../fact/protocol.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Node, Rt } from "../tree/node.js";
import { PATH, type ReadData, type Reading } from "../tree/reading.js";

function parseRt(at: Cursor): Rt {
	const json = at.fields(["key"], ["family"]);
	const { key, datatype, bits, order } = json.key.oneOf(rtKeys);
	const family = json.family?.oneOf(ipVersions);
	const node: Rt = { kind: "rt", path: at.path, datatype, order, bits, key };
	if (key !== NFT_RT_NEXTHOP4) return node;
	if (family === NFPROTO_IPV6)
		return { ...node, key: NFT_RT_NEXTHOP6, datatype: ipv6Addr, bits: ipv6Addr.size };
	return family === NFPROTO_IPV4 ? node : { ...node, datatype: invalid, bits: 0 };
}

function evaluateRt(node: Rt, evaluation: Evaluation): Node {
	if (node.key === NFT_RT_NEXTHOP4) {
		const known = evaluation.protocols.at(NETWORK);
		if (known === ip) node.datatype = ipv4Addr;
		else if (known === ip6) {
			node.key = NFT_RT_NEXTHOP6;
			node.datatype = ipv6Addr;
		}
		node.bits = node.datatype.size;
	}
	if (node.datatype === invalid)
		fail(node, "the IP version is not known here; add family ip or ip6");
	const other = node.key === NFT_RT_NEXTHOP4 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	const isNexthop = node.key === NFT_RT_NEXTHOP4 || node.key === NFT_RT_NEXTHOP6;
	if (isNexthop && evaluation.family === other)
		fail(node, "a next hop of the other IP version never matches");
	return evaluation.expectLike(node);
}

function loadRt(node: Rt, emitter: Emitter, to: Register): void {
	emitter.add("rt", { NFTA_RT_DREG: registerNumber(to), NFTA_RT_KEY: node.key });
}

/** Read a key of the route. */
export function readRt(data: ReadData<"rt">, reading: Reading): void {
	const key = data.NFTA_RT_KEY ?? 0;
	const known = Object.values(rtKeys).find((k) => k.key === key) ?? rtKeys.nexthop;
	const version = key === NFT_RT_NEXTHOP6 ? { datatype: ipv6Addr, bits: ipv6Addr.size } : {};
	reading.store(data.NFTA_RT_DREG, { ...known, ...version, kind: "rt", path: PATH, key });
}
function printRt({ key }: Rt): Expression {
	if (key === NFT_RT_NEXTHOP6) return { rt: { key: "nexthop", family: "ip6" } };
	const name = Object.entries(rtKeys).find(([, k]) => k.key === key)?.[0] as keyof typeof rtKeys;
	return { rt: { key: name, ...(key === NFT_RT_NEXTHOP4 && { family: "ip" }) } };
}

/** A property of the packet's route. */
export const rt = {
	parse: { rt: parseRt },
	read: { rt: readRt },
	nodes: { rt: { evaluate: evaluateRt, load: loadRt, print: printRt } },
} satisfies ExpressionDefinition;
