/**
 * The marks by which we, and anyone who looks with `ip` or `nft`, know what is ours. What does not carry one
 * is never removed.
 */

/** IFLA_IFALIAS of every link we make: `ip -d link` shows it. */
export const aliasOf = (network: string): string => `umlnet-nl ${network}`;

export const isAlias = (alias: string | undefined): boolean =>
	alias?.startsWith(aliasOf("")) ?? false;

/** rtm_protocol and IFA_PROTO of routes and addresses we make; assigned to nobody in rtnetlink.h. */
export const PROTOCOL = 117; // "u"

/** The nf_tables table that holds everything of ours. */
export const TABLE = "umlnet-nl";
