import { familyName } from "../nftables/fact/name.js";
import type { Giver } from "../nftables/machine/chain.js";
import type { Table } from "../nftables/machine/ruleset.js";
import type { RuleReport } from "../service/diagnosis.js";
import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../uapi/netfilter.js";
import type { Facts } from "./facts.js";

/** The table with everything of ours. */
const OURS = "umlnet-nl";

/** Chains by which programs that manage firewalls are recognised, and their names. */
const BY_CHAIN: readonly (readonly [RegExp, string])[] = [
	[/^DOCKER/, "docker"],
	[/^ufw6?-/, "ufw"],
	[/^LIBVIRT_/, "libvirt"],
	[/^KUBE-/, "kubernetes"],
	[/^(CNI|PORTMAP)/, "cni"],
	[/^f2b-/, "fail2ban"],
	[/^NETAVARK/, "podman"],
	[/^ts-/, "tailscale"],
];
const BY_TABLE: readonly (readonly [RegExp, string])[] = [
	[/^umlnet-nl/, "umlnet-nl"],
	[/^firewalld$/, "firewalld"],
	[/^libvirt_network$/, "libvirt"],
	[/^docker-bridges$/, "docker"],
	[/^(fw4|fw3)$/, "openwrt"],
	[/^f2b-table$/, "fail2ban"],
	[/^netavark$/, "podman"],
	[/^nm-/, "NetworkManager"],
	[/^kube-proxy$/, "kubernetes"],
];
/** The tables and chains that iptables-nft makes. */
const IPTABLES_TABLES = new Set(["filter", "nat", "mangle", "raw", "security"]);
const IPTABLES_CHAINS = new Set(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]);

const isIptables = ({ family, name, chains }: Table): boolean =>
	(family === NFPROTO_IPV4 || family === NFPROTO_IPV6) &&
	IPTABLES_TABLES.has(name) &&
	[...chains.values()].every(
		({ base, name: chain }) => base === undefined || IPTABLES_CHAINS.has(chain),
	);

/** The program that a chain belongs to; for a chain that several share, whichever has made chains in its table. */
export function ownerOf(table: Table, chain: string): string {
	for (const [pattern, owner] of BY_TABLE) if (pattern.test(table.name)) return owner;
	for (const [pattern, owner] of BY_CHAIN) if (pattern.test(chain)) return owner;
	if (!isIptables(table)) return "others";
	for (const [pattern, owner] of BY_CHAIN)
		if ([...table.chains.keys()].some((name) => pattern.test(name))) return owner;
	return "iptables";
}

/** The programs that manage the firewall of this host, recognised by their tables and chains. */
export const managersOf = (tables: readonly Table[]): readonly string[] => [
	...new Set(
		tables
			.flatMap((table) => [...table.chains.keys()].map((chain) => ownerOf(table, chain)))
			.filter((owner) => !["others", "umlnet-nl", "iptables"].includes(owner)),
	),
];

/** A rule that decided, for a report. */
export function ruleReport(facts: Facts, { base, chain, rule }: Giver): RuleReport {
	const { table } = chain;
	const isDrop = base.base?.policy === 0;
	return {
		family: familyName(table.family),
		table: table.name,
		chain: chain.name,
		base: base.name,
		handle: rule?.handle,
		rule: rule === undefined ? `policy ${isDrop ? "drop" : "accept"}` : facts.ruleText(table, rule),
		owner: ownerOf(table, chain.name),
	};
}

/** The interface of a packet that a rule should let pass. */
export interface Passing {
	readonly input?: string | undefined;
	readonly output?: string | undefined;
}

/** The command that lets packets pass a base chain which drops them, in the language of the program that manages it. */
export function remedyFor({ owner, family, table, base }: RuleReport, passing: Passing): string {
	const { input, output } = passing;
	const byName = input === undefined ? `oifname "${output}"` : `iifname "${input}"`;
	const program = family === "ip6" ? "ip6tables" : "iptables";
	const flag = input === undefined ? `-o ${output}` : `-i ${input}`;
	const isForward = base === "FORWARD";
	if (owner === OURS) return "umlnet-nl status -v";
	if (owner === "ufw" && isForward)
		return `ufw route allow ${input === undefined ? "out" : "in"} on ${input ?? output}`;
	if (owner === "ufw") return `ufw allow in on ${input ?? output}`;
	if (owner === "firewalld")
		return `firewall-cmd --zone=trusted --add-interface=${input ?? output}`;
	if (owner === "docker" && isForward) return `${program} -I DOCKER-USER ${flag} -j ACCEPT`;
	if (IPTABLES_CHAINS.has(base) && IPTABLES_TABLES.has(table) && family !== "inet")
		return `${program}${table === "filter" ? "" : ` -t ${table}`} -I ${base} ${flag} -j ACCEPT`;
	return `nft insert rule ${family} ${table} ${base} ${byName} accept`;
}
