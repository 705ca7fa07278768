import type { StatementJson } from "../../../nftables/index.js";
import { publish4, publish6, publishAny4, publishAny6 } from "../set/publish.js";
import type { Chain } from "../table.js";

const protocol = { meta: { key: "l4proto" } } as const;
/** TCP, UDP and SCTP have their ports at the same offset. */
const port = { payload: { protocol: "th", field: "dport" } } as const;

const families = [
	{
		family: "ip",
		one: publish4,
		any: publishAny4,
		but: [{ match: { op: "==", left: { meta: { key: "nfproto" } }, right: "ipv4" } }],
	},
	{
		family: "ip6",
		one: publish6,
		any: publishAny6,
		but: [
			{
				match: { op: "!=", left: { payload: { protocol: "ip6", field: "daddr" } }, right: "::1" },
			},
		],
	},
] as const;

/**
 * A port of one address takes precedence over the same port of all addresses. ::1 is not included: packets from ::1
 * cannot leave the loopback interface, so a connection to it should be refused at once.
 */
const toGuests: StatementJson[][] = [
	...families.map(({ family, one }): StatementJson[] => {
		const address = { payload: { protocol: family, field: "daddr" } };
		const key = { concat: [protocol, address, port] };
		return [{ dnat: { family, addr: { map: { key, data: `@${one.map.name}` } } } }];
	}),
	...families.map(({ but, family, any }): StatementJson[] => {
		const key = { concat: [protocol, port] };
		return [
			...but,
			{ match: { op: "==", left: { fib: { result: "type", flags: "daddr" } }, right: "local" } },
			{ dnat: { family, addr: { map: { key, data: `@${any.map.name}` } } } },
		];
	}),
];

/** Destination NAT of packets that others send to published ports of the host. */
export const dstnat: Chain = {
	create: {
		name: "dstnat",
		type: "nat",
		hook: "prerouting",
		prio: -100,
		policy: "accept",
		comment: "published ports, from others",
	},
	rules: toGuests,
};

/** Destination NAT of packets that the host itself sends to them. */
export const dstnatOutput: Chain = {
	create: {
		name: "dstnat_output",
		type: "nat",
		hook: "output",
		prio: -100,
		policy: "accept",
		comment: "published ports, from the host itself",
	},
	rules: toGuests,
};
