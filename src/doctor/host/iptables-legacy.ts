import { type Check, warns } from "../check.js";

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
