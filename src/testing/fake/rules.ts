import { NLM_F_EXCL } from "../../netlink/frame.js";
import type { RTM_DELRULE, RTM_GETRULE, RTM_NEWRULE } from "../../uapi/fib_rules.js";
import type { Namespace, Rule } from "./namespace.js";
import { Refusal } from "./refusal.js";
import type { Given, Taken } from "./value.js";

/** The parts of a rule that the model knows, all of which together identify it. */
const read = ({
	family = 0,
	action = 0,
	flags = 0,
	...value
}: Given<typeof RTM_NEWRULE>): Rule => ({
	family,
	action,
	flags,
	priority: value.FRA_PRIORITY ?? 0,
	table: value.FRA_TABLE ?? value.table ?? 0,
	iifname: value.FRA_IIFNAME,
	oifname: value.FRA_OIFNAME,
	protocol: value.FRA_PROTOCOL ?? 0,
});

const same = (a: Rule, b: Rule): boolean =>
	a.family === b.family &&
	a.action === b.action &&
	a.priority === b.priority &&
	a.table === b.table &&
	a.iifname === b.iifname &&
	a.oifname === b.oifname;

/** RTM_NEWRULE: a rule goes behind those of the same priority. */
export function newRule(ns: Namespace, flags: number, value: Given<typeof RTM_NEWRULE>): void {
	const rule = read(value);
	if ((flags & NLM_F_EXCL) !== 0 && ns.rules.some((one) => same(one, rule)))
		throw new Refusal("EEXIST");
	ns.rules.push(rule);
	ns.rules.sort((a, b) => a.priority - b.priority);
}

/** RTM_DELRULE */
export function deleteRule(ns: Namespace, value: Given<typeof RTM_DELRULE>): void {
	const rule = read(value);
	const at = ns.rules.findIndex((one) => same(one, rule));
	if (at < 0) throw new Refusal("ENOENT");
	ns.rules.splice(at, 1);
}

/** A dump of RTM_GETRULE, by family. */
export const dumpRules = (
	ns: Namespace,
	{ family = 0 }: Given<typeof RTM_GETRULE>,
): Taken<typeof RTM_NEWRULE>[] =>
	ns.rules
		.filter((rule) => family === 0 || rule.family === family)
		.map((rule) => ({
			family: rule.family,
			dst_len: 0,
			src_len: 0,
			tos: 0,
			table: rule.table < 256 ? rule.table : 252,
			action: rule.action,
			flags: rule.flags,
			FRA_TABLE: rule.table,
			FRA_SUPPRESS_PREFIXLEN: -1,
			FRA_PROTOCOL: rule.protocol,
			...(rule.priority > 0 && { FRA_PRIORITY: rule.priority }),
			...(rule.iifname !== undefined && { FRA_IIFNAME: rule.iifname }),
			...(rule.oifname !== undefined && { FRA_OIFNAME: rule.oifname }),
		}));
