import { expect, test } from "vitest";
import {
	arpOperation,
	fibAddressType,
	icmp6Code,
	icmp6Type,
	icmpCode,
	icmpType,
	type Symbols,
} from "../../src/nftables/fact/symbol.js";
import * as arp from "../../src/packet/arp.js";
import * as icmp from "../../src/packet/icmp.js";
import * as icmpv6 from "../../src/packet/icmpv6.js";
import * as ndisc from "../../src/packet/ndisc.js";
import * as rtnetlink from "../../src/uapi/rtnetlink.js";

// These numbers are stated twice, because importing them would make `nft` load the codecs of packets and of rtnetlink.
// What is not listed here has no other name in src.
const tables: readonly (readonly [title: string, symbols: Symbols, named: Symbols])[] = [
	[
		"icmp types",
		icmpType,
		{
			"echo-reply": icmp.ICMP_ECHOREPLY,
			"destination-unreachable": icmp.ICMP_DEST_UNREACH,
			"source-quench": icmp.ICMP_SOURCE_QUENCH,
			redirect: icmp.ICMP_REDIRECT,
			"echo-request": icmp.ICMP_ECHO,
			"time-exceeded": icmp.ICMP_TIME_EXCEEDED,
			"parameter-problem": icmp.ICMP_PARAMETERPROB,
			"timestamp-request": icmp.ICMP_TIMESTAMP,
			"timestamp-reply": icmp.ICMP_TIMESTAMPREPLY,
			"info-request": icmp.ICMP_INFO_REQUEST,
			"info-reply": icmp.ICMP_INFO_REPLY,
			"address-mask-request": icmp.ICMP_ADDRESS,
			"address-mask-reply": icmp.ICMP_ADDRESSREPLY,
		},
	],
	[
		"icmp codes",
		icmpCode,
		{
			"net-unreachable": icmp.ICMP_NET_UNREACH,
			"host-unreachable": icmp.ICMP_HOST_UNREACH,
			"prot-unreachable": icmp.ICMP_PROT_UNREACH,
			"port-unreachable": icmp.ICMP_PORT_UNREACH,
			"net-prohibited": icmp.ICMP_NET_ANO,
			"host-prohibited": icmp.ICMP_HOST_ANO,
			"admin-prohibited": icmp.ICMP_PKT_FILTERED,
			"frag-needed": icmp.ICMP_FRAG_NEEDED,
		},
	],
	[
		"icmpv6 types",
		icmp6Type,
		{
			"destination-unreachable": icmpv6.ICMPV6_DEST_UNREACH,
			"packet-too-big": icmpv6.ICMPV6_PKT_TOOBIG,
			"time-exceeded": icmpv6.ICMPV6_TIME_EXCEED,
			"parameter-problem": icmpv6.ICMPV6_PARAMPROB,
			"echo-request": icmpv6.ICMPV6_ECHO_REQUEST,
			"echo-reply": icmpv6.ICMPV6_ECHO_REPLY,
			"mld-listener-query": icmpv6.ICMPV6_MGM_QUERY,
			"mld-listener-report": icmpv6.ICMPV6_MGM_REPORT,
			"mld-listener-done": icmpv6.ICMPV6_MGM_REDUCTION,
			"mld-listener-reduction": icmpv6.ICMPV6_MGM_REDUCTION,
			"nd-router-solicit": ndisc.ND_ROUTER_SOLICIT,
			"nd-router-advert": ndisc.ND_ROUTER_ADVERT,
			"nd-neighbor-solicit": ndisc.ND_NEIGHBOR_SOLICIT,
			"nd-neighbor-advert": ndisc.ND_NEIGHBOR_ADVERT,
			"nd-redirect": ndisc.ND_REDIRECT,
			"mld2-listener-report": icmpv6.ICMPV6_MLD2_REPORT,
		},
	],
	[
		"icmpv6 codes",
		icmp6Code,
		{
			"no-route": icmpv6.ICMPV6_NOROUTE,
			"admin-prohibited": icmpv6.ICMPV6_ADM_PROHIBITED,
			"addr-unreachable": icmpv6.ICMPV6_ADDR_UNREACH,
			"port-unreachable": icmpv6.ICMPV6_PORT_UNREACH,
			"policy-fail": icmpv6.ICMPV6_POLICY_FAIL,
			"reject-route": icmpv6.ICMPV6_REJECT_ROUTE,
		},
	],
	["operations of arp", arpOperation, { request: arp.ARPOP_REQUEST, reply: arp.ARPOP_REPLY }],
	[
		"types of addresses",
		fibAddressType,
		{
			unspec: rtnetlink.RTN_UNSPEC,
			unicast: rtnetlink.RTN_UNICAST,
			local: rtnetlink.RTN_LOCAL,
			broadcast: rtnetlink.RTN_BROADCAST,
			anycast: rtnetlink.RTN_ANYCAST,
			multicast: rtnetlink.RTN_MULTICAST,
			blackhole: rtnetlink.RTN_BLACKHOLE,
			unreachable: rtnetlink.RTN_UNREACHABLE,
			prohibit: rtnetlink.RTN_PROHIBIT,
		},
	],
];

test.each(tables)("%s have the numbers of the headers", (_title, symbols, named) => {
	expect(symbols).toMatchObject(named);
});
