import { expect, test } from "vitest";
import { bridgeNetfilter } from "../../../src/doctor/host/bridge-netfilter.js";
import * as uapi from "../../../src/uapi/index.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";
import { table } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"a policy of IPv4",
		{
			settings: { "net/bridge/bridge-nf-call-iptables": "1" },
			tables: [table("filter", ["FORWARD"], uapi.NF_DROP)],
		},
		["FINDING_BRIDGE_FILTERED (note)"],
	],
	[
		"a policy of IPv6",
		{
			settings: { "net/bridge/bridge-nf-call-ip6tables": "1" },
			tables: [table("filter", ["FORWARD"], uapi.NF_DROP, uapi.NFPROTO_IPV6)],
		},
		["FINDING_BRIDGE_FILTERED (note)"],
	],
	[
		"a policy of ARP",
		{
			settings: { "net/bridge/bridge-nf-call-arptables": "1" },
			tables: [table("filter", ["FORWARD"], uapi.NF_DROP, uapi.NFPROTO_ARP)],
		},
		["FINDING_BRIDGE_FILTERED (note)"],
	],
	[
		"a policy of the other IP version",
		{
			settings: { "net/bridge/bridge-nf-call-iptables": "1" },
			tables: [table("filter", ["FORWARD"], uapi.NF_DROP, uapi.NFPROTO_IPV6)],
		},
		[],
	],
	[
		"a policy that br_netfilter does not call",
		{
			settings: { "net/bridge/bridge-nf-call-iptables": "0" },
			tables: [table("filter", ["FORWARD"], uapi.NF_DROP)],
		},
		[],
	],
	[
		"no such policy",
		{
			settings: { "net/bridge/bridge-nf-call-iptables": "1" },
			tables: [table("filter", ["FORWARD"], uapi.NF_ACCEPT)],
		},
		[],
	],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(bridgeNetfilter, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
