import { type Rule, readRules } from "../../kernel/read.js";
import { request } from "../../netlink/request.js";
import { FIB_RULE_INVERT, RTM_DELRULE, RTM_NEWRULE } from "../../uapi/fib_rules.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../uapi/netlink.js";
import { alreadyThere } from "../conflict.js";
import { type Endpoint, pack, type Sort, unpack } from "./item.js";

type GivenRule = Parameters<typeof RTM_NEWRULE.encode>[0];

/**
 * A rule in which the name of one link is replaced by another one. Its flags only report what the kernel knows about
 * the links.
 */
function ruleFor(packed: string, from: string, to: string): GivenRule {
	const { $unknown, ...rule } = RTM_NEWRULE.decode(unpack(packed));
	const renamed = (name: string | undefined) => (name === from ? to : name);
	return {
		...rule,
		flags: rule.flags & FIB_RULE_INVERT,
		FRA_IIFNAME: renamed(rule.FRA_IIFNAME),
		FRA_OIFNAME: renamed(rule.FRA_OIFNAME),
	};
}

/**
 * Routing rules for packets that arrive or leave through a link. Rules contain names of links, so renaming a link
 * breaks them as well.
 */
export const rules: Sort = {
	read: (kernel, { link }) =>
		readRules(kernel)
			.filter(({ FRA_IIFNAME, FRA_OIFNAME }: Rule) => FRA_IIFNAME === link || FRA_OIFNAME === link)
			.map((rule) => pack(RTM_NEWRULE.encode(rule))),
	item(packed, from, to) {
		const text = this.text(packed);
		const put = ({ link }: Endpoint) =>
			request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, ruleFor(packed, from.link, link));
		const take = ({ link }: Endpoint) => request(RTM_DELRULE, 0, ruleFor(packed, from.link, link));
		return {
			put: [
				{
					label: `put ${text} on ${to.link}`,
					effect: "create",
					do: put(to),
					undo: [take(to)],
					conflict: alreadyThere(`${text} for ${to.link}`, "ip rule"),
				},
			],
			take: [
				{
					label: `take ${text} off ${from.link}`,
					effect: "delete",
					do: take(from),
					undo: [put(from)],
				},
			],
		};
	},
	key: (packed, { link }) => pack(RTM_NEWRULE.encode(ruleFor(packed, link, ""))),
	needsUp: () => false,
	needsIpv6: () => false,
	isLeased: () => false,
	protocol: (packed) => RTM_NEWRULE.decode(unpack(packed)).FRA_PROTOCOL,
	text: (packed) => `rule ${RTM_NEWRULE.decode(unpack(packed)).FRA_PRIORITY ?? 0}`,
};
