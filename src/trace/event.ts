import { formatAddress } from "../inet/address.js";
import { familyName } from "../nftables/fact/name.js";
import { fromBytes } from "../nftables/fact/value.js";
import { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP } from "../uapi/in.js";
import { IPPROTO_ICMPV6 } from "../uapi/in6.js";
import { NF_ACCEPT, NF_DROP, NF_QUEUE, NF_STOLEN } from "../uapi/netfilter.js";
import type { NFT_MSG_TRACE } from "../uapi/nf_tables.js";
import * as nft from "../uapi/nf_tables_const.js";

/** What the kernel reports about one step of a packet. */
export type TraceMessage = ReturnType<typeof NFT_MSG_TRACE.decode>;

/** What happened to a packet in one rule, or at the end of a chain. */
export interface TraceEvent {
	/** Identifies the packet: it is the same for all of its steps. */
	readonly packet: number;
	/** `ip`, `inet`, `bridge`, `arp`. */
	readonly family: string;
	/** The name of the table. */
	readonly table: string;
	/** The name of the chain. */
	readonly chain: string;
	/** The hook that called the chain; undefined for a chain that another jumped to. */
	readonly hook?: string | undefined;
	/** A rule that matched, the end of a chain that was jumped to, or the policy of a base chain. */
	readonly step: "rule" | "return" | "policy";
	/** The handle of the rule. */
	readonly handle?: number | undefined;
	/** The rule as nft writes it, if it still exists. */
	readonly rule?: string | undefined;
	/** `accept`, `drop`, `continue`, `jump inner`, `goto inner`, `return`, `queue`. */
	readonly verdict: string;
	/** The interface on which the packet arrived. */
	readonly input?: string | undefined;
	/** The interface through which it leaves. */
	readonly output?: string | undefined;
	/** The packet in words, if the kernel reports it: with the first step at each hook. */
	readonly about?: string | undefined;
	/** Its mark, unless that is 0. */
	readonly mark?: number | undefined;
}

/** The kernel had to drop events, so some steps of some packets are missing. */
export interface TraceOverrun {
	/** Set if events are missing. */
	readonly overrun: true;
}

const STEPS: Readonly<Record<number, TraceEvent["step"]>> = {
	[nft.NFT_TRACETYPE_POLICY]: "policy",
	[nft.NFT_TRACETYPE_RETURN]: "return",
	[nft.NFT_TRACETYPE_RULE]: "rule",
};
/** The end of a chain is told as a rule without a handle: nft_rule_dp_last() has none. */
const stepOf = ({ NFTA_TRACE_TYPE: type = 0, NFTA_TRACE_RULE_HANDLE: handle }: TraceMessage) =>
	type === nft.NFT_TRACETYPE_RULE && handle === undefined ? "return" : (STEPS[type] ?? "rule");
const VERDICTS: Readonly<Record<number, string>> = {
	[NF_DROP]: "drop",
	[NF_ACCEPT]: "accept",
	[NF_STOLEN]: "stolen",
	[NF_QUEUE]: "queue",
	[nft.NFT_CONTINUE]: "continue",
	[nft.NFT_BREAK]: "continue",
	[nft.NFT_JUMP]: "jump",
	[nft.NFT_GOTO]: "goto",
	[nft.NFT_RETURN]: "return",
};
/** A verdict of the kernel may carry an errno or a queue in its upper half: NF_VERDICT_MASK. */
const VERDICT_SPAN = 0x100;

function verdictOf({
	NFTA_TRACE_VERDICT: verdict,
	NFTA_TRACE_POLICY: policy,
}: TraceMessage): string {
	const code = verdict?.NFTA_VERDICT_CODE ?? policy ?? nft.NFT_CONTINUE;
	const name = VERDICTS[code >= 0 ? code % VERDICT_SPAN : code] ?? `${code}`;
	return verdict?.NFTA_VERDICT_CHAIN === undefined ? name : `${name} ${verdict.NFTA_VERDICT_CHAIN}`;
}

const PROTOCOLS: Readonly<Record<number, string>> = {
	[IPPROTO_ICMP]: "icmp",
	[IPPROTO_ICMPV6]: "icmpv6",
	[IPPROTO_TCP]: "tcp",
	[IPPROTO_UDP]: "udp",
};
const number = (bytes: Uint8Array): number => Number(fromBytes(bytes, "big"));

/** `tcp 10.0.0.2:40000 > 192.0.2.7:443`, from the headers in the message. */
function aboutOf(message: TraceMessage): string | undefined {
	const { NFTA_TRACE_NETWORK_HEADER: network, NFTA_TRACE_TRANSPORT_HEADER: transport } = message;
	if (network === undefined || network.length < 20) return undefined;
	const version = (network[0] ?? 0) >> 4;
	if (version !== 4 && version !== 6) return undefined;
	const [source, destination, protocol] =
		version === 4
			? [network.subarray(12, 16), network.subarray(16, 20), network[9]]
			: [network.subarray(8, 24), network.subarray(24, 40), network[6]];
	const hasPorts = protocol === IPPROTO_TCP || protocol === IPPROTO_UDP;
	const at = (address: Uint8Array, port: number): string => {
		const text = formatAddress(address);
		if (!hasPorts || transport === undefined || transport.length < 4) return text;
		return `${version === 6 ? `[${text}]` : text}:${number(transport.subarray(port, port + 2))}`;
	};
	return `${PROTOCOLS[protocol ?? -1] ?? `protocol ${protocol}`} ${at(source, 0)} > ${at(destination, 2)}`;
}

/** What is known about rules and interfaces in addition to the message. */
export interface Names {
	link(index: number): string | undefined;
	hook(family: number, table: string, chain: string): string | undefined;
	rule(family: number, table: string, chain: string, handle: number): string | undefined;
}

/** One step of a packet, with names instead of numbers. */
export function eventOf(message: TraceMessage, names: Names): TraceEvent {
	const {
		nfgen_family: family = 0,
		NFTA_TRACE_TABLE: table = "",
		NFTA_TRACE_CHAIN: chain = "",
	} = message;
	const { NFTA_TRACE_RULE_HANDLE: handle, NFTA_TRACE_MARK: mark } = message;
	const link = (index: number | undefined): string | undefined =>
		index === undefined || index === 0 ? undefined : (names.link(index) ?? `${index}`);
	const event: TraceEvent = {
		packet: message.NFTA_TRACE_ID ?? 0,
		family: familyName(family),
		table,
		chain,
		hook: names.hook(family, table, chain),
		step: stepOf(message),
		handle: handle === undefined ? undefined : Number(handle),
		rule: handle === undefined ? undefined : names.rule(family, table, chain, Number(handle)),
		verdict: verdictOf(message),
		input: link(message.NFTA_TRACE_IIF),
		output: link(message.NFTA_TRACE_OIF),
		about: aboutOf(message),
		mark: mark === 0 ? undefined : mark,
	};
	return Object.fromEntries(
		Object.entries(event).filter(([, value]) => value !== undefined),
	) as unknown as TraceEvent;
}
