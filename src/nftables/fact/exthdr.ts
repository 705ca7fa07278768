import {
	IPPROTO_DSTOPTS,
	IPPROTO_FRAGMENT,
	IPPROTO_HOPOPTS,
	IPPROTO_MH,
	IPPROTO_ROUTING,
} from "../../uapi/in6.js";
import {
	NFT_EXTHDR_OP_IPV4,
	NFT_EXTHDR_OP_IPV6,
	NFT_EXTHDR_OP_SCTP,
	NFT_EXTHDR_OP_TCPOPT,
} from "../../uapi/nf_tables_const.js";
import {
	type Datatype,
	inetProto,
	integer,
	ipv4Addr,
	ipv6Addr,
	mhType,
	mptcpSubtype,
} from "./datatype.js";
import type { Field } from "./protocol.js";

/** An optional header: an IPv6 extension header, an IP or TCP option, an SCTP chunk. */
export interface OptionalHeader {
	readonly name: string;
	/** The number that nft has in NFTA_SET_USERDATA for an IPv6 extension header; 0 for other headers. */
	readonly id: number;
	/** enum nft_exthdr_op */
	readonly op: number;
	/** The number that identifies it in a packet. */
	readonly type: number;
	readonly fields: Readonly<Record<string, Field>>;
}

type Spec = readonly [offset: number, bits: number, datatype?: Datatype];
function header(
	op: number,
	name: string,
	type: number,
	specs: Readonly<Record<string, Spec>>,
	{ id = 0, first = 0 }: { id?: number; first?: number } = {},
): OptionalHeader {
	const fields = Object.entries(specs).map(([field, [offset, bits, datatype = integer]], i) => [
		field,
		{ index: first + i, name: field, datatype, offset, bits },
	]);
	return { name, id, op, type, fields: Object.fromEntries(fields) };
}
const byName = (headers: readonly OptionalHeader[]): Readonly<Record<string, OptionalHeader>> =>
	Object.fromEntries(headers.map((h) => [h.name, h]));

const extension = (id: number, name: string, type: number, specs: Readonly<Record<string, Spec>>) =>
	header(NFT_EXTHDR_OP_IPV6, name, type, specs, { id, first: 1 });
const start = { nexthdr: [0, 8, inetProto], hdrlength: [8, 8] } as const;
/** Extension headers of IPv6. */
export const extensionHeaders = byName([
	extension(1, "hbh", IPPROTO_HOPOPTS, start),
	extension(2, "rt", IPPROTO_ROUTING, { ...start, type: [16, 8], "seg-left": [24, 8] }),
	extension(3, "rt0", IPPROTO_ROUTING, {
		reserved: [32, 32],
		"addr[1]": [64, 128, ipv6Addr],
		"addr[2]": [192, 128, ipv6Addr],
	}),
	extension(4, "rt2", IPPROTO_ROUTING, { reserved: [32, 32], addr: [64, 128, ipv6Addr] }),
	extension(5, "srh", IPPROTO_ROUTING, {
		"last-entry": [32, 8],
		flags: [40, 8],
		tag: [48, 16],
		"sid[1]": [64, 128, ipv6Addr],
		"sid[2]": [192, 128, ipv6Addr],
	}),
	extension(6, "frag", IPPROTO_FRAGMENT, {
		nexthdr: [0, 8, inetProto],
		reserved: [8, 8],
		"frag-off": [16, 13],
		reserved2: [29, 2],
		"more-fragments": [31, 1],
		id: [32, 32],
	}),
	extension(7, "dst", IPPROTO_DSTOPTS, start),
	extension(8, "mh", IPPROTO_MH, {
		...start,
		type: [16, 8, mhType],
		reserved: [24, 8],
		checksum: [32, 16],
	}),
]);

// nft numbers the fields of all IP options in one sequence.
const ipOptionFields: readonly string[] = ["", "type", "length", "value", "ptr", "addr"];
const ipOption = (name: string, type: number, specs: Readonly<Record<string, Spec>>) => {
	const all = { type: [0, 8], length: [8, 8], ...specs } as const;
	const option = header(NFT_EXTHDR_OP_IPV4, name, type, all);
	const fields = Object.values(option.fields).map((field) => [
		field.name,
		{ ...field, index: ipOptionFields.indexOf(field.name) },
	]);
	return { ...option, fields: Object.fromEntries(fields) };
};
const route = { ptr: [16, 8], addr: [24, 32, ipv4Addr] } as const;
// linux/ip.h: IPOPT_LSRR, IPOPT_RR, IPOPT_SSRR, IPOPT_RA
export const ipOptions = byName([
	ipOption("lsrr", 131, route),
	ipOption("rr", 7, route),
	ipOption("ssrr", 137, route),
	ipOption("ra", 148, { value: [16, 16] }),
]);

const tcpOption = (name: string, type: number, specs: Readonly<Record<string, Spec>> = {}) =>
	header(NFT_EXTHDR_OP_TCPOPT, name, type, { kind: [0, 8], length: [8, 8], ...specs });
/** A sack option contains up to four blocks. nft names each as if it were an option of its own. */
const sack = (name: string, block: number): OptionalHeader => {
	const left = 16 + 64 * block;
	const option = tcpOption(name, 5, { left: [left, 32], right: [left + 32, 32] });
	const fields = Object.values(option.fields).map((field) => [
		field.name,
		field.index < 2 ? field : { ...field, index: field.index + 2 * block },
	]);
	return { ...option, fields: Object.fromEntries(fields) };
};
/** Options of TCP. */
export const tcpOptions = byName([
	header(NFT_EXTHDR_OP_TCPOPT, "eol", 0, { kind: [0, 8] }),
	header(NFT_EXTHDR_OP_TCPOPT, "nop", 1, { kind: [0, 8] }),
	tcpOption("maxseg", 2, { size: [16, 16] }),
	tcpOption("window", 3, { count: [16, 8] }),
	tcpOption("sack-perm", 4),
	sack("sack", 0),
	sack("sack0", 0),
	sack("sack1", 1),
	sack("sack2", 2),
	sack("sack3", 3),
	tcpOption("timestamp", 8, { tsval: [16, 32], tsecr: [48, 32] }),
	tcpOption("md5sig", 19),
	tcpOption("mptcp", 30, { subtype: [16, 4, mptcpSubtype] }),
	tcpOption("fastopen", 34),
]);
/** A TCP option of any number, of which only the number itself is known. */
export const anyTcpOption = (kind: number): OptionalHeader =>
	Object.values(tcpOptions).find((option) => option.type === kind) ?? tcpOption(`${kind}`, kind);

const chunk = (name: string, type: number, specs: Readonly<Record<string, Spec>> = {}) =>
	header(NFT_EXTHDR_OP_SCTP, name, type, {
		type: [0, 8],
		flags: [8, 8],
		length: [16, 16],
		...specs,
	});
const init = {
	"init-tag": [32, 32],
	"a-rwnd": [64, 32],
	"num-outbound-streams": [96, 16],
	"num-inbound-streams": [112, 16],
	"initial-tsn": [128, 32],
} as const;
/** Chunks of SCTP. */
export const sctpChunks = byName([
	chunk("data", 0, { tsn: [32, 32], stream: [64, 16], ssn: [80, 16], ppid: [96, 32] }),
	chunk("init", 1, init),
	chunk("init-ack", 2, init),
	chunk("sack", 3, {
		"cum-tsn-ack": [32, 32],
		"a-rwnd": [64, 32],
		"num-gap-ack-blocks": [96, 16],
		"num-dup-tsns": [112, 16],
	}),
	chunk("heartbeat", 4),
	chunk("heartbeat-ack", 5),
	chunk("abort", 6),
	chunk("shutdown", 7, { "cum-tsn-ack": [32, 32] }),
	chunk("shutdown-ack", 8),
	chunk("error", 9),
	chunk("cookie-echo", 10),
	chunk("cookie-ack", 11),
	chunk("ecne", 12, { "lowest-tsn": [32, 32] }),
	chunk("cwr", 13, { "lowest-tsn": [32, 32] }),
	chunk("shutdown-complete", 14),
	chunk("asconf-ack", 128, { seqno: [32, 32] }),
	chunk("forward-tsn", 192, { "new-cum-tsn": [32, 32] }),
	chunk("asconf", 193, { seqno: [32, 32] }),
]);
