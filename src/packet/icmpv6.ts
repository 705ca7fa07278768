// linux/icmpv6.h
import { be16, be32, struct, u8 } from "../netlink/schema.js";
import { IPPROTO_ICMPV6 } from "../uapi/in6.js";
import { messages } from "./ndisc.js";
import { packet } from "./packet.js";
import { joined, union } from "./schema.js";

export const ICMPV6_DEST_UNREACH = 1;
export const ICMPV6_PKT_TOOBIG = 2;
export const ICMPV6_TIME_EXCEED = 3;
export const ICMPV6_PARAMPROB = 4;
export const ICMPV6_ECHO_REQUEST = 128;
export const ICMPV6_ECHO_REPLY = 129;
export const ICMPV6_MGM_QUERY = 130;
export const ICMPV6_MGM_REPORT = 131;
export const ICMPV6_MGM_REDUCTION = 132;
export const ICMPV6_MLD2_REPORT = 143;

// icmp6_code of ICMPV6_DEST_UNREACH
export const ICMPV6_NOROUTE = 0;
export const ICMPV6_ADM_PROHIBITED = 1;
export const ICMPV6_NOT_NEIGHBOUR = 2;
export const ICMPV6_ADDR_UNREACH = 3;
export const ICMPV6_PORT_UNREACH = 4;
export const ICMPV6_POLICY_FAIL = 5;
export const ICMPV6_REJECT_ROUTE = 6;

// icmp6_code of ICMPV6_TIME_EXCEED
export const ICMPV6_EXC_HOPLIMIT = 0;
export const ICMPV6_EXC_FRAGTIME = 1;

/** struct icmp6hdr up to its union `icmp6_dataun`. */
export const icmp6hdr = struct({ icmp6_type: u8, icmp6_code: u8, icmp6_cksum: be16 });
/** Tells which reply belongs to which request. */
export const icmpv6_echo = struct({ identifier: be16, sequence: be16 });

const icmp6_dataun = union("icmp6_type", {
	icmp6_unused: [[ICMPV6_DEST_UNREACH, ICMPV6_TIME_EXCEED], be32],
	icmp6_mtu: [[ICMPV6_PKT_TOOBIG], be32],
	icmp6_pointer: [[ICMPV6_PARAMPROB], be32],
	u_echo: [[ICMPV6_ECHO_REQUEST, ICMPV6_ECHO_REPLY], icmpv6_echo],
	...messages,
});

/**
 * ICMPv6, RFC 4443, with neighbour discovery. The payload of an error is the beginning of the packet that caused it. Of
 * types that are not named here, such as MLD, everything behind the checksum is payload.
 */
export const icmpv6 = packet("icmpv6", joined(icmp6hdr, icmp6_dataun), {
	checksum: { field: "icmp6_cksum", over: "packet", protocol: IPPROTO_ICMPV6 },
});
