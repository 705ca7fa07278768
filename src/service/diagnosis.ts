/** The reports of `doctor` and `why`: data first, text second. */

/**
 * What stops packets, or will. Codes are stable, messages are not.
 *
 * | code | meaning |
 * |---|---|
 * | FINDING_ACCEPT_LOCAL | packets from outside may have an address of the host as their source |
 * | FINDING_ARP_IGNORE | the host does not answer ARP as guests need it |
 * | FINDING_BRIDGE_DOWN | the bridge that the tap is a port of is down |
 * | FINDING_BRIDGE_FILTERED | packets between ports pass the rules for IP as well (br_netfilter), which drop them |
 * | FINDING_CAPABILITY | a capability is missing |
 * | FINDING_CARRIER | an interface has no carrier |
 * | FINDING_CONNTRACK_FULL | the table of tracked connections is full, or nearly |
 * | FINDING_DHCP_UNANSWERED | the guest asks for an address and nobody answers |
 * | FINDING_DRIFT | what is ours is not as it was made |
 * | FINDING_DUPLICATE_ADDRESS | another machine has the guest's address |
 * | FINDING_FOREIGN_MANAGER | a program that manages firewalls is at work here |
 * | FINDING_FORWARDING_OFF | the host does not forward packets that come in by this interface |
 * | FINDING_FORWARDING_RESET | a file of settings turns forwarding off when it is read again |
 * | FINDING_GUEST_ADDRESS | the guest uses an address of the host |
 * | FINDING_GUEST_DIFFERS | the guest uses another address than it was given |
 * | FINDING_GUEST_PORTS | whether a program of the guest listens on its published ports cannot be seen from outside |
 * | FINDING_GUEST_SILENT | no packet of the guest ever came |
 * | FINDING_HOPS | the packet has been passed on too often |
 * | FINDING_IPV6_DISABLED | new interfaces have no IPv6 |
 * | FINDING_LEGACY_IPTABLES | there are rules of iptables-legacy, which cannot be read here |
 * | FINDING_LINK_DOWN | an interface on the way is down |
 * | FINDING_MASTER | the interface is a port of another one than it should be |
 * | FINDING_MTU | packets that the guest may send do not fit the next interface |
 * | FINDING_NEIGHBOUR_FAILED | nobody answers for the address of the next machine |
 * | FINDING_NEIGHBOUR_TABLE | the table of neighbours is full, or nearly |
 * | FINDING_NETWORKD | systemd-networkd may change the interfaces of guests |
 * | FINDING_NETWORK_MANAGER | NetworkManager may change the interfaces of guests |
 * | FINDING_NFTABLES | the kernel has no nf_tables, or not what is needed of it |
 * | FINDING_NOBODY_LISTENS | no program of the host listens on the port |
 * | FINDING_NOT_PUBLISHED | a published port does not lead to the guest |
 * | FINDING_NO_ADDRESS | an interface has no address of this family |
 * | FINDING_NO_ROUTE | there is no route to the address |
 * | FINDING_NO_SNAT | packets leave with an address that nobody beyond knows the way back to |
 * | FINDING_NO_TUN | the kernel has no tun module, or /dev/net/tun is not there |
 * | FINDING_PORT_ISOLATED | both are isolated ports of one bridge |
 * | FINDING_PORT_STATE | the bridge does not let packets through the port |
 * | FINDING_PROXY_ARP | the host does not answer for the address that the guest looks for |
 * | FINDING_ROUTE_LOCALNET | the loopback addresses of the host can be reached from outside |
 * | FINDING_ROUTE_REFUSES | a route says that the address is not to be reached |
 * | FINDING_RP_FILTER | the source of the packet has no way back by the interface it came by |
 * | FINDING_RULE_DROPS | a rule, or the policy of a chain, drops the packet |
 * | FINDING_STATE_DIRECTORY | the state directory cannot be used |
 * | FINDING_STRICT_RP_FILTER | reverse paths are checked strictly although rules of routing choose between several ways |
 * | FINDING_TAP_ABSENT | there is no such tap |
 * | FINDING_TAP_DOWN | the tap is down |
 * | FINDING_TAP_NOT_OPEN | no virtual machine has the tap open |
 * | FINDING_TAP_OWNER | whoever may open the tap is not who has to |
 * | FINDING_TUN_ACCESS | /dev/net/tun may not be opened |
 * | FINDING_TUN_QUEUES | taps cannot have several queues |
 * | FINDING_VLAN | the port does not take part in the VLAN |
 * | FINDING_WRONG_UPLINK | the way to the world is not by the uplink |
 */
export type FindingCode =
	| "FINDING_ACCEPT_LOCAL"
	| "FINDING_ARP_IGNORE"
	| "FINDING_BRIDGE_DOWN"
	| "FINDING_BRIDGE_FILTERED"
	| "FINDING_CAPABILITY"
	| "FINDING_CARRIER"
	| "FINDING_CONNTRACK_FULL"
	| "FINDING_DHCP_UNANSWERED"
	| "FINDING_DRIFT"
	| "FINDING_DUPLICATE_ADDRESS"
	| "FINDING_FOREIGN_MANAGER"
	| "FINDING_FORWARDING_OFF"
	| "FINDING_FORWARDING_RESET"
	| "FINDING_GUEST_ADDRESS"
	| "FINDING_GUEST_DIFFERS"
	| "FINDING_GUEST_PORTS"
	| "FINDING_GUEST_SILENT"
	| "FINDING_HOPS"
	| "FINDING_IPV6_DISABLED"
	| "FINDING_LEGACY_IPTABLES"
	| "FINDING_LINK_DOWN"
	| "FINDING_MASTER"
	| "FINDING_MTU"
	| "FINDING_NEIGHBOUR_FAILED"
	| "FINDING_NEIGHBOUR_TABLE"
	| "FINDING_NETWORKD"
	| "FINDING_NETWORK_MANAGER"
	| "FINDING_NFTABLES"
	| "FINDING_NOBODY_LISTENS"
	| "FINDING_NOT_PUBLISHED"
	| "FINDING_NO_ADDRESS"
	| "FINDING_NO_ROUTE"
	| "FINDING_NO_SNAT"
	| "FINDING_NO_TUN"
	| "FINDING_PORT_ISOLATED"
	| "FINDING_PORT_STATE"
	| "FINDING_PROXY_ARP"
	| "FINDING_ROUTE_LOCALNET"
	| "FINDING_ROUTE_REFUSES"
	| "FINDING_RP_FILTER"
	| "FINDING_RULE_DROPS"
	| "FINDING_STATE_DIRECTORY"
	| "FINDING_STRICT_RP_FILTER"
	| "FINDING_TAP_ABSENT"
	| "FINDING_TAP_DOWN"
	| "FINDING_TAP_NOT_OPEN"
	| "FINDING_TAP_OWNER"
	| "FINDING_TUN_ACCESS"
	| "FINDING_TUN_QUEUES"
	| "FINDING_VLAN"
	| "FINDING_WRONG_UPLINK";

/** A rule, or the policy of a chain, that decided. */
export interface RuleReport {
	/** `ip`, `inet`, `bridge`. */
	readonly family: string;
	/** The name of its table. */
	readonly table: string;
	/** The name of its chain. */
	readonly chain: string;
	/** The base chain from which the rule was reached. */
	readonly base: string;
	/** The handle of the rule; undefined for the policy of the chain. */
	readonly handle?: number | undefined;
	/** The rule as nft writes it; for a policy `policy drop`. */
	readonly rule: string;
	/** The program that it belongs to: `docker`, `ufw`, `umlnet-nl`, `iptables`, `others`. */
	readonly owner: string;
}

/** Something that stops packets, or will. */
export interface Finding {
	/** A code for programs. */
	readonly code: FindingCode;
	/** What is wrong, in a sentence. */
	readonly message: string;
	/** The evidence: a setting with its value, a state. */
	readonly evidence: readonly string[];
	/** A command that repairs it and is safe to type; undefined if there is no single one. */
	readonly remedy?: string | undefined;
	/** The rule that drops, if one does. */
	readonly rule?: RuleReport | undefined;
	/** Whether it stops packets now; false for what may stop them, or will later. */
	readonly stops: boolean;
}

/** How a packet left a stage of its path. */
export type StageVerdict = "passes" | "stopped" | "unknown";

/** One stage in the path of a packet. */
export interface StageReport {
	/** `tap`, `bridge port`, `prerouting`, `route`, `forward`, `neighbour`, `egress`. */
	readonly stage: string;
	/** The interface, if the stage is about one. */
	readonly device?: string | undefined;
	/** What was found there, in a sentence. */
	readonly message: string;
	/** How the packet left it. */
	readonly verdict: StageVerdict;
	/** Rules that decided about the packet, or changed it. */
	readonly rules: readonly RuleReport[];
	/** What stops the packet there, if anything does. */
	readonly finding?: Finding | undefined;
}

/** The packet that was asked about. */
export interface PacketReport {
	/** The source address. */
	readonly source: string;
	/** The destination address. */
	readonly destination: string;
	/** `icmp`, `icmpv6`, `tcp`, `udp`. */
	readonly protocol: string;
	/** The destination port, if the protocol has ports. */
	readonly port?: number | undefined;
}

/** The path of one packet, and of its answer. */
export interface WhyReport {
	/** The name of the tap. */
	readonly tap: string;
	/** The direction as the guest sees it. */
	readonly direction: "to" | "from";
	/** The packet that was asked about. */
	readonly packet: PacketReport;
	/** Whether the packet arrives and is answered, as far as this host decides and if nothing unknown stops it. */
	readonly arrives: boolean;
	/** The stages of its path, up to where it arrives or is stopped. */
	readonly way: readonly StageReport[];
	/** The stages of the answer; empty if there is none. */
	readonly back: readonly StageReport[];
	/** What stops it, if anything does. */
	readonly finding?: Finding | undefined;
	/** What the verdict depends on that cannot be known beforehand: rates, the time, other hosts. */
	readonly dependsOn: readonly string[];
	/** What was assumed because it was not given: the address of the guest. */
	readonly assumed: readonly string[];
}

/** One check of `doctor`. */
export interface CheckReport {
	/** What was checked: `tun`, `forwarding`. */
	readonly check: string;
	/** The result. */
	readonly outcome: "ok" | "found" | "unread";
	/** What could not be read, and why. */
	readonly reason?: string | undefined;
}

/** What is wrong with a host, or with the connection of a guest. */
export interface DoctorReport {
	/** The tap that was asked about; undefined for the host. */
	readonly tap?: string | undefined;
	/** Whether nothing stops packets now. */
	readonly healthy: boolean;
	/** The findings: first those that stop packets, then those that may. */
	readonly findings: readonly Finding[];
	/** All checks. */
	readonly checks: readonly CheckReport[];
}

/** A packet for `why`. */
export interface WhyQuery {
	/** The name of the tap. */
	readonly tap: string;
	/** Whether the guest sends it (the default) or receives it. */
	readonly direction?: "to" | "from" | undefined;
	/** The address at the other end. */
	readonly address: string;
	/** The destination port. Without it: an echo request. */
	readonly port?: number | undefined;
	/** TCP if a port is given, else ICMP. */
	readonly protocol?: "tcp" | "udp" | "icmp" | undefined;
}
