/** What the nf_tables of this kernel can do. */
import type { Kernel } from "../kernel/kernel.js";
import { request } from "../netlink/request.js";
import { compile } from "../nftables/compile/compile.js";
import type { Document } from "../nftables/json/command.js";
import { KernelError } from "../sys/error.js";
import { NFPROTO_INET } from "../uapi/netfilter.js";
import { NFT_MSG_DELTABLE } from "../uapi/nf_tables.js";

/** Something that our rules consist of. */
interface Feature {
	readonly feature: string;
	/** What it is for. */
	readonly use: string;
	/** The module of the kernel that has it. */
	readonly module: string;
	readonly family: "inet" | "bridge" | "arp";
	/** A base chain. */
	readonly chain?: { readonly type: "filter" | "nat"; readonly hook: string };
	/** The expressions of a rule. */
	readonly expr?: readonly object[];
}

/** With these the kernel says that it does not know a type of chain, an expression or a family. */
const ABSENT = new Set(["ENOENT", "EOPNOTSUPP", "EAFNOSUPPORT", "EPROTONOSUPPORT"]);

const ct = (key: string): object => ({ ct: { key } });
const is = (left: object, right: unknown): object => ({ match: { op: "==", left, right } });

const FEATURES: readonly Feature[] = [
	{
		feature: "chains for IPv4 and IPv6 together",
		use: "networks",
		module: "nf_tables",
		family: "inet",
		chain: { type: "filter", hook: "prerouting" },
	},
	{
		feature: "chains for bridges",
		use: "the guard of taps in bridges",
		module: "nf_tables",
		family: "bridge",
		chain: { type: "filter", hook: "prerouting" },
	},
	{
		feature: "chains for ARP",
		use: "the guard of taps",
		module: "nf_tables",
		family: "arp",
		chain: { type: "filter", hook: "input" },
	},
	{
		feature: "chains for NAT",
		use: "NAT",
		module: "nft_chain_nat",
		family: "inet",
		chain: { type: "nat", hook: "postrouting" },
	},
	{
		feature: "connection tracking",
		use: "rules for answers",
		module: "nft_ct",
		family: "inet",
		expr: [is(ct("state"), "established")],
	},
	{
		feature: "look-ups of routes (fib)",
		use: "the guard of the host's addresses",
		module: "nft_fib_inet",
		family: "inet",
		expr: [is({ fib: { result: "type", flags: ["daddr"] } }, "local")],
	},
];

/** A feature that the kernel refuses. */
export interface MissingFeature extends Pick<Feature, "feature" | "use" | "module"> {
	/** The kernel's words. */
	readonly error: string;
}

/**
 * Ask the kernel, which has no other way to tell, by a batch whose last message it has to refuse: it looks at every
 * message, and then takes back all of them. The table is dormant, so that none of its chains ever sees a packet.
 * @throws KernelError if we may not ask
 */
export function missingFeatures(kernel: Kernel): readonly MissingFeature[] {
	const name = `umlnet-nl-features-${process.pid}`;
	const asked = FEATURES.map((one, i) => compile(documentOf(`${name}-${i}`, one)).messages);
	const never = request(NFT_MSG_DELTABLE, 0, {
		nfgen_family: NFPROTO_INET,
		NFTA_TABLE_NAME: `${name}-never`,
	});
	const { refused } = kernel.nftables([...asked.flat(), never]);
	let start = 0;
	return FEATURES.flatMap(({ feature, use, module }, i) => {
		const from = start;
		start += asked[i]?.length ?? 0;
		const found = refused.find(({ at }) => at >= from && at < start)?.error;
		if (found === undefined) return [];
		// Anything else, like a missing capability, says nothing about what the kernel has.
		if (!(found instanceof KernelError) || !ABSENT.has(found.errno ?? "")) throw found;
		return [{ feature, use, module, error: found.message }];
	});
}

function documentOf(table: string, { family, chain, expr }: Feature): Document {
	const of = { family, table };
	const commands = [
		{ add: { table: { family, name: table, flags: "dormant" } } },
		{ add: { chain: { ...of, name: "c", ...(chain && { ...chain, prio: 0, policy: "accept" }) } } },
		...(expr === undefined ? [] : [{ add: { rule: { ...of, chain: "c", expr } } }]),
	];
	return { nftables: commands } as unknown as Document;
}
