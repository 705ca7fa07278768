/** A case: the host, what of ours is up, what others do, and which command follows. */
import type { Mutation } from "./mutation.js";
import type { Scenario } from "./scenario.js";

/** What somebody else has on every host. */
const THEIRS = `
ip link add other address 02:00:00:00:00:0a type bridge
sysctl -qw net.ipv6.conf.other.disable_ipv6=1
ip link set other up
ip tuntap add theirs mode tap user 1000
ip link set theirs address 02:00:00:00:00:0b up
ip address add 10.77.0.1/24 dev theirs
nft add table inet mine
nft add chain inet mine input '{ type filter hook input priority 0; }'
nft add rule inet mine input counter
nft add set inet mine masqueraded '{ type ipv4_addr; elements = { 10.9.9.9 }; }'
ip address add 203.0.113.20/24 dev eth1 valid_lft 3600 preferred_lft 3600
ip address add 2001:db8:1::10/64 dev eth1
ip address add 2001:db8:1::20/64 dev eth1 valid_lft 3600 preferred_lft 3600
ip route add 198.18.0.0/15 via 203.0.113.2 dev eth1 proto dhcp
ip -6 route add default via 2001:db8:1::1 dev eth1
ip neigh add 10.33.33.9 lladdr 02:00:00:00:00:09 dev eth1
`;

/** What uplinks have in addition on some hosts. */
export const HOSTS = {
	plain: THEIRS,
	rich: `${THEIRS}
ip nexthop add id 40 via 10.33.33.5 dev eth1
ip route add 10.69.0.0/16 nhid 40
ip route add 10.70.0.0/16 dev theirs src 10.33.33.34
ip rule add iif eth1 lookup 102 priority 900
ip route add default via 10.33.33.4 dev eth1 table 102
ip address add 10.33.33.44/8 dev eth1
sysctl -qw net.ipv4.conf.eth1.rp_filter=2 net.ipv6.conf.eth1.accept_ra=0
`,
} as const;

export const VERBS = ["up again", "down", "recover", "verify", "an unrelated up"] as const;

export interface Case {
	readonly host: keyof typeof HOSTS;
	readonly scenario: Scenario;
	/** What others do, in order. */
	readonly mutations: readonly Mutation[];
	readonly verb: (typeof VERBS)[number];
}

export const titleOf = ({ host, scenario, mutations, verb }: Case): string =>
	`${host} host, ${scenario.name}: ${mutations.map(({ name }) => name).join(", then ")}; ${verb}`;
