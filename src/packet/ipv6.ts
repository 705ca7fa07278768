// linux/ipv6.h
import { be16, be32, binary, struct, u8 } from "../netlink/schema.js";
import { packet } from "./packet.js";
import { bits, joined } from "./schema.js";

/** The first four bytes are as in RFC 8200 §3; the C header has to split the traffic class (priority). */
export const ipv6hdr = joined(
	bits({ version: 4, priority: 8, flow_lbl: 20 }),
	struct({
		payload_len: be16,
		nexthdr: u8,
		hop_limit: u8,
		saddr: binary(16),
		daddr: binary(16),
	}),
);
const IPV6_HLEN = 40; // sizeof(struct ipv6hdr)

/** The fixed header of IPv6, RFC 8200. Extension headers are packets of their own, one inside the other. */
export const ipv6 = packet("ipv6", ipv6hdr, {
	length: ({ payload_len }) => IPV6_HLEN + payload_len,
	implied: (_, payload) => ({ version: 6, payload_len: payload, hop_limit: 64 }),
	refuse: ({ version }) => (version === 6 ? undefined : `version ${version}`),
});

export const ipv6_opt_hdr = struct({ nexthdr: u8, hdrlen: u8 });
const UNIT = 8;

/** An extension header that contains its length, RFC 8200 §4: hop-by-hop options, destination options, routing. */
export const extension = packet("extension", ipv6_opt_hdr, {
	options: {
		codec: struct({ options: binary() }),
		align: UNIT,
		end: ({ hdrlen }) => UNIT * (hdrlen + 1),
	},
	implied: (header) => ({ hdrlen: header / UNIT - 1 }),
});

/** include/net/ipv6.h, with frag_off as in RFC 8200 §4.5: the offset is in units of 8 bytes. */
export const frag_hdr = joined(
	struct({ nexthdr: u8, reserved: u8 }),
	bits({ offset: 13, reserved2: 2, more: 1 }),
	struct({ identification: be32 }),
);

/** A fragment of an IPv6 packet. */
export const fragment = packet("fragment", frag_hdr);
