/**
 * A policy is said of whole networks, by the group of their links; of one segment, by its name, where its tap says
 * otherwise; and of one guest, by its bridge and address, where others are on that bridge. What is said of fewer goes first.
 */
const policySets = <const Name extends string>(name: Name, what: string) =>
	({
		networks: { set: { name: `${name}_networks`, type: "devgroup", comment: `networks: ${what}` } },
		segments: { set: { name: `${name}_segments`, type: "ifname", comment: `taps: ${what}` } },
		guests4: {
			set: {
				name: `${name}_guests4`,
				type: ["ifname", "ipv4_addr"],
				comment: `bridge . guest: ${what}`,
			},
		},
		guests6: {
			set: {
				name: `${name}_guests6`,
				type: ["ifname", "ipv6_addr"],
				comment: `bridge . guest: ${what}`,
			},
		},
	}) as const;
export type PolicySets = ReturnType<typeof policySets>;

/** What is said of a guest, and how. */
export const POLICIES = {
	egress: {
		full: policySets("egress_full", "all destinations"),
		none: policySets("egress_none", "no destination"),
		internet: policySets("egress_internet", "what is globally reachable"),
		list: policySets("egress_list", "what is listed"),
	},
	host: {
		open: policySets("host_open", "all of the host"),
		services: policySets("host_services", "services of the host"),
		closed: policySets("host_closed", "nothing of the host"),
	},
	inbound: {
		open: policySets("inbound_open", "all connections from outside"),
		published: policySets("inbound_published", "published ports alone"),
	},
} as const;

/** All of them, as a table declares them. */
export const policyDeclarations = Object.values(POLICIES)
	.flatMap((policy): PolicySets[] => Object.values(policy))
	.flatMap((sets) => Object.values(sets));
