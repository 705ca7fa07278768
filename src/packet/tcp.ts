// linux/tcp.h. The options have the names of netinet/tcp.h.
import { arrayOf, be16, be32, flag, struct, u8 } from "../netlink/schema.js";
import { IPPROTO_TCP } from "../uapi/in.js";
import { options } from "./options.js";
import { packet } from "./packet.js";
import { bits, joined } from "./schema.js";

export const tcphdr = joined(
	struct({ source: be16, dest: be16, seq: be32, ack_seq: be32 }),
	bits({
		doff: 4,
		res1: 4,
		cwr: 1,
		ece: 1,
		urg: 1,
		ack: 1,
		psh: 1,
		rst: 1,
		syn: 1,
		fin: 1,
	}),
	struct({ window: be16, check: be16, urg_ptr: be16 }),
);

export const TCPOPT_EOL = 0;
export const TCPOPT_NOP = 1;

/** A range of bytes that arrived behind a gap: include/linux/tcp.h. */
export const tcp_sack_block = struct({ start_seq: be32, end_seq: be32 });
/** RFC 7323 §3.2. */
export const tcp_timestamp = struct({ tsval: be32, tsecr: be32 });
export const tcpOptions = options(
	{ unit: 1, whole: true, pad: TCPOPT_NOP, end: TCPOPT_EOL },
	{
		TCPOPT_MAXSEG: [2, be16],
		TCPOPT_WINDOW: [3, u8],
		TCPOPT_SACK_PERMITTED: [4, flag],
		TCPOPT_SACK: [5, arrayOf(tcp_sack_block)],
		TCPOPT_TIMESTAMP: [8, tcp_timestamp],
	},
);

/**
 * One TCP segment, RFC 9293; connections are not tracked. Gaps between options are not kept, so whoever encodes a
 * decoded segment again leaves out doff.
 */
export const tcp = packet("tcp", tcphdr, {
	options: { codec: struct({ options: tcpOptions }), align: 4, end: ({ doff }) => 4 * doff },
	implied: (header) => ({ doff: header / 4 }),
	checksum: { field: "check", over: "packet", protocol: IPPROTO_TCP },
});
