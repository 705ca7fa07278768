import { RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN } from "../../uapi/rtnetlink.js";
import { type Check, warns } from "../check.js";

const PATH = "net/ipv4/conf/all/rp_filter";
/** The kernel's own rules lead to these tables, and apply to all packets. */
const OWN_TABLES: readonly number[] = [RT_TABLE_LOCAL, RT_TABLE_MAIN, RT_TABLE_DEFAULT];

/**
 * Whether reverse paths are checked strictly although routes depend on more than the destination. Of this setting and
 * that of the interface the kernel takes the higher one (Documentation/networking/ip-sysctl.rst), so an interface
 * cannot be excepted.
 */
export const strictReversePath: Check = {
	check: "reverse path",
	of: "host",
	run({ facts }) {
		if (facts.setting(PATH) !== "1") return [];
		const others = facts.routingRules().filter(({ table }) => !OWN_TABLES.includes(table));
		const [first] = others;
		if (first === undefined) return [];
		return [
			warns({
				code: "FINDING_STRICT_RP_FILTER",
				message:
					"the way back to every source has to be by the interface that its packets came by, although rules of routing choose between several ways: answers may be dropped",
				evidence: [
					"net.ipv4.conf.all.rp_filter = 1",
					...others.map(({ priority, table }) => `rule ${priority}: lookup ${table}`),
				],
				remedy: "sysctl -w net.ipv4.conf.all.rp_filter=2",
			}),
		];
	},
};
