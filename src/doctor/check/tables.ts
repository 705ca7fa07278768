import { type Check, stops, warns } from "../check.js";
import { managersOf } from "../owner.js";

/** Programs that manage the firewall, and may change it at any time. */
export const managers: Check = {
	check: "foreign managers",
	of: "host",
	run({ facts }) {
		return managersOf(facts.tables()).map((name) =>
			warns({
				code: "FINDING_FOREIGN_MANAGER",
				message: `${name} manages rules of this host: what is for guests has to pass them, too`,
				evidence: [`chains of ${name} are in the ruleset`],
			}),
		);
	},
};

const FILES = {
	iptables: "ip_tables_names",
	ip6tables: "ip6_tables_names",
	arptables: "arp_tables_names",
} as const;

/** Rules of the kernel's old xtables, which no listing of nf_tables shows, and which drop packets nevertheless. */
export const legacy: Check = {
	check: "iptables-legacy",
	of: "host",
	run({ facts }) {
		return Object.entries(FILES).flatMap(([program, file]) => {
			const names = (facts.file(`/proc/thread-self/net/${file}`) ?? "").split("\n").filter(Boolean);
			if (names.length === 0) return [];
			return [
				warns({
					code: "FINDING_LEGACY_IPTABLES",
					message: `there are tables of ${program}-legacy, whose rules cannot be read here: they may drop what all others let pass`,
					evidence: [`/proc/net/${file}: ${names.join(", ")}`],
					remedy: `${program}-legacy-save`,
				}),
			];
		});
	},
};

/** The table of tracked connections: if it is full, the first packets of new flows are dropped. */
export const conntrack: Check = {
	check: "conntrack table",
	of: "host",
	run({ facts }) {
		const count = Number(facts.setting("net/netfilter/nf_conntrack_count") ?? 0);
		const most = Number(facts.setting("net/netfilter/nf_conntrack_max") ?? 0);
		if (most === 0 || count < 0.9 * most) return [];
		const found = {
			code: "FINDING_CONNTRACK_FULL",
			evidence: [
				`net.netfilter.nf_conntrack_count = ${count}`,
				`net.netfilter.nf_conntrack_max = ${most}`,
			],
			remedy: `sysctl -w net.netfilter.nf_conntrack_max=${2 * Math.max(most, 32_768)}`,
		} as const;
		if (count >= most)
			return [
				stops({
					...found,
					message: `the table of tracked connections is full: new flows are dropped`,
				}),
			];
		return [
			warns({
				...found,
				message: `the table of tracked connections is nearly full: ${count} of ${most}`,
			}),
		];
	},
};

/** The table of neighbours: beyond gc_thresh3 no new neighbour can be resolved. */
export const neighbours: Check = {
	check: "neighbour table",
	of: "host",
	run({ facts }) {
		const line = facts.file("/proc/thread-self/net/stat/arp_cache")?.split("\n")[1];
		const count = Number.parseInt(line?.split(/\s+/)[0] ?? "0", 16);
		const most = Number(facts.setting("net/ipv4/neigh/default/gc_thresh3") ?? 0);
		if (most === 0 || count < 0.9 * most) return [];
		const found = {
			code: "FINDING_NEIGHBOUR_TABLE",
			message: `the table of neighbours has ${count} of ${most} entries`,
			evidence: [`net.ipv4.neigh.default.gc_thresh3 = ${most}`],
			remedy: `sysctl -w net.ipv4.neigh.default.gc_thresh3=${2 * most}`,
		} as const;
		return [count >= most ? stops(found) : warns(found)];
	},
};

/** Whether rules for IP see packets between ports of a bridge. */
export const bridgeNetfilter: Check = {
	check: "br_netfilter",
	of: "host",
	run({ facts }) {
		if (facts.setting("net/bridge/bridge-nf-call-iptables") !== "1") return [];
		const drops = facts
			.tables()
			.flatMap((table) => [...table.chains.values()])
			.filter(({ base, table }) => base?.policy === 0 && base.hook === 2 && table.family !== 7);
		return drops.map(({ name, table }) =>
			warns({
				code: "FINDING_BRIDGE_FILTERED",
				message: `what passes between ports of a bridge passes chain ${name} of ${table.name} as well, whose policy is drop`,
				evidence: ["net.bridge.bridge-nf-call-iptables = 1"],
				remedy: "sysctl -w net.bridge.bridge-nf-call-iptables=0",
			}),
		);
	},
};
