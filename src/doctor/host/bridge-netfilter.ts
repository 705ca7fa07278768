import {
	NF_ARP_FORWARD,
	NF_DROP,
	NF_INET_FORWARD,
	NFPROTO_ARP,
	NFPROTO_INET,
	NFPROTO_IPV4,
	NFPROTO_IPV6,
} from "../../uapi/netfilter.js";
import { type Check, warns } from "../check.js";

/** The settings of br_netfilter, and the families whose rules each of them calls. */
const CALLS = [
	{ setting: "iptables", families: [NFPROTO_IPV4, NFPROTO_INET], hook: NF_INET_FORWARD },
	{ setting: "ip6tables", families: [NFPROTO_IPV6, NFPROTO_INET], hook: NF_INET_FORWARD },
	{ setting: "arptables", families: [NFPROTO_ARP], hook: NF_ARP_FORWARD },
] as const;

/** Whether rules for IP and ARP see packets between ports of a bridge, and a policy of theirs drops them. */
export const bridgeNetfilter: Check = {
	check: "br_netfilter",
	of: "host",
	run({ facts }) {
		return CALLS.flatMap(({ setting, families, hook }) => {
			if (facts.setting(`net/bridge/bridge-nf-call-${setting}`) !== "1") return [];
			const drops = facts
				.tables()
				.filter(({ family, isDormant }) => !isDormant && families.some((one) => one === family))
				.flatMap(({ chains }) => [...chains.values()])
				.filter(({ base }) => base?.policy === NF_DROP && base.hook === hook);
			return drops.map(({ name, table }) =>
				warns({
					code: "FINDING_BRIDGE_FILTERED",
					message: `what passes between ports of a bridge passes chain ${name} of ${table.name} as well, whose policy is drop`,
					evidence: [`net.bridge.bridge-nf-call-${setting} = 1`],
					remedy: `sysctl -w net.bridge.bridge-nf-call-${setting}=0`,
				}),
			);
		});
	},
};
