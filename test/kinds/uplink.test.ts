import { uplink } from "../../src/kinds/uplink.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { RTM_DELADDR } from "../../src/uapi/if_addr.js";
import { RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../src/uapi/netlink.js";
import { arrange, busyLan, lan } from "../engine/hosts.js";
import { enslave, link } from "./neighbour.js";
import { testKind } from "./table.js";

/** A bridge br0 that is up, in addition to what the host has. */
const withBridge =
	(host: (kernel: FakeKernel) => void) =>
	(kernel: FakeKernel): void => {
		host(kernel);
		arrange(
			kernel,
			request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, {
				IFLA_IFNAME: "br0",
				ifi_flags: 1,
				ifi_change: 1,
				IFLA_ADDRESS: Uint8Array.of(2, 0, 0, 0, 0, 1),
				IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge" },
			}),
		);
	};
const want = { link: "eth1", bridge: "br0" };
const inVirbr0 = (kernel: FakeKernel): void => {
	withBridge(lan)(kernel);
	enslave("eth1", "virbr0")(kernel);
};

testKind(uplink, {
	creations: [
		{
			name: "an uplink with an address and a default route",
			host: withBridge(lan),
			want,
			steps: [
				"address: add eth1 to bridge br0",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_MASTER br0",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_MASTER 0 if index eth1 is eth1 and has",
				"    IFLA_MASTER br0",
				"address: put address 10.33.33.33/24 on br0",
				"  do RTM_NEWADDR create excl ifa_family 2 ifa_prefixlen 24 ifa_flags 0 ifa_scope 0",
				"    ifa_index br0 IFA_ADDRESS 10.33.33.33 IFA_LOCAL 10.33.33.33 IFA_LABEL br0",
				"    IFA_FLAGS 0",
				"  undo RTM_DELADDR ifa_family 2 ifa_prefixlen 24 ifa_index br0 IFA_LOCAL 10.33.33.33",
				"    IFA_ADDRESS 10.33.33.33",
				"address: put default route on br0",
				"  do RTM_NEWROUTE create append rtm_family 2 rtm_dst_len 0 rtm_src_len 0 rtm_tos 0",
				"    rtm_table 254 rtm_protocol 4 rtm_scope 0 rtm_type 1 RTA_TABLE 254 RTA_GATEWAY",
				"    10.33.33.1 RTA_OIF br0 rtm_flags 0",
				"  undo RTM_DELROUTE rtm_family 2 rtm_dst_len 0 rtm_src_len 0 rtm_tos 0 rtm_table 254",
				"    rtm_protocol 4 rtm_scope 0 rtm_type 1 RTA_TABLE 254 RTA_GATEWAY 10.33.33.1",
				"    RTA_OIF br0 rtm_flags 0",
				"address: take default route off eth1",
				"  do RTM_DELROUTE rtm_family 2 rtm_dst_len 0 rtm_src_len 0 rtm_tos 0 rtm_table 254",
				"    rtm_protocol 4 rtm_scope 0 rtm_type 1 RTA_TABLE 254 RTA_GATEWAY 10.33.33.1",
				"    RTA_OIF eth1 rtm_flags 0",
				"  undo RTM_NEWROUTE create append rtm_family 2 rtm_dst_len 0 rtm_src_len 0 rtm_tos 0",
				"    rtm_table 254 rtm_protocol 4 rtm_scope 0 rtm_type 1 RTA_TABLE 254 RTA_GATEWAY",
				"    10.33.33.1 RTA_OIF eth1 rtm_flags 0",
				"address: take address 10.33.33.33/24 off eth1",
				"  do RTM_DELADDR ifa_family 2 ifa_prefixlen 24 ifa_index eth1 IFA_LOCAL 10.33.33.33",
				"    IFA_ADDRESS 10.33.33.33",
				"  undo RTM_NEWADDR create excl ifa_family 2 ifa_prefixlen 24 ifa_flags 0 ifa_scope 0",
				"    ifa_index eth1 IFA_ADDRESS 10.33.33.33 IFA_LOCAL 10.33.33.33 IFA_LABEL eth1",
				"    IFA_FLAGS 0",
			],
			removal: [
				"address: put address 10.33.33.33/24 on eth1",
				"  do RTM_NEWADDR create excl ifa_family 2 ifa_prefixlen 24 ifa_flags 0 ifa_scope 0",
				"    ifa_index eth1 IFA_ADDRESS 10.33.33.33 IFA_LOCAL 10.33.33.33 IFA_LABEL eth1",
				"    IFA_FLAGS 0",
				"  undo RTM_DELADDR ifa_family 2 ifa_prefixlen 24 ifa_index eth1 IFA_LOCAL",
				"    10.33.33.33 IFA_ADDRESS 10.33.33.33",
				"address: put default route on eth1",
				"  do RTM_NEWROUTE create append rtm_family 2 rtm_dst_len 0 rtm_src_len 0 rtm_tos 0",
				"    rtm_table 254 rtm_protocol 4 rtm_scope 0 rtm_type 1 RTA_TABLE 254 RTA_GATEWAY",
				"    10.33.33.1 RTA_OIF eth1 rtm_flags 0",
				"  undo RTM_DELROUTE rtm_family 2 rtm_dst_len 0 rtm_src_len 0 rtm_tos 0 rtm_table 254",
				"    rtm_protocol 4 rtm_scope 0 rtm_type 1 RTA_TABLE 254 RTA_GATEWAY 10.33.33.1",
				"    RTA_OIF eth1 rtm_flags 0",
				"address: take default route off br0",
				"  do RTM_DELROUTE rtm_family 2 rtm_dst_len 0 rtm_src_len 0 rtm_tos 0 rtm_table 254",
				"    rtm_protocol 4 rtm_scope 0 rtm_type 1 RTA_TABLE 254 RTA_GATEWAY 10.33.33.1",
				"    RTA_OIF br0 rtm_flags 0",
				"  undo RTM_NEWROUTE create append rtm_family 2 rtm_dst_len 0 rtm_src_len 0 rtm_tos 0",
				"    rtm_table 254 rtm_protocol 4 rtm_scope 0 rtm_type 1 RTA_TABLE 254 RTA_GATEWAY",
				"    10.33.33.1 RTA_OIF br0 rtm_flags 0",
				"address: take address 10.33.33.33/24 off br0",
				"  do RTM_DELADDR ifa_family 2 ifa_prefixlen 24 ifa_index br0 IFA_LOCAL 10.33.33.33",
				"    IFA_ADDRESS 10.33.33.33",
				"  undo RTM_NEWADDR create excl ifa_family 2 ifa_prefixlen 24 ifa_flags 0 ifa_scope 0",
				"    ifa_index br0 IFA_ADDRESS 10.33.33.33 IFA_LOCAL 10.33.33.33 IFA_LABEL br0",
				"    IFA_FLAGS 0",
				"address: take eth1 out of bridge br0",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_MASTER 0 if index eth1 is eth1 and has",
				"    IFLA_MASTER br0",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_MASTER br0 if index eth1 is eth1 and has",
				"    IFLA_MASTER 0",
			],
		},
		{
			name: "an uplink with everything",
			by: "labels",
			host: withBridge(busyLan),
			want,
			steps: [
				"address: add eth1 to bridge br0",
				"address: put address 10.33.33.33/24 on br0",
				"address: put address 172.16.5.1/16 on br0",
				"address: put address 10.33.33.34/24 on br0",
				"address: put address 2001:db8::34/128 on br0",
				"address: settle address 2001:db8::34/128 on br0",
				"address: put address 2001:db8::33/64 on br0",
				"address: settle address 2001:db8::33/64 on br0",
				"address: put route 10.98.0.0/16 on br0",
				"address: put default route on br0",
				"address: put route 10.99.0.0/16 on br0",
				"address: put default route on br0",
				"address: put default route on br0",
				"address: put route 2001:db8:9::/48 on br0",
				"address: put neighbour 10.33.33.9 on br0",
				"address: put neighbour 10.33.33.50 on br0",
				"address: take neighbour 10.33.33.50 off eth1",
				"address: take neighbour 10.33.33.9 off eth1",
				"address: take route 2001:db8:9::/48 off eth1",
				"address: take default route off eth1",
				"address: take default route off eth1",
				"address: take route 10.99.0.0/16 off eth1",
				"address: take default route off eth1",
				"address: take route 10.98.0.0/16 off eth1",
				"address: take address 2001:db8::33/64 off eth1",
				"address: take address 2001:db8::34/128 off eth1",
				"address: take address 10.33.33.34/24 off eth1",
				"address: take address 172.16.5.1/16 off eth1",
				"address: take address 10.33.33.33/24 off eth1",
			],
			removal: [
				"address: put address 10.33.33.33/24 on eth1",
				"address: put address 172.16.5.1/16 on eth1",
				"address: put address 10.33.33.34/24 on eth1",
				"address: put address 2001:db8::33/64 on eth1",
				"address: settle address 2001:db8::33/64 on eth1",
				"address: put address 2001:db8::34/128 on eth1",
				"address: settle address 2001:db8::34/128 on eth1",
				"address: put route 10.98.0.0/16 on eth1",
				"address: put default route on eth1",
				"address: put route 10.99.0.0/16 on eth1",
				"address: put default route on eth1",
				"address: put default route on eth1",
				"address: put route 2001:db8:9::/48 on eth1",
				"address: put neighbour 10.33.33.9 on eth1",
				"address: put neighbour 10.33.33.50 on eth1",
				"address: take neighbour 10.33.33.50 off br0",
				"address: take neighbour 10.33.33.9 off br0",
				"address: take route 2001:db8:9::/48 off br0",
				"address: take default route off br0",
				"address: take default route off br0",
				"address: take route 10.99.0.0/16 off br0",
				"address: take default route off br0",
				"address: take route 10.98.0.0/16 off br0",
				"address: take address 2001:db8::34/128 off br0",
				"address: take address 2001:db8::33/64 off br0",
				"address: take address 10.33.33.34/24 off br0",
				"address: take address 172.16.5.1/16 off br0",
				"address: take address 10.33.33.33/24 off br0",
				"address: take eth1 out of bridge br0",
			],
		},
		{
			name: "an uplink without anything",
			host: withBridge((kernel) => {
				kernel.addNic("eth1");
			}),
			want,
			steps: [
				"address: add eth1 to bridge br0",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_MASTER br0",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_MASTER 0 if index eth1 is eth1 and has",
				"    IFLA_MASTER br0",
			],
			removal: [
				"address: take eth1 out of bridge br0",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_MASTER 0 if index eth1 is eth1 and has",
				"    IFLA_MASTER br0",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_MASTER br0 if index eth1 is eth1 and has",
				"    IFLA_MASTER 0",
			],
		},
	],
	drifts: [
		{
			name: "an uplink was taken out of its bridge",
			host: withBridge(lan),
			want,
			meddle: enslave("eth1"),
			told: ["eth1 is no port of br0"],
		},
		{
			name: "an uplink is in another bridge",
			host: withBridge(lan),
			want,
			meddle: enslave("eth1", "virbr0"),
			told: ["eth1 is no port of br0"],
			up: "refuses",
		},
		{
			name: "an uplink's address was deleted from the bridge",
			host: withBridge(lan),
			want,
			meddle: (kernel) =>
				arrange(
					kernel,
					request(RTM_DELADDR, 0, {
						ifa_family: 2,
						ifa_prefixlen: 24,
						ifa_index: link(kernel, "br0").index,
						IFA_LOCAL: Uint8Array.of(10, 33, 33, 33),
					}),
				),
			told: [],
			up: "leaves it",
		},
	],
	refusals: [
		{
			name: "an uplink that is not there",
			host: lan,
			want: { link: "eth7", bridge: "virbr0" },
			error: "no interface eth7",
		},
		{
			name: "an uplink that is in another bridge",
			host: inVirbr0,
			want,
			error: "a port of virbr0",
		},
	],
});
