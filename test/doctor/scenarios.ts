/** What can go wrong between a guest and the world, and what only looks like it. */
import type { FindingCode } from "../../src/service/diagnosis.js";

/** The network that it happens to. */
export type Base = "nat" | "nat6" | "bridged" | "foreign" | "published";

export interface Scenario {
	readonly name: string;
	readonly base: Base;
	/** What is done to the host, behind our back. */
	readonly host?: string;
	/** What is done to the machine of the LAN. */
	readonly lan?: string;
	/**
	 * Whom the guest pings: the router, a machine far away, or the host itself; or who connects to a port that it
	 * publishes.
	 */
	readonly to?: "router" | "world" | "host" | "from the LAN" | "from the host";
	/** What `doctor` has to say first; several where it is a matter of words. */
	readonly finds: readonly FindingCode[];
	/** Whether nobody has the tap open, or the guest says nothing, or asks by DHCP alone. */
	readonly guest?: "absent" | "silent" | "asks";
}
export type Healthy = Omit<Scenario, "finds" | "guest">;

/** A ruleset on one line, as nft reads it on several. */
const nft = (text: string): string => {
	const lines = text.replaceAll(" } chain ", "\n}\nchain ").replace(/ \} \}$/, "\n}\n}");
	return `nft -f - <<'EOF'\n${lines}\nEOF\n`;
};
/** A chain at a hook, in a table of its own. */
const chain = (
	family: string,
	hook: string,
	rules: string,
	policy = "accept",
	priority = 0,
): string =>
	nft(
		`table ${family} foreign { chain c { type filter hook ${hook} priority ${priority}; policy ${policy}; ${rules} } }`,
	);
const DROPS = ["FINDING_RULE_DROPS"] as const;
const drop = (name: string, host: string, more: Partial<Scenario> = {}): Scenario => ({
	name,
	base: "nat",
	host,
	finds: DROPS,
	...more,
});

const FOREIGN_DROPS: readonly Scenario[] = [
	drop("ip prerouting drops", chain("ip", "prerouting", "iifname tap0 drop", "accept", -300)),
	drop("inet prerouting drops", chain("inet", "prerouting", "iifname tap0 drop")),
	drop("ip forward drops", chain("ip", "forward", "iifname tap0 drop")),
	drop("inet forward drops", chain("inet", "forward", "oifname eth1 drop")),
	drop("ip postrouting drops", chain("ip", "postrouting", "oifname eth1 drop")),
	drop("inet postrouting drops", chain("inet", "postrouting", "oifname eth1 drop", "accept", 300)),
	drop(
		"netdev ingress of the tap drops",
		chain("netdev", "ingress device tap0", "meta protocol ip drop"),
	),
	drop(
		"netdev ingress of the uplink drops",
		chain("netdev", "ingress device eth1", "meta protocol ip drop"),
	),
	drop(
		"netdev egress of the uplink drops",
		chain("netdev", "egress device eth1", "meta protocol ip drop"),
	),
	drop(
		"netdev egress of the tap drops",
		chain("netdev", "egress device tap0", "meta protocol ip drop"),
	),
	drop(
		"inet ingress of the tap drops",
		chain("inet", "ingress device tap0", "meta protocol ip drop"),
	),
	drop("arp input drops", chain("arp", "input", "iifname tap0 drop")),
	drop("arp input drops the guest's answers", chain("arp", "input", "arp operation reply drop")),
	drop("arp output drops", chain("arp", "output", "oifname tap0 drop")),
	drop("policy of ip forward", chain("ip", "forward", "", "drop")),
	drop("policy of inet forward", chain("inet", "forward", "ct state established accept", "drop")),
	drop("policy of ip prerouting", chain("ip", "prerouting", 'iifname "lo" accept', "drop", -150)),
	drop("policy of ip postrouting", chain("ip", "postrouting", "", "drop")),
	drop("answers are dropped in forward", chain("inet", "forward", "ct state established drop")),
	drop(
		"answers are dropped in prerouting",
		chain("ip", "prerouting", "iifname eth1 ip protocol icmp drop", "accept", -250),
	),
	drop(
		"answers are dropped by their direction",
		chain("inet", "forward", "ct direction reply drop"),
	),
	drop(
		"a set of addresses drops",
		nft(
			"table ip foreign { set bad { type ipv4_addr; elements = { 192.168.33.34, 192.168.33.50 } } chain c { type filter hook forward priority 0; ip saddr @bad drop } }",
		),
	),
	drop(
		"an interval drops",
		chain("ip", "forward", "ip saddr { 192.168.33.16-192.168.33.63 } drop"),
	),
	drop(
		"a verdict map drops",
		chain("inet", "forward", "iifname vmap { tap0 : drop, lo : accept }"),
	),
	drop(
		"a chain that is jumped to drops",
		nft(
			"table ip foreign { chain inner { ip protocol icmp drop } chain c { type filter hook forward priority 0; jump inner } }",
		),
	),
	drop(
		"a chain that is gone to drops",
		nft(
			"table inet foreign { chain inner { drop } chain c { type filter hook forward priority 0; iifname tap0 goto inner } }",
		),
	),
	drop(
		"a mark set before drops",
		nft(
			"table ip foreign { chain m { type filter hook prerouting priority -150; iifname tap0 meta mark set 7 } chain c { type filter hook forward priority 0; meta mark 7 drop } }",
		),
	),
	drop(
		"a concatenation drops",
		chain("ip", "forward", "iifname . ip saddr { tap0 . 192.168.33.34 } drop"),
	),
	drop("reject", chain("ip", "forward", "iifname tap0 reject with icmp type admin-prohibited")),
	drop("echo requests alone", chain("ip", "forward", "icmp type echo-request drop")),
	drop(
		"what was not translated is dropped",
		chain("ip", "postrouting", "ip saddr 192.168.33.0/24 oifname eth1 drop", "accept", -10),
	),
	drop(
		"large chains, the last rule drops",
		chain(
			"ip",
			"forward",
			`${Array.from({ length: 300 }, (_, i) => `ip saddr 10.1.${i % 250}.1 drop`).join("; ")}; iifname tap0 drop`,
		),
	),
];

const IPTABLES: readonly Scenario[] = [
	drop("iptables: policy of FORWARD", "iptables-nft -P FORWARD DROP"),
	drop("iptables: FORWARD drops", "iptables-nft -A FORWARD -i tap0 -j DROP"),
	drop("iptables: mangle PREROUTING", "iptables-nft -t mangle -A PREROUTING -i tap0 -j DROP"),
	drop("iptables: raw PREROUTING", "iptables-nft -t raw -A PREROUTING -i tap0 -j DROP"),
	drop("iptables: conntrack NEW", "iptables-nft -A FORWARD -m conntrack --ctstate NEW -j DROP"),
	drop(
		"iptables: conntrack ESTABLISHED",
		"iptables-nft -A FORWARD -m conntrack --ctstate ESTABLISHED -j DROP",
	),
	drop("iptables: REJECT", "iptables-nft -A FORWARD -o eth1 -j REJECT"),
	drop("iptables: by MAC", "iptables-nft -A FORWARD -m mac --mac-source 52:54:00:00:00:22 -j DROP"),
	drop(
		"iptables: by range",
		"iptables-nft -A FORWARD -m iprange --src-range 192.168.33.30-192.168.33.40 -j DROP",
	),
	drop("iptables: icmp", "iptables-nft -A FORWARD -p icmp --icmp-type echo-request -j DROP"),
	drop("iptables: not from a subnet", "iptables-nft -A FORWARD ! -s 10.0.0.0/8 -i tap0 -j DROP"),
	drop(
		"docker",
		"iptables-nft -P FORWARD DROP; iptables-nft -N DOCKER-USER; iptables-nft -N DOCKER; iptables-nft -A FORWARD -j DOCKER-USER; iptables-nft -A DOCKER-USER -j RETURN; iptables-nft -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; iptables-nft -A FORWARD -o docker0 -j DOCKER; iptables-nft -A FORWARD -i docker0 ! -o docker0 -j ACCEPT",
	),
	drop(
		"ufw",
		"iptables-nft -P FORWARD DROP; iptables-nft -N ufw-before-forward; iptables-nft -A FORWARD -j ufw-before-forward; iptables-nft -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
	),
	drop("iptables: INPUT drops what is for the host", "iptables-nft -P INPUT DROP", { to: "host" }),
	drop("iptables: OUTPUT drops the host's answers", "iptables-nft -P OUTPUT DROP", { to: "host" }),
	drop(
		"firewalld: input of unknown zones",
		nft(
			"table inet firewalld { chain filter_INPUT { type filter hook input priority 10; policy accept; ct state established,related accept; iifname lo accept; reject with icmpx admin-prohibited } }",
		),
		{ to: "host" },
	),
	drop(
		"firewalld: forward of unknown zones",
		nft(
			"table inet firewalld { chain filter_FORWARD { type filter hook forward priority 10; policy accept; ct state established,related accept; reject with icmpx admin-prohibited } }",
		),
	),
];

const ROUTES: readonly Scenario[] = [
	{
		name: "no default route",
		base: "nat",
		to: "world",
		host: "ip route del default",
		finds: ["FINDING_NO_ROUTE"],
	},
	{
		name: "an unreachable route",
		base: "nat",
		to: "world",
		host: "ip route add unreachable 9.0.0.0/8",
		finds: ["FINDING_ROUTE_REFUSES"],
	},
	{
		name: "a prohibit route",
		base: "nat",
		to: "world",
		host: "ip route add prohibit 9.0.0.0/8",
		finds: ["FINDING_ROUTE_REFUSES"],
	},
	{
		name: "a blackhole route",
		base: "nat",
		to: "world",
		host: "ip route add blackhole 9.0.0.0/8",
		finds: ["FINDING_ROUTE_REFUSES", "FINDING_RP_FILTER"],
	},
	{
		name: "a rule prohibits what the guest sends",
		base: "nat",
		host: "ip rule add iif tap0 prohibit",
		finds: ["FINDING_ROUTE_REFUSES"],
	},
	{
		name: "a rule makes it unreachable",
		base: "nat",
		host: "ip rule add iif tap0 unreachable",
		finds: ["FINDING_ROUTE_REFUSES", "FINDING_NO_ROUTE"],
	},
	{
		name: "the way to the world is by another interface",
		base: "nat",
		to: "world",
		host: "ip link add dummy0 type veth peer name dummy1; ip link set dummy0 up; ip link set dummy1 up; ip addr add 172.30.0.1/24 dev dummy0; ip route replace default via 172.30.0.2 dev dummy0",
		finds: ["FINDING_WRONG_UPLINK"],
	},
	{
		name: "no router at the gateway's address",
		base: "nat",
		to: "world",
		host: "ip route replace default via 10.33.33.99; ping -c1 -W1 9.9.9.9 >/dev/null 2>&1 || true",
		finds: ["FINDING_NEIGHBOUR_FAILED"],
	},
	{
		name: "the router does not answer ARP",
		base: "nat",
		lan: "ip link set lan0 arp off",
		host: "ip neigh flush dev eth1; ping -c1 -W1 10.33.33.1 >/dev/null 2>&1 || true",
		finds: ["FINDING_NEIGHBOUR_FAILED"],
	},
	{
		name: "the way back to the guest is missing",
		base: "nat",
		host: "ip route del 192.168.33.0/24 dev tap0",
		finds: [
			"FINDING_NO_ROUTE",
			"FINDING_PROXY_ARP",
			"FINDING_NEIGHBOUR_FAILED",
			"FINDING_RP_FILTER",
		],
	},
	{
		name: "the way back to the guest is elsewhere",
		base: "nat",
		host: "ip link add dummy0 type veth peer name dummy1; ip link set dummy0 up; ip link set dummy1 up; ip route add 192.168.33.34/32 dev dummy0",
		finds: [
			"FINDING_WRONG_UPLINK",
			"FINDING_NO_ROUTE",
			"FINDING_NEIGHBOUR_FAILED",
			"FINDING_RP_FILTER",
			"FINDING_NO_SNAT",
		],
	},
	{
		name: "strict reverse path of the tap",
		base: "nat",
		host: "ip link add dummy0 type veth peer name dummy1; ip link set dummy0 up; ip link set dummy1 up; ip route add 192.168.33.34/32 dev dummy0; sysctl -qw net.ipv4.conf.tap0.rp_filter=1",
		finds: ["FINDING_RP_FILTER"],
	},
	{
		name: "forwarding of the tap is off",
		base: "nat",
		host: "sysctl -qw net.ipv4.conf.tap0.forwarding=0",
		finds: ["FINDING_FORWARDING_OFF"],
	},
	{
		name: "forwarding of the uplink is off",
		base: "nat",
		host: "sysctl -qw net.ipv4.conf.eth1.forwarding=0",
		finds: ["FINDING_FORWARDING_OFF"],
	},
	{
		name: "ip_forward is off",
		base: "nat",
		host: "sysctl -qw net.ipv4.ip_forward=1; sysctl -qw net.ipv4.ip_forward=0",
		finds: ["FINDING_FORWARDING_OFF"],
	},
	{
		name: "the host answers no ARP",
		base: "nat",
		host: "sysctl -qw net.ipv4.conf.tap0.arp_ignore=8",
		finds: ["FINDING_PROXY_ARP"],
	},
	{
		name: "the tap has no address",
		base: "nat",
		host: "ip addr flush dev tap0",
		finds: ["FINDING_NO_ADDRESS", "FINDING_NO_ROUTE"],
	},
	{
		name: "the guest's address is the host's",
		base: "nat",
		host: "ip addr add 192.168.33.34/32 dev lo",
		finds: ["FINDING_GUEST_ADDRESS"],
	},
	{
		name: "the host answers no echo requests",
		base: "nat",
		to: "host",
		host: "sysctl -qw net.ipv4.icmp_echo_ignore_all=1",
		finds: ["FINDING_NOBODY_LISTENS"],
	},
];

const LINKS: readonly Scenario[] = [
	{
		name: "the tap is down",
		base: "nat",
		host: "ip link set tap0 down",
		finds: ["FINDING_TAP_DOWN"],
	},
	{
		name: "no virtual machine runs",
		base: "nat",
		guest: "absent",
		finds: ["FINDING_TAP_NOT_OPEN"],
	},
	{
		name: "the tap is gone",
		base: "nat",
		guest: "absent",
		host: "ip link del tap0",
		finds: ["FINDING_TAP_ABSENT"],
	},
	{
		name: "the guest sends nothing",
		base: "nat",
		guest: "silent",
		finds: ["FINDING_GUEST_SILENT"],
	},
	{
		name: "the guest asks by DHCP and nobody answers",
		base: "foreign",
		guest: "asks",
		finds: ["FINDING_DHCP_UNANSWERED"],
	},
	{
		name: "the uplink is down",
		base: "nat",
		host: "ip link set eth1 down",
		finds: ["FINDING_LINK_DOWN", "FINDING_NO_ROUTE"],
	},
	{
		name: "the uplink has no carrier",
		base: "nat",
		lan: "ip link set lan0 down",
		finds: ["FINDING_CARRIER"],
	},
	{
		name: "source NAT is missing",
		base: "nat",
		host: "nft flush set inet umlnet-nl masqueraded",
		finds: ["FINDING_NO_SNAT"],
	},
	{
		name: "our whole table is gone",
		base: "nat",
		host: "nft delete table inet umlnet-nl",
		finds: ["FINDING_NO_SNAT"],
	},
	{ name: "a tap of others without NAT", base: "foreign", finds: ["FINDING_NO_SNAT"] },
	{
		name: "a tap of others without forwarding",
		base: "foreign",
		host: "nft add table ip n; nft 'add chain ip n p { type nat hook postrouting priority 100; }'; nft add rule ip n p masquerade; sysctl -qw net.ipv4.ip_forward=0",
		finds: ["FINDING_FORWARDING_OFF"],
	},
];

const bridged = (
	name: string,
	host: string,
	finds: Scenario["finds"],
	more: Partial<Scenario> = {},
): Scenario => ({
	name,
	base: "bridged",
	host,
	finds,
	...more,
});
const NF = "sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null || true; ";
const BRIDGED: readonly Scenario[] = [
	bridged(
		"isolated ports",
		"bridge link set dev tap0 isolated on; bridge link set dev eth1 isolated on",
		["FINDING_PORT_ISOLATED"],
	),
	bridged("the port does not forward", "bridge link set dev tap0 state 0", ["FINDING_PORT_STATE"]),
	bridged("the uplink's port does not forward", "bridge link set dev eth1 state 0", [
		"FINDING_PORT_STATE",
	]),
	bridged("the bridge is down", "ip link set br0 down", ["FINDING_BRIDGE_DOWN"]),
	bridged("the tap is no port any more", "ip link set tap0 nomaster", ["FINDING_MASTER"]),
	bridged("the uplink is no port any more", "ip link set eth1 nomaster", ["FINDING_MASTER"]),
	bridged("the uplink is down", "ip link set eth1 down", [
		"FINDING_LINK_DOWN",
		"FINDING_PORT_STATE",
	]),
	bridged(
		"bridge prerouting drops",
		chain("bridge", "prerouting", "iifname tap0 ip protocol icmp drop", "accept", -300),
		DROPS,
	),
	bridged(
		"bridge forward drops",
		chain("bridge", "forward", "iifname tap0 ip protocol icmp drop", "accept", -200),
		DROPS,
	),
	bridged(
		"policy of bridge forward",
		chain("bridge", "forward", "ether type arp accept", "drop", -200),
		DROPS,
	),
	bridged(
		"bridge postrouting drops",
		chain("bridge", "postrouting", "oifname eth1 ip protocol icmp drop", "accept", 300),
		DROPS,
	),
	bridged(
		"bridge forward drops the answers",
		chain("bridge", "forward", "oifname tap0 ip protocol icmp drop", "accept", -200),
		DROPS,
	),
	bridged("br_netfilter and a policy of FORWARD", `${NF}iptables-nft -P FORWARD DROP`, DROPS),
	bridged(
		"br_netfilter and docker",
		`${NF}iptables-nft -P FORWARD DROP; iptables-nft -N DOCKER-USER; iptables-nft -A FORWARD -j DOCKER-USER; iptables-nft -A DOCKER-USER -j RETURN`,
		DROPS,
	),
	bridged(
		"br_netfilter and inet forward",
		`${NF}${chain("inet", "forward", "iifname br0 drop")}`,
		DROPS,
	),
	bridged(
		"bridge input drops what is for the host",
		chain("bridge", "input", "ip protocol icmp drop", "accept", -200),
		DROPS,
		{ to: "host" },
	),
	bridged(
		"bridge output drops the host's answers",
		chain("bridge", "output", "ip protocol icmp drop", "accept", -200),
		DROPS,
		{ to: "host" },
	),
	bridged(
		"iptables: INPUT drops what is for the host",
		"iptables-nft -A INPUT -i br0 -p icmp -j DROP",
		DROPS,
		{ to: "host" },
	),
	bridged("no virtual machine runs", "true", ["FINDING_TAP_NOT_OPEN"], { guest: "absent" }),
];

const drop6 = (name: string, host: string, more: Partial<Scenario> = {}): Scenario =>
	drop(name, host, { base: "nat6", ...more });
const IPV6: readonly Scenario[] = [
	drop6("ip6 forward drops", chain("ip6", "forward", "iifname tap0 drop")),
	drop6("inet forward drops IPv6 alone", chain("inet", "forward", "meta nfproto ipv6 drop")),
	drop6("policy of ip6 forward", chain("ip6", "forward", "", "drop")),
	drop6("ip6tables: policy of FORWARD", "ip6tables-nft -P FORWARD DROP"),
	drop6("ip6tables: conntrack NEW", "ip6tables-nft -A FORWARD -m conntrack --ctstate NEW -j DROP"),
	drop6(
		"ip6 prerouting drops",
		chain("ip6", "prerouting", "icmpv6 type echo-request drop", "accept", -300),
	),
	drop6(
		"ip6 postrouting drops",
		chain("ip6", "postrouting", "oifname eth1 icmpv6 type echo-request drop"),
	),
	drop6("ip6: answers are dropped", chain("ip6", "forward", "ct state established drop")),
	{
		name: "IPv6 is not forwarded",
		base: "nat6",
		host: "sysctl -qw net.ipv6.conf.tap0.force_forwarding=0 net.ipv6.conf.all.forwarding=0",
		finds: ["FINDING_FORWARDING_OFF"],
	},
	{
		name: "no default route of IPv6",
		base: "nat6",
		to: "world",
		host: "ip -6 route del default",
		finds: ["FINDING_NO_ROUTE"],
	},
	{
		name: "an unreachable route of IPv6",
		base: "nat6",
		to: "world",
		host: "ip -6 route add unreachable 2620:fe::/48",
		finds: ["FINDING_ROUTE_REFUSES", "FINDING_NO_ROUTE"],
	},
	{
		name: "source NAT of IPv6 is missing",
		base: "nat6",
		host: "nft flush chain inet umlnet-nl postrouting",
		finds: ["FINDING_NO_SNAT"],
	},
];

const published = (
	name: string,
	to: "from the LAN" | "from the host",
	host: string,
	finds: Scenario["finds"] = DROPS,
): Scenario => ({ name, base: "published", to, host, finds });
const PUBLISHED: readonly Scenario[] = [
	published(
		"a rule drops what is for the published port",
		"from the LAN",
		chain("inet", "forward", "iifname eth1 tcp dport 22 drop"),
	),
	published(
		"a rule drops it before it is translated",
		"from the LAN",
		chain("ip", "prerouting", "tcp dport 2222 drop", "accept", -300),
	),
	published(
		"a rule drops what the guest answers from the published port",
		"from the LAN",
		chain("ip", "forward", "iifname tap0 tcp sport 22 drop"),
	),
	published(
		"iptables: a policy of FORWARD that lets only the guest's own connections pass",
		"from the LAN",
		"iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -i tap0 -j ACCEPT; iptables-nft -A FORWARD -o tap0 -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT",
	),
	published(
		"a rule drops what the host sends to the published port",
		"from the host",
		chain("ip", "output", "tcp dport 2222 drop", "accept", -300),
	),
	published(
		"the published port is not translated any more",
		"from the LAN",
		"nft flush map inet umlnet-nl publish_any4",
		["FINDING_NOT_PUBLISHED"],
	),
];

export const BREAKAGES: readonly Scenario[] = [
	...FOREIGN_DROPS,
	...IPTABLES,
	...ROUTES,
	...LINKS,
	...BRIDGED,
	...IPV6,
	...PUBLISHED,
];

const well = (name: string, host: string, more: Partial<Healthy> = {}): Healthy => ({
	name,
	base: "nat",
	host,
	...more,
});
const HEALTHY_NAT: readonly Healthy[] = [
	well("as it was made", "true"),
	well("to a machine far away", "true", { to: "world" }),
	well("to the host", "true", { to: "host" }),
	...["ip", "inet"].flatMap((family) =>
		["prerouting", "forward", "postrouting", "input", "output"].map((hook) =>
			well(`${family} ${hook} counts`, chain(family, hook, "counter")),
		),
	),
	well(
		"a drop for another interface",
		chain("ip", "forward", "iifname wlan0 drop; oifname wlan0 drop"),
	),
	well(
		"a drop for another address",
		chain("ip", "forward", "ip saddr 192.168.33.35 drop; ip daddr 10.33.33.2 drop"),
	),
	well(
		"a drop for another protocol",
		chain("inet", "forward", "tcp dport 25 drop; udp dport 25 drop; meta l4proto sctp drop"),
	),
	well(
		"a set without the guest",
		nft(
			"table ip foreign { set bad { type ipv4_addr; flags interval; elements = { 10.0.0.0/24, 192.168.34.0/24, 192.168.33.128/25 } } chain c { type filter hook forward priority 0; ip saddr @bad drop } }",
		),
	),
	well(
		"policy drop with an accept before",
		chain(
			"inet",
			"forward",
			"ct state established,related accept; iifname tap0 oifname eth1 accept",
			"drop",
		),
	),
	well(
		"accepted by a set",
		nft(
			"table inet foreign { set good { type ifname; elements = { tap0 } } chain c { type filter hook forward priority 0; policy drop; ct state established accept; iifname @good accept } }",
		),
	),
	well(
		"accepted by a verdict map",
		chain(
			"inet",
			"forward",
			"ct state vmap { established : accept, related : accept, invalid : drop }; iifname vmap { tap0 : accept }",
			"drop",
		),
	),
	well(
		"accepted in a chain that is jumped to",
		nft(
			"table ip foreign { chain inner { iifname tap0 accept; ct state established accept } chain c { type filter hook forward priority 0; policy drop; jump inner } }",
		),
	),
	well(
		"returned from a chain that would drop",
		nft(
			"table ip foreign { chain inner { ip protocol icmp return; drop } chain c { type filter hook forward priority 0; jump inner } }",
		),
	),
	well("a rate that is far away", chain("inet", "forward", "limit rate over 1000/second drop")),
	well("a mark that nobody has", chain("inet", "forward", "meta mark 9 drop")),
	well("invalid flows are dropped", chain("inet", "forward", "ct state invalid drop")),
	well(
		"what has no way back is dropped",
		chain("ip", "prerouting", "fib saddr . iif oif missing drop", "accept", -150),
	),
	well("netdev chains that count", chain("netdev", "ingress device tap0", "counter")),
	well("netdev drops VLANs", chain("netdev", "ingress device tap0", "meta protocol vlan drop")),
	well(
		"arp chains that count",
		chain("arp", "input", "arp operation reply arp saddr ether 52:54:00:00:00:99 drop; counter"),
	),
	well(
		"strict reverse path",
		"sysctl -qw net.ipv4.conf.tap0.rp_filter=1 net.ipv4.conf.eth1.rp_filter=1",
	),
	well("loose reverse path of all", "sysctl -qw net.ipv4.conf.all.rp_filter=2"),
	well(
		"other routes",
		"ip route add 172.20.0.0/16 via 10.33.33.1; ip route add unreachable 172.21.0.0/16",
	),
	well(
		"other rules of routing",
		"ip rule add from 172.20.0.0/16 prohibit; ip rule add iif lo lookup main",
	),
	well(
		"other interfaces, down",
		"ip link add dummy0 type veth peer name dummy1; ip link add br9 type bridge",
	),
	well("another tap", "ip tuntap add tap9 mode tap"),
	well("proxy ARP", "sysctl -qw net.ipv4.conf.tap0.proxy_arp=1"),
	well("ip_forward for all", "sysctl -qw net.ipv4.ip_forward=1"),
	well("iptables: nothing", "iptables-nft -L >/dev/null; iptables-nft -t nat -L >/dev/null"),
	well(
		"iptables: policy drop and an accept",
		"iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -i tap0 -j ACCEPT; iptables-nft -A FORWARD -o tap0 -m conntrack --ctstate ESTABLISHED -j ACCEPT",
	),
	well(
		"iptables: another interface",
		"iptables-nft -A FORWARD -i wlan0 -j DROP; iptables-nft -A FORWARD ! -i tap0 -o wlan0 -j DROP",
	),
	well(
		"iptables: another MAC",
		"iptables-nft -A FORWARD -m mac --mac-source 52:54:00:00:00:99 -j DROP",
	),
	well("iptables: invalid", "iptables-nft -A FORWARD -m conntrack --ctstate INVALID -j DROP"),
	well(
		"iptables: other ports",
		"iptables-nft -A FORWARD -p tcp -m multiport --dports 25,465 -j DROP",
	),
	well(
		"iptables: another range",
		"iptables-nft -A FORWARD -m iprange --src-range 192.168.33.40-192.168.33.50 -j DROP",
	),
	well(
		"iptables: mangle marks",
		"iptables-nft -t mangle -A PREROUTING -j MARK --set-mark 0x7; iptables-nft -A FORWARD -m mark --mark 0x8 -j DROP",
	),
	well(
		"iptables: addresses of the host",
		"iptables-nft -t nat -A PREROUTING -m addrtype --dst-type LOCAL -p tcp --dport 80 -j DNAT --to-destination 192.168.33.34",
	),
	well(
		"iptables: masquerade of others",
		"iptables-nft -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
	),
	well(
		"docker with the guest let in",
		"iptables-nft -P FORWARD DROP; iptables-nft -N DOCKER-USER; iptables-nft -A FORWARD -j DOCKER-USER; iptables-nft -A DOCKER-USER -i tap0 -j ACCEPT; iptables-nft -A DOCKER-USER -o tap0 -j ACCEPT; iptables-nft -A DOCKER-USER -j RETURN",
	),
	well(
		"ufw with the guest let in",
		"iptables-nft -P FORWARD DROP; iptables-nft -N ufw-user-forward; iptables-nft -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; iptables-nft -A FORWARD -j ufw-user-forward; iptables-nft -A ufw-user-forward -i tap0 -j ACCEPT",
	),
	well(
		"firewalld with the guest let in",
		nft(
			"table inet firewalld { chain filter_FORWARD { type filter hook forward priority 10; ct state established,related accept; iifname tap0 accept; reject with icmpx admin-prohibited } }",
		),
	),
	well(
		"a dormant table that would drop",
		nft(
			"table ip foreign { flags dormant; chain c { type filter hook forward priority 0; policy drop; } }",
		),
	),
	well("a chain that nobody calls", nft("table ip foreign { chain c { drop } }")),
	well(
		"numbers drawn by lot that all pass",
		chain("ip", "forward", "numgen random mod 4 vmap { 0-3 : accept }", "drop"),
	),
	well("a drop of one size", chain("ip", "forward", "meta length > 1000 drop")),
];
const HEALTHY_PUBLISHED: readonly Healthy[] = [
	well("a published port, from the LAN", "true", { base: "published", to: "from the LAN" }),
	well("a published port, from the host", "true", { base: "published", to: "from the host" }),
	well(
		"a published port, and other ports dropped",
		chain("inet", "forward", "iifname eth1 tcp dport { 23, 2222 } drop"),
		{ base: "published", to: "from the LAN" },
	),
	well(
		"a published port, and a firewall that lets in what is translated",
		chain(
			"inet",
			"forward",
			"ct state established accept; iifname tap0 accept; ct status dnat accept",
			"drop",
		),
		{ base: "published", to: "from the LAN" },
	),
];
const HEALTHY_BRIDGED: readonly Healthy[] = [
	well("bridged", "true", { base: "bridged" }),
	well("bridged, to the host", "true", { base: "bridged", to: "host" }),
	well("one isolated port", "bridge link set dev tap0 isolated on", { base: "bridged" }),
	well("bridge chains that count", chain("bridge", "forward", "counter", "accept", -200), {
		base: "bridged",
	}),
	well(
		"bridge drops other protocols",
		chain("bridge", "prerouting", "ether type vlan drop; ether type 0x88cc drop", "accept", -300),
		{ base: "bridged" },
	),
	well(
		"br_netfilter and an accept",
		`${NF}iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -i br0 -o br0 -j ACCEPT`,
		{ base: "bridged" },
	),
	well(
		"bridge postrouting drops by an input interface, which nobody has there",
		chain("bridge", "postrouting", "iifname tap0 ip protocol icmp drop", "accept", 300),
		{ base: "bridged" },
	),
	well("another port is down", "ip tuntap add tap9 mode tap; ip link set tap9 master br0", {
		base: "bridged",
	}),
	well(
		"FORWARD drops, and bridges are not its business",
		"sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || true; iptables-nft -P FORWARD DROP",
		{ base: "bridged" },
	),
];
const HEALTHY_IPV6: readonly Healthy[] = [
	well("IPv6", "true", { base: "nat6" }),
	well("IPv6, to a machine far away", "true", { base: "nat6", to: "world" }),
	well("IPv6, to the host", "true", { base: "nat6", to: "host" }),
	well(
		"IPv6: policy drop and an accept",
		chain("ip6", "forward", "ct state established accept; iifname tap0 accept", "drop"),
		{ base: "nat6" },
	),
	well(
		"IPv6: IPv4 alone is dropped",
		chain("inet", "forward", "meta nfproto ipv4 ip daddr 10.99.0.0/16 drop"),
		{ base: "nat6" },
	),
	well(
		"IPv6: other types",
		chain("ip6", "forward", "icmpv6 type { nd-router-advert, nd-redirect } drop"),
		{ base: "nat6" },
	),
	well("ip6tables: another interface", "ip6tables-nft -A FORWARD -i wlan0 -j DROP", {
		base: "nat6",
	}),
];
export const HEALTHY: readonly Healthy[] = [
	...HEALTHY_NAT,
	...HEALTHY_BRIDGED,
	...HEALTHY_IPV6,
	...HEALTHY_PUBLISHED,
];
