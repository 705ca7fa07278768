import { NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6 } from "../../uapi/netfilter.js";
import {
	NFT_XFRM_KEY_DADDR_IP4,
	NFT_XFRM_KEY_DADDR_IP6,
	NFT_XFRM_KEY_SADDR_IP4,
	NFT_XFRM_KEY_SADDR_IP6,
} from "../../uapi/nf_tables_const.js";
import { XFRM_POLICY_IN, XFRM_POLICY_OUT } from "../../uapi/xfrm.js";
import { ipv6Addr } from "../fact/datatype.js";
import { ipVersions } from "../fact/family.js";
import { ipsecKeys } from "../fact/key.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Expression } from "../json/expression.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Ipsec, Node } from "../tree/node.js";
import { PATH, type ReadData, type Reading, UnlistableError } from "../tree/reading.js";

const ip6Keys: Readonly<Record<number, number>> = {
	[NFT_XFRM_KEY_DADDR_IP4]: NFT_XFRM_KEY_DADDR_IP6,
	[NFT_XFRM_KEY_SADDR_IP4]: NFT_XFRM_KEY_SADDR_IP6,
};

function parseIpsec(at: Cursor): Ipsec {
	const json = at.fields(["key", "dir"], ["family", "spnum"]);
	const { key, datatype, bits, order } = json.key.oneOf(ipsecKeys);
	const node: Ipsec = {
		kind: "ipsec",
		path: at.path,
		datatype,
		order,
		bits,
		key,
		direction: json.dir.oneOf({ in: XFRM_POLICY_IN, out: XFRM_POLICY_OUT }),
		spnum: json.spnum?.u8() ?? 0,
	};
	const ip6Key = json.family?.oneOf(ipVersions) === NFPROTO_IPV6 ? ip6Keys[key] : undefined;
	if (ip6Key === undefined) return node;
	return { ...node, key: ip6Key, datatype: ipv6Addr, bits: ipv6Addr.size };
}

const families: readonly number[] = [NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_INET];
function evaluateIpsec(node: Ipsec, evaluation: Evaluation): Node {
	if (!families.includes(evaluation.family)) fail(node, "ipsec is for tables of ip, ip6 and inet");
	return evaluation.expectLike(node);
}

function loadIpsec(node: Ipsec, emitter: Emitter, to: Register): void {
	emitter.add("xfrm", {
		NFTA_XFRM_DREG: registerNumber(to),
		NFTA_XFRM_KEY: node.key,
		NFTA_XFRM_DIR: node.direction,
		NFTA_XFRM_SPNUM: node.spnum,
	});
}

/** Read a key of the IPsec state. */
export function readIpsec(data: ReadData<"xfrm">, reading: Reading): void {
	const { NFTA_XFRM_KEY: key = 0, NFTA_XFRM_DIR: direction = 0, NFTA_XFRM_SPNUM: spnum = 0 } = data;
	const known = Object.values(ipsecKeys).find((k) => k.key === (ip4Keys[key] ?? key));
	if (known === undefined) throw new UnlistableError(`ipsec key ${key}`);
	const version = key in ip4Keys ? { datatype: ipv6Addr, bits: ipv6Addr.size } : {};
	const of = { key, direction, spnum };
	reading.store(data.NFTA_XFRM_DREG, { ...known, ...version, kind: "ipsec", path: PATH, ...of });
}
const ip4Keys: Readonly<Record<number, number>> = {
	[NFT_XFRM_KEY_DADDR_IP6]: NFT_XFRM_KEY_DADDR_IP4,
	[NFT_XFRM_KEY_SADDR_IP6]: NFT_XFRM_KEY_SADDR_IP4,
};
function printIpsec({ key, direction, spnum }: Ipsec): Expression {
	const name = Object.entries(ipsecKeys).find(([, k]) => k.key === (ip4Keys[key] ?? key))?.[0];
	const family = key in ip6Keys ? "ip" : key in ip4Keys ? "ip6" : undefined;
	const dir = direction === XFRM_POLICY_IN ? "in" : "out";
	return { ipsec: { key: name, ...(family && { family }), dir, spnum } } as Expression;
}

/** A property of the packet's IPsec state. */
export const ipsec = {
	parse: { ipsec: parseIpsec },
	read: { xfrm: readIpsec },
	nodes: { ipsec: { evaluate: evaluateIpsec, load: loadIpsec, print: printIpsec } },
} satisfies ExpressionDefinition;
