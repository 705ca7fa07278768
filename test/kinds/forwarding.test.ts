import { forwarding } from "../../src/kinds/forwarding.js";
import { lan, withSysctl } from "../engine/hosts.js";
import { write } from "./neighbour.js";
import { testKind } from "./table.js";

const FORWARDING = "net/ipv4/conf/eth1/forwarding";
const PROXY_ARP = "net/ipv4/conf/eth1/proxy_arp";
const on = { link: "eth1", forwarding: 1, proxyArp: undefined };
const both = { ...on, proxyArp: 1 };

testKind(forwarding, {
	creations: [
		{
			name: "forwarding of an uplink",
			host: lan,
			want: on,
			steps: [
				"configure: switch on forwarding of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 0 if index eth1 is eth1",
			],
			removal: [
				"configure: restore forwarding of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 0 if index eth1 is eth1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 1 if index eth1 is eth1",
			],
		},
		{
			name: "forwarding and proxy ARP",
			host: lan,
			want: both,
			steps: [
				"configure: switch on forwarding and proxy_arp of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 1 IPV4_DEVCONF_PROXY_ARP 1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 0 IPV4_DEVCONF_PROXY_ARP 0 if index eth1 is eth1",
			],
			removal: [
				"configure: restore forwarding and proxy_arp of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 0 IPV4_DEVCONF_PROXY_ARP 0 if index eth1 is eth1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 1 IPV4_DEVCONF_PROXY_ARP 1 if index eth1 is eth1",
			],
		},
		{
			name: "proxy ARP alone",
			host: lan,
			want: { ...both, forwarding: undefined },
			steps: [
				"configure: switch on proxy_arp of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_PROXY_ARP 1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_PROXY_ARP 0 if index eth1 is eth1",
			],
			removal: [
				"configure: restore proxy_arp of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_PROXY_ARP 0 if index eth1 is eth1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_PROXY_ARP 1 if index eth1 is eth1",
			],
		},
		{
			name: "forwarding that was on before",
			host: withSysctl(lan, [FORWARDING, "1"]),
			want: on,
			steps: [],
			removal: [],
		},
		{
			name: "proxy ARP where forwarding was on before",
			host: withSysctl(lan, [FORWARDING, "1"]),
			want: both,
			steps: [
				"configure: switch on forwarding and proxy_arp of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 1 IPV4_DEVCONF_PROXY_ARP 1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 1 IPV4_DEVCONF_PROXY_ARP 0 if index eth1 is eth1",
			],
			removal: [
				"configure: restore forwarding and proxy_arp of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 1 IPV4_DEVCONF_PROXY_ARP 0 if index eth1 is eth1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 1 IPV4_DEVCONF_PROXY_ARP 1 if index eth1 is eth1",
			],
		},
	],
	drifts: [
		{
			name: "forwarding was switched off",
			host: lan,
			want: on,
			meddle: write(FORWARDING, "0"),
			told: ["forwarding of eth1 is off"],
		},
		{
			name: "proxy ARP was switched off",
			host: lan,
			want: both,
			meddle: write(PROXY_ARP, "0"),
			told: ["proxy_arp of eth1 is off"],
		},
		{
			name: "both were switched off by toggling ip_forward",
			host: lan,
			want: both,
			meddle: (kernel) => {
				write("net/ipv4/ip_forward", "1")(kernel);
				write("net/ipv4/ip_forward", "0")(kernel);
				write(PROXY_ARP, "0")(kernel);
			},
			told: ["forwarding of eth1 is off", "proxy_arp of eth1 is off"],
		},
	],
	changes: [
		{
			name: "forwarding that gets proxy ARP",
			host: lan,
			want: on,
			next: both,
			steps: [
				"configure: switch on forwarding and proxy_arp of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 1 IPV4_DEVCONF_PROXY_ARP 1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_FORWARDING 1 IPV4_DEVCONF_PROXY_ARP 0 if index eth1 is eth1",
			],
		},
		{
			name: "forwarding that loses proxy ARP",
			host: lan,
			want: both,
			next: on,
			steps: [
				"configure: restore proxy_arp of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_PROXY_ARP 0 if index eth1 is eth1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_PROXY_ARP 1 if index eth1 is eth1",
			],
		},
	],
});
