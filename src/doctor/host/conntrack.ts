import { type Check, stops, warns } from "../check.js";

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
