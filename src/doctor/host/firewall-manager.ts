import { type Check, warns } from "../check.js";
import { managersOf } from "../owner.js";

/** Programs that manage the firewall, and may change it at any time. */
export const firewallManager: Check = {
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
