/**
 * The marks by which we, and everybody who looks with `ip` or `nft`, recognise what is ours. Whatever has none is never
 * deleted.
 */

/**
 * IFLA_IFALIAS of every link that we make, which `ip -d link` shows. The name of the network is followed by notes about
 * changes for it that do not disappear with the link: `umlnet-nl lab forwarding=eth1`.
 */
export const aliasOf = (network: string, notes: readonly string[] = []): string =>
	["umlnet-nl", network, ...notes].join(" ");

export const isAlias = (alias: string | undefined): boolean =>
	alias?.startsWith(aliasOf("")) ?? false;

/** The contents of an alias of ours: the network, and the notes. */
export function readAlias(alias: string): {
	readonly network: string;
	readonly notes: readonly string[];
} {
	const [, network = "", ...notes] = alias.split(" ");
	return { network, notes };
}

/** The note about one thing in an alias: `eth1` for `forwarding`. */
export const noted = (what: string, notes: readonly string[]): string | undefined =>
	notes.find((note) => note.startsWith(`${what}=`))?.slice(what.length + 1);

/** rtm_protocol of the routes and IFA_PROTO of the addresses that we make. rtnetlink.h assigns it to nobody. */
export const PROTOCOL = 117; // "u"

/** The nf_tables table with everything of ours. */
export const TABLE = "umlnet-nl";
