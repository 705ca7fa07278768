import { routeLocalnet } from "../../src/kinds/route-localnet.js";
import { lan, withSysctl } from "../engine/hosts.js";
import { write } from "./neighbour.js";
import { testKind } from "./table.js";

const OF_ETH1 = "net/ipv4/conf/eth1/route_localnet";
const want = { link: "eth1" };

testKind(routeLocalnet, {
	creations: [
		{
			name: "route_localnet of a link",
			host: lan,
			want,
			steps: [
				"configure: switch on route_localnet of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_ROUTE_LOCALNET 1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_ROUTE_LOCALNET 0 if index eth1 is eth1",
			],
			removal: [
				"persist: restore route_localnet of eth1",
				"  do RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_ROUTE_LOCALNET 0 if index eth1 is eth1",
				"  undo RTM_NEWLINK ifi_index eth1 IFLA_AF_SPEC AF_INET IFLA_INET_CONF",
				"    IPV4_DEVCONF_ROUTE_LOCALNET 1 if index eth1 is eth1",
			],
		},
		{
			name: "route_localnet that was on before",
			host: withSysctl(lan, [OF_ETH1, "1"]),
			want,
			steps: [],
			removal: [],
		},
	],
	drifts: [
		{
			name: "route_localnet was switched off",
			host: lan,
			want,
			meddle: write(OF_ETH1, "0"),
			told: ["route_localnet of eth1 is off"],
		},
	],
});
