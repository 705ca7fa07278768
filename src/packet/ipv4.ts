// linux/ip.h. The names of the flags and of the TTL are those of netinet/ip.h.
import { be16, binary, struct, u8 } from "../netlink/schema.js";
import { packet } from "./packet.js";
import { bits, joined } from "./schema.js";

/** Parts of frag_off: do not fragment, more fragments follow, and the offset of this fragment in units of 8 bytes. */
export const IP_DF = 0x4000;
export const IP_MF = 0x2000;
export const IP_OFFMASK = 0x1fff;

/** The TTL that Linux uses as well (net.ipv4.ip_default_ttl). */
export const IPDEFTTL = 64;

export const iphdr = joined(
	bits({ version: 4, ihl: 4 }),
	struct({
		tos: u8,
		tot_len: be16,
		id: be16,
		frag_off: be16,
		ttl: u8,
		protocol: u8,
		check: be16,
		saddr: binary(4),
		daddr: binary(4),
	}),
);

/** IPv4, RFC 791. Its options stay bytes, because they are hardly used. */
export const ipv4 = packet("ipv4", iphdr, {
	options: { codec: struct({ options: binary() }), align: 4, end: ({ ihl }) => 4 * ihl },
	length: ({ tot_len }) => tot_len,
	implied: (header, payload) => ({
		version: 4,
		ihl: header / 4,
		tot_len: header + payload,
		ttl: IPDEFTTL,
	}),
	refuse: ({ version }) => (version === 4 ? undefined : `version ${version}`),
	checksum: { field: "check", over: "header" },
});
