// netinet/icmp6.h: neighbour discovery, RFC 4861, with the names of RFC 3542. The flags have the names of
// linux/icmpv6.h.
import { arrayOf, be16, be32, binary, many, struct, u8 } from "../netlink/schema.js";
import { ETH_ALEN } from "../uapi/if_ether.js";
import { options } from "./options.js";
import { bits, joined } from "./schema.js";

export const ND_ROUTER_SOLICIT = 133;
export const ND_ROUTER_ADVERT = 134;
export const ND_NEIGHBOR_SOLICIT = 135;
export const ND_NEIGHBOR_ADVERT = 136;
export const ND_REDIRECT = 137;

/**
 * The hop limit of all these messages. A router would have decremented it, so such a message comes from the same link.
 */
export const ND_HOP_LIMIT = 255;

/** Lifetimes are in seconds; 0xffffffff means for ever. */
export const nd_opt_prefix_info = joined(
	struct({ nd_opt_pi_prefix_len: u8 }),
	bits({ onlink: 1, autoconf: 1, routeraddr: 1, reserved: 5 }),
	struct({
		nd_opt_pi_valid_time: be32,
		nd_opt_pi_preferred_time: be32,
		nd_opt_pi_reserved2: be32,
		nd_opt_pi_prefix: binary(16),
	}),
);
/** The beginning of the packet that took a detour, padded to a multiple of 8 bytes. */
export const nd_opt_rd_hdr = struct({
	nd_opt_rh_reserved1: be16,
	nd_opt_rh_reserved2: be32,
	packet: binary(),
});
export const nd_opt_mtu = struct({ nd_opt_mtu_reserved: be16, nd_opt_mtu_mtu: be32 });
/** Name servers, RFC 8106 §5.1. */
export const nd_opt_rdnss = struct({
	nd_opt_rdnss_reserved: be16,
	nd_opt_rdnss_lifetime: be32,
	nd_opt_rdnss_addresses: arrayOf(binary(16)),
});
/** Search domains, RFC 8106 §5.2: names encoded as in DNS, padded to a multiple of 8 bytes. */
export const nd_opt_dnssl = struct({
	nd_opt_dnssl_reserved: be16,
	nd_opt_dnssl_lifetime: be32,
	nd_opt_dnssl_domains: binary(),
});

export const ndOptions = options(
	{ unit: 8, whole: true },
	{
		ND_OPT_SOURCE_LINKADDR: [1, binary(ETH_ALEN)],
		ND_OPT_TARGET_LINKADDR: [2, binary(ETH_ALEN)],
		ND_OPT_PREFIX_INFORMATION: [3, many(nd_opt_prefix_info)],
		ND_OPT_REDIRECTED_HEADER: [4, nd_opt_rd_hdr],
		ND_OPT_MTU: [5, nd_opt_mtu],
		ND_OPT_RDNSS: [25, many(nd_opt_rdnss)],
		ND_OPT_DNSSL: [31, many(nd_opt_dnssl)],
	},
);
const optional = struct({ options: ndOptions });

// The part of each message behind icmp6_cksum.

export const nd_router_solicit = struct({ nd_rs_reserved: be32 });
export const nd_router_advert = joined(
	struct({ nd_ra_curhoplimit: u8 }),
	bits({ managed: 1, other: 1, home_agent: 1, router_pref: 2, reserved: 3 }),
	struct({ nd_ra_router_lifetime: be16, nd_ra_reachable: be32, nd_ra_retransmit: be32 }),
);
export const nd_neighbor_solicit = struct({ nd_ns_reserved: be32, nd_ns_target: binary(16) });
export const nd_neighbor_advert = joined(
	bits({ router: 1, solicited: 1, override: 1, reserved: 29 }),
	struct({ nd_na_target: binary(16) }),
);
export const nd_redirect = struct({
	nd_rd_reserved: be32,
	nd_rd_target: binary(16),
	nd_rd_dst: binary(16),
});

/** The messages with their options, by the ICMPv6 type that identifies them. */
export const messages = {
	nd_router_solicit: [[ND_ROUTER_SOLICIT], joined(nd_router_solicit, optional)],
	nd_router_advert: [[ND_ROUTER_ADVERT], joined(nd_router_advert, optional)],
	nd_neighbor_solicit: [[ND_NEIGHBOR_SOLICIT], joined(nd_neighbor_solicit, optional)],
	nd_neighbor_advert: [[ND_NEIGHBOR_ADVERT], joined(nd_neighbor_advert, optional)],
	nd_redirect: [[ND_REDIRECT], joined(nd_redirect, optional)],
} as const;
