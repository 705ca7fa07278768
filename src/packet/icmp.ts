// linux/icmp.h
import { be16, binary, struct, u8 } from "../netlink/schema.js";
import { packet } from "./packet.js";
import { joined, union } from "./schema.js";

export const ICMP_ECHOREPLY = 0;
export const ICMP_DEST_UNREACH = 3;
export const ICMP_SOURCE_QUENCH = 4;
export const ICMP_REDIRECT = 5;
export const ICMP_ECHO = 8;
export const ICMP_TIME_EXCEEDED = 11;
export const ICMP_PARAMETERPROB = 12;
export const ICMP_TIMESTAMP = 13;
export const ICMP_TIMESTAMPREPLY = 14;
export const ICMP_INFO_REQUEST = 15;
export const ICMP_INFO_REPLY = 16;
export const ICMP_ADDRESS = 17;
export const ICMP_ADDRESSREPLY = 18;

// code of ICMP_DEST_UNREACH
export const ICMP_NET_UNREACH = 0;
export const ICMP_HOST_UNREACH = 1;
export const ICMP_PROT_UNREACH = 2;
export const ICMP_PORT_UNREACH = 3;
export const ICMP_FRAG_NEEDED = 4;
export const ICMP_SR_FAILED = 5;
export const ICMP_NET_UNKNOWN = 6;
export const ICMP_HOST_UNKNOWN = 7;
export const ICMP_HOST_ISOLATED = 8;
export const ICMP_NET_ANO = 9;
export const ICMP_HOST_ANO = 10;
export const ICMP_NET_UNR_TOS = 11;
export const ICMP_HOST_UNR_TOS = 12;
export const ICMP_PKT_FILTERED = 13;
export const ICMP_PREC_VIOLATION = 14;
export const ICMP_PREC_CUTOFF = 15;

// code of ICMP_REDIRECT
export const ICMP_REDIR_NET = 0;
export const ICMP_REDIR_HOST = 1;

// code of ICMP_TIME_EXCEEDED
export const ICMP_EXC_TTL = 0;
export const ICMP_EXC_FRAGTIME = 1;

/** struct icmphdr up to its union `un`. */
export const icmphdr = struct({ type: u8, code: u8, checksum: be16 });
/** un.echo: tells which reply belongs to which request. */
export const icmp_echo = struct({ id: be16, sequence: be16 });
/** un.frag: with ICMP_FRAG_NEEDED, the MTU of the link that the packet did not fit through. */
export const icmp_frag = struct({ __unused: be16, mtu: be16 });

const ECHOES = [
	ICMP_ECHO,
	ICMP_ECHOREPLY,
	ICMP_TIMESTAMP,
	ICMP_TIMESTAMPREPLY,
	ICMP_INFO_REQUEST,
	ICMP_INFO_REPLY,
	ICMP_ADDRESS,
	ICMP_ADDRESSREPLY,
];
const un = union("type", {
	echo: [ECHOES, icmp_echo],
	gateway: [[ICMP_REDIRECT], binary(4)],
	frag: [[ICMP_DEST_UNREACH], icmp_frag],
	reserved: [[ICMP_SOURCE_QUENCH, ICMP_TIME_EXCEEDED, ICMP_PARAMETERPROB], binary(4)],
});

/** ICMP, RFC 792. The payload of an error is the beginning of the packet that caused it. */
export const icmp = packet("icmp", joined(icmphdr, un), {
	checksum: { field: "checksum", over: "packet" },
});
