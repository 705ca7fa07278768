/**
 * The marks by which we, and anyone who looks with `ip` or `nft`, know what is ours. What does not carry one
 * is never removed.
 */

/**
 * IFLA_IFALIAS of every link we make: `ip -d link` shows it. Behind the network stands what was changed for it that does
 * not go with the link: `umlnet-nl lab forwarding=eth1`.
 */
export const aliasOf = (network: string, notes: readonly string[] = []): string =>
	["umlnet-nl", network, ...notes].join(" ");

export const isAlias = (alias: string | undefined): boolean =>
	alias?.startsWith(aliasOf("")) ?? false;

/** What an alias of ours says: the network, and the notes behind it. */
export function readAlias(alias: string): {
	readonly network: string;
	readonly notes: readonly string[];
} {
	const [, network = "", ...notes] = alias.split(" ");
	return { network, notes };
}

/** What the notes of an alias say of one thing: `eth1`, of `forwarding`. */
export const noted = (what: string, notes: readonly string[]): string | undefined =>
	notes.find((note) => note.startsWith(`${what}=`))?.slice(what.length + 1);

/** rtm_protocol and IFA_PROTO of routes and addresses we make; assigned to nobody in rtnetlink.h. */
export const PROTOCOL = 117; // "u"

/** The nf_tables table that holds everything of ours. */
export const TABLE = "umlnet-nl";
